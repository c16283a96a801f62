// Selection bar, dialogs, guard for unsaved forms, polling manners, presence, single keys. Everything works without this file.
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

// === keys: never in a field, never with a modifier, never when switched off (WCAG 2.1.4). Every act presses
// something that is on the page. Which key does what stands in the sheet of keys, because a colleague may change it.
const sheet = one("[data-keys-help]");
const acts = JSON.parse(sheet?.dataset.keymap || "{}");
const prefixes = new Set(Object.keys(acts).filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]));

// --- lists: the row that has the focus, or the last that had it ---
let last = "";
const current = () => {
  const rows = all("[data-row]");
  const focused = document.activeElement?.closest("[data-row]");
  if (focused) last = focused.dataset.row || String(rows.indexOf(focused));
  const at = rows.findIndex((row, index) => (row.dataset.row || String(index)) === last);
  return { rows, at };
};
const step = (by) => {
  const { rows, at } = current();
  if (!rows.length) return;
  const next = Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by));
  last = rows[next].dataset.row || String(next);
  rows[next].querySelector("a")?.focus();
  rows[next].scrollIntoView({ block: "nearest" });
};
const press = (selector) => {
  const { rows, at } = current();
  rows[at]?.querySelector(selector)?.click();
};
const follow = (...selectors) => selectors.map(one).find(Boolean)?.click();

const does = {
  next: () => step(1),
  previous: () => step(-1),
  open: () => press("a"),
  select: () => press("[data-select]"),
  take: () => press("[data-take]"),
  search: () => one("input[type=search]")?.focus(),
  help: () => sheet?.showModal(),
  go_queue: () => follow('.side-link[href$="?view=open"]'),
  go_dashboard: () => follow('.side-link[href$="/dashboard/"]'),
  go_calendar: () => follow('.side-link[href$="/calendar/"]'),
  // Only the focus: what changes a case is pressed by whoever has read what it says.
  step: () => one("#next-action :is(a.btn, button.btn:not([disabled]), a)")?.focus(),
  messages: () => follow('.tabs a[href$="/messages/"]'),
  note: () => follow("[data-note]", '.tabs a[href$="/notes/"]'),
  letters: () => follow('.tabs a[href$="/letters/"]'),
  redaction: () => follow('.tabs a[href$="/redaction/"]'),
  extend: () => follow('main a[href$="/do/extend/"]'),
  pause: () => follow('main a[href$="/do/ask_clarification/"]', 'main a[href$="/do/ask_identity/"]'),
};

const typing = (target) =>
  target.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit], [type=button])");

let prefix = "";
let waits = 0;
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.dataset.keys === "off" || typing(event.target) || one("dialog[open]")) return;
  const pressed = prefix ? `${prefix} ${event.key}` : event.key;
  clearTimeout(waits);
  prefix = "";
  if (pressed in acts) {
    event.preventDefault();
    does[acts[pressed]]();
  } else if (prefixes.has(pressed)) {
    prefix = pressed;
    waits = setTimeout(() => { prefix = ""; }, 1500);
  }
});
