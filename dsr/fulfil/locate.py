"""Locating a person over all stores, to a fixpoint (house.md "Locate").

What leads: proven customer numbers, and unique identifiers the stores taught, each with the link that taught it. Names,
addresses and values another person shares lead nowhere. Two people matching: a person decides, never the program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsr.cases import tasks
from dsr.cases.finding import spellings
from dsr.cases.identifiers import add_identifiers
from dsr.cases.perform import RefusedError, record
from dsr.cases.scope import stores_of
from dsr.fulfil.stores import open_by_name
from dsr.law.rights import Right
from dsr.law.workflow import Actor, Refusal, Role
from dsr.models import Case, IndexToken, Request, RowId, Task
from dsr.models import Subject as SubjectRow
from dsr.vault import blind
from exporters.contract import Candidate, Identifier, IdentifierKind, Locates, Match, MatchStatus, RowKey, Subject
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from datetime import datetime

MAX_ROUNDS = 10
CONTACTS = frozenset({IdentifierKind.EMAIL.value, IdentifierKind.PHONE.value})
SURE = frozenset({"proof", "decision"})
"""Links of what was proved, or decided by a person."""
COPIES = frozenset({Right.ACCESS, Right.PORTABILITY})
SEARCHABLE = ("customer_number", "email", "phone", "username")


class NeedsPersonError(Exception):
    """A person has to decide or do something before the task can go on; `code` and `place` say what and where."""

    def __init__(self, code: str, place: str) -> None:
        super().__init__(f"{code}: {place}")
        self.code, self.place = code, place


@dataclass(slots=True)
class Found:
    """What a search over all stores gathered so far."""

    identifiers: list[dict[str, str]]
    keys: dict[str, list[list[Any]]]
    candidates: dict[str, list[dict[str, Any]]]


def subject_of(request: Request, identifiers: list[dict[str, str]]) -> Subject:
    """The contract's subject from sealed content; only what may lead is handed over (shared values stay behind)."""
    leading = [item for item in identifiers if not item.get("shared")]
    return Subject(
        reference=request.reference,
        identifiers=tuple(Identifier(IdentifierKind(i["kind"]), i["value"], i.get("store") or None) for i in leading),
    )


def row_keys(content: dict[str, Any], store: str) -> tuple[RowKey, ...]:
    """The keys located in one store, as the contract wants them."""
    return tuple(RowKey(dataset, tuple(values)) for dataset, values in content.get("keys", {}).get(store, []))


def search(
    *, request: Request, content: dict[str, Any], check: Callable[[], None], only: Container[str] | None = None
) -> Found:
    """Ask every store until nothing new is learned; raises Temporary, Permanent, or NeedsPersonError for a capability gap.

    `only`: the stores that are asked, for work on one store that does not wait for another.
    """
    found = Found(list(content.get("identifiers", [])), {}, {})
    for _ in range(MAX_ROUNDS):
        before = len(found.identifiers)
        for store in stores_of(request.controller):
            if only is not None and store not in only:
                continue
            check()
            exporter = open_by_name(request.controller, store)
            if not capable(exporter, Locates):
                continue
            match = _firm(exporter, store, request, found)
            _take(found, store, match, rejected=content.get("rejected", {}).get(store, []))
        if len(found.identifiers) == before:
            return found
    return found


def _firm(exporter: Locates, store: str, request: Request, found: Found) -> Match:
    """A match; one that rests only on a contact another store taught is a question to a person, never an answer.

    An e-mail address in one store may be a stranger's: a typo, or put there on purpose. It may find her, it must not
    hand out what it finds.
    """
    match = exporter.locate(subject_of(request, found.identifiers))
    if match.status is not MatchStatus.FOUND:
        return match
    own = [item for item in found.identifiers if item["kind"] not in CONTACTS or _vouched(item, store)]
    if len(own) == len(found.identifiers):
        return match
    sure = exporter.locate(subject_of(request, own))
    if sure.status is MatchStatus.FOUND and set(match.keys) <= set(sure.keys):
        return match
    doubtful = [key for key in match.keys if key not in sure.keys]
    hints = {candidate.key: candidate.hint for candidate in match.candidates}
    asked = tuple(Candidate(_spelled(key), hints.get(_spelled(key), {"record": _spelled(key)})) for key in doubtful)
    return replace(sure, candidates=(*sure.candidates, *asked))


def _vouched(item: dict[str, str], store: str) -> bool:
    """Whether a contact was proved, decided by a person, or taught by this very store."""
    return item["link"] in SURE or item["link"].startswith(f"{store}:")


def hers_alone(*, request: Request, found: Found, check: Callable[[], None]) -> list[dict[str, str]]:
    """What was found without the contacts that lead to anybody else in any store, for what works by contact without a person.

    A contact that stands once in the store that taught it may be a stranger's in another one (see `_firm`); what was proved or
    decided stays. Asks every store once, and again contact by contact where somebody else turns up.
    """
    learned = [item for item in found.identifiers if item["kind"] in CONTACTS and item["link"] not in SURE]
    doubted = [item for item in learned if item.get("shared")]
    for store in stores_of(request.controller):
        rest = [item for item in learned if item not in doubted]
        if not rest:
            break
        exporter = open_by_name(request.controller, store)
        if not capable(exporter, Locates):
            continue
        check()
        hers = set(row_keys({"keys": found.keys}, store))
        if _others(exporter.locate(subject_of(request, rest)), hers):
            doubted += [item for item in rest if _others(exporter.locate(subject_of(request, [item])), hers)]
    return [item for item in found.identifiers if item not in doubted]


def _others(match: Match, hers: set[RowKey]) -> bool:
    """Whether a match means anybody but the person whose rows these are; one that cannot say whom it means does."""
    own = {_spelled(key) for key in hers}
    nobody_named = match.status is MatchStatus.AMBIGUOUS and not match.candidates
    return nobody_named or bool({*match.keys} - hers) or any(one.key not in own for one in match.candidates)


def _spelled(key: RowKey) -> str:
    return "/".join([key.dataset, *map(str, key.values)])


def _take(found: Found, store: str, match: Match, *, rejected: list[str]) -> None:
    found.keys[store] = [[key.dataset, list(key.values)] for key in match.keys]
    open_questions = [c for c in match.candidates if c.key not in rejected]
    if open_questions:
        found.candidates[store] = [{"key": c.key, "hint": dict(c.hint)} for c in open_questions]
    else:
        found.candidates.pop(store, None)
    if match.status is MatchStatus.AMBIGUOUS:
        return
    known = {(i["kind"], i["value"], i.get("store") or "") for i in found.identifiers}
    for learned in match.learned:
        kind, value, scope = learned.identifier.kind.value, learned.identifier.value, learned.identifier.store or ""
        if (kind, value, scope) not in known:
            known.add((kind, value, scope))
            item = {"kind": kind, "value": value, "store": scope, "link": f"{store}:{learned.link}"}
            found.identifiers.append({**item, "shared": "yes"} if learned.shared else item)


def locate(task: Task, check: Callable[[], None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `locate`: search all stores, keep keys and identifiers sealed, then one collect task per store."""
    case = task.case
    row = SubjectRow.objects.filter(request=case.request).select_related("request__controller").first()
    content = row.content() if row else {}
    if not content.get("identifiers"):
        raise NeedsPersonError("nobody_identified", "")
    found = search(request=case.request, content=content, check=check)
    content |= {"identifiers": found.identifiers, "keys": found.keys, "candidates": found.candidates}

    def keep(*, located: bool) -> None:
        fresh = SubjectRow.objects.select_related("request").get(request=case.request)
        fresh.put(content)
        fresh.located_at = now if located else fresh.located_at
        fresh.save()

    if found.candidates:
        keep(located=False)
        raise NeedsPersonError("ambiguous", ", ".join(sorted(found.candidates)))

    def effect() -> None:
        keep(located=True)
        _index(case.request, found.identifiers)
        # Only rights whose answer is a copy of the data collect it; the others find their rows while they are planned.
        copied = stores_of(case.controller) if Right(case.right) in COPIES else ()
        for store in copied:
            tasks.ensure(case=case, store=store, operation="collect", now=now, again=True)

    return {"stores": len(found.keys), "stores_with_data": sum(1 for keys in found.keys.values() if keys)}, effect


def _index(request: Request, identifiers: list[dict[str, str]]) -> None:
    """Make the case findable by what the stores taught, without storing it in clear."""
    rows = {
        (i["kind"], blind.token(request.controller.slug, i["kind"], way))
        for i in identifiers
        if i["kind"] in SEARCHABLE
        for way in spellings(i["kind"], i["value"], request.controller.country)
    }
    have = set(IndexToken.objects.filter(request=request).values_list("kind", "token"))
    IndexToken.objects.bulk_create(
        IndexToken(controller=request.controller, request=request, kind=kind, token=token)
        for kind, token in sorted(rows - have)
    )


@transaction.atomic
def decide(*, case_id: RowId, store: str, chosen: list[str], reason: str, actor: Actor, now: datetime) -> None:
    """A handler says which of the candidates in a store is the person (or none), with a reason; the search goes on."""
    if not actor.roles & {Role.HANDLER, Role.LEAD}:
        raise RefusedError(Refusal("role", {"roles": "handler,lead"}))
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    case = Case.objects.select_related("request__controller").get(pk=case_id)
    row = SubjectRow.objects.select_related("request").get(request=case.request)
    content = row.content()
    offered = [candidate["key"] for candidate in content.get("candidates", {}).get(store, [])]
    if not offered or set(chosen) - set(offered):
        raise RefusedError(Refusal("candidates_changed", {}))
    content.setdefault("rejected", {}).setdefault(store, []).extend(key for key in offered if key not in chosen)
    content["candidates"].pop(store)
    row.put(content)
    row.save()
    picked = [{"kind": IdentifierKind.RECORD.value, "value": key, "store": store, "link": "decision"} for key in chosen]
    add_identifiers(request=case.request, found=picked)
    data = {"store": store, "offered": len(offered), "chosen": len(chosen)}
    record(case_id=case_id, kind="match_decided", actor=actor, now=now, data=data, note=reason)
    if not content["candidates"]:
        task = Task.objects.get(case=case, store="", operation="locate")
        tasks.ensure(case=case, operation=task.operation, now=now, again=True)
