// Keys of the queue (j k o x / ?), selection bar, guard for unsaved forms. Everything works without this file.
const rows = [...document.querySelectorAll("[data-row]")];
let at = -1;
const off = () => document.documentElement.dataset.keys === "off";
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

function go(step) {
  if (!rows.length) return;
  at = Math.max(0, Math.min(rows.length - 1, at + step));
  const link = rows[at].querySelector("a");
  if (link) link.focus();
}

document.addEventListener("keydown", (event) => {
  if (off() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const help = document.querySelector("[data-keys-help]");
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "o" && at >= 0) rows[at].querySelector("a")?.click();
  else if (event.key === "x" && at >= 0) rows[at].querySelector("input[type=checkbox]")?.click();
  else if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  } else if (event.key === "?" && help) help.showModal();
});

for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.open)?.showModal());
}

const summary = document.querySelector("[data-errors]");
if (summary) summary.focus();

let dirty = false;
for (const form of document.querySelectorAll("form[data-guard]")) {
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
}
addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
