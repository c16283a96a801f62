"""The data map of a store, read out: every data set and field with what an answer holds, what erasure does, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsr.desk.datasets import label
from exporters.contract import Describes, Disclosure
from exporters.discover.coverage import Treatment, treatment_of
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.contract import DatasetInfo, FieldInfo
    from exporters.datamap.model import DataMap


@dataclass(frozen=True, slots=True)
class Line:
    """One field. `treatment` is None where the exporter has no data map that would say; `why` explains what is not handed out."""

    dataset: str
    dataset_label: str
    name: str
    label: str
    category: str
    purpose: str
    disclosed: Disclosure
    treatment: Treatment | None
    law: str
    keeps: str
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """One data set with its numbers."""

    name: str
    label: str
    table: str
    category: str
    purpose: str
    keeps: str
    law: str
    fields: int
    exported: int
    never: int
    erased: int
    kept: int
    shared: bool


@dataclass(frozen=True, slots=True)
class Outside:
    """A table that the map leaves out, and why; `personal` when a person has to look there."""

    table: str
    columns: int
    reason: str
    personal: bool


def words(text: Mapping[str, str], language: str) -> str:
    """A text in this language, in English, or in whatever there is."""
    return text.get(language.partition("-")[0]) or text.get("en") or next(iter(text.values()), "")


def lines(exporter: Any, language: str) -> list[Line]:
    """Every field of the store in the order of its map; empty when the exporter cannot describe itself."""
    if not capable(exporter, Describes):
        return []
    data_map: DataMap | None = getattr(exporter, "data_map", None)
    return [line for info in exporter.describe() for line in _lines(info, data_map, language)]


def _lines(info: DatasetInfo, data_map: DataMap | None, language: str) -> Iterator[Line]:
    dataset = data_map.datasets.get(info.name) if data_map else None
    for one in info.fields:
        declared = dataset.fields.get(one.name) if dataset else None
        treatment = treatment_of(dataset, declared) if dataset and declared else None
        keeps = one.retention if one.retention.text else info.retention
        yield Line(
            dataset=info.name,
            dataset_label=label(info, language, info.name),
            name=one.name,
            label=label(one, language, one.name),
            category=one.category,
            purpose=words(one.purpose, language),
            disclosed=one.disclosure,
            treatment=treatment,
            law=keeps.law if treatment is Treatment.KEPT else "",
            keeps=words(keeps.text, language),
            why=_why(one, declared, language),
        )


def _why(one: FieldInfo, declared: Any, language: str) -> str:
    """Why a field is not handed out, or not in full; why it is not personal."""
    if one.disclosure is Disclosure.NOT_PERSONAL:
        return declared.why_not_personal if declared else words(one.reason, language)
    return words(one.reason, language)


def groups(exporter: Any, found: list[Line], language: str) -> list[Group]:
    """The data sets of the store with the numbers of their fields."""
    data_map: DataMap | None = getattr(exporter, "data_map", None)
    by_name: dict[str, list[Line]] = {}
    for line in found:
        by_name.setdefault(line.dataset, []).append(line)
    infos = exporter.describe() if capable(exporter, Describes) else ()
    return [_group(info, by_name.get(info.name, []), data_map, language) for info in infos]


def _group(info: DatasetInfo, mine: list[Line], data_map: DataMap | None, language: str) -> Group:
    return Group(
        name=info.name,
        label=label(info, language, info.name),
        table=data_map.datasets[info.name].table if data_map and info.name in data_map.datasets else "",
        category=info.category,
        purpose=words(info.purpose, language),
        keeps=words(info.retention.text, language),
        law=info.retention.law,
        fields=len(mine),
        exported=sum(line.disclosed in {Disclosure.EXPORTED, Disclosure.PARTLY} for line in mine),
        never=sum(line.disclosed is Disclosure.NEVER for line in mine),
        erased=sum(line.treatment is Treatment.ERASED for line in mine),
        kept=sum(line.treatment is Treatment.KEPT for line in mine),
        shared=info.shared,
    )


def outside(exporter: Any) -> list[Outside]:
    """Tables the map leaves out with their reason. What the law forbids to name is not among them (rule X-06)."""
    data_map: DataMap | None = getattr(exporter, "data_map", None)
    if data_map is None:
        return []
    found = [one for one in data_map.ignored.values() if not one.undisclosed]
    return [Outside(one.table, len(one.columns), one.reason, one.personal) for one in found]


def narrowed(found: list[Line], chosen: Mapping[str, Any]) -> list[Line]:
    """The fields that fit every choice; a name is found in label and technical name, whatever its case."""
    q = str(chosen.get("q", "")).strip().casefold()

    def fits(line: Line) -> bool:
        return (
            (not q or q in line.label.casefold() or q in line.name.casefold())
            and chosen.get("dataset", "") in {"", line.dataset}
            and chosen.get("access", "") in {"", line.disclosed.value}
            and chosen.get("erasure", "") in {"", line.treatment.value if line.treatment else None}
            and chosen.get("category", "") in {"", line.category}
        )

    return [line for line in found if fits(line)]
