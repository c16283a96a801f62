"""Files of the subject in a portable copy: those of data sets that Article 20 covers, and what is left out (P-02, P-08)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dsr.law.portability import PROVIDED, Exclusion, verdict
from dsr.output import phrases
from dsr.output.portable_fields import Excluded
from exporters.contract import Disclosure, Whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsr.output.attached import Attached
    from dsr.output.inputs import Found, Redaction
    from exporters.contract import DatasetInfo


def portable_files(
    files: Iterable[Attached],
    described: Mapping[tuple[str, str], DatasetInfo],
    wanted: frozenset[str] = PROVIDED,
) -> tuple[tuple[Attached, ...], tuple[Excluded, ...]]:
    """The files to hand out, in their order, and a line for each data set whose files stay out.

    A file has no fields of its own: origin and legal basis of its data set decide. One that no map describes stays out.
    """
    kept: list[Attached] = []
    left: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], tuple[Attached, Exclusion]] = {}
    for item in files:
        place = (item.store, item.dataset)
        why = _excluded(described.get(place), wanted)
        if why is None:
            kept.append(item)
        else:
            left[place] += 1
            first.setdefault(place, (item, why))
    lines = (_line(item, why, left[place]) for place, (item, why) in first.items())
    return tuple(kept), tuple(lines)


def _excluded(info: DatasetInfo | None, wanted: frozenset[str]) -> Exclusion | None:
    if info is None:
        return Exclusion.OTHER_BASIS
    return verdict(
        origin=info.origin.value,
        legal_basis=info.legal_basis,
        whose=Whose.SUBJECT.value,
        disclosure=Disclosure.EXPORTED.value,
        wanted=wanted,
    ).exclusion


def _line(item: Attached, why: Exclusion, count: int) -> Excluded:
    return Excluded(
        store=item.store,
        store_label=item.store_label,
        dataset=item.dataset,
        dataset_label=item.dataset_label,
        column="",
        label=item.dataset_label,
        code=why,
        rows=count,
    )


def redacted(redactions: Iterable[Redaction], found: Iterable[Found], language: str) -> Iterable[Excluded]:
    """A line for each thing a person blacked out or a store held back, with its reason (X-02, X-07)."""
    known = {(item.store, item.info.name): item for item in found}
    for item in redactions:
        place = known.get((item.store, item.dataset))
        what = f"{item.what or phrases.blacked_out()}: {phrases.places(item.count)}"
        yield Excluded(
            store=item.store,
            store_label=place.store_label if place else {language: item.store},
            dataset=item.dataset,
            dataset_label=place.info.label if place else {language: item.dataset},
            column="*",
            label={language: what},
            code=Exclusion.SECRET,
            reason={language: item.reason},
        )
