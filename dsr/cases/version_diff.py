"""What changed between two versions of what is approved; pure comparison of summaries (`dsr.cases.versions`)."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

What = Literal["added", "removed", "changed"]
_OF_LINE: Final = ("count", "law", "mark", "until", "reason", "fields")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `part` names what it is about (records, files, letter, redactions, plan, writes, decision), `key` which one of
    it; `before` and `after` are a number, a sentence or the facts of a line, None where there is none.
    """

    part: str
    what: What
    key: tuple[str, ...]
    before: Any = None
    after: Any = None


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every difference, in the order of the page; empty when the second person sees the same once more."""
    return (
        *_numbers("records", _flat(before.get("counts", {})), _flat(after.get("counts", {}))),
        *_numbers("files", _keyed(before.get("files", {})), _keyed(after.get("files", {}))),
        *_numbers("attached", {("",): before.get("attached", 0)}, {("",): after.get("attached", 0)}),
        *_numbers("redactions", _taken(before), _taken(after)),
        *_lines(before.get("lines", []), after.get("lines", [])),
        *_writes(before, after),
        *_decided(before, after),
        *_sentences("letter", ("",), before.get("letter", []), after.get("letter", [])),
    )


def _flat(counts: Mapping[str, Mapping[str, int]]) -> dict[tuple[str, ...], int]:
    return {(store, dataset): number for store, found in counts.items() for dataset, number in found.items()}


def _keyed(numbers: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    return {(name,): number for name, number in numbers.items()}


def _taken(version: Mapping[str, Any]) -> dict[tuple[str, ...], int]:
    return {
        (store, dataset, reason, what): number for store, dataset, reason, what, number in version.get("redactions", [])
    }


def _numbers(
    part: str, before: Mapping[tuple[str, ...], int], after: Mapping[tuple[str, ...], int]
) -> Iterator[Change]:
    for key in sorted({*before, *after}):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        what: What = "added" if was is None else "removed" if now is None else "changed"
        yield Change(part, what, key, was, now)


def _lines(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """Lines of a plan: new, gone, another treatment, or other counts, laws and dates."""
    was, now = _by_name(before), _by_name(after)
    gone, new = [key for key in was if key not in now], [key for key in now if key not in was]
    for key in sorted({*was} & {*now}):
        if any(was[key].get(name) != now[key].get(name) for name in _OF_LINE):
            yield Change("plan", "changed", key, dict(was[key]), dict(now[key]))
    for key in sorted(gone):
        other = [one for one in new if (one[0], one[1], one[3]) == (key[0], key[1], key[3])]
        if len(other) == 1:
            new.remove(other[0])
            yield Change("plan", "changed", key, dict(was[key]), dict(now[other[0]]))
        else:
            yield Change("plan", "removed", key, dict(was[key]), None)
    for key in sorted(new):
        yield Change("plan", "added", key, None, dict(now[key]))


def _writes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Another plan by its hash: other rows or other values, also where every count and column is the same. A summary of
    before there were hashes in it says nothing about them.
    """
    if "plan_sha256" in before and before["plan_sha256"] != after.get("plan_sha256", ""):
        yield Change("writes", "changed", ("plan_sha256",), before["plan_sha256"], after.get("plan_sha256", ""))


def _by_name(lines: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], Mapping[str, Any]]:
    """By store, dataset, treatment and year; several of one name are told apart by their end dates, in their order."""
    found: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for line in lines:
        key = tuple(str(line.get(name) or "") for name in ("store", "dataset", "treatment", "year"))
        number = 0
        while (*key, str(number)) in found:
            number += 1
        found[*key, str(number)] = line
    return found


def _decided(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """A decision in words: its outcome, the systems, and every text sentence by sentence."""
    for name in ("outcome",):
        was, now = before.get(name), after.get(name)
        if was != now:
            yield Change("decision", "changed", (name,), was, now)
    yield from _sentences("stores", ("",), before.get("stores", []), after.get("stores", []))
    yield from _sentences("uses", ("",), before.get("uses", []), after.get("uses", []))
    for name in ("elements", "findings"):
        texts, others = _texts(before.get(name, {})), _texts(after.get(name, {}))
        for key in sorted({*texts, *others}):
            yield from _sentences(name, (key,), texts.get(key, []), others.get(key, []))
    yield from _sentences(
        "instruction", ("",), _split(before.get("instruction", "")), _split(after.get("instruction", ""))
    )


def _texts(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Texts of a document by name; what is no text is compared as it is written, but for what only filled the form."""
    found: dict[str, list[str]] = {}
    for name, value in values.items():
        if name == "typed":
            continue
        parts = value if isinstance(value, list) else [value]
        found[name] = [line for part in parts for line in _split(_said(part))]
    return found


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(str(one) for one in value.values() if one)
    return str(value)


def _split(text: str) -> list[str]:
    """Sentences, kept with their marks."""
    lines = [line.strip() for line in text.replace(". ", ".\n").splitlines()]
    return [line for line in lines if line]


def _sentences(part: str, key: tuple[str, ...], before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    for tag, a0, a1, b0, b1 in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag != "equal":
            for text in before[a0:a1]:
                yield Change(part, "removed", key, text, None)
            for text in after[b0:b1]:
                yield Change(part, "added", key, None, text)
