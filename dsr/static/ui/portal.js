// Focus the error summary, count characters, list chosen files, warn before a session ends. Every page works without this file.
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

// When a download has begun, the page asks whether everything is there, as it does when it is loaded again.
document.querySelector("[data-download]")?.addEventListener("click", () => all("[data-after]").forEach((one) => { one.hidden = false; }));

// Warns five minutes before the session ends and lets it go on (WCAG 2.2.1). A page opened in another tab counts as well.
const notice = document.querySelector("[data-session]");
if (notice) {
  const tabs = new BroadcastChannel("session");
  let timers = [];
  const end = () => {
    notice.hidden = false;
    notice.querySelector("[data-soon]").hidden = true;
    notice.querySelector("[data-over]").hidden = false;
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
  notice.querySelector("[data-stay]").addEventListener("click", async () => {
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
