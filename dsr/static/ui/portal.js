// Focus the error summary, count characters, list chosen files. Every page works without this file.
const all = (selector) => document.querySelectorAll(selector);

document.querySelector("[data-errors]")?.focus();

for (const area of all("textarea[maxlength]")) {
  const limit = area.maxLength;
  const { left = "%s", over = "%s" } = area.dataset;
  // Cutting off what somebody pastes would lose her words: count, and let the server's message explain.
  area.removeAttribute("maxlength");
  const seen = document.createElement("p");
  const said = document.createElement("p");
  seen.className = "hint";
  seen.setAttribute("aria-hidden", "true");
  said.className = "vh";
  said.setAttribute("role", "status");
  area.after(seen, said);
  let wait;
  const show = () => {
    const rest = limit - area.value.length;
    seen.textContent = rest > limit / 4 && rest > 200 ? "" : (rest < 0 ? over : left).replace("%s", Math.abs(rest));
    clearTimeout(wait);
    wait = setTimeout(() => { said.textContent = seen.textContent; }, 1000);
  };
  area.addEventListener("input", show);
  show();
}

for (const input of all("input[type=file][multiple]")) {
  const said = document.createElement("div");
  const list = document.createElement("ul");
  list.className = "files";
  said.setAttribute("role", "status");
  said.append(list);
  input.after(said);
  input.addEventListener("change", () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name} (${Math.ceil(file.size / 1000)} kB)`;
      return item;
    }));
  });
}

for (const form of all("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
}
