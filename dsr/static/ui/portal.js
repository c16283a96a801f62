// Focus the error summary, count characters, list chosen files, warn before a session ends. All pages work without.
const all = (selector) => document.querySelectorAll(selector);
const made = (tag, more) => Object.assign(document.createElement(tag), more);

document.querySelector("[data-errors]")?.focus();

for (const area of all("textarea[maxlength]")) {
  const limit = area.maxLength;
  const { left = "%s", over = "%s" } = area.dataset;
  // Cutting off what somebody pastes would lose her words: count, the server explains.
  area.removeAttribute("maxlength");
  const seen = made("p", { className: "hint", ariaHidden: "true" });
  const said = made("p", { className: "vh", role: "status" });
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
  const said = made("div", { role: "status" });
  const list = made("ul", { className: "files" });
  said.append(list);
  input.after(said);
  input.addEventListener("change", () => {
    list.replaceChildren(...[...input.files].map((file) => (
      made("li", { textContent: `${file.name} (${Math.ceil(file.size / 1000)} kB)` })
    )));
  });
}

for (const form of all("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
}

// Once a download begins, the page asks whether everything is there.
document.querySelector("[data-download]")?.addEventListener("click", () => all("[data-after]").forEach((one) => { one.hidden = false; }));

// Warns five minutes before the session ends and lets it go on (WCAG 2.2.1). A page opened in another tab counts as well.
const notice = document.querySelector("[data-session]");
if (notice) {
  const tabs = new BroadcastChannel("session");
  let timers = [];
  const part = (name) => notice.querySelector(`[data-${name}]`);
  const end = () => {
    notice.hidden = part("over").hidden = false;
    part("soon").hidden = true;
  };
  const begin = () => {
    const left = Number(notice.dataset.session);
    timers.forEach(clearTimeout);
    notice.hidden = true;
    timers = [
      setTimeout(() => { notice.hidden = false; }, Math.max(0, left - 300) * 1000),
      setTimeout(end, left * 1000),
    ];
  };
  part("stay").addEventListener("click", async () => {
    const answer = await fetch(notice.dataset.stayAt, { method: "HEAD" }).catch(() => null);
    if (!answer?.ok) {
      if (answer) end();
      return;
    }
    tabs.postMessage("");
    begin();
  });
  tabs.addEventListener("message", begin);
  tabs.postMessage("");
  begin();
}
