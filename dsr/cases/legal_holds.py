"""Legal holds by matter: placed with authority and reason, looked at again on a day, lifted by a lead or the DPO.

A hold does not end by itself, because that would let an erasure go on unseen; on its day somebody is reminded. What is held
is asked in one place (`dsr.cases.holds`). `Case.legal_hold` is the fast flag of a case, derived from the rows here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q

from dsr.cases import closeness, held_persons, notices
from dsr.cases.clock import local_date
from dsr.cases.duties import DUTIES, Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, record, staff_id
from dsr.cases.ring_tokens import Moved
from dsr.cases.scope import stores_of
from dsr.cases.setup import record_setup
from dsr.law.workflow import Refusal
from dsr.models import Case, Controller, Event, Hold, IndexToken, Kind, User
from dsr.vault import blind, keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor

PERSON_KINDS: Final = ("customer_number", "email", "phone", "username")
"""By which a person is named for a hold: what requests are found by (dsr.fulfil.locate.SEARCHABLE)."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a hold is about, sealed in its row."""

    matter: str
    authority: str
    reason: str


@transaction.atomic
def place(
    *,
    controller: Controller,
    matter: Matter,
    actor: Actor,
    now: datetime,
    case: Case | None = None,
    person: tuple[str, str] | None = None,
    store: str = "",
    review_on: date | None = None,
) -> Hold:
    """Hold a case, a person (kind, value) or a store: exactly one of them. An event on each case that is held by it.

    A person is remembered as a keyed token, and her later requests are held as well: those in which the number or address
    is proved, however it is written there (`dsr.cases.held_persons`). RefusedError: `role`,
    `reason_missing`, `hold_scope`, `end_passed`.
    """
    insist(actor, Duty.HOLD)
    if not (matter.matter.strip() and matter.reason.strip()):
        raise RefusedError(Refusal("reason_missing", {}))
    if review_on is not None and review_on < local_date(controller, now):
        raise RefusedError(Refusal("end_passed", {}))
    if sum((case is not None, person is not None, bool(store))) != 1:
        raise RefusedError(Refusal("hold_scope", {}))
    hold = Hold(controller=controller, placed_at=now, placed_by_id=staff_id(actor), review_on=review_on)
    _scoped(hold, case, person, store)
    said = {"matter": matter.matter.strip(), "authority": matter.authority.strip(), "reason": matter.reason.strip()}
    hold.vault_key()
    hold.put(said | ({"value": person[1].strip()} if person else {}))
    hold.save(force_insert=True)
    data: dict[str, Any] = {"hold": str(hold.pk), "scope": hold.scope, "review_on": review_on}
    for one in cases_of(hold):
        record(
            case_id=one.pk,
            kind="hold_set",
            actor=actor,
            now=now,
            changes={"legal_hold": True},
            data=data,
            note=matter.reason,
        )
    if hold.scope != Hold.Scope.CASE:
        data |= {"store": hold.store}
        record_setup(controller=controller, kind="hold_placed", actor=actor, now=now, data=data, note=matter.reason)
    return hold


def _scoped(hold: Hold, case: Case | None, person: tuple[str, str] | None, store: str) -> None:
    if case is not None:
        hold.scope, hold.case = Hold.Scope.CASE, case
    elif person is not None:
        kind, value = person
        if kind not in PERSON_KINDS or not value.strip():
            raise RefusedError(Refusal("hold_scope", {}))
        hold.scope, hold.kind = Hold.Scope.PERSON, kind
        hold.token = blind.token(hold.controller.slug, kind, value.strip())
    else:
        if store not in stores_of(hold.controller):
            raise RefusedError(Refusal("hold_scope", {}))
        hold.scope, hold.store = Hold.Scope.STORE, store


@transaction.atomic
def lift(*, hold_id: UUID | str, reason: str, actor: Actor, now: datetime) -> Hold:
    """Lift a hold: a lead or the DPO, with a reason. Cases that another hold still holds stay held.

    RefusedError: `role`, `reason_missing`, `hold_lifted`. ConflictError when somebody else was faster.
    """
    insist(actor, Duty.LIFT_HOLD)
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    hold: Hold = Hold.objects.select_related("controller").get(pk=hold_id)
    if hold.lifted_at is not None:
        raise RefusedError(Refusal("hold_lifted", {}))
    if not Hold.objects.filter(pk=hold.pk, lifted_at__isnull=True).update(lifted_at=now, lifted_by_id=staff_id(actor)):
        raise ConflictError
    data: dict[str, Any] = {"hold": str(hold.pk), "scope": hold.scope}
    for one in cases_of(hold):
        still = standing(one).exists()
        record(
            case_id=one.pk,
            kind="hold_lifted",
            actor=actor,
            now=now,
            changes={"legal_hold": still},
            data=data | {"still_held": still},
            note=reason,
        )
    if hold.scope != Hold.Scope.CASE:
        data |= {"store": hold.store}
        record_setup(controller=hold.controller, kind="hold_ended", actor=actor, now=now, data=data, note=reason)
    hold.refresh_from_db()
    return hold


def cases_of(hold: Hold) -> list[Case]:
    """The cases a hold is on by itself or by its person, those it was set on included; a hold on a store is on none."""
    if hold.scope == Hold.Scope.CASE:
        return [hold.case] if hold.case else []
    if hold.scope == Hold.Scope.STORE:
        return []
    bound = held_persons.matches([hold])[hold.pk].bound
    flagged = Event.objects.filter(case__legal_hold=True, action="hold_set", data__hold=str(hold.pk))
    rows = Case.objects.filter(Q(request__in=bound) | Q(pk__in=flagged.values("case_id")))
    return list(rows.select_related("request", "controller").order_by("pk"))


def standing(case: Case) -> QuerySet[Hold]:
    """Holds that stand on a case: its own and those of its person."""
    named = held_persons.matches(held_persons.standing(case.controller_id), request_id=case.request_id)
    persons = Q(pk__in=[pk for pk, match in named.items() if match.bound])
    rows = Hold.objects.filter(Q(scope=Hold.Scope.CASE, case=case) | persons, controller_id=case.controller_id)
    found: QuerySet[Hold] = rows.filter(lifted_at__isnull=True).order_by("placed_at", "pk")
    return found


def of(controller: Controller, *, lifted: bool = False) -> QuerySet[Hold]:
    """The holds of a controller, the day of looking again first; `lifted`: those that are over, the newest first."""
    rows = Hold.objects.of(controller).filter(lifted_at__isnull=not lifted)
    rows = rows.select_related("controller", "case__request", "placed_by", "lifted_by")
    found: QuerySet[Hold] = (
        rows.order_by("-lifted_at", "pk") if lifted else rows.order_by("review_on", "placed_at", "pk")
    )
    return found


def readable(rows: Sequence[Hold], user: User) -> list[Hold]:
    """Those of the rows that a colleague may know of: none that is about somebody she is too close to, or about herself (4.3).

    What was only typed into a request she is barred from counts as well; three queries, whatever the number.
    """
    barred = closeness.barred_requests(user)
    tokens = {hold.pk: held_persons.tokens_of(hold) for hold in rows}
    theirs = IndexToken.objects.filter(held_persons.named(set().union(*tokens.values())), request__in=barred)
    close = set(theirs.values_list("kind", "token")) | held_persons.tokens_for(user.controller, "email", user.email)
    requests = set(barred.values_list("request", flat=True))
    return [
        hold
        for hold in rows
        if not (tokens[hold.pk] & close or (hold.case is not None and hold.case.request_id in requests))
    ]


def refresh(*, now: datetime, actor: Actor, limit: int) -> int:
    """Set the flag of cases that came after the hold on their person; writes are stopped without it already. How many."""
    done = 0
    for hold in Hold.objects.filter(scope=Hold.Scope.PERSON, lifted_at__isnull=True).order_by("pk"):
        for case in cases_of(hold):
            if case.legal_hold or done >= limit:
                continue
            data = {"hold": str(hold.pk), "scope": hold.scope}
            record(case_id=case.pk, kind="hold_set", actor=actor, now=now, changes={"legal_hold": True}, data=data)
            done += 1
    return done


def remind(*, now: datetime, limit: int) -> int:
    """Tell whoever may lift a hold that its day has come, once; returns how many holds."""
    done = 0
    for controller in Controller.objects.order_by("slug"):
        today = local_date(controller, now)
        rows = of(controller).filter(review_on__lte=today, reminded_on__isnull=True)
        for hold in rows[: limit - done]:
            with transaction.atomic():
                if not Hold.objects.filter(pk=hold.pk, reminded_on__isnull=True).update(reminded_on=today):
                    continue
                for user in _lifters(controller):
                    notices.to_staff(user=user, kind="hold_review", now=now, context={"day": hold.review_on})
            done += 1
    return done


def _lifters(controller: Controller) -> list[User]:
    roles = {role.value for role in DUTIES[Duty.LIFT_HOLD]}
    staff = User.objects.filter(controller=controller, kind=Kind.STAFF, is_active=True).order_by("pk")
    return [user for user in staff if roles & set(user.roles)]


def move_tokens(*, chunk: int, stop: Callable[[], bool]) -> Moved:
    """Name the persons of holds anew under the first ring key, as the blind index is."""
    done = Moved()
    first = f"{keyring().first}."
    for hold in Hold.objects.exclude(token="").select_related("controller").order_by("pk").iterator(chunk_size=chunk):
        if stop():
            break
        if not hold.token.startswith(first) and (value := hold.content().get("value")):
            fresh = blind.token(hold.controller.slug, hold.kind, value)
            done.moved += Hold.objects.filter(pk=hold.pk, token=hold.token).update(token=fresh)
    return done
