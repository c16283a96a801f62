"""Which requests are of the same person: the same account, the same proven customer number, or what a colleague decided.

Only the desk shows it. It opens nothing, merges nothing and proves nothing (house.md "Signed in is not identified").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q

from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, record
from dsr.law.persons import Behalf
from dsr.law.rights import IdentityLevel
from dsr.law.workflow import Refusal, State
from dsr.models import Case, IndexToken, Request, RequestLink, Subject
from dsr.models.together import together
from dsr.vault import blind
from exporters.contract import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import RowId

MOST: Final = 20
ACCOUNT, NUMBER, BY_HAND = "account", "number", "hand"
_NUMBER: Final = IdentifierKind.CUSTOMER_NUMBER.value


@dataclass(frozen=True, slots=True)
class Related:
    """Another request of the person, one of its cases to open, and why it is shown (ACCOUNT, NUMBER or BY_HAND)."""

    request: Request
    case: Case
    why: str


def related(asked: Request, links: Iterable[RequestLink] | None = None) -> list[Related]:
    """Other requests of the same person, the newest first, at most MOST; archived ones are left out.

    `links` are what colleagues decided about this request, where the page has read them. At most three queries.
    """
    decided = _decided(asked, _links(asked) if links is None else links)
    found = {pk: BY_HAND for pk, linked in decided.items() if linked} | _by_what_is_known(asked)
    refused = {pk for pk, linked in decided.items() if not linked}
    if not found.keys() - refused:
        return []
    cases = Case.objects.of(asked.controller).filter(request__in=[pk for pk in found if pk not in refused])
    rows = cases.exclude(state=State.ARCHIVED).select_related("request").order_by("-request__received_at", "right")
    first: dict[object, Related] = {}
    for case in rows:
        first.setdefault(case.request_id, Related(case.request, case, found[case.request_id]))
    return list(first.values())[:MOST]


def _decided(asked: Request, links: Iterable[RequestLink]) -> dict[Any, bool]:
    """What colleagues decided, by the other request."""
    return {row.second_id if row.first_id == asked.pk else row.first_id: row.linked for row in links}


def requests_of_person(asked: Request) -> set[Any]:
    """Ids of this request and of all others of the same person that are not archived, for the verbs.

    An account says who asks, not who is meant: where either request is for somebody else, a client or a child, it makes no
    person of two (H-04). A proven number and a colleague's word do.
    """
    decided = _decided(asked, _links(asked))
    found = {pk for pk, linked in decided.items() if linked} | _with_number(asked) | _for_herself(asked)
    found -= {pk for pk, linked in decided.items() if not linked}
    return {asked.pk, *_open(asked).filter(request__in=found).values_list("request", flat=True)}


def _open(asked: Request) -> QuerySet[Case]:
    """Cases of the controller that are not archived."""
    rows: QuerySet[Case] = Case.objects.of(asked.controller).exclude(state=State.ARCHIVED)
    return rows


def _for_herself(asked: Request) -> set[Any]:
    """Other requests of the same account that are for whoever holds it; none where this one is for somebody else."""
    if Behalf.of(asked.content().get("scope", {})) is not None:
        return set()
    rows = _of_account(asked).filter(pk__in=_open(asked).values("request")).select_related("controller").order_by("pk")
    return {one.pk for one in rows if Behalf.of(one.content().get("scope", {})) is None}


def _with_number(asked: Request) -> set[Any]:
    """Other requests for which the same customer number was proved."""
    mine = _numbers(getattr(asked, "subject", None))
    near = _numbered(asked, mine).filter(pk__in=_open(asked).values("request"))
    rows = Subject.objects.filter(request__in=near).select_related("request__controller").order_by("pk")
    return {row.request_id for row in rows if mine & _numbers(row)}


def _by_what_is_known(asked: Request) -> dict[object, str]:
    """Requests of the same account and of the same proven customer number, in one query; the account is the better reason."""
    mine = _numbers(getattr(asked, "subject", None))
    near = _newest(_numbered(asked, mine))
    rows, _ = together(
        {
            "account": _newest(_of_account(asked)).only("pk"),
            "number": near.defer("sealed"),
            "subjects": Subject.objects.filter(request__in=near),
        }
    )
    known = {row.pk: row for row in rows["number"]}
    # What somebody only typed is findable as well; what counts is what was proved.
    proved = {}
    for subject in rows["subjects"]:
        subject.request = known[subject.request_id]
        if mine & _numbers(subject):
            proved[subject.request_id] = NUMBER
    return {**proved, **dict.fromkeys((row.pk for row in rows["account"]), ACCOUNT)}


def _newest(rows: QuerySet[Request]) -> QuerySet[Request]:
    """The newest MOST of them; as a subquery, because a branch of one statement has no limit."""
    found: QuerySet[Request] = Request.objects.filter(pk__in=rows.order_by("-received_at", "pk").values("pk")[:MOST])
    return found


def _of_account(asked: Request) -> QuerySet[Request]:
    rows: QuerySet[Request] = Request.objects.of(asked.controller).exclude(pk=asked.pk)
    return rows.filter(account=asked.account_id) if asked.account_id else rows.none()


def _numbered(asked: Request, numbers: set[tuple[str, str]]) -> QuerySet[Request]:
    rows: QuerySet[Request] = Request.objects.of(asked.controller).exclude(pk=asked.pk)
    if not numbers:
        return rows.none()
    tokens = {token for _store, value in numbers for token in blind.tokens(asked.controller.slug, _NUMBER, value)}
    named = IndexToken.objects.of(asked.controller).filter(kind=_NUMBER, token__in=tokens).values("request")
    return rows.filter(pk__in=named, identity_level__gte=IdentityLevel.KNOWN)


def _numbers(subject: Subject | None) -> set[tuple[str, str]]:
    """The customer numbers that were proved for a request, with their stores."""
    known = subject.content().get("identifiers", []) if subject else []
    return {(str(i.get("store", "")), str(i["value"])) for i in known if i["kind"] == _NUMBER and not i.get("shared")}


def _links(asked: Request) -> Iterable[RequestLink]:
    return RequestLink.objects.of(asked.controller).filter(Q(first=asked) | Q(second=asked))


@transaction.atomic
def decide(*, case_id: RowId, reference: str, linked: bool, reason: str, actor: Actor, now: datetime) -> None:
    """Show two requests as one person's, or not, whatever account and number say; both histories get the reason.

    RefusedError: a role that does not work on cases, no reason, no such request.
    """
    insist(actor, Duty.LINK)
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing"))
    case = Case.objects.select_related("request__controller").get(pk=case_id)
    wanted = "".join(reference.split()).upper()
    rows = Request.objects.of(case.request.controller).filter(reference=wanted)
    other = rows.exclude(pk=case.request_id).first()
    if other is None:
        raise RefusedError(Refusal("link_unknown"))
    first, second = sorted((case.request, other), key=lambda row: str(row.pk))
    RequestLink.objects.update_or_create(
        controller=case.controller, first=first, second=second, defaults={"linked": linked, "decided_at": now}
    )
    kind = "linked" if linked else "unlinked"
    record(case_id=case.pk, kind=kind, actor=actor, now=now, data={"other": other.reference}, note=reason)
    there = other.cases.order_by("right").first()
    if there is not None:
        record(case_id=there.pk, kind=kind, actor=actor, now=now, data={"other": case.request.reference}, note=reason)
