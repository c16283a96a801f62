// Selection bar, dialogs, guard for unsaved forms, polling manners, presence. Everything works without this file; keys: keys.js.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

one("[data-errors]")?.focus();

// --- selection bar ---
const count = () => {
  const boxes = all("[data-select]");
  const ticked = boxes.filter((box) => box.checked).length;
  for (const bar of all("[data-bulk]")) {
    bar.hidden = !ticked;
    bar.querySelector("[data-count]").textContent = ticked;
  }
  for (const box of all("[data-select-all]")) {
    box.checked = boxes.length > 0 && ticked === boxes.length;
    box.indeterminate = ticked > 0 && ticked < boxes.length;
  }
};
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-all]")) {
    for (const box of all("[data-select]")) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-select], [data-select-all]")) count();
});
count();

// --- dialogs ---
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-open]");
  if (button) document.getElementById(button.dataset.open)?.showModal();
});

// --- unsaved words ---
const dirty = new Set();
for (const form of all("form[data-guard]")) {
  form.addEventListener("input", () => dirty.add(form));
  form.addEventListener("submit", () => dirty.delete(form));
}
addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });

// --- presence: the beat of an open case says whether something was typed that is not sent ---
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches("[data-presence]")) event.detail.parameters.mode = dirty.size ? "editing" : "viewing";
});

// --- polling: not while the page is hidden or a dialog is open; what is ticked stays ticked; how many rows changed is said ---
let ticked = [];
let before = new Map();
const shown = () => new Map(all("[data-row]").map((row) => [row.dataset.row, row.textContent]));
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-poll]") && (document.hidden || one("dialog[open]"))) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "rows") return;
  ticked = all("[data-select]:checked").map((box) => box.value);
  before = shown();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "rows") return;
  for (const box of all("[data-select]")) box.checked ||= ticked.includes(box.value);
  count();
  const after = shown();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).length;
  const news = one("#row-news");
  if (!changed || !news) return;
  news.textContent = changed === 1 ? news.dataset.one : news.dataset.many.replace("#", changed);
});
