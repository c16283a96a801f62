"""Whose data are restricted right now: keyed tokens of her numbers and addresses, asked by programs and by our own passes (Q-04).

Only what is surely hers stands here: what was proved, what a person decided, what the stores taught as hers alone. A
contact that several people share leads to nobody, or a restriction of one would hold up the bills of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef

from dsr.cases import contacts
from dsr.cases.contacts import BadContactError, Contact
from dsr.cases.scope import stores_of
from dsr.law.restricting import RestrictionScope, not_allowed
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import Case, Event, IndexToken, RestrictedToken, Restriction, Subject
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.models import Controller, Request

KINDS: Final = (contacts.Kind.CUSTOMER_NUMBER, contacts.Kind.EMAIL, contacts.Kind.PHONE)
"""What programs may ask by."""
_SURE: Final = frozenset({"proof", "decision"})
_NUMBERS: Final = "identifiers"
"""Where the values stand among the sealed content of a restriction, so that the list can be hashed for each client."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the interface says of one person: since when, how much, what must not be done. Never why, never who."""

    since: datetime
    scopes: tuple[str, ...]
    not_allowed: tuple[str, ...]


def contacts_of(controller: Controller, identifiers: Iterable[Mapping[str, str]]) -> list[Contact]:
    """The numbers and addresses among a subject's identifiers that stand for her alone, in their normal form."""
    # Number 7 of one store is not number 7 of another: only where subscribers know it from.
    numbered = {*(list(controller.customer_stores) or list(stores_of(controller))[:1])}
    found: dict[Contact, None] = {}
    for item in identifiers:
        kind = item["kind"]
        store = item.get("store", "")
        elsewhere = kind == contacts.Kind.CUSTOMER_NUMBER and numbered and store and store not in numbered
        if kind not in KINDS or item.get("shared") or elsewhere:
            continue
        try:
            found[contacts.contact(controller, kind, item["value"])] = None
        except BadContactError:
            continue  # a store holds what is no address; nobody asks by it
    return list(found)


def proved(request: Request) -> list[Mapping[str, str]]:
    """Identifiers of the request's subject that were proved or decided by a person; typed ones prove nothing (I-01)."""
    row = Subject.objects.filter(request=request).select_related("request").first()
    known: list[Mapping[str, str]] = row.content().get("identifiers", []) if row else []
    return [item for item in known if item.get("link") in _SURE]


def keep(row: Restriction, identifiers: Iterable[Mapping[str, str]], *, now: datetime) -> int:
    """Let programs find the restriction by these identifiers too; within the caller's transaction. Returns how many are new.

    `now`: the instant of this transaction and not of the search before it, or a program whose cursor has passed it never hears.
    """
    found = contacts_of(row.controller, identifiers)
    slug = row.controller.slug
    have = set(RestrictedToken.objects.filter(restriction=row).values_list("kind", "token"))
    known = {(one.kind.value, token) for one in found for token in blind.tokens(slug, one.kind, one.value)} & have
    fresh = [
        one
        for one in found
        if not any((one.kind.value, token) in known for token in blind.tokens(slug, one.kind, one.value))
    ]
    if not fresh:
        return 0
    RestrictedToken.objects.bulk_create(
        RestrictedToken(
            controller=row.controller, restriction=row, kind=one.kind, token=blind.token(slug, one.kind, one.value)
        )
        for one in fresh
    )
    content = row.content()
    row.put(content | {_NUMBERS: [*content.get(_NUMBERS, []), *([one.kind.value, one.value] for one in fresh)]})
    row.changed_at = now
    row.save(update_fields=["sealed", "changed_at"])
    return len(fresh)


def values_of(row: Restriction) -> list[tuple[str, str]]:
    """(kind, value) of everything programs find this restriction by; opens the sealed content."""
    return [(str(kind), str(value)) for kind, value in row.content().get(_NUMBERS, [])]


def standing_of(rows: Iterable[Restriction]) -> Standing | None:
    """Several restrictions of one person as one answer; None when there is none."""
    found = sorted(rows, key=lambda row: (row.set_at, row.pk))
    if not found:
        return None
    banned = {use for row in found for use in not_allowed(RestrictionScope(row.scope), row.parts)}
    return Standing(found[0].set_at, tuple(sorted({row.scope for row in found})), tuple(sorted(banned)))


def standings(controller: Controller, asked: Sequence[Contact | None]) -> list[Standing | None]:
    """For each contact, in order, what stands; two queries whatever the number."""
    slug = controller.slug
    tokens = [
        {(one.kind.value, token) for token in blind.tokens(slug, one.kind, one.value)} if one else set()
        for one in asked
    ]
    wanted = {token for mine in tokens for _kind, token in mine}
    if not wanted:
        return [None] * len(asked)
    rows = RestrictedToken.objects.of(controller).filter(token__in=wanted, restriction__ended_at__isnull=True)
    by_token: dict[tuple[str, str], dict[Any, Restriction]] = {}
    for row in rows.select_related("restriction").defer("restriction__sealed").order_by("pk"):
        by_token.setdefault((row.kind, row.token), {})[row.restriction_id] = row.restriction
    return [
        standing_of({pk: row for key in mine for pk, row in by_token.get(key, {}).items()}.values()) for mine in tokens
    ]


def of_same_person(row: Restriction) -> QuerySet[Restriction]:
    """Other restrictions of the person, ended ones too, found by a token they share (Q-06: what another still wants stays)."""
    mine = list(RestrictedToken.objects.filter(restriction=row).values_list("kind", "token"))
    shared = RestrictedToken.objects.of(row.controller).filter(
        restriction=OuterRef("pk"), token__in=[token for _kind, token in mine]
    )
    rows = Restriction.objects.of(row.controller).filter(Exists(shared)).exclude(pk=row.pk)
    found: QuerySet[Restriction] = rows.select_related("case__request", "controller").order_by("set_at", "pk")
    return found


def erased_before(request: Request) -> bool:
    """Whether everything of this person was erased on an earlier request: nothing is left that could be restricted."""
    controller = request.controller
    found = contacts_of(controller, proved(request))
    numbers = [one for one in found if one.kind == contacts.Kind.CUSTOMER_NUMBER]
    tokens = {token for one in numbers for token in blind.tokens(controller.slug, one.kind, one.value)}
    if not tokens:
        return False
    kind = contacts.Kind.CUSTOMER_NUMBER.value
    same = IndexToken.objects.of(controller).filter(kind=kind, token__in=tokens, request=OuterRef("request_id"))
    # Closed as completed, also when it was archived since; in part means that law keeps something, which can be restricted.
    whole = Event.objects.filter(case=OuterRef("pk"), to_state=State.COMPLETED.value)
    over = [State.COMPLETED.value, State.ARCHIVED.value]
    rows = Case.objects.of(controller).filter(Exists(same), Exists(whole), right=Right.ERASURE.value, state__in=over)
    return bool(rows.exists())


def changed(controller: Controller, *, after: tuple[datetime, str] | None, limit: int) -> Iterator[Restriction]:
    """Restrictions in the order in which programs were to hear of them, from a place in that order on; ended ones too."""
    rows = Restriction.objects.of(controller).select_related("case").order_by("changed_at", "pk")
    if after is not None:
        at, pk = after
        rows = rows.filter(changed_at__gte=at)
        rows = rows.exclude(changed_at=at, pk__lte=pk) if pk else rows
    else:
        rows = rows.filter(ended_at__isnull=True)
    yield from rows[:limit]
