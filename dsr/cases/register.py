"""The register of requests (Art. 5(2), rules 4.6): a line a case, with dates, decisions, proof and systems, and no person.

Who handled and decided stands there as role and account id: the page People resolves ids, for those who may see it. Cases whose
file was purged are not in it any more; their numbers are in the statistics of purges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Prefetch

from dsr import wording
from dsr.cases import figures
from dsr.cases.perform import RefusedError
from dsr.cases.setup import record_setup
from dsr.law.workflow import Action, Refusal, Role, State
from dsr.models import Case, Event, Letter, Suspension, Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from dsr.law.workflow import Actor
    from dsr.models import CaseQuerySet, Controller

CHUNK: Final = 500
COLUMNS: Final = (
    "reference",
    "right",
    "article",
    "channel",
    "received_on",
    "identity_asked_on",
    "identity_answered_on",
    "clarification_asked_on",
    "clarification_answered_on",
    "first_due_on",
    "extended",
    "extension_told_on",
    "extension_reason",
    "due_on",
    "answered_on",
    "late",
    "outcome",
    "ground",
    "letters",
    "systems_searched",
    "systems_left_out",
    "handler",
    "decider",
    "regime",
    "chain_head",
)
READERS: Final = frozenset({Role.LEAD, Role.DPO, Role.AUDITOR})
# What a search of a system leaves behind; one that a lead left out is told apart.
_SEARCHES: Final = ("collect", "locate", "verify")


@transaction.atomic
def opened(*, controller: Controller, first: date, last: date, actor: Actor, now: datetime) -> int:
    """Note who takes the register of which period away, before the first line leaves; returns how many lines it has.

    RefusedError for whoever neither answers for the requests nor checks them.
    """
    if not READERS & actor.roles:
        raise RefusedError(Refusal("role", {"roles": ",".join(sorted(READERS))}))
    count = _rows(controller, first, last).count()
    data = {"first_on": first, "last_on": last, "cases": count}
    record_setup(controller=controller, kind="register_downloaded", actor=actor, now=now, data=data)
    return count


def lines(controller: Controller, first: date, last: date) -> Iterator[tuple[str, ...]]:
    """The register of what was received from the first to the last day, by receipt; the names of the columns first.

    Read in chunks of 500 with five queries each: memory stays the same, however many there are.
    """
    yield COLUMNS
    after: tuple[Any, Any] | None = None
    while chunk := _chunk(controller, first, last, after):
        # What is asked once for the whole chunk, not for each case.
        yield from _lines(controller, chunk)
        after = (chunk[-1].received_on, chunk[-1].pk)


def _rows(controller: Controller, first: date, last: date) -> CaseQuerySet:
    rows: CaseQuerySet = Case.objects.of(controller).filter(received_on__gte=first, received_on__lte=last)
    return rows


def _chunk(controller: Controller, first: date, last: date, after: tuple[Any, Any] | None) -> list[Case]:
    rows = figures.with_outcome(_rows(controller, first, last), controller)
    if after is not None:
        day, pk = after
        rows = rows.filter(received_on__gte=day).exclude(received_on=day, pk__lte=pk)
    rows = rows.select_related("request").defer("sealed", "explanation", "warnings", "request__sealed")
    sent = Letter.objects.filter(status=Letter.Status.SENT).defer("sealed").order_by("sent_at", "pk")
    rows = rows.prefetch_related(
        Prefetch("suspensions", Suspension.objects.order_by("started_at")),
        Prefetch("letters", sent),
        Prefetch("tasks", Task.objects.filter(operation__in=_SEARCHES).exclude(store="").order_by("store")),
    )
    return list(rows.order_by("received_on", "pk")[:CHUNK])


def _lines(controller: Controller, cases: list[Case]) -> Iterator[tuple[str, ...]]:
    reasons = dict(
        Event.objects.filter(case__in=cases, action=Action.EXTEND.value).order_by("seq").values_list("case", "data")
    )
    zone = ZoneInfo(controller.timezone)
    for case in cases:
        yield _line(case, reasons.get(case.pk, {}), zone)


def _line(case: Case, extension: dict[str, Any], zone: ZoneInfo) -> tuple[str, ...]:
    letters = list(case.letters.all())
    extended = [letter.sent_at for letter in letters if letter.code == "L-05" and letter.sent_at]
    tasks = list(case.tasks.all())
    identity, clarification = _asked(case, "identity"), _asked(case, "clarification")
    found: dict[str, Any] = {
        "reference": case.request.reference,
        "right": case.right,
        "article": wording.article(case.right),
        "channel": case.request.channel,
        "received_on": case.received_on,
        "identity_asked_on": identity[0],
        "identity_answered_on": identity[1],
        "clarification_asked_on": clarification[0],
        "clarification_answered_on": clarification[1],
        "first_due_on": case.first_month_due_on,
        "extended": "yes" if case.extended else "no",
        "extension_told_on": _day(extended[0], zone) if extended else "",
        "extension_reason": extension.get("reason", ""),
        "due_on": case.due_on,
        "answered_on": getattr(case, "closed_on", None),
        "late": "yes" if getattr(case, "late", False) else "no",
        "outcome": _outcome(case),
        "ground": case.ground,
        "letters": " | ".join(_letter(letter, zone) for letter in letters),
        "systems_searched": _stores(task for task in tasks if task.status == Task.Status.DONE),
        "systems_left_out": _stores(task for task in tasks if task.status == Task.Status.WAIVED),
        "handler": _who(case.handler_id or case.assignee_id, Role.HANDLER),
        "decider": _who(case.decider_id, Role.LEAD),
        "regime": case.regime,
        "chain_head": case.chain_head,
    }
    return tuple("" if found[name] is None else str(found[name]) for name in COLUMNS)


def _outcome(case: Case) -> str:
    """How it ended, also of an archived case; the state of one that is open."""
    return str(getattr(case, "outcome", None) or State(case.state).value)


def _asked(case: Case, kind: str) -> tuple[date | None, date | None]:
    """When a question first left, and when the last one was answered; no second day while one is open."""
    rows = [row for row in case.suspensions.all() if row.kind == kind]
    if not rows:
        return None, None
    return rows[0].started_on, None if any(row.ended_on is None for row in rows) else rows[-1].ended_on


def _letter(letter: Letter, zone: ZoneInfo) -> str:
    """Code, day, way and the hash of what was sent: the file where there is one, else its words."""
    return f"{letter.code} {_day(letter.sent_at, zone)} {letter.channel} sha256:{letter.pdf_sha256 or letter.content_sha256}"


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat() if at else ""


def _stores(tasks: Iterable[Task]) -> str:
    return " ".join(sorted({task.store for task in tasks}))


def _who(user: Any, role: Role) -> str:
    return f"{role.value}:{user}" if user else ""
