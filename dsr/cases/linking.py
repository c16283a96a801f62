"""Which requests are of the same person: the same account, the same proven customer number, or what a colleague decided.

Only the desk shows it. It opens nothing, merges nothing and proves nothing (house.md "Signed in is not identified").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction

from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, record
from dsr.law.rights import IdentityLevel
from dsr.law.workflow import Refusal, State
from dsr.models import Case, IndexToken, Request, RequestLink, Subject
from dsr.vault import blind
from exporters.contract import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

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


def related(asked: Request) -> list[Related]:
    """Other requests of the same person, the newest first, at most MOST; archived ones are left out."""
    found = _by_hand(asked) | _by_number(asked) | _by_account(asked)
    refused = set(_decided(asked, linked=False))
    cases = Case.objects.of(asked.controller).filter(request__in=[pk for pk in found if pk not in refused])
    rows = cases.exclude(state=State.ARCHIVED).select_related("request").order_by("-request__received_at", "right")
    first: dict[object, Related] = {}
    for case in rows:
        first.setdefault(case.request_id, Related(case.request, case, found[case.request_id]))
    return list(first.values())[:MOST]


def _by_account(asked: Request) -> dict[object, str]:
    if asked.account_id is None:
        return {}
    rows = Request.objects.of(asked.controller).filter(account=asked.account_id).exclude(pk=asked.pk)
    return dict.fromkeys(rows.order_by("-received_at").values_list("pk", flat=True)[:MOST], ACCOUNT)


def _numbers(request: Request) -> set[tuple[str, str]]:
    """The customer numbers that were proved for a request, with their stores."""
    row = Subject.objects.of(request.controller).filter(request=request).select_related("request").first()
    known = row.content().get("identifiers", []) if row else []
    return {(str(i.get("store", "")), str(i["value"])) for i in known if i["kind"] == _NUMBER and not i.get("shared")}


def _by_number(asked: Request) -> dict[object, str]:
    mine = _numbers(asked)
    if not mine:
        return {}
    tokens = {token for _store, value in mine for token in blind.tokens(asked.controller.slug, _NUMBER, value)}
    named = IndexToken.objects.of(asked.controller).filter(kind=_NUMBER, token__in=tokens).values("request")
    rows = Request.objects.of(asked.controller).filter(pk__in=named, identity_level__gte=IdentityLevel.KNOWN)
    # What somebody only typed is findable as well; what counts is what was proved.
    near = rows.exclude(pk=asked.pk).select_related("controller").order_by("-received_at")[:MOST]
    return {row.pk: NUMBER for row in near if mine & _numbers(row)}


def _by_hand(asked: Request) -> dict[object, str]:
    return dict.fromkeys(_decided(asked, linked=True), BY_HAND)


def _decided(asked: Request, *, linked: bool) -> Iterable[object]:
    rows = RequestLink.objects.of(asked.controller).filter(linked=linked)
    yield from rows.filter(first=asked).values_list("second_id", flat=True)
    yield from rows.filter(second=asked).values_list("first_id", flat=True)


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
