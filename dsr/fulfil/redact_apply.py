"""What was decided, done: rows and files of the answer without what was taken out (X-02, X-06, X-07).

Only decisions of persons take anything out; a suggestion takes out nothing. The right-hand text is made here, on the
server, from spans. What the law forbids to speak of leaves no mark, no note and no count.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils import translation

from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.redact_scan import Kind, Part, Tokens, extracted, mapped, parts_of, replaced
from dsr.law.redaction import SPOKEN_OF, Reason
from dsr.models import RedactionBox, RedactionItem, RedactionMark
from dsr.output.attached import left_out_words
from dsr.output.inputs import Redaction
from dsr.redaction.boxes import Box
from dsr.redaction.docx import BrokenError as BrokenDocx
from dsr.redaction.extract import WhyWhole
from dsr.redaction.pdf import BrokenError as BrokenPdf
from dsr.redaction.rebuild import Made, UnsafeError, rebuild, redrawn
from dsr.redaction.spans import Span, merged, redacted
from dsr.vault import canonical
from dsr.wording import redaction as words
from exporters.contract import Batch, CellNote, Note
from exporters.files.content import Content
from exporters.files.file_names import split_ending

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from dsr.fulfil.redact_scan import Key, Seen
    from dsr.models import Case
    from dsr.output.attached import Attached
    from dsr.output.inputs import Found
    from exporters.contract import JsonValue

__all__ = ["Decision", "Decisions", "boxes_of", "count", "decisions_of", "finished", "on_files", "on_rows"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What goes of one item: all of it for a reason, or places: of its text, or boxes on its pages."""

    whole: Reason | None = None
    spans: tuple[Span, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of a case by what items are found by, and the words that stand instead, by reason."""

    tokens: Tokens
    by_key: Mapping[Key, Decision] = field(repr=False)
    labels: Mapping[Reason, str]
    fingerprint: str

    def of(self, kind: str, store: str, dataset: str, part: str, tokens: tuple[str, ...]) -> Decision | None:
        """The decision on an item, whichever key of the ring its token was made with."""
        return next((one for token in tokens if (one := self.by_key.get((kind, store, dataset, part, token)))), None)

    def label(self, reason: Reason) -> str:
        """What stands in the text."""
        return self.labels[reason]


def decisions_of(case: Case) -> Decisions:
    """Everything that persons decided to take out of this case's answer, by now."""
    spans: dict[Any, list[Span]] = {}
    rows = RedactionMark.objects.filter(item__case=case, state=RedactionMark.State.ACCEPTED)
    for item_id, start, end, reason in rows.values_list("item_id", "start", "end", "reason"):
        spans.setdefault(item_id, []).append(Span(start, end, Reason(reason)))
    boxes = boxes_of(RedactionBox.objects.filter(item__case=case))
    by_key: dict[Key, Decision] = {}
    # A column is one item for each set of values: only the latest counts.
    items = RedactionItem.objects.filter(case=case).exclude(kind=Kind.COLUMN, present=False)
    for item in items:
        whole = Reason(item.whole_reason) if item.whole == RedactionItem.Whole.ACCEPTED else None
        if whole or item.pk in spans or item.pk in boxes:
            key = (item.kind, item.store, item.dataset, item.part, item.token)
            places = () if whole else tuple(sorted(spans.get(item.pk, ())))
            by_key[key] = Decision(whole, places, () if whole else tuple(sorted(boxes.get(item.pk, ()))))
    facts = [_facts(key, one) for key, one in sorted(by_key.items())]
    with translation.override(case.request.language):
        labels = {reason: words.mark(reason) for reason in Reason}
    return Decisions(Tokens(case), by_key, labels, hashlib.sha256(canonical(facts)).hexdigest())


def _facts(key: Key, one: Decision) -> list[Any]:
    """A decision as the fingerprint has it."""
    spans = [[span.start, span.end, span.reason] for span in one.spans]
    return [*key, one.whole, spans, [dataclasses.astuple(box) for box in one.boxes]]


def boxes_of(rows: Iterable[RedactionBox]) -> dict[Any, list[Box]]:
    """The boxes by the id of their item."""
    found: dict[Any, list[Box]] = {}
    for row in rows:
        box = Box(row.sheet, row.left, row.top, row.width, row.height, Reason(row.reason))
        found.setdefault(row.item_id, []).append(box)
    return found


def on_rows(found: Found, decisions: Decisions) -> Found:
    """The data set as it leaves."""
    touched = {key[3] for key in decisions.by_key if key[:3] in _of(found)}
    parts = tuple(part for part in parts_of(found.store, found.info) if part.name in touched)
    return replace(found, read=functools.partial(_batches, found, parts, decisions)) if parts else found


def _of(found: Found) -> set[tuple[str, str, str]]:
    return {(kind, found.store, found.info.name) for kind in (Kind.VALUE.value, Kind.COLUMN.value)}


def _batches(found: Found, parts: Sequence[Part], decisions: Decisions) -> Iterator[Batch]:
    columns = {part: _column_decision(found, part, decisions) for part in parts if part.third_party}
    for batch in found.read():
        values: list[Sequence[JsonValue]] = list(batch.values)
        notes = list(batch.notes)
        for part in parts:
            if part.column not in batch.columns:
                continue
            at = batch.columns.index(part.column)
            cells = [_Cell(found, part, decisions, columns.get(part)).of(cell) for cell in values[at]]
            values[at] = [cell for cell, _ in cells]
            notes += [Note(row, part.column, CellNote.REDACTED) for row, (_, said) in enumerate(cells) if said]
        said = tuple(sorted(dict.fromkeys(notes), key=lambda note: note.row))
        yield Batch.of_columns(batch.dataset, batch.columns, values, said) if len(batch) else batch


def _column_decision(found: Found, part: Part, decisions: Decisions) -> Reason | None:
    """Why a column about third parties goes as a whole; None when it stays."""
    for key, one in decisions.by_key.items():
        if key[:4] == (Kind.COLUMN.value, found.store, found.info.name, part.name) and one.whole:
            return one.whole
    return None


class _Cell:
    """One value made anew, and whether a note says so."""

    def __init__(self, found: Found, part: Part, decisions: Decisions, column: Reason | None) -> None:
        self._found, self._part, self._decisions, self._column = found, part, decisions, column
        self._said = False

    def of(self, cell: JsonValue) -> tuple[JsonValue, bool]:
        if cell is None:
            return None, False
        column = self._column
        if column is not None and not self._part.path:
            return self._instead(column), self._said
        if column is not None:
            return replaced(cell, self._part.path, lambda: self._instead(column)), self._said
        made = mapped(cell, self._part.path, self._text)
        return made, self._said

    def _instead(self, reason: Reason) -> JsonValue:
        self._said = self._said or reason in SPOKEN_OF
        return self._decisions.label(reason) or None

    def _text(self, text: str) -> JsonValue:
        if not text.strip():
            return text
        key = (Kind.VALUE.value, self._found.store, self._found.info.name, self._part.name)
        one = self._decisions.of(*key, self._decisions.tokens.of(text))
        if one is None:
            return text
        if one.whole:
            return self._instead(one.whole)
        self._said = self._said or any(span.reason in SPOKEN_OF for span in one.spans)
        return redacted(text, one.spans, self._decisions.label)


def on_files(files: Sequence[Attached], decisions: Decisions, anew: Container[Key] = ()) -> tuple[Attached, ...]:
    """The files as they leave: those withheld whole are missing; those with places taken out are made anew, and so are those
    in `anew`, which hold more than their text: only what somebody could read leaves.
    """
    found: list[Attached] = []
    numbers: Counter[str] = Counter()
    for item in files:
        tokens = decisions.tokens.of_digest(item.sha256)
        one = decisions.of(Kind.FILE.value, item.store, item.dataset, "", tokens)
        if one is None and any((Kind.FILE.value, item.store, item.dataset, "", token) in anew for token in tokens):
            found.append(_made_anew(item, Decision(), decisions, split_ending(item.name)[0]))
        elif one is None:
            found.append(item)
        elif one.whole is None:
            called = _called(one)
            numbers[called] += 1
            found.append(_made_anew(item, one, decisions, f"{called}-{numbers[called]}"))
    return tuple(found)


def _called(one: Decision) -> str:
    """What a file is called in which places went: its own name may be the name that was taken out of it. Only files of one
    word are counted, so that no gap tells of another file, and the word tells nothing of what must not be spoken of (X-06).
    """
    reasons = [span.reason for span in one.spans] + [box.reason for box in one.boxes]
    return "redacted" if SPOKEN_OF.intersection(reasons) else "file"


def finished(item: Attached, one: Decision, decisions: Decisions) -> Made:
    """The file made anew. NeedsPersonError `redaction_unsafe` when it cannot be: then it is withheld as a whole."""
    place = f"{item.store}.{item.dataset}"
    text = extracted(item)
    try:
        if isinstance(text, WhyWhole):
            return redrawn(b"".join(item.read()), text, one.boxes)
        return rebuild(b"".join(item.read()), text, one.spans, decisions.label, one.boxes)
    except (UnsafeError, BrokenPdf, BrokenDocx):
        raise NeedsPersonError("redaction_unsafe", place) from None


def _made_anew(item: Attached, one: Decision, decisions: Decisions, stem: str) -> Attached:
    """Made once to know its size and hash, and again when it is written: the same in, the same out, and no file in memory
    while others wait.
    """
    made = finished(item, one, decisions)
    size, digest = len(made.data), hashlib.sha256(made.data).hexdigest()
    return replace(
        item,
        name=f"{stem}{made.ending}",
        media_type=made.media_type,
        size=size,
        sha256=digest,
        content=Content(made.kind, None),
        read=functools.partial(_again, item, one, decisions),
    )


def _again(item: Attached, one: Decision, decisions: Decisions) -> Iterator[bytes]:
    yield finished(item, one, decisions).data


def count(items: Mapping[Key, Seen], decisions: Decisions, language: str) -> tuple[Redaction, ...]:
    """How many places are black in each data set, for which reason, and how many files stay behind (X-02); for the report."""
    places: Counter[tuple[str, str, Reason, bool]] = Counter()
    for key, seen in items.items():
        kind, store, dataset, _part, _token = key
        one = decisions.by_key.get(key)
        if one is None:
            continue
        if one.whole:
            places[store, dataset, one.whole, kind == Kind.FILE.value] += seen.count
        for span in merged("x" * seen.length, one.spans):
            places[store, dataset, span.reason, False] += seen.count
        for box in one.boxes:
            places[store, dataset, box.reason, False] += seen.count
    with translation.override(language):
        return tuple(
            Redaction(store, dataset, words.sentence(reason), number, what=left_out_words() if file else "")
            for (store, dataset, reason, file), number in sorted(places.items())
            if reason in SPOKEN_OF
        )
