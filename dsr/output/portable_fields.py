"""Narrows what was collected to what Article 20 covers, and keeps account of what fell away and why (P-01 to P-03, P-06)."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from dsr.law.portability import PROVIDED, Exclusion, Verdict, verdict
from dsr.output.files import checked
from exporters.contract import Batch, CellNote, Note
from exporters.datamap.nested import remove

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dsr.output.inputs import Found
    from exporters.contract import DatasetInfo, FieldInfo, JsonValue, Text

Path: TypeAlias = tuple[str, ...]

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True, slots=True)
class Excluded:
    """What is not in the portable copy: a field, a part of one, or a whole data set (`column` is empty then).

    `reason` holds the data map's own words, where it gives any; `rows` how many records a left-out data set has.
    """

    store: str
    store_label: Text
    dataset: str
    dataset_label: Text
    column: str
    label: Text
    code: Exclusion
    reason: Text = field(default_factory=dict)
    rows: int = 0


@dataclass(slots=True)
class Types:
    """The JSON types of a data set's columns, learned while its batches pass by."""

    seen: dict[str, set[str]] = field(default_factory=dict)

    def take(self, columns: Sequence[str], values: Sequence[Sequence[JsonValue]]) -> None:
        """Look at the columns of one batch."""
        for name, column in zip(columns, values, strict=True):
            known = self.seen.setdefault(name, set())
            types = set(map(type, column)) - {type(None)}
            known |= {_KINDS[kind] for kind in types & _KINDS.keys()}
            if str in types and "string" not in known:
                known |= _text_kinds(value for value in column if isinstance(value, str))

    def of(self, name: str) -> str:
        """One word for the column: `string`, `date`, `date-time`, `integer`, `number`, `boolean`, `object`, `array`, or `mixed`.

        A column without any value counts as text.
        """
        kinds = self.seen.get(name) or {"string"}
        if kinds <= {"date", "date-time", "string"}:
            return "string" if "string" in kinds or len(kinds) > 1 else next(iter(kinds))
        if kinds <= {"integer", "number"}:
            return "number" if "number" in kinds else "integer"
        return next(iter(kinds)) if len(kinds) == 1 else "mixed"


_KINDS = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


def _text_kinds(texts: Iterable[str]) -> set[str]:
    """Which of date, moment and other text occur; whoever has seen other text need not look on."""
    found = set()
    for text in texts:
        if _MOMENT.fullmatch(text):
            found.add("date-time")
        elif _DAY.fullmatch(text):
            found.add("date")
        else:
            return {"string"}
    return found


@dataclass(frozen=True, slots=True)
class Narrowed:
    """One data set after Article 20: `found` is what is portable of it, None when nothing is. `others`: P-06 applies."""

    found: Found | None
    excluded: tuple[Excluded, ...]
    types: Types = field(default_factory=Types, repr=False)
    others: bool = False


def judge(item: FieldInfo, wanted: frozenset[str] = PROVIDED) -> Verdict:
    """The law's decision over one field as its data map describes it (P-01 to P-03); `wanted`: the origins she asked for."""
    return verdict(
        origin=item.origin.value,
        legal_basis=item.legal_basis,
        whose=item.whose.value,
        disclosure=item.disclosure.value,
        # Whatever a store hands out by program is processed by automated means; paper is in no store.
        automated=True,
        wanted=wanted,
    )


def narrow(found: Found, wanted: frozenset[str] = PROVIDED) -> Narrowed:
    """What Article 20, and what she asked for (`wanted` origins), leaves of one data set. Nothing of it was read yet but, where all falls away, its number of rows."""
    kept: list[FieldInfo] = []
    out: list[Excluded] = []
    parts: dict[str, _Parts] = {}
    for item in found.info.fields:
        if not item.label:
            continue  # not personal: neither handed out nor held back
        decided = judge(item, wanted)
        inner = _Parts.of(item, wanted, whole=decided.portable)
        if decided.portable or inner.kept:
            kept.append(replace(item, parts=tuple(part for part in item.parts if judge(part, wanted).portable)))
            parts[item.name] = inner
        out += _excluded(found, item, decided, wanted)
    if not kept:
        return Narrowed(None, _whole(found, out))
    types = Types()
    info = replace(found.info, fields=tuple(kept))
    others = any(judge(item).others or any(judge(part).others for part in item.parts) for item in kept)
    narrowed = replace(found, info=info, read=lambda: _read(found, info, parts, types))
    return Narrowed(narrowed, tuple(out), types, others)


def _excluded(found: Found, item: FieldInfo, decided: Verdict, wanted: frozenset[str]) -> Iterator[Excluded]:
    """The lines of a field that falls away, or of those of its parts that do."""
    if decided.exclusion is not None:
        yield _line(found, item.name, item, decided.exclusion)
    for part in item.parts:
        lost = judge(part, wanted).exclusion
        if lost is not None and decided.portable:
            yield _line(found, f"{item.name}: {part.name}", part, lost)


def _line(found: Found, name: str, item: FieldInfo, code: Exclusion) -> Excluded:
    info = found.info
    return Excluded(found.store, found.store_label, info.name, info.label, name, item.label, code, item.reason)


def _whole(found: Found, out: Sequence[Excluded]) -> tuple[Excluded, ...]:
    """A data set of which nothing is portable: its rows disappear, its name stays, with every reason once."""
    rows = sum(len(batch) for batch in checked(found))
    if not rows:
        return ()
    info, codes = found.info, dict.fromkeys(line.code for line in out if line.code is not Exclusion.SECRET)
    lines = [
        Excluded(found.store, found.store_label, info.name, info.label, "", info.label, code, {}, rows)
        for code in codes or (Exclusion.SECRET,)
    ]
    return (*lines, *(line for line in out if line.code is Exclusion.SECRET and codes))


def _read(found: Found, info: DatasetInfo, parts: dict[str, _Parts], types: Types) -> Iterator[Batch]:
    """The batches with only the portable columns, in which only the portable parts of nested values are left."""
    wanted = {item.name for item in info.fields}
    for batch in checked(found):
        at = [index for index, name in enumerate(batch.columns) if name in wanted]
        columns = tuple(batch.columns[index] for index in at)
        notes = [note for note in batch.notes if note.column in wanted]
        values: list[Sequence[JsonValue]] = []
        for index in at:
            name = batch.columns[index]
            inner = parts.get(name)
            if inner is None or inner.untouched:
                values.append(batch.values[index])
            else:
                values.append(_cut(batch.values[index], name, inner, notes))
        if columns:
            types.take(columns, values)
            yield Batch.of_columns(batch.dataset, columns, values, tuple(notes))


def _cut(column: Sequence[JsonValue], name: str, inner: _Parts, notes: list[Note]) -> list[JsonValue]:
    """A nested column without what is not portable. What cannot be opened cannot be looked through: it is withheld."""
    found: list[JsonValue] = []
    for row, value in enumerate(column):
        opened, readable = _opened(value)
        if not readable:
            notes.append(Note(row, name, CellNote.WITHHELD))
            found.append(None)
            continue
        found.append(inner.cut(opened))
    return found


def _opened(value: JsonValue) -> tuple[JsonValue, bool]:
    if not isinstance(value, str):
        return value, value is None or isinstance(value, (dict, list))
    try:
        opened: JsonValue = json.loads(value)
    except ValueError:
        return None, False
    return opened, isinstance(opened, (dict, list))


@dataclass(frozen=True, slots=True)
class _Parts:
    """Which parts of a nested value stay. `whole`: everything stays but `lost`; else nothing stays but `kept`."""

    whole: bool
    kept: tuple[Path, ...]
    lost: tuple[Path, ...]

    @classmethod
    def of(cls, item: FieldInfo, wanted: frozenset[str], *, whole: bool) -> _Parts:
        """The portable and the other parts of a field."""
        paths: dict[bool, list[Path]] = {True: [], False: []}
        for part in item.parts:
            paths[judge(part, wanted).portable].append(tuple(part.name.split(".")))
        return cls(whole, tuple(paths[True]), tuple(paths[False]))

    @property
    def untouched(self) -> bool:
        """Nothing falls away."""
        return self.whole and not self.lost

    def cut(self, value: JsonValue) -> JsonValue:
        """The value with what stays of it."""
        if not self.whole:
            return _only(value, self.kept)
        left = copy.deepcopy(value)
        for path in self.lost:
            remove(left, path)
        return left


def _only(value: JsonValue, paths: Iterable[Path]) -> JsonValue:
    """Nothing of a nested value but what stands at `paths`; lists on the way keep their elements."""
    wanted = list(paths)
    if isinstance(value, list):
        return [_only(one, wanted) for one in value]
    if not isinstance(value, dict):
        return None
    found: dict[str, JsonValue] = {}
    for name in dict.fromkeys(path[0] for path in wanted):
        if name in value:
            deeper = [path[1:] for path in wanted if path[0] == name]
            found[name] = value[name] if () in deeper else _only(value[name], deeper)
    return found
