"""Who is too close to a person to work on her request: said by the colleague, by a lead, or seen by the program (rules 4.3).

What is said counts for the whole request, because its cases are of one person. A colleague who is barred reads the metadata
of the request and does nothing to it: `dsr.cases.perform` refuses her, whatever verb she came by, and no sharing out gives it
to her. How close somebody is says something about the person as well, so it is sealed with the request; the chain holds the
id of the colleague.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q

from dsr.addresses import base_url
from dsr.cases import linking, notices
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, record
from dsr.law.closeness import Bond
from dsr.law.rights import IdentityLevel
from dsr.law.workflow import CLOSED, Refusal, Role
from dsr.models import Case, Closeness, IndexToken, Kind, Request, User
from dsr.vault import blind

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import Controller, RowId

DECLARED, WITHDRAWN = "closeness_declared", "closeness_withdrawn"
MAX_WORDS: Final = 1000


@transaction.atomic
def declare(*, case_id: RowId, user: User, bond: Bond, why: str, actor: Actor, now: datetime) -> Closeness:
    """Bar a colleague from the request of this case. She says it of herself, with words or without; a lead with a reason.

    What was assigned to her goes back, and the leads hear of it. RefusedError: `role`, `reason_missing`,
    `assignee_unknown` for somebody of another controller, `closeness_known` when it has been said already.
    """
    herself = actor.kind == "staff" and actor.id == str(user.pk)
    if actor.kind != "system":
        insist(actor, Duty.DECLARE_CLOSENESS if herself else Duty.DECLARE_FOR_OTHERS)
        if not herself and not why.strip():
            raise RefusedError(Refusal("reason_missing", {}))
    request = Request.objects.select_related("controller").get(cases__pk=case_id)
    if user.controller_id != request.controller_id or not user.is_staff_member:
        raise RefusedError(Refusal("assignee_unknown", {}))
    said_by = Closeness.Source.HERSELF if herself else Closeness.Source.LEAD
    source = Closeness.Source.SYSTEM if actor.kind == "system" else said_by
    row = Closeness(controller=request.controller, request=request, user=user, source=source, declared_at=now)
    row.put({"bond": bond.value, "why": why.strip()[:MAX_WORDS]})
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise RefusedError(Refusal("closeness_known", {})) from None
    given_back = _record(request, DECLARED, row, actor, now, note=why)
    _tell(request, case_id, but=user, given_back=given_back, now=now)
    return row


@transaction.atomic
def withdraw(*, case_id: RowId, closeness_id: RowId, reason: str, actor: Actor, now: datetime) -> Closeness:
    """Lift the bar: it was a mistake. Only a lead, never for herself, with a reason.

    RefusedError: `role`, `own_closeness`, `reason_missing`. ConflictError when it was withdrawn meanwhile.
    """
    insist(actor, Duty.DECLARE_FOR_OTHERS)
    request = Request.objects.select_related("controller").get(cases__pk=case_id)
    row: Closeness = Closeness.objects.select_related("request").get(pk=closeness_id, request=request)
    if actor.id == str(row.user_id):
        raise RefusedError(Refusal("own_closeness", {}))
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    if not Closeness.objects.filter(pk=row.pk, withdrawn_at__isnull=True).update(withdrawn_at=now):
        raise ConflictError
    _record(request, WITHDRAWN, row, actor, now, note=reason)
    row.refresh_from_db()
    return row


def _record(request: Request, kind: str, row: Closeness, actor: Actor, now: datetime, *, note: str) -> bool:
    """An event on every case of the request; whether one of them went back from her to nobody."""
    data: dict[str, Any] = {"colleague": str(row.user_id)}
    given_back = False
    for case in request.cases.order_by("pk"):
        record(case_id=case.pk, kind=kind, actor=actor, now=now, data=data, note=note.strip()[:MAX_WORDS])
        if kind == DECLARED and case.is_open and case.assignee_id == row.user_id:
            # Why it goes back stands in the event before, and nowhere else: nobody who is shown this one learns of it.
            changes, back = {"assignee": None}, {"assignee": ""}
            record(case_id=case.pk, kind="assigned", actor=SYSTEM, now=now, changes=changes, data=back)
            given_back = True
    return given_back


def _tell(request: Request, case_id: RowId, *, but: User, given_back: bool, now: datetime) -> None:
    """A mail to every lead but her: the reference and the desk, and nobody's name."""
    link = f"{base_url(request.controller)}/desk/cases/{case_id}/closeness/"
    for lead in holders(request.controller, Role.LEAD):
        if lead.pk != but.pk:
            context = {"reference": request.reference, "given_back": given_back, "link": link}
            notices.to_staff(user=lead, kind="closeness", now=now, context=context)


def holders(controller: Controller, role: Role) -> list[User]:
    """The active colleagues of this controller who hold a role, in the order of their handles."""
    staff = User.objects.in_scope(controller=controller, kind=Kind.STAFF).filter(is_active=True)
    return [user for user in staff.select_related("controller").order_by("handle") if role.value in user.roles]


def standing(request: Request) -> QuerySet[Closeness]:
    """What stands for this request, the oldest first."""
    rows: QuerySet[Closeness] = Closeness.objects.filter(request=request, withdrawn_at__isnull=True)
    return rows.select_related("user", "request").order_by("declared_at", "pk")


def others_of_person(request: Request, user: User) -> list[Case]:
    """Cases of other requests that are proven to be of the same person and that this colleague may still work on: one for each
    request. They are offered when she says it of this one; nobody assumes it (rules 4.3).
    """
    near = [one for one in linking.related(request) if one.why in {linking.ACCOUNT, linking.NUMBER}]
    known = set(standing_for(user, [one.request.pk for one in near]))
    return [one.case for one in near if one.request.pk not in known]


def standing_for(user: User, requests: list[Any]) -> QuerySet[Closeness]:
    """Of these requests the ids of those from which this colleague is barred."""
    rows = Closeness.objects.filter(user=user, request__in=requests, withdrawn_at__isnull=True)
    return rows.values_list("request", flat=True)


def barred_requests(user: User) -> QuerySet[Closeness]:
    """The requests this colleague does nothing to, as a subquery of ids."""
    rows: QuerySet[Closeness] = Closeness.objects.of(user.controller).filter(user=user, withdrawn_at__isnull=True)
    return rows.values("request")  # type: ignore[return-value]


def barred_of(cases: list[Case]) -> dict[Any, frozenset[Any]]:
    """Who is barred from each of these cases, by request: one query, whatever their number."""
    rows = Closeness.objects.filter(request__in={case.request_id for case in cases}, withdrawn_at__isnull=True)
    found: dict[Any, set[Any]] = {}
    for request_id, user_id in rows.values_list("request_id", "user_id"):
        found.setdefault(request_id, set()).add(user_id)
    return {request_id: frozenset(users) for request_id, users in found.items()}


def look(*, request: Request, now: datetime) -> int:
    """Bar the colleagues whose address is proven to be the person's: her account's confirmed one, or what she gave once it is
    proved who she is. An address somebody merely typed bars nobody, or anybody could keep the office from a request.

    What a lead withdrew stays withdrawn. Returns how many were barred.
    """
    handles = {User.handle_for(request.controller_id, Kind.STAFF, mail) for mail in _proven(request) if mail.strip()}
    if not handles:
        return 0
    known = Closeness.objects.filter(request=request).values("user")
    same = list(
        User.objects.filter(handle__in=sorted(handles), is_active=True).exclude(pk__in=known).order_by("handle")
    )
    for case_id in request.cases.order_by("pk").values_list("pk", flat=True)[: 1 if same else 0]:
        for user in same:
            declare(case_id=case_id, user=user, bond=Bond.ONESELF, why="", actor=SYSTEM, now=now)
    return len(same)


def _proven(request: Request) -> set[str]:
    found: set[str] = set()
    if request.account_id:
        found |= set(
            EmailAddress.objects.filter(user=request.account_id, verified=True).values_list("email", flat=True)
        )
    if request.identity_level >= IdentityLevel.KNOWN:
        told = request.content()
        found |= {str(told.get("contact_email", ""))}
        found |= {str(value) for kind, value in told.get("identifiers", []) if kind == "email"}
    return found


def look_at_all(*, controller: Controller, now: datetime, limit: int) -> int:
    """The same for open requests of before a colleague came or changed her address: by blind index, one query."""
    staff = User.objects.in_scope(controller=controller, kind=Kind.STAFF).filter(is_active=True)
    mails = [mail for mail in staff.values_list("email", flat=True) if mail]
    tokens = [token for mail in mails for token in blind.tokens(controller.slug, "email", mail)]
    given = IndexToken.objects.of(controller).filter(kind="email", token__in=tokens)
    accounts = [User.handle_for(controller.pk, Kind.SUBSCRIBER, mail) for mail in mails]
    rows = Request.objects.of(controller).filter(Q(account__handle__in=accounts) | Q(pk__in=given.values("request")))
    rows = rows.filter(pk__in=Case.objects.of(controller).exclude(state__in=sorted(CLOSED)).values("request"))
    rows = rows.exclude(pk__in=Closeness.objects.of(controller).values("request"))
    return sum(look(request=row, now=now) for row in rows.select_related("controller").order_by("pk")[:limit])
