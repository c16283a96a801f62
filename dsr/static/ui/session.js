// Warns five minutes before the session ends and lets it go on (WCAG 2.2.1). A page opened in another tab counts here as well.
const notice = document.querySelector("[data-session]");
const WARN = 300;
const tabs = new BroadcastChannel("session");
let timers = [];

function begin() {
  const left = Number(notice.dataset.session);
  timers.forEach(clearTimeout);
  notice.hidden = true;
  timers = [
    setTimeout(() => { notice.hidden = false; }, Math.max(0, left - WARN) * 1000),
    setTimeout(end, left * 1000),
  ];
}

function end() {
  notice.hidden = false;
  notice.querySelector("[data-soon]").hidden = true;
  notice.querySelector("[data-over]").hidden = false;
}

if (notice) {
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
