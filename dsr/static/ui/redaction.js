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

// --- boxes: a rectangle on the picture stands in the fields of the form, whichever of the two is changed ---
const picture = one("[data-picture]");
const boxes = one("form[data-box]");
if (picture && boxes) {
  const draft = one("[data-draft]", picture);
  const fields = ["left", "top", "width", "height"].map((side) => boxes.elements[`box-${side}`]);
  const within = (value, least, most) => Math.min(Math.max(value, least), most);
  const hundredths = (value) => Math.round(value * 100) / 100;
  const sides = () => fields.map((field) => Number(field.value) || 0);
  const show = () =>
    ["x", "y", "width", "height"].forEach((name, at) => draft.setAttribute(name, Math.max(0, sides()[at] * 100)));
  const put = (left, top, width, height) => {
    const x = hundredths(within(left, 0, 99));
    const y = hundredths(within(top, 0, 99));
    const all = [x, y, within(width, 0.5, 100 - x), within(height, 0.5, 100 - y)];
    fields.forEach((field, at) => (field.value = hundredths(all[at])));
    show();
  };
  const point = (event) => {
    const area = picture.getBoundingClientRect();
    const part = (value, start, length) => within(((value - start) / length) * 100, 0, 100);
    return [part(event.clientX, area.left, area.width), part(event.clientY, area.top, area.height)];
  };
  let from = null;
  // A finger scrolls the page; it has the fields.
  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    from = point(event);
    picture.setPointerCapture(event.pointerId);
  });
  // Drawing selects no text, for a selection that is dragged to the edge scrolls the picture away below the mouse.
  picture.addEventListener("mousedown", (event) => {
    event.preventDefault();
    picture.focus({ preventScroll: true });
  });
  picture.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = point(event);
    const [left, top] = [0, 1].map((at) => Math.min(from[at], to[at]));
    put(left, top, Math.abs(from[0] - to[0]), Math.abs(from[1] - to[1]));
  });
  for (const name of ["pointerup", "pointercancel"]) picture.addEventListener(name, () => (from = null));
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  picture.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!step && event.key !== "Enter")) return;
    event.preventDefault();
    if (!step) return boxes.elements["box-reason"].focus();
    const [left, top, width, height] = sides();
    if (!width || !height) put(40, 40, 20, 20);
    else if (event.shiftKey) put(left, top, width + step[0], height + step[1]);
    else put(within(left + step[0], 0, 100 - width), within(top + step[1], 0, 100 - height), width, height);
  });
  for (const field of fields) field.addEventListener("input", show);
  picture.tabIndex = 0;
  picture.setAttribute("role", "application");
  picture.setAttribute("aria-label", picture.dataset.label);
  picture.setAttribute("aria-describedby", "box-help");
  show();
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
