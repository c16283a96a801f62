"""Whether every dataset can be reached from a person, and every person be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.datamap.model import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.datamap.model import DataMap, Field
    from exporters.document import Item


def check_reachable(data_map: DataMap, sections: Mapping[str, Item]) -> None:
    """Refuse datasets no chain of links leads to. Cycles a person has a way into are walked to their end and are fine."""
    reached = {SUBJECT}
    while True:
        more = {
            dataset.name
            for dataset in data_map.datasets.values()
            if dataset.name not in reached and any(link.references.dataset in reached for link in dataset.links)
        }
        if not more:
            break
        reached |= more
    lost = [name for name in data_map.datasets if name not in reached]
    for name in lost:
        links = sections[name].at("links")
        cycle = _cycle(data_map, name, set(lost))
        if cycle:
            raise links.error(f"these links go round in a circle no person has a way into: {' -> '.join(cycle)}")
        raise links.error(f"no chain of links leads from a person to {name!r}")


def _cycle(data_map: DataMap, start: str, lost: set[str]) -> list[str]:
    """The way along links from `start` back to it, if there is one."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop(0)
        for link in data_map.datasets[way[-1]].links:
            step = link.references.dataset
            if step == start:
                return [*way, start]
            if step in lost and step not in seen:
                seen.add(step)
                ways.append([*way, step])
    return []


def check_findable(data_map: DataMap, subjects: Mapping[str, Item]) -> None:
    """Refuse a key of persons by which no field can find anybody."""
    for key in data_map.subjects:
        if not any(
            link.references.column == key and any(_finds(field) for field in dataset.fields.values())
            for dataset in data_map.datasets.values()
            for link in dataset.subject_links()
        ):
            raise subjects[key].error(
                f"no field finds a person by {key!r}: some dataset linked to it needs an identifier"
            )


def _finds(field: Field) -> bool:
    return bool(field.identifier and field.identifier.finds)
