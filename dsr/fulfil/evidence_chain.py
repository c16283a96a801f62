"""The event chain of a case as an evidence pack carries it: every link with what was hashed, and the proof under the anchors.

What a link hides is hidden for all alike (dsr.fulfil.evidence_reading.closed); its hash stands, and the next link binds it.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from dsr.audit.chain import instant
from dsr.cases.anchors import cut_of, proof_of
from dsr.fulfil import evidence_facts as facts
from dsr.fulfil.evidence_reading import closed, state, title
from dsr.models import Anchor
from dsr.output.cells import to_json
from dsr.output.chain_check import SCHEMA
from dsr.output.evidence import Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsr.fulfil.evidence_reading import Reading
    from dsr.models import Event

SHOWN: Final = 200
"""Characters of the facts of an event in the table; chain.json has all of them."""
LONGEST: Final = 120
"""Characters of one fact in the summary, its name included."""


def chain_of(reading: Reading) -> dict[str, Any]:
    """The record that `dsr.output.chain_check` checks."""
    case = reading.case
    last = reading.events[-1] if reading.events else None
    return {
        "schema": SCHEMA,
        "case": str(case.pk),
        "reference": case.request.reference,
        "length": len(reading.events),
        "head": last.hash if last else "",
        "people": dict(sorted(reading.names.items())),
        "events": [_link(event, reading) for event in reading.events],
        "anchors": _anchors(reading),
    }


def _link(event: Event, reading: Reading) -> dict[str, Any]:
    if closed(event):
        return {"seq": event.seq, "hash": event.hash, "withheld": True}
    link: dict[str, Any] = {
        "seq": event.seq,
        "at": instant(event.at),
        "actor": [event.actor_kind, event.actor_id],
        "action": event.action,
        "states": [event.from_state, event.to_state],
        "data": event.data,
        "schema": event.schema,
        "hash": event.hash,
        "in_words": title(event),
    }
    note = reading.notes.get(event.pk)
    return link | ({"note": {"salt": note["salt"], "text": note["text"]}} if note else {})


def _anchors(reading: Reading) -> list[dict[str, Any]]:
    """The newest anchor, and that of the day on which the case was closed; none before the first night."""
    if not reading.events:
        return []
    rows = Anchor.objects.filter(day__gte=reading.events[0].at.astimezone(UTC).date())
    wanted = [rows.order_by("-day").first()]
    if reading.case.closed_at is not None:
        wanted.append(rows.filter(day__gte=reading.case.closed_at.astimezone(UTC).date()).order_by("day").first())
    found: dict[Any, dict[str, Any]] = {}
    for anchor in wanted:
        if anchor is None or anchor.day in found or cut_of(anchor.day) > reading.now:
            continue
        proof = proof_of(str(reading.case.pk), anchor)
        if proof is None:
            continue
        found[anchor.day] = {
            "day": anchor.day.isoformat(),
            "root": anchor.root,
            "previous_root": anchor.previous_root,
            "chains": anchor.heads,
            "proof": {"seq": proof.seq, "head": proof.head, "steps": [list(step) for step in proof.steps]},
        }
    return [found[day] for day in sorted(found)]


def history(reading: Reading, chain: dict[str, Any]) -> Section:
    """The chain to read, the closed links among it, and which anchors stand behind it."""
    rows = [_row(event, reading) for event in reading.events]
    anchored = [(one["day"], str(one["proof"]["seq"]), str(one["chains"]), one["root"]) for one in chain["anchors"]]
    lines = [
        _(
            "Each event holds the hash of the one before it: none can be changed, taken out or put in afterwards unseen."
        ),
        _("Some events are given by their hash only; “What is not in it, and why” says which kinds these are."),
    ]
    if not anchored:
        lines.append(
            _("No anchor was made since the case began: the first one follows in the night after its first day.")
        )
    return Section(
        title=_("History"),
        text=tuple(lines),
        facts=(
            (_("Events"), str(len(rows))),
            (_("Hash of the last one"), chain["head"]),
        ),
        tables=(
            Table(
                "anchors",
                _("Anchors that this chain leads to"),
                (_("Day, UTC"), _("Events by then"), _("Chains under it"), _("Hash")),
                tuple(anchored),
            ),
            Table(
                "history",
                _("Events of the case"),
                (_("No."), _("Time"), _("What happened"), _("By whom"), _("State"), _("Facts")),
                tuple(rows),
                widths=(6, 16, 18, 16, 16, 0),
                printed=tuple(_printed(reading, rows)),
            ),
        ),
    )


def _printed(reading: Reading, rows: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The rows for the summary: what follows one another by its hash only in one line, and of the facts only short ones."""
    first = last = 0
    for event, row in zip([*reading.events, None], [*rows, ()], strict=True):
        if event is not None and closed(event):
            first, last = first or event.seq, event.seq
            continue
        if first:
            number = str(first) if first == last else f"{first}–{last}"
            yield (number, "", _("given by their hash only"), "", "", "")
            first = last = 0
        if event is not None:
            yield (*row[:5], _short(event, reading))


def _short(event: Event, reading: Reading) -> str:
    """The short facts that have words; the table beside the summary and chain.json have all of them."""
    told = [facts.fact(key, held, reading) for key, held in event.data.items()]
    return "; ".join(one for one in told if one and len(one) <= LONGEST)


def _row(event: Event, reading: Reading) -> tuple[str, ...]:
    if closed(event):
        return (str(event.seq), "", _("given by its hash only"), "", "", event.hash)
    states = [state(code) for code in (event.from_state, event.to_state) if code]
    moved = " → ".join(states) if event.from_state != event.to_state else ""
    facts = {key: value for key, value in event.data.items() if key != "note"}
    words = to_json(facts) if facts else ""
    return (
        str(event.seq),
        reading.at(event.at),
        title(event),
        reading.who(event.actor_kind, event.actor_id),
        moved,
        words if len(words) <= SHOWN else f"{words[:SHOWN]}…",
    )
