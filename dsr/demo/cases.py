"""About a dozen requests at every stage, opened through the same verbs as real ones, at moments in the past."""

from __future__ import annotations

import time
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases import clock
from dsr.demo import rights
from dsr.demo.story import Story, open_request
from dsr.law.rights import Ground, Right
from dsr.models import Channel, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from dsr.demo.stage import Stage
    from dsr.models import Controller

SOON = 3
"""Days until the request that is due soon is due."""
LATEST_MONTH = range(22, 36)
"""Days back to look for a receipt whose month ends in SOON days, weekends and holidays included."""


def _waits(on: Stage) -> None:
    """Nobody has looked yet."""


def _overdue(on: Stage) -> None:
    on.intake_assigns(days=39)
    on.confirm(days=36, method="letter")


def _identity_asked(on: Stage) -> None:
    on.intake_assigns(days=6)
    on.ask_identity(
        days=5,
        doubt="Your letter came from an address that we do not have on file, so it could have been written by somebody else.",
    )


def _due_soon(on: Stage) -> None:
    on.intake_assigns(days=24)
    on.confirm(days=20, method="callback")
    on.collect(days=15)


def _nobody_located(on: Stage) -> None:
    """Identified in the shop, but nobody wrote the customer number down: the search waits for a person."""
    on.intake_assigns(days=8)
    on.confirm(days=8, method="shop", numbered=False)
    on.collect(days=7)


def _department_late(on: Stage) -> None:
    on.intake_assigns(days=11)
    on.confirm(days=11, method="callback")
    on.collect(days=10, by_hand=False)
    on.department_is_late(days=10)


def _drafting(on: Stage) -> None:
    on.link(days=11)
    on.intake_assigns(days=11)
    on.collect(days=9)
    on.draft(days=8, paragraph="The connection records go back 150 days; older ones have been deleted.")


def _review(on: Stage) -> None:
    on.intake_assigns(days=13)
    on.confirm(days=13, method="callback")
    on.collect(days=12)
    on.draft(
        days=9,
        paragraph="Your household shares one address and one bank account; only the records that concern you are included.",
    )
    on.read(days=6)
    on.submit(days=5)


def _completed(on: Stage) -> None:
    on.link(days=25)
    on.intake_assigns(days=25)
    on.collect(days=24)
    on.draft(
        days=20, paragraph="Two other subscribers have your name; their records are theirs and not in this answer."
    )
    on.read(days=19)
    on.submit(days=18)
    on.approve(days=17)
    on.release(days=16)


def _withdrawn(on: Stage) -> None:
    on.intake_assigns(days=13)
    on.withdraw(days=10, proof="E-mail of the subscriber, kept with the request.")


def _refused(on: Stage) -> None:
    on.intake_assigns(days=17)
    on.confirm(days=16, method="callback")
    advice = "If the customer record itself is wrong, tell us which line and what is right; we correct it at once."
    reason = "The invoice of the day of issue must show the address of that day. The current address is right in the customer record."
    on.refuse(days=12, ground=Ground.ACCURATE, reason=reason, advice=advice)


def _erasure(on: Stage) -> None:
    on.intake_assigns(days=4)
    on.confirm(days=3, method="letter")


def stories(*, due_soon_days: int) -> tuple[Story, ...]:
    """Every story; `due_soon_days` is how many days ago a request came in that is due in SOON days."""
    return (
        Story(
            "overdue",
            1,
            Right.ACCESS,
            Channel.POST,
            41,
            "I want to know everything you have stored about me.",
            _overdue,
            "de",
        ),
        Story(
            "due-soon",
            12,
            Right.ACCESS,
            Channel.EMAIL,
            due_soon_days,
            "Please send me a copy of my data under Article 15 GDPR.",
            _due_soon,
        ),
        Story("completed", 2, Right.ACCESS, Channel.PORTAL, 26, "A copy of my data, please.", _completed, account=True),
        Story(
            "refused",
            41,
            Right.RECTIFICATION,
            Channel.EMAIL,
            18,
            "Put my new address on the invoices of last year.",
            _refused,
        ),
        Story(
            "withdrawn",
            46,
            Right.ERASURE,
            Channel.PHONE,
            14,
            "Delete my account. (By telephone, noted by Anna.)",
            _withdrawn,
        ),
        Story("review", 16, Right.ACCESS, Channel.EMAIL, 14, "A copy of my data for my tax adviser.", _review, "de"),
        Story(
            "drafting",
            5,
            Right.ACCESS,
            Channel.PORTAL,
            12,
            "Θέλω αντίγραφο των δεδομένων μου.",
            _drafting,
            account=True,
        ),
        Story(
            "collecting",
            55,
            Right.ACCESS,
            Channel.SHOP,
            9,
            "Everything, please. I do not remember my customer number.",
            _nobody_located,
        ),
        Story(
            "by-hand",
            30,
            Right.ACCESS,
            Channel.EMAIL,
            12,
            "What did your engineer write down when she was here?",
            _department_late,
        ),
        Story(
            "identity",
            22,
            Right.PORTABILITY,
            Channel.POST,
            7,
            "Give my data to me in a form my next provider can read.",
            _identity_asked,
        ),
        Story("erasure", 7, Right.ERASURE, Channel.POST, 5, "My contract ended last year. Delete my data.", _erasure),
        Story("rectification", 42, Right.RECTIFICATION, Channel.PORTAL, 2, "My name is Rowan Ashe, with an e.", _waits),
        Story("marketing", 20, Right.MARKETING_OBJECTION, Channel.EMAIL, 1, "No more newsletters.", _waits),
    )


def open_all(*, controller: Controller, now: datetime, done: Callable[[str], None]) -> int:
    """Open the dozen that is missing, as of `now` (aware UTC), oldest first; returns how many were opened.

    Each story is one transaction, so an interrupted start goes on with the next one.
    """
    opened = 0
    for story in _missing(controller, stories(due_soon_days=_days_until_due_soon(controller, now))):
        _play(controller, story, now)
        opened += 1
        done(f"  {story.right.value}: {story.key}")
    return opened


def open_further(*, controller: Controller, now: datetime, writes: bool, pause: float = 0.0) -> int:
    """Open what is missing of every right at every stage (`dsr.demo.rights`); returns how many were opened.

    `writes`: those that change a store, or the others. `pause`: seconds between two stories, in which a running demo can write to its database.
    """
    opened = 0
    for story in _missing(controller, (story for story in rights.stories() if story.writes is writes)):
        _play(controller, story, now)
        opened += 1
        time.sleep(pause)
    return opened


def _missing(controller: Controller, wanted: Iterable[Story]) -> list[Story]:
    there = set(Request.objects.of(controller).values_list("submission_key", flat=True))
    return [story for story in wanted if _key(story) not in there]


def _key(story: Story) -> str:
    return f"demo-{story.key}"


def _play(controller: Controller, story: Story, now: datetime) -> None:
    with nullcontext() if story.writes else transaction.atomic():
        story.play(open_request(controller=controller, story=story, key=_key(story), now=now))


def _days_until_due_soon(controller: Controller, now: datetime) -> int:
    """How many days ago a request for access came in that is due in SOON days, or as soon after as the calendar allows."""
    today = clock.local_date(controller, now)

    def left(days: int) -> int:
        given = clock.clock_input(controller=controller, received_at=now - timedelta(days=days), right=Right.ACCESS)
        return int((clock.columns(given, today=today)["due_on"] - today).days)

    return max((days for days in LATEST_MONTH if left(days) >= SOON), default=LATEST_MONTH.start)
