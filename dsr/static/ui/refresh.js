// Ask every five seconds for what changes while our systems work; not while the page is hidden, and never after the end.
// The page says the same without this file: "Look again" loads it anew.
const EVERY = 5000;

for (const part of document.querySelectorAll("[data-refresh]")) {
  let timer = 0;
  const more = () => part.querySelector("[data-more]") !== null;
  const wait = () => {
    clearTimeout(timer);
    if (more() && !document.hidden) timer = setTimeout(look, EVERY);
  };
  const look = async () => {
    try {
      // A redirect leads to the sign-in: the session is over, and asking on would not bring it back.
      const answer = await fetch(part.dataset.refresh, { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect" || (answer.status >= 400 && answer.status < 500)) return;
      if (answer.ok) {
        const fresh = document.createElement("template");
        fresh.innerHTML = await answer.text();
        // What is the same stays untouched, so that nothing is read out twice.
        if (fresh.innerHTML !== part.innerHTML) part.replaceChildren(fresh.content);
      }
    } catch {
      // The network is away for a moment.
    }
    wait();
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : more() && look()));
  wait();
}
