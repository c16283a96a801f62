"""People on their way through the portal: which pages they meet and what they answer is data, one walker goes along.

Answers are given by the names of fields and the codes of choices, so the same road is walked in every language, with a mouse,
by keyboard, and without scripts. On every page the walker notes what is wrong: the policy, files that do not arrive, errors
of scripts, sideways scroll, a choice that was made beforehand; and what axe finds, once for each page that looks different.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tests.browser.harness import NOT_FOUND, TOO_WIDE, problems
from tests.browser.looking import looked_at
from tests.factories import PASSWORD
from tests.uploads.made import photo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from playwright.sync_api import ConsoleMessage, Page, Response

REFERENCE: Final = re.compile(r"DSR-\d{4}-\d{6}")
MAIN_FORM: Final = "main form[data-once]"
GO_ON: Final = f"{MAIN_FORM} > button.btn:not(.btn-2)"
MOST_TABS: Final = 120
# An outline, and beside it the ring in the opposite brightness: one of the two is seen on any ground (WCAG 1.4.11).
FOCUS_SHOWN: Final = """() => [document.activeElement, document.activeElement.closest('.choice')].some(e => e
    && getComputedStyle(e).outlineStyle !== 'none' && getComputedStyle(e).boxShadow !== 'none')"""
SEEN_BY_AXE: Final[set[str]] = set()
"""Pages that axe looked at in this process; it takes longer than everything else on a page."""

Answers = dict[str, Any]
"""What to do on one page: field name -> text, code of a choice, or list of codes; a file as bytes."""

PAGES: Final[Mapping[str, Answers]] = {
    "who": {"who": "me"},
    "child": {
        "name": "Jan Kowalski",
        "born_on_day": "3",
        "born_on_month": "2",
        "born_on_year": "2010",
        "relation": "Mother",
        "shown": "upload",
    },
    "represented": {
        "name": "Jan Kowalski",
        "contact": "jan@example.com",
        "organisation": "Example Law",
        "covers": ["erasure"],
        "shown": "post",
    },
    "deceased": {
        "name": "Jan Kowalski",
        "died_on_day": "3",
        "died_on_month": "2",
        "died_on_year": "2025",
        "relation": "heir",
        "address": "Beispielweg 3\n10115 Berlin",
        "shown": "shop",
    },
    "other-user": {"name": "Jan Kowalski", "email": "jan@example.com"},
    "authority": {"authority": photo()},
    "sender": {"name": "Maria Kowalska", "email": "maria@example.com"},
    "account": {"account": "no"},
    "details": {"name": "Maria Kowalska", "phone": "+44 7700 900101", "email": "maria@example.com"},
    "former": {"address": "Example Road 1\n10115 Berlin", "until": "summer 2023"},
    "name": {"name": "Anna Example"},
    "data": {"extent": "everything"},
    "kinds": {"kinds": ["contract", "recordings"], "recordings": "3 March 2026, 07700 900123"},
    "period": {"period": "all"},
    "months": {"start": "03 2025", "end": "04 2026"},
    "correct": {"kind-0": "address", "old-0": "Example Road 1", "new-0": "Beispielweg 3\n10115 Berlin"},
    "evidence": {},
    "pause": {"pause": "no"},
    "delete": {"delete": "everything"},
    "delete-some": {"kinds": ["devices", "marketing"], "words": "The name of my old router"},
    "copy": {"copy_first": "no"},
    "marketing": {"email": "maria@example.com"},
    "objection": {"use": "Statistics about my connection", "situation": "I work with people who must not be found."},
    "restriction": {"ground": "needed_for_claim"},
    "restriction-what": {"kinds": ["usage"], "words": "My connections of March"},
    "portability": {"origins": "both", "to_whom": "me"},
    "provider": {"name": "Southwind", "contact": "southwind@example.net"},
    "consent": {"words": "The newsletter"},
    "decision": {
        "decision": "My order was refused on 3 March.",
        "view": "I always paid.",
        "call": ["yes"],
        "phone": "07700 900102",
    },
    "contact": {"reply": "portal"},
    "email": {"email": "maria@example.com"},
    "post": {"post": "Example Road 1\n10115 Berlin"},
    "own-words": {"words": "You keep sending letters to a person who moved out."},
    "unsure": {"words": "You keep sending letters to a person who moved out."},
    "marketing-stop": {"reach": "maria@example.com"},
    "login": {"login": "anna@example.com", "password": PASSWORD},
    "check": {},
}


@dataclass
class Walker:
    """One person at one browser. `hand` is `mouse` or `keyboard`; `found` collects what is wrong, page by page."""

    page: Page
    hand: str = "mouse"
    scripts: bool = True
    axe: str = "fast"
    found: list[str] = field(default_factory=list)
    met: list[str] = field(default_factory=list)
    doing: str = ""
    journey: str = ""
    """The scenario whose stops these are: each is looked at with its budgets (tests/browser/looking.py)."""

    def __post_init__(self) -> None:
        self.page.on("response", self._arrived)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.found.append(f"{self.name}: script: {error.message}"))

    def _arrived(self, response: Response) -> None:
        if response.status >= NOT_FOUND and not response.request.is_navigation_request():
            self.found.append(f"{self.name}: {response.status} for {urlsplit(response.url).path}")

    def _said(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.found.append(f"{self.name}: csp: {message.text}")

    @property
    def path(self) -> str:
        """Where the browser is."""
        return urlsplit(self.page.url).path

    @property
    def name(self) -> str:
        """The page by the last part of its address, without what differs from request to request."""
        return PurePosixPath(REFERENCE.sub("", self.path)).name or "start"

    # --- looking ---

    def look(self, note: str = "") -> None:
        """Note what is wrong with the page as it stands; `note` tells looks of one address apart."""
        where = f"{self.path} {note}".strip()
        if self.page.locator("main h1").count() != 1 or not self.page.title():
            self.found.append(f"{where}: not one heading, or no title")
        if self.journey:
            looked_at(self.page, f"{self.journey} {self.doing} {note}".strip())
            return
        # What a page shows at the end depends on the right; the questions do not.
        kind = f"{self.axe} {self.name} {note} {self.doing if self.name in {'check', 'sent', 'requests'} else ''}"
        if self.scripts and kind not in SEEN_BY_AXE:
            SEEN_BY_AXE.add(kind)
            self.found += [f"{where}: {problem}" for problem in problems(self.page)]
        elif self.page.evaluate(TOO_WIDE):
            self.found.append(f"{where}: scrolls sideways")

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(path)
        self.look()

    # --- acting ---

    def answer(self, answers: Mapping[str, Any]) -> None:
        """Give every answer of one page, in its order."""
        for name, value in answers.items():
            if isinstance(value, bytes):
                self._choose_file(name, value)
            elif self.hand == "keyboard":
                for each in value if isinstance(value, list) else [value]:
                    self._type(name, each)
            else:
                self._touch(name, value)

    def _choose_file(self, name: str, data: bytes) -> None:
        box = self.page.locator(f"{MAIN_FORM} input[type=file][name='{name}']")
        box.set_input_files({"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": data})

    def _touch(self, name: str, value: Any) -> None:
        boxes = self.page.locator(f"{MAIN_FORM} [name='{name}']")
        kind = boxes.first.evaluate("e => e.type")
        if kind in {"radio", "checkbox"}:
            for each in value if isinstance(value, list) else [value]:
                self.page.locator(f"{MAIN_FORM} [name='{name}'][value='{each}']").check()
        elif kind == "select-one":
            boxes.first.select_option(value)
        else:
            boxes.first.fill(value)

    def _type(self, name: str, value: str) -> None:
        keys = self.page.keyboard
        self.tab_to(
            "(e, [name, value]) => e.name === name && (e.type !== 'checkbox' || e.value === value)", [name, value]
        )
        kind = self.page.evaluate("document.activeElement.type")
        if kind == "checkbox":
            keys.press("Space")
        elif kind == "radio":
            keys.press("Space")
            self._step_to(value)
        elif kind == "select-one":
            self._step_to(value)
        else:
            keys.press("Control+a")
            keys.insert_text(value)

    def _step_to(self, value: str) -> None:
        for _ in range(30):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.path}: no choice {value} by keyboard")

    def tab_to(self, test: str, argument: Any = None) -> None:
        """Press Tab until `test` (a function of the focused element) holds; the element must show that it has the focus."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(f"argument => ({test})(document.activeElement, argument)", argument):
                if not self.page.evaluate(FOCUS_SHOWN):
                    self.found.append(f"{self.path}: focus is not visible on {argument or test}")
                return
        raise AssertionError(f"{self.path}: not reached by Tab: {test} {argument}")

    def press(self, selector: str = GO_ON) -> None:
        """Press a button or follow a link, and see the page that comes."""
        with self.page.expect_navigation():
            if self.hand == "keyboard":
                self.tab_to("(e, s) => e.matches(s)", selector)
                self.page.keyboard.press("Enter")
            else:
                self.page.locator(selector).first.click()

    # --- going ---

    def choose(self, right: str) -> None:
        """From the start page to the first question of a right, by its tile or by the first question."""
        self.doing = right
        self.met.clear()
        self.go("/")
        tile = f"main a[href$='?right={right}']"
        if self.page.locator(tile).count():
            self.press(tile)
            return
        self.press("main a.btn[href='/new/']")
        self.met.append("what")
        self.look()
        self.answer({"right": right})
        self.press()

    def walk(self, pages: Mapping[str, Answers], *, until: Iterable[str] = ("check",)) -> None:
        """Answer whichever page comes with `pages`, or as PAGES says, up to one of `until`; fails where a page comes back."""
        last = set(until)
        while self.name not in last:
            before = self.page.url
            self.met.append(self.name)
            self.look()
            if self.name != "marketing-stop":  # there the tick stands at everything, which narrows nothing (O-03)
                self._nothing_chosen()
            self.answer(pages[self.name] if self.name in pages else PAGES[self.name])
            self.press("main form[data-once]:has([name=password]) button.btn" if self.name == "login" else GO_ON)
            assert self.page.url != before, (before, self.page.inner_text("main"))
            assert len(self.met) < 40, self.met
        self.look()

    def _nothing_chosen(self) -> None:
        """EDPB 03/2022, deceptive snugness: no page chooses anything beforehand."""
        if self.page.locator("main input:checked").count():
            self.found.append(f"{self.path}: something is chosen beforehand")

    def send(self) -> str:
        """Press the last button; returns the reference on the page that says it arrived."""
        self.press()
        self.look()
        return self.page.inner_text(".done-ref").strip()

    def prints(self) -> None:
        """On paper there is the page and no chrome: nothing to press, nothing to fill in, no menus."""
        self.page.emulate_media(media="print")
        for selector in (".top", "main .btn", "main form", ".skip", ".back"):
            if self.page.locator(f"{selector}:visible").count():
                self.found.append(f"{self.path}: {selector} is printed")
        if not self.page.locator("h1:visible").count():
            self.found.append(f"{self.path}: the heading is not printed")
        self.page.emulate_media(media="screen")
