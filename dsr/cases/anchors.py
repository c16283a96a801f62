"""The daily anchor (4.4): one hash over the heads of all event chains, those of the set-up included, and the hash of the day before.

It leaves this database as a file and as a mail to the data protection officers: whoever rewrites a chain later, and every
link behind it, cannot rewrite those. The heads are taken as they stood at midnight UTC, so that anybody can compute the
hash again from the chains.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from heapq import merge
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction

from dsr.cases import notices
from dsr.law.terms import Role
from dsr.models import Anchor, Case, Event, Kind, SetupEvent, Tombstone, User

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

log = logging.getLogger(__name__)
# A verb that began before midnight has committed by then.
AFTER_MIDNIGHT = timedelta(minutes=10)
SCHEMA = 2
"""What an anchor made today covers; older ones keep their number, and verify by it (dsr.models.Anchor)."""


def heads_at(cut: datetime) -> Iterator[tuple[str, int, str]]:
    """Case, length and head of every chain as it stood before `cut` (UTC), in the order of the case ids."""
    grown = set(Event.objects.filter(at__gte=cut).values_list("case_id", flat=True))
    # In order of sequence, so that the last one before the cut is the one that stays.
    earlier = Event.objects.filter(case__in=grown, at__lt=cut).order_by("case_id", "seq")
    then = {case: (seq, head) for case, seq, head in earlier.values_list("case_id", "seq", "hash").iterator()}

    def alive() -> Iterator[tuple[str, int, str]]:
        for case_id, version, head in Case.objects.order_by("pk").values_list("pk", "version", "chain_head").iterator():
            if case_id not in grown:
                yield str(case_id), version, head
            elif case_id in then:
                yield str(case_id), *then[case_id]

    # Purged cases stand at their place with the head they had on that day.
    yield from merge(alive(), _buried(cut.date().isoformat()))


def _buried(day: str) -> Iterator[tuple[str, int, str]]:
    for case_id, heads in Tombstone.objects.order_by("pk").values_list("pk", "heads").iterator():
        before = [(seq, head) for on, seq, head in heads if on < day]
        if before:
            yield str(case_id), *before[-1]


def setup_heads_at(cut: datetime) -> Iterator[tuple[str, int, str]]:
    """`setup:` with the controller, length and head of every set-up chain before `cut` (UTC), in the order of the ids."""
    rows = SetupEvent.objects.filter(at__lt=cut).order_by("controller_id", "seq")
    last = {owner: (seq, head) for owner, seq, head in rows.values_list("controller_id", "seq", "hash").iterator()}
    for owner, (seq, head) in last.items():
        yield f"setup:{owner}", seq, head


def merkle_root(leaves: Iterator[bytes]) -> tuple[str, int]:
    """SHA-256 tree over the leaves, pairwise, an odd one carried up; hex, with how many there were."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    count = len(level)
    while len(level) > 1:
        pairs = zip_longest(level[::2], level[1::2])
        level = [hashlib.sha256(b"\1" + left + right).digest() if right else left for left, right in pairs]
    return (level[0].hex() if level else ""), count


def leaves_at(cut: datetime, schema: int = SCHEMA) -> Iterator[bytes]:
    """What the tree of an anchor stands on: owner, length and head of every chain before `cut`."""
    heads = chain(heads_at(cut), setup_heads_at(cut)) if schema > 1 else heads_at(cut)
    for owner, seq, head in heads:
        yield f"{owner}:{seq}:{head}".encode()


def root_at(cut: datetime, previous_root: str, schema: int = SCHEMA) -> tuple[str, int]:
    """The anchor's hash over the heads before `cut` and the root of the day before, with the number of chains."""
    root, count = merkle_root(leaves_at(cut, schema))
    return hashlib.sha256(f"{previous_root}:{root}".encode()).hexdigest(), count


@dataclass(frozen=True, slots=True)
class Proof:
    """That one chain stood under an anchor: its length and head that night, and the hashes beside the way up to the root.

    Each step is `L` or `R`, the side of the other hash, and that hash in hexadecimal. Says nothing of any other chain.
    """

    seq: int
    head: str
    steps: tuple[tuple[str, str], ...]


def proof_of(owner: str, anchor: Anchor) -> Proof | None:
    """The proof for the chain of `owner` (the id of a case); None when it was not there yet. Reads every head once."""
    mine, place = b"", -1
    level: list[bytes] = []
    for leaf in leaves_at(cut_of(anchor.day), anchor.schema):
        if leaf.startswith(f"{owner}:".encode()):
            mine, place = leaf, len(level)
        level.append(hashlib.sha256(b"\0" + leaf).digest())
    if place < 0:
        return None
    steps: list[tuple[str, str]] = []
    while len(level) > 1:
        other = place ^ 1
        if other < len(level):
            steps.append(("L" if other < place else "R", level[other].hex()))
        level = [
            hashlib.sha256(b"\1" + level[at] + level[at + 1]).digest() if at + 1 < len(level) else level[at]
            for at in range(0, len(level), 2)
        ]
        place //= 2
    _owner, seq, head = mine.decode().rsplit(":", 2)
    return Proof(int(seq), head, tuple(steps))


def cut_of(day: date) -> datetime:
    """The end of a day, UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def anchor_due(*, now: datetime) -> int:
    """Make yesterday's anchor if it is missing; returns 1 when it was made."""
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    day = midnight.date() - timedelta(days=1)
    # An earlier day, because the clock was put back, would break the chain of anchors.
    if now < midnight + AFTER_MIDNIGHT or Anchor.objects.filter(day__gte=day).exists():
        return 0
    if not any(rows.filter(at__lt=midnight).exists() for rows in (Event.objects, SetupEvent.objects)):
        return 0
    last = Anchor.objects.filter(day__lt=day).order_by("-day").first()
    previous = last.root if last else ""
    root, count = root_at(midnight, previous)
    anchor = Anchor(day=day, root=root, previous_root=previous, heads=count, schema=SCHEMA, created_at=now)
    try:
        with transaction.atomic():
            anchor.save(force_insert=True)
            _mail(anchor, now)
    except IntegrityError:
        return 0  # another tick was quicker
    _write(anchor)
    return 1


def _mail(anchor: Anchor, now: datetime) -> None:
    for user in User.objects.filter(kind=Kind.STAFF, is_active=True).select_related("controller").order_by("handle"):
        if Role.DPO.value in user.roles:
            notices.to_staff(user=user, kind="anchor", now=now, context={"anchor": anchor})


def _write(anchor: Anchor) -> None:
    """The same as a file, for whoever carries it elsewhere; the mail has left already if this fails."""
    folder = Path(settings.DSR_ANCHOR_DIR)
    content = {
        "day": anchor.day.isoformat(),
        "root": anchor.root,
        "previous_root": anchor.previous_root,
        "chains": anchor.heads,
        "schema": anchor.schema,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{anchor.day.isoformat()}.json").write_text(json.dumps(content) + "\n", encoding="utf-8")
    except OSError as error:
        log.error("the anchor of %s could not be written to its folder (%s)", anchor.day, type(error).__name__)  # noqa: TRY400


def faults() -> list[str]:
    """The days whose anchor does not come out again from the chains as they stand, or does not follow the one before."""
    wrong, previous = [], ""
    for anchor in Anchor.objects.order_by("day"):
        root, count = root_at(cut_of(anchor.day), anchor.previous_root, anchor.schema)
        if (anchor.previous_root, anchor.root, anchor.heads) != (previous, root, count):
            wrong.append(anchor.day.isoformat())
        previous = anchor.root
    return wrong
