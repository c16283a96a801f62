"""What stays after an erasure, line by line: why, by which provision, until when; and what has come to its end (rules.md 3.4.2).

A statute's line ends by itself. A running contract or an open dispute has an end that somebody sets. Lines live as long as
the case: a case with lines that stand is not purged, because it still owes their erasure.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from dsr.cases import deletion_runs, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, record
from dsr.law.workflow import Refusal
from dsr.models import Controller, KeptLine, Task
from exporters.contract import Reason, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import Case
    from exporters.contract import PlanLine

OPERATION: Final = "kept"
STANDING: Final = (KeptLine.Status.KEPT, KeptLine.Status.DUE)
WITHDRAWN: Final = "later_plan_withdrawn"
"""Trouble of a task OPERATION whose plan was withdrawn: somebody says what holds now."""
_STAYS: Final = frozenset({Reason.LAW, Reason.MAP})
_REMIND_DAYS: Final = 30


def stays(line: PlanLine) -> bool:
    """Whether a line of a plan is one that the person is told about: kept by law or map, or a period nobody is sure of."""
    kept = line.treatment is Treatment.KEEP and line.reason in _STAYS
    return bool(line.count) and (kept or line.reason is Reason.PERIOD_UNCERTAIN)


@transaction.atomic
def note(
    *,
    case: Case,
    store: str,
    lines: Sequence[PlanLine],
    labels: Mapping[str, Mapping[str, str]],
    now: datetime,
    known: Iterable[str] | None = None,
) -> list[KeptLine]:
    """Write down what an applied plan left in a store, in place of what stood there for it. One event with counts.

    A day that somebody has set for the same rows goes on to count. `labels`: by dataset, then language. `known`: the hashes
    of the identifiers that stand in her record now; None: those that were written down before.
    """
    hashes = sorted(left_identifiers(case, store) if known is None else set(known))
    before = list(KeptLine.objects.filter(case=case, store=store, status__in=STANDING).order_by("pk"))
    own = {_which(row): row for row in before if row.ends_on or row.why == KeptLine.Why.DISPUTE}
    fresh = []
    for line in filter(stays, lines):
        row = KeptLine(
            controller_id=case.controller_id,
            case=case,
            store=store,
            dataset=line.dataset,
            label=dict(labels.get(line.dataset, {})),
            count=line.count,
            why=_why(line),
            law=line.law,
            mark=line.mark,
            document_class=line.document_class,
            document_year=line.document_year,
            until=line.keep_until,
            # Not taken up by the tick again and again: the task that waits for a person does that.
            status=KeptLine.Status.DUE if line.reason is Reason.PERIOD_UNCERTAIN else KeptLine.Status.KEPT,
            made_at=now,
        )
        if _which(row) in own and not _outlived(own[_which(row)], row, local_date(case.controller, now)):
            row.why, row.ends_on = own[_which(row)].why, own[_which(row)].ends_on
        row.put({"persons": [[key.dataset, list(key.values)] for key in line.persons], "known": hashes})
        fresh.append(row)
    left = {_which(row) for row in fresh}
    for row in before:
        row.status = KeptLine.Status.REPLACED if _which(row) in left else KeptLine.Status.GONE
        KeptLine.objects.filter(pk=row.pk).update(status=row.status, settled_at=now)
    for row in fresh:
        row.save(force_insert=True)
    if before or fresh:
        gone = sum(row.status == KeptLine.Status.GONE for row in before)
        data = {"store": store, "kept": len(fresh), "gone": gone}
        record(case_id=case.pk, kind="kept_noted", actor=SYSTEM, now=now, data=data)
    return fresh


def _which(row: KeptLine) -> tuple[Any, ...]:
    return (row.dataset, row.document_class, row.document_year)


def _outlived(before: KeptLine, row: KeptLine, today: date) -> bool:
    """Whether the day that somebody had set is over while a statute keeps the rows for longer: then its day counts."""
    return before.ends_on is not None and before.ends_on < today and row.until is not None and row.until >= today


def _why(line: PlanLine) -> str:
    if line.reason is Reason.MAP:
        return KeptLine.Why.MAP.value
    return (KeptLine.Why.LAW if line.keep_until else KeptLine.Why.CONTRACT).value


def standing(case: Case) -> list[KeptLine]:
    """What is kept of a case today, the soonest end first; lines without an end come last."""
    rows = KeptLine.objects.filter(case=case, status__in=STANDING)
    # NULLs first in one database and last in the other: an end that nobody knows is a day of its own.
    last = Coalesce("ends_on", "until", Value(date.max))
    return list(rows.order_by(last, "store", "dataset", "document_year", "pk"))


def gone(case: Case) -> list[tuple[KeptLine, date]]:
    """What was kept of a case and has been erased since, with the controller's day on which it was, the latest first."""
    rows = KeptLine.objects.filter(case=case, status=KeptLine.Status.GONE, settled_at__isnull=False)
    found = list(rows.order_by("-settled_at", "store", "dataset", "document_year", "pk"))
    return [(row, local_date(case.controller, row.settled_at)) for row in found if row.settled_at]


def ends(row: KeptLine) -> date | None:
    """The last day of keeping: what somebody has set, or the statute's; None while an event decides."""
    return row.ends_on or row.until


@transaction.atomic
def set_end(*, line_id: UUID | str, why: str, ends_on: date, reason: str, actor: Actor, now: datetime) -> KeptLine:
    """Say when the contract or the dispute ends for which a line stays; the reason is kept sealed.

    An open dispute may keep rows longer than their statute (17(3)(e)); no day makes the statute's own period shorter.
    RefusedError: `role`, `reason_missing`, `line_gone`, `end_passed`, `end_before_law`.
    """
    insist(actor, Duty.KEEP_END)
    row: KeptLine = KeptLine.objects.select_related("case__controller").get(pk=line_id)
    if row.status not in STANDING:
        raise RefusedError(Refusal("line_gone", {}))
    if not reason.strip() or why not in {KeptLine.Why.CONTRACT, KeptLine.Why.DISPUTE}:
        raise RefusedError(Refusal("reason_missing", {}))
    if ends_on < local_date(row.case.controller, now):
        raise RefusedError(Refusal("end_passed", {}))
    if row.until and ends_on < row.until:
        raise RefusedError(Refusal("end_before_law", {"day": row.until}))
    data = {"store": row.store, "dataset": row.dataset, "why": why, "ends_on": ends_on}
    record(case_id=row.case_id, kind="kept_end_set", actor=actor, now=now, data=data, note=reason)
    changed = KeptLine.objects.filter(pk=row.pk, status__in=STANDING).update(
        why=why, ends_on=ends_on, status=KeptLine.Status.KEPT, reminded_on=None
    )
    if not changed:
        raise ConflictError
    _settle(row.case, row.store, now=now)
    row.refresh_from_db()
    return row


def _settle(case: Case, store: str, *, now: datetime) -> None:
    """A task that waited for somebody to say a day is over when no line of its store is over any more; the tick makes another."""
    if not over(case.controller, now).filter(case=case, store=store).exists() and not _taken_up(case, store).exists():
        waits = Task.objects.filter(case=case, store=store, operation=OPERATION, status=Task.Status.MANUAL)
        waits.update(status=Task.Status.CANCELLED, finished_at=now)


def _taken_up(case: Case, store: str) -> QuerySet[KeptLine]:
    found: QuerySet[KeptLine] = KeptLine.objects.filter(case=case, store=store, status=KeptLine.Status.DUE)
    return found


def put_back(*, case: Case, store: str, now: datetime) -> None:
    """The plan for the end of the period was withdrawn: the lines stand as before, and their task waits for a person.

    Not planned again by the tick, because somebody had a reason: she sets another day, or has it tried again.
    """
    if _taken_up(case, store).update(status=KeptLine.Status.KEPT):
        task = tasks.ensure(case=case, operation=OPERATION, store=store, now=now)
        values = {"status": Task.Status.MANUAL, "error_code": WITHDRAWN, "error_place": "", "finished_at": None}
        Task.objects.filter(pk=task.pk).exclude(status=Task.Status.RUNNING).update(**values)


def still_kept(case: Case, store: str, lines: Iterable[PlanLine], today: date) -> list[str]:
    """Datasets whose set day has passed although a new plan keeps them, by no statute whose day is still to come."""
    passed = KeptLine.objects.filter(case=case, store=store, status__in=STANDING, ends_on__lt=today)
    named = set(passed.values_list("dataset", "document_class", "document_year"))
    return sorted(
        {
            line.dataset
            for line in lines
            if stays(line)
            and (line.dataset, line.document_class, line.document_year) in named
            and not (line.keep_until and line.keep_until >= today)
        }
    )


def over(controller: Controller, now: datetime) -> QuerySet[KeptLine]:
    """Lines of a controller whose last day has passed."""
    today = local_date(controller, now)
    passed = Q(ends_on__lt=today) | Q(ends_on__isnull=True, until__lt=today)
    found: QuerySet[KeptLine] = KeptLine.objects.of(controller).filter(passed, status=KeptLine.Status.KEPT)
    return found


def make_due(*, now: datetime, limit: int) -> int:
    """Have stores planned again where a line's last day has passed, at most `limit` lines; returns how many."""
    busy = Task.objects.filter(
        case=OuterRef("case"),
        store=OuterRef("store"),
        operation=OPERATION,
        status__in=[Task.Status.QUEUED, Task.Status.RUNNING, Task.Status.MANUAL],
    )
    done = 0
    for controller in Controller.objects.order_by("slug"):
        # T-25: a copy that is being made shows what is there; the end of the period waits for it.
        copying = deletion_runs.of_the_person(OuterRef("case__request_id"))
        rows = over(controller, now).filter(~Exists(busy), ~Exists(copying)).select_related("case__controller")
        found = list(rows.order_by(Coalesce("ends_on", "until"), "pk")[: limit - done])
        stores: dict[tuple[Any, str], list[KeptLine]] = {}
        for row in found:
            stores.setdefault((row.case_id, row.store), []).append(row)
        for (_case, store), lines in stores.items():
            with transaction.atomic():
                tasks.ensure(case=lines[0].case, operation=OPERATION, store=store, now=now, again=True)
                KeptLine.objects.filter(pk__in=[row.pk for row in lines]).update(status=KeptLine.Status.DUE)
        done += len(found)
    return done


def persons(case: Case, store: str) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Whose rows stand in a store, as (name of the key, values): from the lines, because the plan's own keys are gone."""
    rows = KeptLine.objects.filter(case=case, store=store, status__in=STANDING).select_related("case").order_by("pk")
    return tuple(
        dict.fromkeys((name, tuple(values)) for row in rows for name, values in row.content().get("persons", []))
    )


def left_identifiers(case: Case, store: str) -> frozenset[str]:
    """Hashes (those of the ledger of erasures) of the identifiers that stood in her record when the erasure was through.

    Whatever else stands there on the day of the end is somebody else's, or hers anew.
    """
    rows = KeptLine.objects.filter(case=case, store=store, status__in=STANDING).select_related("case").order_by("pk")
    return frozenset(token for row in rows for token in row.content().get("known", []))


def due_counts(case: Case, store: str, today: date) -> dict[str, int]:
    """How many rows of each dataset stay in a store by lines that are being taken up, or whose last day has passed."""
    found: dict[str, int] = {}
    for row in KeptLine.objects.filter(case=case, store=store, status__in=STANDING).order_by("pk"):
        last = ends(row)
        if row.status == KeptLine.Status.DUE or (last is not None and last < today):
            found[row.dataset] = found.get(row.dataset, 0) + row.count
    return found


def datasets(case: Case, store: str) -> set[str]:
    """Datasets of a store of which something is kept."""
    return set(KeptLine.objects.filter(case=case, store=store, status__in=STANDING).values_list("dataset", flat=True))


def held_longer(case: Case, store: str, today: date) -> set[str]:
    """Datasets of a store that a contract or a dispute keeps beyond their statute, by a day that somebody has set."""
    rows = KeptLine.objects.filter(case=case, store=store, status__in=STANDING, ends_on__gte=today)
    return set(rows.values_list("dataset", flat=True))


def owed() -> Q:
    """Cases (by the outer query's `pk`) with lines that stand: they are not purged."""
    return Q(Exists(KeptLine.objects.filter(case=OuterRef("pk"), status__in=STANDING)))
