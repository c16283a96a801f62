"""By what a request is found: one list of values that are indexed, and the same reading of what somebody types (house.md "Sealing").

Names are found by their words and by prefixes of three letters, in any alphabet and any order; identifiers by the whole value;
telephone numbers however they are written; references also by their last digits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import phonenumbers
from django.db.models import Q

from dsr import vault
from dsr.law.persons import Behalf
from dsr.models import IndexToken, ReferenceCounter, Request
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dsr.models import Controller

FLAG: Final = "flag"
"""The kind under which it is indexed for whom somebody asks: a child, somebody represented (rules 3.9)."""
_EXACT: Final = ("email", "phone", "customer_number", "username")
_PARTS: Final = re.compile(r"[^\w]+")
_DIGITS: Final = re.compile(r"(?:(?:DSR-?)?(\d{4})-)?0*(\d{1,6})", re.IGNORECASE)


def values_of_told(told: Mapping[str, Any], *, country: str) -> set[tuple[str, str]]:
    """Everything by which a request may be found, from its own words: (kind, value); the caller makes tokens of them."""
    found = {("name", part) for word in words_of_name(str(told.get("name", ""))) for part in blind.name_words(word)}
    for kind, value in told.get("identifiers", []):
        if str(value).strip():
            found |= {(str(kind), one) for one in spellings(str(kind), str(value), country)}
    if told.get("contact_email"):
        found.add(("email", str(told["contact_email"])))
    behalf = Behalf.of(told.get("scope") or {})
    if behalf is not None:
        found.add((FLAG, str(behalf.who)))
    return found


def values_of_known(identifiers: Iterable[Mapping[str, Any]], *, country: str) -> set[tuple[str, str]]:
    """Everything by which a request may be found, from what was proved or the stores taught: (kind, value)."""
    return {
        (str(one["kind"]), way)
        for one in identifiers
        if one["kind"] in _EXACT
        for way in spellings(str(one["kind"]), str(one["value"]), country)
    }


def words_of_name(name: str) -> Iterator[str]:
    """The words of a name and, of `Müller-Lüdenscheidt` or `O'Brien`, their parts as well."""
    for word in blind.fold(name).split():
        yield word
        parts = [part for part in _PARTS.split(word) if part]
        if parts != [word]:
            yield from parts


def spellings(kind: str, value: str, country: str) -> set[str]:
    """The value as given and, of a telephone number, the one international form that every way of writing it has."""
    given = {value}
    if kind == "phone":
        try:
            number = phonenumbers.parse(value, country or None)
        except phonenumbers.NumberParseException:
            return given
        given.add(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return given


def found(controller: Controller, text: str) -> Q:
    """Cases whose request has this reference (or its last digits), identifier, or name; for a filter on cases.

    One list of requests, made by indexes and joined before any case is looked at, with a fixed number of subqueries for any
    number of words (at most ten count): alternatives side by side have a database walk through all cases.
    """
    typed = text.strip()
    ways = {kind: {typed, "".join(typed.split())} | spellings(kind, typed, controller.country) for kind in _EXACT}
    tokens = {token for kind, values in ways.items() for token in _tokens(controller, kind, values)}
    rows = IndexToken.objects.of(controller)
    exact = rows.filter(kind__in=_EXACT, token__in=sorted(tokens)).values("request")
    named = rows.filter(_by_name(controller, typed)).values("request")
    referred = Request.objects.of(controller).filter(reference__in=_references(controller, typed)).values("pk")
    return Q(request__in=referred.union(exact, named))


def is_reference(text: str) -> bool:
    """Whether this can be the reference of a request, or its last digits, which say nothing about a person."""
    return _DIGITS.fullmatch(text.strip().lstrip("-")) is not None


def referred(controller: Controller, text: str) -> Q:
    """Cases of this reference, and of nothing else: six digits may be a customer number, too (rules 4.3)."""
    found = Request.objects.of(controller).filter(reference__in=_references(controller, text.strip()))
    return Q(request__in=found.values("pk"))


def _references(controller: Controller, typed: str) -> list[str]:
    """`1207` is number 1207 of any year: whole references, which an index finds, instead of a look at every one."""
    match = _DIGITS.fullmatch(typed.lstrip("-"))
    if match is None:
        return [typed.upper()]
    years = ReferenceCounter.objects.filter(controller=controller).values_list("year", flat=True)
    wanted = [int(match[1])] if match[1] else sorted(years)
    return [f"DSR-{year}-{int(match[2]):06d}" for year in wanted]


def _by_name(controller: Controller, typed: str) -> Q:
    """Every word must be there, whole or as a prefix, in any order. `Kowalska, Maria` are two words."""
    every = [one for word in blind.fold(typed).split()[:10] if (one := _word(controller, word))]
    return _all(controller, every) if every else Q(pk__in=[])


def _word(controller: Controller, word: str) -> Q:
    parts = [part for part in _PARTS.split(word) if part]
    apart = [_row(controller, "name", {part}) for part in parts]
    if not parts or parts == [word]:
        return _all(controller, apart) if apart else Q()
    return _row(controller, "name", {word}) | _all(controller, apart)


def _all(controller: Controller, conditions: list[Q]) -> Q:
    """Token rows of requests that have one row for each of these."""
    first, *others = conditions
    for other in others:
        first &= Q(request__in=IndexToken.objects.of(controller).filter(other).values("request"))
    return first


def flagged(controller: Controller, who: str) -> Q:
    """Cases somebody asked for on behalf of a child, of somebody represented, … (dsr.law.persons.Person)."""
    return _having(controller, FLAG, {who})


def _having(controller: Controller, kind: str, values: set[str]) -> Q:
    rows = IndexToken.objects.of(controller).filter(_row(controller, kind, values))
    return Q(request__in=rows.values("request"))


def _row(controller: Controller, kind: str, values: set[str]) -> Q:
    return Q(kind=kind, token__in=sorted(_tokens(controller, kind, values)))


def _tokens(controller: Controller, kind: str, values: set[str]) -> set[str]:
    return {token for value in values if value for token in vault.tokens(controller.slug, kind, value)}
