"""Verifying a chain: every link, every commitment, the head and the length, re-computed from the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsr.audit.chain import commitment, link_hash
from dsr.models import Case, Event, EventNote, Tombstone
from dsr.models.together import attached
from dsr.vault import MissingKeyError, TamperedError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a chain; `code`: gap, link, hash, state, note, head. `case_id` is `setup:<slug>` for a set-up chain."""

    case_id: str
    seq: int
    code: str


def _links(case: Case, events: list[Event]) -> Iterator[Fault]:
    head, state = "", ""
    for number, event in enumerate(events, start=1):
        if event.seq != number:
            yield Fault(str(case.pk), event.seq, "gap")
        if event.prev_hash != head:
            yield Fault(str(case.pk), event.seq, "link")
        if event.hash != link_hash(event):
            yield Fault(str(case.pk), event.seq, "hash")
        if event.from_state != state:
            yield Fault(str(case.pk), event.seq, "state")
        head, state = event.hash, event.to_state
    if (case.chain_head, case.version, case.state) != (head, len(events), state):
        yield Fault(str(case.pk), case.version, "head")


def _notes(case: Case) -> Iterator[Fault]:
    for note in EventNote.objects.filter(event__case=case).select_related("event__case"):
        try:
            said = note.content()
        except TamperedError:
            yield Fault(str(case.pk), note.event.seq, "note")
            continue
        except MissingKeyError:
            continue  # shredded with its case: the chain stands without the texts
        if note.event.data.get("note") != commitment(said["salt"], said["text"]):
            yield Fault(str(case.pk), note.event.seq, "note")


def verify_case(case: Case) -> list[Fault]:
    """Everything wrong with the chain of one case; empty when it is as it was written."""
    events = attached(case, "events")
    return [*_links(case, list(case.events.order_by("seq")) if events is None else events), *_notes(case)]


def verify_tombstones() -> Iterator[Fault]:
    """What is wrong with the tombstones of purged cases: days out of order, or a last link that is not the head.

    What was in the chain is gone; that its links were these is proved by the daily anchors, which count tombstones as cases.
    """
    for stone in Tombstone.objects.order_by("pk").iterator(chunk_size=500):
        days, numbers = [one[0] for one in stone.heads], [one[1] for one in stone.heads]
        ordered = days == sorted(set(days)) and numbers == sorted(set(numbers))
        if not ordered or not stone.heads or stone.heads[-1][1:] != [stone.version, stone.chain_head]:
            yield Fault(str(stone.pk), stone.version, "tombstone")
        if Case.objects.filter(pk=stone.pk).exists():
            yield Fault(str(stone.pk), stone.version, "returned")  # a restored backup: `manage.py purge --replay`
