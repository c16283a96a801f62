// After a download has begun, the page asks whether everything is there. Without this file it asks when it is loaded again.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-download]")) return;
  for (const after of document.querySelectorAll("[data-after]")) after.hidden = false;
});
