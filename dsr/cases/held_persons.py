"""Whose requests a hold on a person binds: by any spelling of what was given, under any key of the ring, and only where it is proved.

The blind index narrows, the sealed content decides: whatever somebody types into a form stands in the index too, and a stranger's
number there must neither put a hold on the request nor show that the stranger is held (I-01). What was only typed is for the
lead to look at: "possibly hers".
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import phonenumbers
from allauth.account.models import EmailAddress
from django.db.models import Q

from dsr.cases import contacts
from dsr.cases.contacts import BadContactError
from dsr.cases.finding import spellings
from dsr.models import Hold, IndexToken, Request, Subject
from dsr.vault import MissingKeyError, TamperedError, blind, keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from dsr.models import Controller, RowId

_NORMAL: Final = frozenset({"email", "phone", "customer_number"})
_FORMATS: Final = (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
_UNREADABLE: Final = (MissingKeyError, TamperedError)


@dataclass(slots=True)
class Match:
    """The requests of one hold: those it binds, and those where its number or address was typed and not proved."""

    bound: list[Request] = field(default_factory=list)
    possible: list[Request] = field(default_factory=list)


class _Remembered:
    """Tokens of sealed rows, for the life of a process: opening and spelling a thousand of them takes seconds, and purge,
    uploads and every waking ask. Keyed by the sealed bytes themselves, so that a row that changed is opened again; no value
    is kept, only hashes.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[tuple[Any, ...], frozenset[tuple[str, str]] | None] = {}

    def of(
        self, row: Hold | Subject, also: str, make: Callable[[], frozenset[tuple[str, str]] | None]
    ) -> frozenset[tuple[str, str]] | None:
        """What `make` says of this row as it is; what cannot be read is tried again each time."""
        owner = row.controller if isinstance(row, Hold) else row.request.controller
        sealed = hashlib.sha256(bytes(row.sealed)).digest()
        key = (row.pk, sealed, also, owner.slug, owner.country, tuple(keyring().keys))
        if key not in self._known:
            made = make()
            if made is None:
                return None
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[key] = made
        return self._known[key]


_TOKENS: Final = _Remembered(20_000)


def tokens_for(controller: Controller, kind: str, value: str) -> set[tuple[str, str]]:
    """(kind, token) of every way of writing a value, under every ring key."""
    given = value.strip()
    ways = {given, "".join(given.split())} | spellings(kind, given, controller.country)
    if kind in _NORMAL:
        # What is none of its kind is found as it is.
        with suppress(BadContactError):
            ways.add(contacts.contact(controller, kind, given).value)
    ways |= _at_home(controller, given) if kind == "phone" else set()
    return {(kind, token) for way in ways if way for token in blind.tokens(controller.slug, kind, way)}


def _at_home(controller: Controller, value: str) -> set[str]:
    """As stores may have taught it before the international form was indexed beside it."""
    try:
        number = phonenumbers.parse(value, controller.country or None)
    except phonenumbers.NumberParseException:
        return set()
    written = {phonenumbers.format_number(number, how) for how in _FORMATS}
    return written | {"".join(char for char in one if char.isdigit()) for one in written}


def tokens_of(hold: Hold) -> frozenset[tuple[str, str]]:
    """By what the person of a hold is found. The column alone where the sealed value cannot be opened."""
    if hold.scope != Hold.Scope.PERSON:
        return frozenset()
    return _TOKENS.of(hold, hold.token, lambda: frozenset(_tokens_of(hold))) or frozenset()


def _tokens_of(hold: Hold) -> set[tuple[str, str]]:
    found = {(hold.kind, hold.token)}
    try:
        value = str(hold.content().get("value", ""))
    except _UNREADABLE:
        return found
    return found | (tokens_for(hold.controller, hold.kind, value) if value else set())


def standing(controller_id: Any = None) -> list[Hold]:
    """Holds on persons that stand, of one controller or of all."""
    rows = Hold.objects.filter(scope=Hold.Scope.PERSON, lifted_at__isnull=True).prefetch_related("controller")
    return list((rows if controller_id is None else rows.filter(controller_id=controller_id)).order_by("pk"))


def named(tokens: Iterable[tuple[str, str]]) -> Q:
    """Rows of an index that have one of these (kind, token)."""
    by_kind: dict[str, list[str]] = {}
    for kind, token in sorted(tokens):
        by_kind.setdefault(kind, []).append(token)
    found = Q(pk__in=[])
    for kind, several in by_kind.items():
        found |= Q(kind=kind, token__in=several)
    return found


def matches(holds: Iterable[Hold], *, request_id: RowId | None = None) -> dict[UUID, Match]:
    """For each hold on a person its requests, or whether this one is among them; four queries, whatever the number of holds."""
    wanted = {hold.pk: tokens_of(hold) for hold in holds if hold.scope == Hold.Scope.PERSON}
    found = {pk: Match() for pk in wanted}
    if not wanted:
        return found
    indexed = _indexed(set().union(*wanted.values()), request_id)
    if not indexed:
        return found
    owners: dict[tuple[str, str], list[UUID]] = {}
    for pk, tokens in wanted.items():
        for one in tokens:
            owners.setdefault(one, []).append(pk)
    requests = list(Request.objects.filter(pk__in=indexed).prefetch_related("controller").order_by("reference", "pk"))
    proved = _proved(requests)
    for request in requests:
        sure = proved[request.pk]
        for pk in dict.fromkeys(pk for one in sorted(indexed[request.pk]) for pk in owners[one]):
            bound = sure is None or bool(wanted[pk] & sure)
            (found[pk].bound if bound else found[pk].possible).append(request)
    return found


def _indexed(tokens: set[tuple[str, str]], request_id: RowId | None) -> dict[Any, set[tuple[str, str]]]:
    """By request which of these tokens its index has. Of one request all are read, which are few, instead of asking for thousands."""
    rows = (
        IndexToken.objects.filter(named(tokens))
        if request_id is None
        else IndexToken.objects.filter(request_id=request_id)
    )
    found: dict[Any, set[tuple[str, str]]] = {}
    for owner, kind, token in rows.values_list("request_id", "kind", "token"):
        if (kind, token) in tokens:
            found.setdefault(owner, set()).add((kind, token))
    return found


def proving(tokens: set[tuple[str, str]], *, request_id: RowId | None = None) -> set[Any]:
    """Ids of the requests in which one of these (kind, token) is proved, or that cannot be read; or whether this one is."""
    indexed = _indexed(tokens, request_id)
    if not indexed:
        return set()
    requests = list(Request.objects.filter(pk__in=indexed).prefetch_related("controller").order_by("reference", "pk"))
    sure = _proved(requests)
    return {pk for pk, hers in sure.items() if hers is None or hers & indexed[pk]}


def bound(*, request_id: RowId | None = None) -> set[Any]:
    """Ids of the requests that a standing hold on a person binds."""
    return {one.pk for match in matches(standing(), request_id=request_id).values() for one in match.bound}


def _proved(requests: list[Request]) -> dict[Any, set[tuple[str, str]] | None]:
    """What each request's person has proved, or the stores taught as hers alone. None: it cannot be read, so nothing goes."""
    ours = {request.pk: request for request in requests if request.identified_at is not None}
    found: dict[Any, set[tuple[str, str]] | None] = {request.pk: set() for request in requests}
    accounts = {request.account_id for request in ours.values() if request.account_id}
    mails: dict[Any, list[str]] = {}
    for owner, mail in EmailAddress.objects.filter(user__in=accounts, verified=True).values_list("user_id", "email"):
        mails.setdefault(owner, []).append(mail)
    for row in Subject.objects.filter(request__in=ours).order_by("pk"):
        row.request = ours[row.request_id]
        hers = _TOKENS.of(row, "", partial(_tokens_in, row))
        found[row.request_id] = None if hers is None else set(hers)
    for request in ours.values():
        sure = found[request.pk]
        if sure is not None:
            sure |= _tokens(request.controller, {("email", mail) for mail in mails.get(request.account_id, ())})
    return found


def _tokens_in(row: Subject) -> frozenset[tuple[str, str]] | None:
    try:
        known = row.content().get("identifiers", [])
    except _UNREADABLE:
        return None
    values = {(str(one["kind"]), str(one["value"])) for one in known if not one.get("shared")}
    return frozenset(_tokens(row.request.controller, values))


def _tokens(controller: Controller, values: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {token for kind, value in values for token in tokens_for(controller, kind, value)}
