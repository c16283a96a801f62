"""The chain of set-up events of a controller (rules 4.4): appended in the transaction of the change, verified link by link."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from dsr.audit.chain import commitment, instant, plain
from dsr.audit.verify import Fault
from dsr.models import Controller, SetupEvent
from dsr.vault import MissingKeyError, TamperedError, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dsr.law.workflow import Actor

SCHEMA = 1
MAX_TEXT = 4000
"""Characters of one value: a statement of the controller (Art. 15(1)(h), backups) is longer than a code."""


def setup_link_hash(event: SetupEvent) -> str:
    """SHA-256 over the canonical JSON of everything the set-up event says, the hash before it included."""
    said = {
        "schema": event.schema,
        "controller": str(event.controller_id),
        "seq": event.seq,
        "at": instant(event.at),
        "actor": [event.actor_kind, event.actor_id],
        "kind": event.kind,
        "data": event.data,
        "prev": event.prev_hash,
    }
    return hashlib.sha256(canonical(said)).hexdigest()


def append_setup(
    *, controller: Controller, at: datetime, actor: Actor, kind: str, data: Mapping[str, Any], note: str = ""
) -> SetupEvent:
    """Append to the controller's chain, inside the transaction of the change that it reports.

    The controller's row is locked until that transaction ends, so that no two events claim one number; rows that point to
    it can be written meanwhile. TypeError or ValueError for what an event cannot hold.
    """
    Controller.objects.select_for_update(no_key=True).get(pk=controller.pk)
    last = SetupEvent.objects.of(controller).order_by("-seq").first()
    salt = secrets.token_hex(16)
    facts = {str(key): plain(value, longest=MAX_TEXT) for key, value in data.items()}
    event = SetupEvent(
        controller=controller,
        seq=last.seq + 1 if last else 1,
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        kind=kind,
        data=facts | ({"note": commitment(salt, note)} if note else {}),
        schema=SCHEMA,
        prev_hash=last.hash if last else "",
    )
    event.hash = setup_link_hash(event)
    if note:
        event.put({"salt": salt, "text": note})
    event.save(force_insert=True)
    return event


def verify_setup(controller: Controller) -> Iterator[Fault]:
    """What is wrong with the set-up chain of one controller: gap, link, hash, note. A cut-off end is found by the anchors."""
    where, head = f"setup:{controller.slug}", ""
    for number, event in enumerate(SetupEvent.objects.of(controller).order_by("seq").iterator(chunk_size=500), start=1):
        if event.seq != number:
            yield Fault(where, event.seq, "gap")
        if event.prev_hash != head:
            yield Fault(where, event.seq, "link")
        if event.hash != setup_link_hash(event):
            yield Fault(where, event.seq, "hash")
        if not _note_fits(event):
            yield Fault(where, event.seq, "note")
        head = event.hash


def _note_fits(event: SetupEvent) -> bool:
    if not event.sealed:
        return "note" not in event.data
    try:
        said = event.content()
    except TamperedError:
        return False
    except MissingKeyError:
        return True  # its key was destroyed: the chain stands without the text
    return bool(event.data.get("note") == commitment(said["salt"], said["text"]))
