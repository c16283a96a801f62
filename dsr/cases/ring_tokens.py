"""Tokens of the blind index under another ring key: made again from the sealed content, because a token says nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models.functions import Left

from dsr.cases import outside
from dsr.cases.finding import spellings, values_of_told
from dsr.models import AccountLink, IndexToken, OutsideLogin, Request, RestrictedToken, Restriction, Subject
from dsr.vault import MissingKeyError, TamperedError, blind, keyring

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True)
class Moved:
    """Tokens moved, and those whose content could not be opened; `forgotten`: the value is nowhere in the content any more."""

    moved: int = 0
    missing: int = 0
    broken: int = 0
    forgotten: int = 0


def values_of(request: Request) -> set[tuple[str, str]]:
    """Everything by which a request may be found: (kind, value), from its own words and from what the stores taught."""
    told = request.content()
    found = values_of_told(told, country=request.controller.country)
    subject = Subject.objects.filter(request=request).first()
    if subject is not None:
        subject.request = request
        country = request.controller.country
        for one in subject.content().get("identifiers", []):
            found |= {(one["kind"], way) for way in spellings(one["kind"], one["value"], country)}
    return found


def _old(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    first = f"{keyring().first}."
    old: models.QuerySet[Any] = rows.annotate(ring=Left("token", len(first))).exclude(ring=first)
    return old


def _renamed(controller: str, values: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(kind, token under any ring key) -> token under the first."""
    names: dict[tuple[str, str], str] = {}
    for kind, value in values:
        fresh = blind.token(controller, kind, value)
        names |= {(kind, token): fresh for token in blind.tokens(controller, kind, value)}
    return names


def move_tokens(*, chunk: int, stop: Callable[[], bool]) -> Moved:
    """Index the requests again whose tokens were made under another key, a transaction for each.

    A token whose value the content does not hold any more (an address that was corrected) goes with the old key.
    """
    done, last = Moved(), None
    while not stop():
        rest = _old(models.QuerySet(IndexToken))
        rest = rest if last is None else rest.filter(request_id__gt=last)
        ids = list(rest.order_by("request_id").values_list("request_id", flat=True).distinct()[:chunk])
        if not ids:
            return done
        last = ids[-1]
        for request in Request.objects.filter(pk__in=ids).select_related("controller"):
            _again(request, done)
    return done


def _again(request: Request, done: Moved) -> None:
    if not request.wrapped_key:
        done.forgotten += _old(models.QuerySet(IndexToken).filter(request=request)).delete()[0]
        return
    try:
        names = _renamed(request.controller.slug, values_of(request))
    except MissingKeyError:
        done.missing += 1
        return
    except TamperedError:
        done.broken += 1
        return
    with transaction.atomic():
        rows: models.QuerySet[Any] = models.QuerySet(IndexToken).filter(request=request)
        have = set(rows.values_list("kind", "token"))
        for row in _old(rows):
            fresh = names.get((row.kind, row.token))
            if fresh is None or (row.kind, fresh) in have:
                row.delete()
                done.forgotten += fresh is None
            else:
                have.add((row.kind, fresh))
                rows.filter(pk=row.pk).update(token=fresh)
            done.moved += fresh is not None


def move_links(*, chunk: int, stop: Callable[[], bool]) -> Moved:
    """The same for the proven links of accounts."""

    def fresh(row: AccountLink) -> str:
        number = str(row.content()["customer_number"])
        return blind.token(row.controller.slug, f"customer_number:{row.store}", number)

    return _move(AccountLink, fresh, chunk=chunk, stop=stop)


def move_logins(*, chunk: int, stop: Callable[[], bool]) -> Moved:
    """The same for what other portals call accounts."""

    def fresh(row: OutsideLogin) -> str:
        said = row.content()
        index = outside.index_of(row.source, str(said["issuer"]), str(said["subject"]))
        return blind.token(row.controller.slug, *index)

    return _move(OutsideLogin, fresh, chunk=chunk, stop=stop)


def _move(model: Any, again: Callable[[Any], str], *, chunk: int, stop: Callable[[], bool]) -> Moved:
    done, last = Moved(), None
    while not stop():
        rest = _old(models.QuerySet(model)).select_related("user", "controller")
        rows = list((rest if last is None else rest.filter(pk__gt=last)).order_by("pk")[:chunk])
        if not rows:
            return done
        last = rows[-1].pk
        for row in rows:
            try:
                fresh = again(row)
            except MissingKeyError:
                done.missing += 1
                continue
            except TamperedError:
                done.broken += 1
                continue
            done.moved += models.QuerySet(model).filter(pk=row.pk, token=row.token).update(token=fresh)
    return done


def move_restricted(*, chunk: int, stop: Callable[[], bool]) -> Moved:
    """The same for the numbers and addresses that programs ask by whether somebody is restricted."""
    done, last = Moved(), None
    while not stop():
        rest = _old(models.QuerySet(RestrictedToken))
        rest = rest if last is None else rest.filter(restriction_id__gt=last)
        ids = list(rest.order_by("restriction_id").values_list("restriction_id", flat=True).distinct()[:chunk])
        if not ids:
            return done
        last = ids[-1]
        for row in Restriction.objects.filter(pk__in=ids).select_related("case", "controller").order_by("pk"):
            try:
                values = {(str(kind), str(value)) for kind, value in row.content().get("identifiers", [])}
            except MissingKeyError:
                done.missing += 1
                continue
            except TamperedError:
                done.broken += 1
                continue
            names = _renamed(row.controller.slug, values)
            for token in _old(models.QuerySet(RestrictedToken).filter(restriction=row)):
                fresh = names.get((token.kind, token.token))
                if fresh is not None:
                    done.moved += RestrictedToken.objects.filter(pk=token.pk, token=token.token).update(token=fresh)
    return done
