"""Checks the event chain inside an evidence pack: every link, every note, and the way up to a daily anchor. No Django.

The chain of a case is written so that each event holds the hash of the one before it (rules 4.4). An anchor is one hash over
the heads of all chains of a day; it left the controller's house that night by mail, so an authority that asks the data
protection officer for that mail can compare. What is checked here is that the chain belongs to the anchor in the pack.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHAIN: Final = "chain.json"
SCHEMA: Final = "dsr-chain/1"
MAX_CHAIN_BYTES: Final = 64 << 20


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, as the links were hashed (dsr.vault.canonical)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def problems(data: bytes) -> Iterator[str]:
    """What is wrong with the chain, as codes of `dsr.output.verify.MEANING`: bad_chain, chain_broken, chain_note, chain_anchor.

    At most one of each. A link that is given by its hash only is taken as it stands: the links after it bind it.
    """
    try:
        record = json.loads(data)
        if record["schema"] != SCHEMA:
            yield "bad_chain"
            return
        events = list(record["events"])
        yield from sorted({*_links(str(record["case"]), events, str(record["head"])), *_notes(events)})
        if not all(_anchored(str(record["case"]), events, one) for one in record["anchors"]):
            yield "chain_anchor"
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        yield "bad_chain"


def _links(case: str, events: list[Mapping[str, Any]], head: str) -> Iterator[str]:
    before = ""
    for number, event in enumerate(events, start=1):
        if event["seq"] != number:
            yield "chain_broken"
        if "data" in event and _hash(case, event, before) != event["hash"]:
            yield "chain_broken"
        before = event["hash"]
    if before != head:
        yield "chain_broken"


def _hash(case: str, event: Mapping[str, Any], before: str) -> str:
    said = {
        "schema": event["schema"],
        "case": case,
        "seq": event["seq"],
        "at": event["at"],
        "actor": event["actor"],
        "action": event["action"],
        "states": event["states"],
        "data": event["data"],
        "prev": before,
    }
    return hashlib.sha256(canonical(said)).hexdigest()


def _notes(events: list[Mapping[str, Any]]) -> Iterator[str]:
    for event in events:
        note = event.get("note")
        if note is not None:
            said = hashlib.sha256(f"{note['salt']}\0{note['text']}".encode()).hexdigest()
            if event["data"].get("note") != said:
                yield "chain_note"


def _anchored(case: str, events: list[Mapping[str, Any]], anchor: Mapping[str, Any]) -> bool:
    """Whether the chain, as long as it was that night, leads to the root of the anchor."""
    proof = anchor.get("proof")
    if proof is None:  # listed without a proof: nothing is claimed of this day
        return True
    if events[proof["seq"] - 1]["hash"] != proof["head"]:
        return False
    found = hashlib.sha256(b"\0" + f"{case}:{proof['seq']}:{proof['head']}".encode()).digest()
    for side, other in proof["steps"]:
        pair = bytes.fromhex(other) + found if side == "L" else found + bytes.fromhex(other)
        found = hashlib.sha256(b"\1" + pair).digest()
    return bool(hashlib.sha256(f"{anchor['previous_root']}:{found.hex()}".encode()).hexdigest() == anchor["root"])
