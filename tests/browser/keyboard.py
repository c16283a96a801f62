"""Somebody who works by keyboard only: Tab, Enter, Space, arrows, typing and the desk's own keys.

Nothing here clicks, fills or focuses through the script: what a person cannot reach with Tab, or cannot see that she has
reached, fails the test with the way the focus went (WCAG 2.1.1, 2.4.3, 2.4.7, 2.4.11; ux.md 2.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

TABS: Final = 70
"""How many presses of Tab anything on a page of the desk may be away from the skip link."""
_VISIBLE: Final = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const label = one.closest('.choice');
  const ring = [one, label].filter(Boolean).some((shown) => {
    const own = getComputedStyle(shown);
    return (own.outlineStyle !== 'none' && parseFloat(own.outlineWidth) > 0) || own.boxShadow !== 'none';
  });
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {ring, inside, drawn: box.width > 0 && box.height > 0 && style.visibility === 'visible'};
}"""


@dataclass(frozen=True, slots=True)
class Focus:
    """What has the focus, as the browser tells a screen reader: its role and its name."""

    role: str
    name: str

    def is_called(self, name: str | re.Pattern[str], role: str) -> bool:
        """Whether this is the thing looked for: the whole name, or a pattern that matches from its beginning."""
        fits = bool(name.match(self.name)) if isinstance(name, re.Pattern) else self.name == name
        return fits and role in {"", self.role}


@dataclass
class Keyboard:
    """One person at one page; `found` collects what is wrong on the way, `tabs` counts the presses of Tab."""

    page: Page
    found: list[str] = field(default_factory=list)
    tabs: int = 0
    _client: CDPSession | None = None

    # --- where the focus is ---

    def focus(self) -> Focus:
        """Role and accessible name of what has the focus, from the browser's own accessibility tree."""
        if self._client is None:
            self._client = self.page.context.new_cdp_session(self.page)
        active = self._client.send("Runtime.evaluate", {"expression": "document.activeElement"})
        node = self._client.send(
            "Accessibility.getPartialAXTree", {"objectId": active["result"]["objectId"], "fetchRelatives": False}
        )["nodes"][0]
        return Focus(_word(node.get("role")), _word(node.get("name")))

    def tab(self, *, back: bool = False) -> Focus:
        """One press of Tab; what has the focus then has to be drawn, inside the window and visibly focused."""
        self.page.keyboard.press("Shift+Tab" if back else "Tab")
        self.tabs += 1
        now = self.focus()
        if now.role not in {"RootWebArea", "WebArea", "none", "generic"}:
            seen = self.page.evaluate(_VISIBLE)
            self.found += [
                f"{self._where()}: the focus on {now.role} “{now.name[:60]}” is not {fault}"
                for fault in ("ring", "inside", "drawn")
                if not seen[fault]
            ]
        return now

    def reach(self, name: str | re.Pattern[str], role: str = "", *, limit: int = TABS) -> Focus:
        """Press Tab until the thing of this name has the focus. AssertionError with the way when it never comes."""
        way: list[str] = []
        for _ in range(limit):
            now = self.tab()
            if now.is_called(name, role):
                return now
            way.append(f"{now.role} “{now.name[:50]}”")
        raise AssertionError(f"{self._where()}: {name!r} {role} is not within {limit} tabs: " + " > ".join(way))

    def skip(self) -> None:
        """From the top of a fresh page straight to its content, by the skip link: the first thing that Tab reaches.

        After a form the address still ends in #main, and the browser starts in the content by itself.
        """
        first = self.tab()
        if first.name != "Skip to the content":
            assert self.page.evaluate("!!document.activeElement.closest('#main')"), (self._where(), first)
            self.page.keyboard.press("Shift+Tab")
            return
        self.page.keyboard.press("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main", self._where()

    # --- what a person does there ---

    def press(self, name: str | re.Pattern[str], role: str = "", *, key: str = "Enter") -> None:
        """Reach a button, link or disclosure and press it; waits for the page that comes of it, if one comes."""
        self.reach(name, role)
        self.enter(key)

    def enter(self, key: str = "Enter") -> None:
        """Press a key that may open another page, and wait until that page is there."""
        before = self.page.evaluate("performance.timeOrigin")
        self.page.keyboard.press(key)
        self.settle(before)

    def settle(self, before: float) -> None:
        """Wait until the page that a key opened is there; half a second without one means that none was opened."""
        for _ in range(10):
            self.page.wait_for_timeout(50)
            try:
                self.page.wait_for_load_state()
                if self.page.evaluate("performance.timeOrigin") != before:
                    self.page.wait_for_load_state()
                    return
            except Exception as gone:
                if "context was destroyed" not in str(gone) and "navigat" not in str(gone):
                    raise

    def type(self, name: str | re.Pattern[str], text: str) -> None:
        """Type into a field, over whatever stands there."""
        self.reach(name)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, option: str | re.Pattern[str], *, limit: int = 20) -> None:
        """Choose one of several: Tab to the group, arrows inside it, as radio buttons work."""
        for _ in range(TABS):
            now = self.tab()
            if now.role != "radio":
                continue
            for _ in range(limit):
                if now.is_called(option, "radio"):
                    self.page.keyboard.press("Space")
                    return
                self.page.keyboard.press("ArrowDown")
                now = self.focus()
        raise AssertionError(f"{self._where()}: no radio button {option!r}")

    def tick(self, box: str | re.Pattern[str]) -> None:
        """Tick a box; one that is ticked stays ticked."""
        self.reach(box, "checkbox")
        if not self.page.evaluate("document.activeElement.checked"):
            self.page.keyboard.press("Space")

    def select(self, field_name: str | re.Pattern[str], option: str) -> None:
        """Choose from a list that drops down, by typing the beginning of the option."""
        self.reach(field_name, "combobox")
        self.page.keyboard.type(option)
        chosen = self.page.evaluate("document.activeElement.selectedOptions[0].text")
        assert str(chosen).strip().startswith(option), (self._where(), field_name, chosen)

    def _where(self) -> str:
        return "/" + self.page.url.partition("//")[2].partition("/")[2]


def _word(value: dict[str, Any] | None) -> str:
    return str(value.get("value", "")).strip() if value else ""
