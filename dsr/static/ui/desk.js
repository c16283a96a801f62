// Keys of lists (j k o x / ?), selection bar, dialogs, guard for unsaved forms, polling manners. Everything works without this file.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

one("[data-errors]")?.focus();

// --- keys: never in a field, never with a modifier, never when switched off (WCAG 2.1.4) ---
let last = -1;
const current = () => {
  const rows = all("[data-row]");
  const at = rows.indexOf(document.activeElement?.closest("[data-row]"));
  if (at >= 0) last = at;
  return { rows, at: Math.min(at >= 0 ? at : last, rows.length - 1) };
};

const step = (by) => {
  const { rows, at } = current();
  if (!rows.length) return;
  last = Math.max(0, Math.min(rows.length - 1, at + by));
  rows[last].querySelector("a")?.focus();
  rows[last].scrollIntoView({ block: "nearest" });
};

const press = (selector) => {
  const { rows, at } = current();
  rows[at]?.querySelector(selector)?.click();
};

const keys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => press("a"),
  x: () => press("[data-select]"),
  "/": () => one("input[type=search]")?.focus(),
  "?": () => one("[data-keys-help]")?.showModal(),
};

const typing = (target) =>
  target.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit], [type=button])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
  if (!(event.key in keys) || typing(event.target) || one("dialog[open]")) return;
  event.preventDefault();
  keys[event.key]();
});

// --- selection bar ---
const count = () => {
  const ticked = all("[data-select]:checked").length;
  for (const bar of all("[data-bulk]")) {
    bar.hidden = !ticked;
    bar.querySelector("[data-count]").textContent = ticked;
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

// --- polling: not while the page is hidden or a dialog is open; what is ticked stays ticked ---
let ticked = [];
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-poll]") && (document.hidden || one("dialog[open]"))) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", () => { ticked = all("[data-select]:checked").map((box) => box.value); });
document.addEventListener("htmx:afterSettle", () => {
  for (const box of all("[data-select]")) box.checked ||= ticked.includes(box.value);
  count();
});
