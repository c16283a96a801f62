"""One look at a page where a journey stops: axe, the policy, the console, and the budgets of ux.md 4.4.

A page is looked at as it stands; the first time that a process meets it, also in the dark and at 360 px, on the same page,
because axe is cheap and loading is not. With `DSR_SHOTS=folder` each look leaves pictures, for whoever wants to see them.
"""

from __future__ import annotations

import gzip
import os
import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Error

from tests.browser.harness import problems, said_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, ViewportSize

SHOTS: Final = os.environ.get("DSR_SHOTS", "")
PORTAL: Final = {"bytes": 70_000, "requests": 6, "nodes": 1_500}
"""What a page of the portal may weigh with an empty cache (ux.md 4.4): bytes as sent, requests, elements."""
DESK: Final = {"bytes": 120_000, "requests": 10, "nodes": 1_500}
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
DESKTOP: Final[ViewportSize] = {"width": 1366, "height": 850}
ROUNDS: Final = 3
"""A page whose case moves on loads itself again: then the look begins anew, at most this often."""
_SEEN: Final[set[str]] = set()
_OWN: Final = re.compile(r"/(?:DSR-[\w-]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+)(?=/|$)")
_WEIGHED: Final = """() => {
  const page = performance.getEntriesByType('navigation')[0];
  const files = performance.getEntriesByType('resource').map(one => [one.name, one.encodedBodySize]);
  return {page: page.encodedBodySize, files, nodes: document.querySelectorAll('*').length};
}"""
_STILL: Final = "document.getAnimations().forEach(one => { try { one.finish() } catch { one.cancel() } })"
"""Colours that are still fading are at their end; what turns for ever has no end and is taken away."""


def looked_at(page: Page, name: str) -> None:
    """Fail with everything that is wrong with the page; `name` says which stop of the journey it is."""
    __tracebackhide__ = True
    for rest in reversed(range(ROUNDS)):
        try:
            page.wait_for_load_state()
            found = _looks(page, name)
            break
        except Error as renewed:
            if not rest or not re.search("context was destroyed|navigat", str(renewed)):
                raise
    found += said_by(page)
    assert not found, f"{name} ({urlsplit(page.url).path}):\n" + "\n".join(found)


def goto(page: Page, path: str) -> None:
    """Open an address; a page that reloads itself in that moment, because the case moved on, is left all the same."""
    try:
        page.goto(path)
    except Error as crossed:
        if "ERR_ABORTED" not in str(crossed):
            raise
        page.wait_for_load_state()
        page.goto(path)


def _looks(page: Page, name: str) -> list[str]:
    kind = f"{_OWN.sub('/*', urlsplit(page.url).path)} {re.sub(r'^SC-..:? ', '', name)}"
    found = _over(page) + problems(page)
    _shot(page, name)
    if kind in _SEEN:
        return found
    size = page.viewport_size or DESKTOP
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    other = PHONE if size["width"] > PHONE["width"] else DESKTOP
    for mode, scheme, width in (("dark", "light" if dark else "dark", size), ("width", None, other)):
        with _shown(page, scheme, width, size):
            found += [f"[{scheme or other['width']}] {problem}" for problem in problems(page)]
            if mode == "width":
                _shot(page, name)
    _SEEN.add(kind)
    return found


@contextmanager
def _shown(page: Page, scheme: Any, width: ViewportSize, before: ViewportSize) -> Iterator[None]:
    """The same page in another look, still before axe reads colours from it; afterwards as it was."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(width)
    page.evaluate(_STILL)
    try:
        yield
    finally:
        page.emulate_media(color_scheme="null", reduced_motion="null")
        page.set_viewport_size(before)


def _over(page: Page) -> list[str]:
    """Which budgets the page is over, counted as if nothing of it had been in the cache."""
    weighed = page.evaluate(_WEIGHED)
    files = {urlsplit(url).path: int(size) for url, size in weighed["files"] if "/static/" in url}
    path = urlsplit(page.url).path
    most = DESK if path.startswith(("/desk/", "/account/staff/")) else PORTAL
    measured = {
        "bytes": int(weighed["page"]) + sum(size - _saved(path) for path, size in files.items()),
        "requests": 1 + len(files),
        "nodes": weighed["nodes"],
    }
    return [f"{value} {what}, at most {most[what]}" for what, value in measured.items() if value > most[what]]


@cache
def _saved(path: str) -> int:
    """Bytes that compression saves: the test server sends files as they are, production compressed (WhiteNoise)."""
    found = finders.find(path.removeprefix(settings.STATIC_URL))
    data = Path(str(found)).read_bytes() if found else b""
    return max(0, len(data) - len(gzip.compress(data)))


def _shot(page: Page, name: str) -> None:
    if SHOTS and page.viewport_size:
        file = re.sub(r"[^\w-]+", "-", f"{name} {_OWN.sub('', urlsplit(page.url).path)}").strip("-")
        page.screenshot(path=Path(SHOTS) / f"{file}-{page.viewport_size['width']}.png", full_page=True)
