"""Which accounts and requests of our own are the subject's: by proof and by what was located, never by a name.

"Signed in is not identified" (house.md) holds here too: an account is hers when it is linked by proof to a customer number
that was proved for this case, and a request when the same person was located or proved in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Q

from dsr.models import AccountLink, Request, Subject, User
from dsr.vault import MissingKeyError, blind

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.models import Case

Trace: TypeAlias = "tuple[str, ...]"

_PROVED = frozenset({"proof", "decision"})
_INDEXED = frozenset({"customer_number", "email", "phone", "username"})


@dataclass(frozen=True, slots=True)
class Hers:
    """The subject's accounts and requests, oldest first; the request of the case itself is always among them.

    `others`: how many concern the same record or contract, but were made from another address (a former partner who
    knew its number): they are of two people, and only she who made one may read it (X-04).
    """

    accounts: tuple[User, ...] = field(repr=False)
    requests: tuple[Request, ...] = field(repr=False)
    others: int = 0


def hers(case: Case, *, until: datetime) -> Hers:
    """What in our own database is the subject's whose data the case is about, as of `until` (aware)."""
    content = _located(case.request)
    addresses = _addresses(case, content)
    linked = _linked(case, content)
    accounts = tuple(one for one in linked if one.pk == _asks(case) or blind.fold(one.email) in addresses)
    mine, others = _traces(content), len(linked) - len(accounts)
    requests = [case.request]
    for request in _candidates(case, content, accounts).filter(created_at__lte=until):
        theirs = _traces(_located(request))
        # Nothing was located yet: then the proven account speaks, unless it asked for somebody else.
        by_account = not theirs and request.account in accounts and not _for_another(request)
        if theirs & mine and not _same_asker(case.request, request, accounts, addresses):
            others += 1
        elif theirs & mine or by_account:
            requests.append(request)
    ordered = sorted(requests, key=lambda one: (one.received_at, one.reference))
    return Hers(accounts, tuple(ordered), others)


def _asks(case: Case) -> Any:
    """The account that asks for its own data; None when it asks for somebody else."""
    return None if _for_another(case.request) else case.request.account_id


def _addresses(case: Case, content: dict[str, Any]) -> frozenset[str]:
    """E-mail addresses of the subject: those the stores hold for her alone, and those of whoever asks for herself."""
    found = {i["value"] for i in content.get("identifiers", ()) if i["kind"] == "email" and not i.get("shared")}
    if not _for_another(case.request):
        found |= {_contact(case.request), case.request.account.email if case.request.account else ""}
    return frozenset(blind.fold(one) for one in found if one)


def _contact(request: Request) -> str:
    try:
        return str(request.content().get("contact_email", ""))
    except MissingKeyError:
        return ""


def _same_asker(asked: Request, other: Request, accounts: tuple[User, ...], addresses: frozenset[str]) -> bool:
    """Whether the other request about the same record was made by the same person, as far as can be told.

    By account or address; without either (a letter, a shop) the name decides, and a shredded request says nothing more.
    """
    if other.account is not None:
        return other.account in accounts or blind.fold(other.account.email) in addresses
    contact = _contact(other)
    return blind.fold(contact) in addresses if contact else _named(other) in {"", _named(asked)}


def _named(request: Request) -> str:
    try:
        return blind.fold(str(request.content().get("name", "")))
    except MissingKeyError:
        return ""


def _linked(case: Case, content: dict[str, Any]) -> tuple[User, ...]:
    """Accounts with a proven link, not revoked, to a customer number proved for this case.

    That does not make one hers: a daughter looks after her mother's contract, a former partner once did.
    """
    linked = Q(pk__in=())
    for item in content.get("identifiers", ()):
        if item["kind"] == "customer_number" and item["link"] in _PROVED:
            kind = f"customer_number:{item['store']}"
            linked |= Q(store=item["store"], token__in=blind.tokens(case.controller.slug, kind, item["value"]))
    live = AccountLink.objects.of(case.controller).filter(revoked_at__isnull=True)
    found = {row.user_id: row.user for row in live.filter(linked).select_related("user")}
    return tuple(sorted(found.values(), key=lambda user: (user.date_joined, str(user.pk))))


def _candidates(case: Case, content: dict[str, Any], accounts: tuple[User, ...]) -> QuerySet[Request]:
    """Requests that share an account or an indexed identifier with this one; names are in the index and not asked for."""
    given = case.request.tokens.filter(kind__in=_INDEXED).values_list("token", flat=True)
    tokens = Q(tokens__kind__in=_INDEXED, tokens__token__in=list(given))
    for item in content.get("identifiers", ()):
        if item["kind"] in _INDEXED and not item.get("shared"):
            found = blind.tokens(case.controller.slug, item["kind"], item["value"])
            tokens |= Q(tokens__kind=item["kind"], tokens__token__in=found)
    rows = Request.objects.of(case.controller).filter(tokens | Q(account__in=accounts)).exclude(pk=case.request.pk)
    return rows.select_related("account", "controller").distinct()


def _located(request: Request) -> dict[str, Any]:
    row = Subject.objects.filter(request=request).select_related("request").first()
    try:
        return row.content() if row else {}
    except MissingKeyError:
        return {}


def _traces(content: dict[str, Any]) -> frozenset[Trace]:
    """What names the person for certain: her records in the stores, and customer numbers that were proved."""
    keys = {
        ("key", store, dataset, *map(str, values))
        for store, rows in content.get("keys", {}).items()
        for dataset, values in rows
    }
    proved = {
        ("proof", item["store"], item["kind"], blind.fold(item["value"]))
        for item in content.get("identifiers", ())
        if item["link"] in _PROVED
    }
    return frozenset(keys | proved)


def _for_another(request: Request) -> bool:
    try:
        return bool(request.content().get("scope", {}).get("for"))
    except MissingKeyError:
        return True
