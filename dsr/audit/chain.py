"""Appending to a case's event chain (rules.md 4.4): codes, counts and commitments, hash-linked, one row a version."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from dsr.models import Case, Event, EventNote
from dsr.vault import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.law.workflow import Actor

SCHEMA = 1
MAX_TEXT = 200


def instant(at: datetime) -> str:
    """A UTC instant in the one spelling that is hashed."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def link_hash(event: Event) -> str:
    """SHA-256 over the canonical JSON of everything the event says, the hash before it included."""
    said = {
        "schema": event.schema,
        "case": str(event.case_id),
        "seq": event.seq,
        "at": instant(event.at),
        "actor": [event.actor_kind, event.actor_id],
        "action": event.action,
        "states": [event.from_state, event.to_state],
        "data": event.data,
        "prev": event.prev_hash,
    }
    return hashlib.sha256(canonical(said)).hexdigest()


def commitment(salt: str, text: str) -> str:
    """A salted hash of a note: proves the text later, tells nothing without the sealed salt."""
    return hashlib.sha256(f"{salt}\0{text}".encode()).hexdigest()


def plain(value: Any, *, longest: int = MAX_TEXT) -> Any:
    """Codes, counts and dates only; a text above `longest` characters is a programming error, because texts are personal."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(item, longest=longest) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item, longest=longest) for key, item in value.items()}
    if isinstance(value, str) and len(value) > longest:
        raise ValueError("an event holds codes and counts; free text belongs into its note")
    if value is None or isinstance(value, (str, int, bool)):
        return str(value) if isinstance(value, str) else value
    raise TypeError(f"an event cannot hold a {type(value).__name__}")


def append(
    *,
    case: Case,
    at: datetime,
    actor: Actor,
    action: str,
    from_state: str,
    to_state: str,
    data: Mapping[str, Any],
    note: str = "",
) -> Event:
    """Append the event for `case.version`, whose row the caller has just updated in this transaction.

    `note` is sealed beside the event; the chain holds its salted commitment. Saves the new chain head on the case.
    """
    salt = secrets.token_hex(16)
    facts = dict(data) | ({"note": commitment(salt, note)} if note else {})
    event = _event(case, at, actor, action, states=(from_state, to_state), data=facts)
    event.save(force_insert=True)
    if note:
        sealed = EventNote(controller_id=case.controller_id, event=event)
        sealed.put({"salt": salt, "text": note})
        sealed.save(force_insert=True)
    case.chain_head = event.hash
    Case.objects.filter(pk=case.pk).update(chain_head=event.hash)
    return event


def next_link(*, case: Case, at: datetime, actor: Actor, action: str, data: Mapping[str, Any]) -> Event:
    """The event that would follow on the case as it was read, unsaved: for writing many at once.

    The caller claims it with `UPDATE … SET version = event.seq, chain_head = event.hash WHERE version = event.seq - 1` and
    saves it in the same transaction only where that hit the row.
    """
    return _event(case, at, actor, action, states=(case.state, case.state), data=data, seq=case.version + 1)


def _event(
    case: Case,
    at: datetime,
    actor: Actor,
    action: str,
    *,
    states: tuple[str, str],
    data: Mapping[str, Any],
    seq: int | None = None,
) -> Event:
    event = Event(
        controller_id=case.controller_id,
        case=case,
        seq=case.version if seq is None else seq,
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        from_state=states[0],
        to_state=states[1],
        data={key: plain(value) for key, value in data.items()},
        schema=SCHEMA,
        prev_hash=case.chain_head,
    )
    event.hash = link_hash(event)
    return event
