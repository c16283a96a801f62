// Redaction: a selection in the original becomes a place, and single keys press the buttons of a mark. The page works without.
const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- selection: places are code points of the text, as the server counts; a browser counts UTF-16 units ---
const original = one("[data-original]");
const form = one("[data-add]");
const place = (node, offset) => {
  const run = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest("[data-at]");
  if (!run || !original.contains(run)) return null;
  const before = node.nodeType === Node.TEXT_NODE ? node.data.slice(0, offset) : offset ? run.textContent : "";
  return Number(run.dataset.at) + [...before].length;
};
const taken = () => {
  const selection = getSelection();
  if (!form || !selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  if (!original.contains(range.commonAncestorContainer)) return;
  const start = place(range.startContainer, range.startOffset);
  const end = place(range.endContainer, range.endOffset);
  if (start === null || end === null || end <= start) return;
  form.elements.start.value = start;
  form.elements.end.value = end;
  form.elements.words.value = all("[data-at]", original)
    .map((run) => {
      const chars = [...run.textContent];
      const at = Number(run.dataset.at);
      return chars.slice(Math.max(0, start - at), Math.max(0, end - at)).join("");
    })
    .join("");
};
if (original && form) {
  original.addEventListener("mouseup", taken);
  original.addEventListener("touchend", taken);
  original.addEventListener("keyup", taken);
  // Words that are typed are looked for; the place of an earlier selection is not theirs.
  form.elements.words.addEventListener("input", () => {
    form.elements.start.value = "";
    form.elements.end.value = "";
  });
}

// --- keys: n next mark, y accept, d dismiss, z undo (ux.md 2.3); never in a field, never when switched off ---
const marks = () => all("[data-mark]");
let last = -1;
const at = () => {
  const focused = marks().findIndex((row) => row.contains(document.activeElement));
  return focused >= 0 ? focused : last;
};
const to = (number) => {
  const row = marks()[number];
  if (!row) return;
  last = number;
  one("button", row)?.focus();
  row.scrollIntoView({ block: "nearest" });
};
const press = (key) => {
  const rows = marks();
  const here = rows[at()];
  const first = rows.find((row) => one(`[data-key="${key}"]`, row));
  const row = here && one(`[data-key="${key}"]`, here) ? here : first;
  one(`[data-key="${key}"]`, row ?? document)?.click();
};
const typing = (target) => target.matches("textarea, select, [contenteditable], input");
document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !marks().length) return;
    if (document.documentElement.dataset.keys === "off" || typing(event.target) || one("dialog[open]")) return;
    if (event.key === "n") to((at() + 1) % marks().length);
    else if ("ydz".includes(event.key)) press(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);

// After a decision the page comes back at the marks: the next open one takes the focus.
if (location.hash === "#marks") to(Math.max(0, marks().findIndex((row) => row.dataset.mark === "suggested")));
