"""Puts the record's words into a data map, and says which names of a map the record does not know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from exporters.contract import Problem, Severity
from exporters.description import Retention
from exporters.record.load import load_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporters.datamap.model import DataMap
    from exporters.datamap.terms import Words
    from exporters.description import Text
    from exporters.record.model import Record

_ARTICLES: Mapping[str, str] = {
    "purposes": "15(1)(a)",
    "recipients": "15(1)(c)",
    "sources": "15(1)(g)",
}


def over(words: Words, record: Record) -> Words:
    """The words of a map as its controller states them: by short name, the record's wins over the map's.

    A map that comes with the product says "the payment service"; only the controller knows its name (rule A-06).
    """

    def stated(own: Mapping[str, Text], theirs: Mapping[str, Text]) -> dict[str, Text]:
        return {name: theirs.get(name, text) for name, text in own.items()}

    return replace(
        words,
        purposes=stated(words.purposes, {name: one.words for name, one in record.purposes.items()}),
        recipients=stated(words.recipients, {name: one.words for name, one in record.recipients.items()}),
        sources=stated(words.sources, record.sources),
        retention={name: _keeping(own, record) for name, own in words.retention.items()},
    )


def _keeping(own: Retention, record: Record) -> Retention:
    stated = record.retention.get(own.code)
    return Retention(own.code, stated.text, stated.law or own.law) if stated else own


def check_record(data_map: DataMap, path: Path | None, *, store: str) -> list[Problem]:
    """What `check` says about map and record: nothing where the controller has no record. Raises ConfigError."""
    return list(unknown_names(data_map, load_record(path), store=store)) if path else []


def unknown_names(data_map: DataMap, record: Record, *, store: str) -> Iterator[Problem]:
    """An error for each purpose, recipient or source of the map the record of processing lacks (Art. 30, Art. 15(1))."""
    for section, article in _ARTICLES.items():
        for name in data_map.named.get(section, ()):
            if not record.knows(section, name):
                yield Problem(
                    Severity.ERROR,
                    "record_incomplete",
                    f"{store}.{section}.{name}",
                    f"the map names it, the record of processing {record.name!r} does not: state it there (Art. {article})",
                )
