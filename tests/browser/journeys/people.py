"""Who takes part in a journey: a subscriber with a phone, colleagues at their desks, the worker in between, and the day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core import mail
from django.utils import timezone

from dsr.cases import identity
from dsr.models import Case
from dsr.work.tick import tick
from tests.browser.looking import goto, looked_at
from tests.browser.office import Colleague, Office
from tests.browser.walking import Walker
from tests.factories import PASSWORD, make_staff
from tests.jobs import run_due

if TYPE_CHECKING:
    import time_machine
    from playwright.sync_api import Page

    from dsr.demo.people import Person
    from dsr.models import Controller, User
    from tests.browser.harness import Browse
    from tests.browser.walking import Answers


class Walk:
    """A person with a mouse or a finger; every page she sees is looked at."""

    def __init__(self, page: Page, code: str) -> None:
        self.page, self.code = page, code

    def see(self, words: str = "", stop: str = "") -> None:
        """The page is there, says `words`, and has no problem; `stop` names it where its address does not."""
        self.page.wait_for_load_state()
        looked_at(self.page, f"{self.code} {stop or _heading(self.page)}")
        if words:
            assert words in self.page.inner_text("body"), (self.page.url, self.page.inner_text("main")[:2000])

    def go(self, path: str, words: str = "", stop: str = "") -> None:
        """Open an address; a page that reloads itself in that moment, because the case moved on, is left all the same."""
        goto(self.page, path)
        self.see(words, stop)

    def tick_all(self) -> None:
        """Tick what only a human can say before she approves."""
        for box in self.page.locator('input[name="attested"]').all():
            box.check()

    def press(self, name: str, words: str = "", stop: str = "") -> None:
        """Press a button or follow a link by its words, and see the page that comes."""
        target = self.page.locator("main").get_by_role("button", name=name, exact=True)
        if not target.count():
            target = self.page.locator("main").get_by_role("link", name=re.compile(f"^{re.escape(name)}"))
        with self.page.expect_navigation():
            target.first.click()
        self.see(words, stop)

    def choose(self, label: str) -> None:
        """Tick a radio or a box."""
        self.page.get_by_label(label, exact=True).check()

    def fill(self, label: str, text: str) -> None:
        """Type into a field."""
        self.page.get_by_label(label).fill(text)

    def submit(self, words: str = "", stop: str = "") -> None:
        """Press the main button of the page's form."""
        with self.page.expect_navigation():
            self.page.locator("main form button.btn").first.click()
        self.see(words, stop)

    def sign_in(self, path: str, email: str) -> None:
        """With e-mail and password."""
        self.go(path)
        self.page.locator("main input[type=email]").fill(email)
        self.page.locator("main input[type=password]").fill(PASSWORD)
        self.press("Sign in")


@dataclass
class Journey:
    """One scenario: its code, its controller, the clock that its people read, and who they are."""

    code: str
    browse: Browse
    controller: Controller
    clock: time_machine.Traveller
    people: list[Any] = field(default_factory=list)

    def at(self, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
        """It is this day of 2026 now, by the provider's own clock."""
        moment = datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(self.controller.timezone))
        self.clock.move_to(moment)
        return moment

    def phone(self, user: User | None = None, **options: Any) -> Walk:
        """The subscriber at 360 px; with `user` signed in."""
        return Walk(self.browse.page("phone", user=user, **options), self.code)

    def files(self, she: Walk, right: str, pages: dict[str, Answers] | None = None) -> Case:
        """She sends a request from the start page, a question a page; returns its case of this right."""
        walker = Walker(she.page, journey=self.code)
        walker.choose(right)
        walker.walk(pages or {})
        reference = walker.send()
        assert walker.found == []
        found: Case = Case.objects.select_related("request", "controller").get(
            request__reference=reference, right=right
        )
        return found

    def colleague(self, name: str, *roles: str, mode: str = "desktop") -> Colleague:
        """Somebody of the office, signed in, who works by keyboard; a long time later she signs in anew by this."""
        user = make_staff(name, *roles, controller=self.controller)
        one = Colleague(self.browse.page(mode, user=user), stop=self.code)
        self.people.append(one)
        return one

    def office(self) -> Office:
        """Mara, who handles, and Otto, who is the second person."""
        return Office(self.colleague("mara"), self.colleague("otto", "lead"))

    def work(self) -> None:
        """What tick and workers do meanwhile."""
        for _ in range(3):
            tick(timezone.now())
            run_due()

    def clean(self) -> None:
        """Nobody met a fault on the way that keyboards find."""
        assert [fault for one in self.people for fault in one.found] == []


def linked(user: User, person: Person) -> User:
    """The account is linked to the customer number, as after a code to the contact on file."""
    identity.link(
        user=user,
        store="billing",
        customer_number=person.customer_no,
        contact=person.email,
        method="code",
        now=timezone.now(),
    )
    return user


def mails_to(address: str) -> list[str]:
    """What somebody finds in her mailbox: subject and text, the oldest first."""
    return [f"{one.subject}\n{one.body}" for one in mail.outbox if address in one.to]


def code_in_mail(address: str) -> str:
    """The newest code that was mailed, and to nobody but this address."""
    run_due()
    codes = [(one.to, re.findall(r"\b\d{4} \d{4}\b", str(one.body))) for one in mail.outbox]
    to, found = next((to, found) for to, found in reversed(codes) if found)
    assert to == [address]
    return str(found[0])


def _heading(page: Page) -> str:
    return page.locator("main h1").first.inner_text().splitlines()[0] if page.locator("main h1").count() else ""
