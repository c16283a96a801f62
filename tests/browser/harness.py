"""A real Chromium that looks at pages as people meet them: axe, the content security policy, sideways scroll, broken files.

`browse.audit("/help/")` opens a page in four modes and fails with a list of what is wrong; `browse.page()` gives a page to act on.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import pytest
from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

    from dsr.models import User

ARGS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE: Final = Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js"
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MODES: Final[dict[str, dict[str, Any]]] = {
    "desktop": {"viewport": {"width": 1366, "height": 850}},
    "dark": {"viewport": {"width": 1366, "height": 850}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
    "narrow": {"viewport": {"width": 320, "height": 640}},
}
LISTEN: Final = (
    "window.__violations = []; addEventListener('securitypolicyviolation', "
    "e => __violations.push(e.effectiveDirective + ' ' + e.blockedURI + ' ' + e.sample))"
)
RUN: Final = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"
TOO_WIDE: Final = "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
NOT_FOUND: Final = 400


_SAID: Final[WeakKeyDictionary[Page, list[str]]] = WeakKeyDictionary()


def listen(page: Page) -> None:
    """Keep what the page's console reports as an error from now on, for `said_by`."""
    said = _SAID.setdefault(page, [])

    def heard(message: ConsoleMessage) -> None:
        # A form that was refused comes back as 4xx: the browser reports the page itself, and that is no fault.
        own = message.location.get("url", "").partition("#")[0] == page.url.partition("#")[0]
        if message.type == "error" and not (own and "the server responded with a status of 4" in message.text):
            said.append(f"console: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: said.append(f"script: {error.message}"))


def said_by(page: Page) -> list[str]:
    """The errors of the console since the last time that somebody asked."""
    said = _SAID.get(page, [])
    heard = list(said)
    said.clear()
    return heard


def executable() -> str:
    """Where Chromium is; without one the test is skipped with a reason, and fails where CI=true."""
    for name in ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    reason = "no Chromium on this machine: install the package `chromium`"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def problems(page: Page) -> list[str]:
    """What is wrong with the page as it stands: axe's rules, blocked by the policy, scrolls sideways. Empty: nothing."""
    page.evaluate(
        AXE.read_text(encoding="utf-8")
    )  # evaluate is not subject to the page's policy, a script tag would be
    result = page.evaluate(RUN, TAGS)
    found = [
        f"axe {rule['id']}: {rule['help']}: {' '.join(map(str, node['target']))}: {node['html'][:160]}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
    found += [f"csp: {violation}" for violation in page.evaluate("window.__violations")]
    if page.evaluate(TOO_WIDE):
        found.append(f"scrolls sideways at {page.evaluate('innerWidth')} px")
    return found


@dataclass
class Browse:
    """Opens pages of the test server; every context it made is closed after the test."""

    browser: Browser
    base_url: str
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, mode: str = "desktop", *, user: User | None = None, **options: Any) -> Page:
        """A fresh page in one of MODES, signed in as `user` if given; `options` go to Playwright's new_context."""
        context = self.browser.new_context(base_url=self.base_url, **{**MODES[mode], **options})
        self.contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_init_script(LISTEN)
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.base_url}])
        page = context.new_page()
        listen(page)
        return page

    def look(
        self,
        path: str,
        mode: str,
        *,
        user: User | None = None,
        prepare: Callable[[Page], object] | None = None,
        act: Callable[[Page], object] | None = None,
    ) -> list[str]:
        """What is wrong with one page in one mode, after `act` did something on it (sent a form, opened a menu).

        `prepare` gets the empty page before it goes to `path`.
        """
        page = self.page(mode, user=user)
        if prepare:
            prepare(page)
        found: list[str] = []

        def note(response: Response) -> None:
            if response.status >= NOT_FOUND and not response.request.is_navigation_request():
                found.append(f"{response.status} for {response.url.removeprefix(self.base_url)}")

        page.on("response", note)
        page.on("pageerror", lambda error: found.append(f"script: {error.message}"))
        page.goto(path)
        if act:
            act(page)
            page.wait_for_load_state()
        found += problems(page)
        page.context.close()
        return found

    def audit(
        self,
        path: str,
        *,
        user: User | None = None,
        modes: Iterable[str] = tuple(MODES),
        act: Callable[[Page], object] | None = None,
    ) -> None:
        """Fail with every problem of `path` in the given modes."""
        __tracebackhide__ = True
        found = [
            f"{path} [{mode}] {problem}" for mode in modes for problem in self.look(path, mode, user=user, act=act)
        ]
        assert not found, "\n".join(found)

    def close(self) -> None:
        """Close what is still open."""
        for context in self.contexts:
            context.close()
