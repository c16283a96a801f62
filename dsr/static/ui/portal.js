// Focus the error summary, count characters, list chosen files. Pages work without this file.
const summary = document.querySelector("[data-errors]");
if (summary) summary.focus();

for (const area of document.querySelectorAll("textarea[maxlength]")) {
  const note = document.createElement("p");
  note.className = "hint";
  note.setAttribute("aria-live", "polite");
  area.after(note);
  const text = area.dataset.left || "%s";
  const show = () => {
    const left = area.maxLength - area.value.length;
    note.textContent = left < 500 ? text.replace("%s", left) : "";
  };
  area.addEventListener("input", show);
  show();
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
}
