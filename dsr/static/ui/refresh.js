// An open page of a request asks for its parts again, never while it is hidden. Forms are no parts: nothing typed is lost.
const page = document.querySelector("[data-live]");
if (page) {
  const said = page.querySelector("[data-said]");
  const parts = new Map();
  const bare = (part) => part.innerHTML.replace(/(middlewaretoken" value=")\w+/g, "$1"); // another at each look
  for (const part of page.querySelectorAll("[data-part]")) parts.set(part.dataset.part, { part, html: bare(part) });
  let { every, news } = page.dataset;
  let timer = 0;
  let over = false;
  const wait = () => {
    clearTimeout(timer);
    if (!over && !document.hidden) timer = setTimeout(look, every * 1000);
  };
  const put = (known, fresh) => {
    // What is the same stays: nothing is read out twice.
    if (!known || known.html === bare(fresh)) return;
    const here = document.activeElement;
    const href = known.part.contains(here) && here.getAttribute("href");
    known.html = bare(fresh);
    known.part.replaceChildren(...fresh.childNodes);
    if (href) known.part.querySelector(`[href="${CSS.escape(href)}"]`)?.focus();
  };
  const look = async () => {
    try {
      // A redirect leads to the sign-in: the session is over.
      const answer = await fetch(page.dataset.live, { redirect: "manual", cache: "no-store" });
      over = answer.type === "opaqueredirect" || (answer.status >= 400 && answer.status < 500);
      if (answer.ok) {
        const box = document.createElement("template");
        box.innerHTML = await answer.text();
        const root = box.content.firstElementChild;
        for (const fresh of root.querySelectorAll("[data-part]")) put(parts.get(fresh.dataset.part), fresh);
        if (Number(root.dataset.news) > Number(news)) said.textContent = root.dataset.say;
        ({ every, news } = root.dataset);
      }
    } catch {
      // The network is away.
    }
    wait();
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : over || look()));
  wait();
}
