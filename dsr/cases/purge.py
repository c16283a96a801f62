"""Purging a case file when its retention is over (rules 4.2 no. 25, 4.5): keys, rows, index and files go, all cases of a request at once.

Left are a tombstone per case (id, length and head of its chain, so that the anchors still verify), a line in the ledger of
purges, and one more in the numbers of its month.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest

from dsr.cases import authority, holds, kept
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.erase_rows import erase
from dsr.cases.own_rules import retention_of
from dsr.cases.perform import perform
from dsr.law.regimes import REGIMES, UnknownRegimeError, regime
from dsr.law.retention import case_file_until
from dsr.law.rights import Right
from dsr.law.workflow import ANSWERED, Action, State
from dsr.models import Artifact, Case, CaseStatistic, Controller, Event, Incident, Request, Tombstone, Upload

if TYPE_CHECKING:
    from dsr.law.retention import RetentionRule
    from dsr.models import RowId

_LOOK_BACK_DAYS: Final = 40 * 366


@dataclass(frozen=True, slots=True)
class Purged:
    """The tombstones of a request's cases, how many rows went, and the names of files whose bytes the caller removes."""

    stones: tuple[Tombstone, ...]
    rows: int
    files: tuple[str, ...]


def keep_until(case: Case, own: tuple[RetentionRule, ...] | None = None) -> date | None:
    """The last day of keeping a closed case: the controller's own row, else three years, never below the regime's least."""
    if case.closed_at is None:
        return None
    return kept_until(case, local_date(case.controller, case.closed_at), own)


def kept_until(case: Case, closed_on: date, own: tuple[RetentionRule, ...] | None = None) -> date | None:
    """The same for a case that is closed on that day."""
    rules = retention_of(case.controller) if own is None else own
    try:
        least = regime(case.regime, case.received_on).min_record_months
    except UnknownRegimeError:
        return None
    return case_file_until(closed_on, country=case.controller.country, own=rules, least_months=least)


def due(*, now: datetime, limit: int) -> list[RowId]:
    """Requests all of whose cases may be purged, the longest closed first; never one with a legal hold."""
    found: list[RowId] = []
    for controller in Controller.objects.order_by("slug"):
        found += _due_of(controller, now, limit - len(found))
        if len(found) >= limit:
            break
    return found


def _due_of(controller: Controller, now: datetime, limit: int) -> list[RowId]:
    over, last = Q(), date.min
    own, today = retention_of(controller), local_date(controller, now)
    for code, least in {(one.code, one.min_record_months) for one in REGIMES}:
        cut = _closed_before(controller, own, today, least)
        over |= Q(regime=code, closed_at__lt=_night_after(cut))
        last = max(last, cut)
    # The second condition is the range an index is read in; the first says it for each regime.
    ripe = Q(over, state=State.ARCHIVED, closed_at__lt=_night_after(last))
    # A case that still keeps something under a law owes its erasure (docs/after-erasure.md).
    waits = Case.objects.filter(request=OuterRef("request_id")).exclude(ripe & ~kept.owed())
    rows = authority.free(Case.objects.of(controller).filter(ripe).exclude(Exists(waits)), request="request_id")
    free = holds.free(holds.free_of_claims(rows, request="request_id"), request="request_id")
    ids = free.order_by("closed_at").values_list("request_id", flat=True)
    return list(dict.fromkeys(ids[: limit * len(Right)]))[:limit]


def _night_after(day: date) -> datetime:
    """A day more than needed, because days are the controller's; the guard looks at each case."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _closed_before(controller: Controller, own: tuple[RetentionRule, ...], today: date, least: int) -> date:
    """The first closing day whose file is still kept today; the guard looks at each case again."""

    def kept(ago: int) -> int:
        until = case_file_until(today + timedelta(days=ago), country=controller.country, own=own, least_months=least)
        return int(until is None or until >= today)

    back = range(-_LOOK_BACK_DAYS, 1)
    return today + timedelta(days=back[min(bisect_left(back, 1, key=kept), len(back) - 1)])


@transaction.atomic
def purge(*, request_id: RowId, now: datetime) -> Purged:
    """Purge a request with all of its cases; RefusedError (not archived, retention, hold), ConflictError: nothing changed."""
    holds.insist_free(request_id)
    holds.insist_no_claim(request_id)
    authority.insist_free(request_id)
    cases = list(Case.objects.filter(request_id=request_id).select_related("controller", "request").order_by("pk"))
    cases = [
        perform(
            case_id=case.pk,
            action=Action.PURGE,
            actor=SYSTEM,
            now=now,
            seen_version=case.version,
            extra_facts={"keep_until": keep_until(case)},
        )
        for case in cases
    ]
    return _remove(request_id, cases, now)


@transaction.atomic
def replay(*, request_id: RowId, now: datetime) -> Purged:
    """Purge once more what a restored backup brought back: that was decided before, so the table is not asked again.

    A legal hold that the backup holds still stops it (RefusedError): a person has to look.
    """
    holds.insist_free(request_id)
    cases = list(Case.objects.filter(request_id=request_id).select_related("controller", "request").order_by("pk"))
    return _remove(request_id, cases, now)


def _remove(request_id: RowId, cases: list[Case], now: datetime) -> Purged:
    kept = (Artifact.objects.filter(case__in=cases), Upload.objects.filter(request_id=request_id))
    files = tuple(
        name for rows in kept for name in rows.exclude(storage_name="").values_list("storage_name", flat=True)
    )
    for case in cases:
        _count(case)
    ends_on = now.astimezone(UTC).date() + timedelta(days=settings.DSR_BACKUP_DAYS)
    stones = tuple(_stone(case, now, ends_on) for case in cases)
    if stones:
        stones[0].files = list(files)
    rows = erase(Request, [request_id])
    for stone in stones:
        stone.save(force_insert=True)
    return Purged(stones, sum(rows.values()), files)


def _stone(case: Case, now: datetime, ends_on: date) -> Tombstone:
    """The chain's last link of each day, as the anchors took them at midnight UTC."""
    heads: dict[str, list[Any]] = {}
    for at, seq, head in Event.objects.filter(case=case).order_by("seq").values_list("at", "seq", "hash"):
        day = at.astimezone(UTC).date().isoformat()
        heads[day] = [day, seq, head]
    return Tombstone(
        case_id=case.pk,
        controller_id=case.controller_id,
        reference=case.request.reference,
        version=case.version,
        chain_head=case.chain_head,
        heads=list(heads.values()),
        purged_at=now,
        ends_on=ends_on,
    )


def _count(case: Case) -> None:
    """Add the case to the numbers of the month it was received in."""
    ended = Event.objects.filter(case=case, to_state__in=ANSWERED).order_by("-seq").values_list("to_state", flat=True)
    closed_on = local_date(case.controller, case.closed_at) if case.closed_at else case.received_on
    late = Incident.objects.filter(case=case, kind=Incident.Kind.OVERDUE).exists()
    days = max(0, (closed_on - case.received_on).days)
    row, _new = CaseStatistic.objects.get_or_create(
        controller_id=case.controller_id,
        month=case.received_on.replace(day=1),
        right=case.right,
        regime=case.regime,
        outcome=ended.first() or case.state,
        on_time=not late and (case.due_on is None or closed_on <= case.due_on),
    )
    CaseStatistic.objects.filter(pk=row.pk).update(
        cases=F("cases") + 1, days_total=F("days_total") + days, days_longest=Greatest(F("days_longest"), days)
    )


def purged(controller: Controller, reference: str) -> bool:
    """Whether a request of this reference was here and is no longer kept."""
    wanted = "".join(reference.split()).upper()
    return bool(wanted) and Tombstone.objects.of(controller).filter(reference=wanted).exists()


def forget_names(*, now: datetime, limit: int) -> int:
    """Empty the references of tombstones that no backup can hold any more; id, length and head stay for the anchors."""
    ids = list(
        Tombstone.objects.filter(ends_on__lt=now.astimezone(UTC).date())
        .exclude(reference="")
        .values_list("pk", flat=True)[:limit]
    )
    return Tombstone.objects.filter(pk__in=ids).update(reference="")
