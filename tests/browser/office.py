"""A privacy office that works by keyboard only: registers requests and walks each to its end by what the page names next.

The walker knows no order of steps. It goes to the card "Next action" (key `s`), presses what has the focus there, fills in
what the form asks from a table of answers, and presses the main button. Where the page leaves somebody without a next
step, the walk fails with what stood on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from dsr.models import Case
from dsr.work.tick import tick
from tests.browser.keyboard import Focus, Keyboard
from tests.browser.looking import goto, looked_at
from tests.factories import PASSWORD
from tests.jobs import run_due

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.demo.people import Person
    from dsr.models import User

ROUNDS: Final = 24
"""No right takes more steps than this from receipt to close."""
MOST: Final = 4
"""Times that the same step may come in a row: two pages of texts, four systems by hand."""
WIDE: Final = 120
"""Presses of Tab on the longest form of the desk."""
_FIELD: Final = """() => {
  const one = document.activeElement, form = one.form;
  return {tag: one.localName, type: one.type || '', name: one.name || '', value: one.value || '', ticked: !!one.checked,
          inside: !!one.closest('#main'), main: one.matches('.btn:not(.btn-2):not(.btn-link)'),
          folded: one.localName === 'summary' && !one.parentElement.open
            ? [...one.parentElement.querySelectorAll('[name]')].map(other => other.name) : []};
}"""
CONFIRMED: Final = {"who": "Finance", "how": "Done, and seen in the system"}
IDENTITY: Final = {
    "method": "callback",
    "seen": "Called on the number on file; knew what stands",
    "store": "Billing",
}
ENDS: Final = {"recipients": "Nobody received the data.", **{f"told_{n}": "told" for n in range(12)}, **CONFIRMED}


@dataclass
class Colleague(Keyboard):
    """Somebody of the office at her browser."""

    stop: str = "by keyboard"
    """Which journey she is in: it stands before what a look finds."""

    def sign_in(self, user: User) -> None:
        """With e-mail and password, as every day."""
        self.page.goto("/desk/")
        self.skip()
        self.type("E-mail address", user.email)
        self.type("Password", PASSWORD)
        self.enter()
        self.reads("You are signed in.")

    def reads(self, words: str) -> None:
        """The page says it."""
        shown = self.page.inner_text("main")
        assert words in shown, (self.page.url, shown[:1500])

    def look(self, name: str = "") -> None:
        """Nothing is wrong with this page: see tests/browser/looking.py. `name` tells stops of one address apart."""
        looked_at(self.page, f"{self.stop} {name}".strip())

    def register(self, person: Person, right: str, words: str, **more: Any) -> Case:
        """A letter came: New request, and where it leads."""
        self.page.goto("/desk/")
        self.skip()
        self.press("New request", "link")
        today = timezone.localtime().strftime("%m%d%Y")
        given = {
            "channel": "post",
            "received_on": today,
            "rights": {right},
            "words": words,
            "customer_number": person.customer_no,
            "name": person.name,
            "contact_email": person.email,
            **more,
        }
        self.send(given)
        self.reads("is registered")
        return Case.objects.get(pk=self.page.url.partition("#")[0].rstrip("/").rpartition("/")[2])

    def open(self, case: Case) -> None:
        """The case, by the address that stands in her bar."""
        goto(self.page, f"/desk/cases/{case.pk}/")

    def find(self, case: Case) -> None:
        """The case, as somebody else finds it: search by its number, go to the row, open it."""
        self.page.goto("/desk/?view=open")
        self.page.keyboard.press("/")
        self.page.keyboard.type(case.request.reference[-6:])
        self.enter()
        self.page.keyboard.press("j")
        self.enter("o")
        assert f"/desk/cases/{case.pk}/" in self.page.url

    def go_on(self) -> Focus:
        """To the next step by its key; what has the focus then."""
        self.page.keyboard.press("s")
        now = self.focus()
        if now.role not in {"button", "link"}:  # the page has loaded itself again meanwhile: a person presses once more
            self.page.wait_for_load_state()
            self.page.keyboard.press("s")
            now = self.focus()
        return now

    def send(self, answers: Mapping[str, Any]) -> str:
        """Fill in what the form asks, in the order of Tab, and press its main button; the name of that button."""
        self.skip()
        done: set[str] = set()
        way: list[str] = []
        for _ in range(WIDE):
            now = self.tab()
            at = self.page.evaluate(_FIELD)
            way.append(f"{now.role} “{now.name[:40]}”")
            if at["inside"] and now.role == "button" and (at["main"] or now.name.startswith("I have read")):
                self.enter()
                return now.name
            if not set(at["folded"]).isdisjoint(answers):
                self.page.keyboard.press("Enter")  # what she has to say is asked behind it
            if at["name"] in answers and at["name"] + str(at["value"] if at["type"] == "checkbox" else "") not in done:
                done.add(at["name"] + str(at["value"] if at["type"] == "checkbox" else ""))
                self._fill(at, answers[at["name"]])
        raise AssertionError(f"{self.page.url}: no main button: " + " > ".join(way))

    def send_letter(self) -> None:
        """Where a step became a letter: its page shows the PDF as soon as it is laid out, and then it is sent."""
        if "/letters/" not in self.page.url:
            return
        run_due()
        self.page.get_by_role("link", name="Open the PDF").wait_for()
        self.look("letter")
        self.send({})

    def _fill(self, at: dict[str, Any], answer: Any) -> None:
        keys = self.page.keyboard
        if at["type"] == "radio":
            for _ in range(20):
                if self.page.evaluate("document.activeElement.value") == answer:
                    keys.press("Space")
                    return
                keys.press("ArrowDown")
            raise AssertionError((self.page.url, at["name"], answer))
        if at["type"] == "checkbox":
            wanted = at["value"] in answer if isinstance(answer, set) else bool(answer)
            if wanted != at["ticked"]:
                keys.press("Space")
            return
        if at["tag"] == "select" and isinstance(answer, int):
            for _ in range(answer):
                keys.press("ArrowDown")
            return
        if at["tag"] == "select":
            keys.type(answer)
            return
        if at["type"] not in {"date", "time"}:
            keys.press("Control+a")
        keys.type(answer)


@dataclass
class Office:
    """Who handles and who is the second person; and what runs meanwhile."""

    handler: Colleague
    second: Colleague
    steps: list[str] = field(default_factory=list)

    def walk(self, case: Case, answers: Mapping[str, Any]) -> Case:
        """From where the case is to its end. AssertionError where nobody is told what to do next."""
        given = {**IDENTITY, "customer_number": case_number(case), **ENDS, "attested": True, **answers}
        for _ in range(ROUNDS):
            case = Case.objects.select_related("request").get(pk=case.pk)
            work(case)
            case = Case.objects.select_related("request").get(pk=case.pk)
            if not case.is_open:
                return case
            who = self.second if case.state == "review" else self.handler
            who.open(case)
            who.look()
            now = who.go_on()
            assert self.steps[-MOST:] != [now.name] * MOST, (self.steps, who.page.inner_text("main")[:3000])
            assert now.role in {"button", "link"}, (case.state, now, who.page.inner_text("main")[:2500])
            self.steps.append(now.name)
            who.enter()
            if not _is_overview(who.page.url):
                who.look()
                self._on_its_page(who, given)
        raise AssertionError(f"not closed after {ROUNDS} steps: {case.state} {self.steps}")

    def _on_its_page(self, who: Colleague, given: Mapping[str, Any]) -> None:
        """What the step asks for; where it is a letter, that is looked at before it leaves (L-rules)."""
        if not who.page.locator("main .btn:not(.btn-2):not([disabled])").count():
            return
        if who.page.locator("main a.btn[href*='/do/refuse/']").count():  # a decision that grants nothing (4.2 no. 17)
            who.skip()
            who.press("Refuse", "link")
            who.look()
        pressed = who.send(given)
        said = who.page.locator("main .error:visible, main .notice[role=alert]:visible").all_inner_texts()
        assert not said, (pressed, who.page.url, said)
        who.send_letter()


def _is_overview(url: str) -> bool:
    return re.search(r"/desk/cases/[^/]+/?(#[\w-]+)?$", url) is not None


def case_number(case: Case) -> str:
    """The customer number that the letter gave; empty where an account is linked to it."""
    return str(dict(case.request.content().get("identifiers", [])).get("customer_number", ""))


def work(case: Case) -> None:
    """What workers do meanwhile; the tick only where something waits for it."""
    run_due()
    if case.state in {"approved", "executing"}:
        for _ in range(2):
            tick(timezone.now())
            run_due()
