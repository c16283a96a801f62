"""Reads a data map from YAML; every complaint names file, line and column."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from exporters.datamap.fields import read_field
from exporters.datamap.links import read_conditions, read_link
from exporters.datamap.model import IGNORED, DataMap, Dataset, IgnoredTable, Reference, SubjectKey, Terms
from exporters.datamap.parameters import with_names
from exporters.datamap.rights_load import DATASET_RIGHTS, check_rights, read_rights
from exporters.datamap.terms import TERM_OPTIONS, Words, read_terms, read_words
from exporters.datamap.treatments import read_erase
from exporters.datamap.validate import validate
from exporters.datamap.vocabulary import Evidence
from exporters.document import Item, read_document
from exporters.identifiers import IdentifierKind
from exporters.record.load import load_record
from exporters.record.words import over

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TOP = (
    "evidence",
    "evidence_level",
    "purposes",
    "recipients",
    "sources",
    "retention",
    "reasons",
    "not_personal",
    "by_hand",
    "not_used_for",
    "undisclosed",
    "parameters",
)
_REQUIRED = ("map", "version", "title", "languages", "subjects", "defaults", "datasets")
_DATASET = (
    *("table", "optional", "shared", "where", "erase_first", "erase_fields", "wait_while", "growing", "document_date"),
    "soft_delete",
    *DATASET_RIGHTS,
    *TERM_OPTIONS,
)


def load(
    path: Path, *, languages: tuple[str, ...] = (), record: Path | None = None, names: Path | None = None
) -> DataMap:
    """Load and validate the map at `path`; `languages` are those its labels must have besides its own.

    `record`: the controller's record of processing, whose words win over the map's (rules A-04, A-06, A-11).
    `names`: what this installation calls the tables and columns a map leaves open (exporters/datamap/parameters.py).
    Raises ConfigError with `file:line:column`.
    """
    changed = tuple(_changed_at(one) for one in (path, record, names))
    return _load(path, languages, record, names, changed)


def _changed_at(path: Path | None) -> int:
    return path.stat().st_mtime_ns if path is not None and path.exists() else 0


@lru_cache(maxsize=64)
def _load(
    path: Path, languages: tuple[str, ...], record: Path | None, names: Path | None, _changed: tuple[int, ...]
) -> DataMap:
    # The times of change are part of the key, so that an edited map is read again and an unchanged one is not.
    document = with_names(read_document(path, name=f"{path.parent.name}/{path.name}"), names)
    top = document.options(*_TOP, required=_REQUIRED)
    own = top["languages"].texts()
    words = read_words(top, languages=tuple(dict.fromkeys((*own, *languages))))
    if record is not None:
        words = over(words, load_record(record, languages=languages))
    defaults_item = top["defaults"]
    defaults = read_terms(words, defaults_item.options(*TERM_OPTIONS), inherited=None, owner=defaults_item)
    data_map = DataMap(
        name=top["map"].text(),
        version=top["version"].integer(),
        title=words.text(top["title"]),
        evidence=top["evidence"].text() if "evidence" in top else "",
        evidence_level=top["evidence_level"].choice(Evidence) if "evidence_level" in top else None,
        languages=words.languages,
        subjects={name: _subject(name, item) for name, item in top["subjects"].entries().items()},
        datasets=_secrets_first(
            [_dataset(words, name, item, inherited=defaults) for name, item in top["datasets"].entries().items()]
        ),
        ignored=_ignored(top),
        not_used_for=_texts(top, "not_used_for"),
        named=words.named,
    )
    validate(data_map, top)
    check_rights(data_map, top)
    return data_map


def _secrets_first(datasets: list[Dataset]) -> dict[str, Dataset]:
    """Log-in secrets go first, lest somebody logs in and writes anew; but not records others are found by (rules 6.4)."""
    followed = {link.references.dataset for dataset in datasets for link in dataset.links}
    return {
        one.name: replace(one, erase_first=True)
        if one.name not in followed and any(field.secret for field in one.fields.values())
        else one
        for one in datasets
    }


def _subject(name: str, item: Item) -> SubjectKey:
    options = item.options("only_without", required=("kind",))
    only_without = options["only_without"].text() if "only_without" in options else ""
    return SubjectKey(name, options["kind"].choice(IdentifierKind), only_without)


def _dataset(words: Words, name: str, item: Item, *, inherited: Terms) -> Dataset:
    options = item.options(*_DATASET, required=("label", "key", "links", "fields"))
    terms = read_terms(words, options, inherited=inherited, owner=item)
    fields_terms = replace(terms, **read_erase(options["erase_fields"])) if "erase_fields" in options else terms
    fields = {
        column: read_field(words, column, field, inherited=fields_terms)
        for column, field in options["fields"].entries().items()
    }
    return Dataset(
        name=name,
        table=options["table"].text() if "table" in options else name,
        label=words.text(options["label"]),
        terms=terms,
        key=options["key"].texts(),
        links=tuple(read_link(link) for link in options["links"].items()),
        fields=fields,
        where=read_conditions(options["where"]) if "where" in options else (),
        optional=_flag(options, "optional"),
        shared=_flag(options, "shared"),
        erase_first=_flag(options, "erase_first"),
        wait_while=read_conditions(options["wait_while"]) if "wait_while" in options else (),
        growing=_flag(options, "growing"),
        document_date=_document_date(name, options["document_date"]) if "document_date" in options else (),
        rights=read_rights(options),
        soft_delete=read_conditions(options["soft_delete"]) if "soft_delete" in options else (),
    )


def _document_date(dataset: str, item: Item) -> tuple[Reference, ...]:
    """Read `column`, `other_dataset.column`, or a list of columns."""
    found = []
    for text in item.texts():
        other, dot, column = text.partition(".")
        found.append(Reference(other, column) if dot else Reference(dataset, text))
    return tuple(found)


def _texts(top: Mapping[str, Item], section: str) -> dict[str, str]:
    return {name: item.text() for name, item in (top[section].entries() if section in top else {}).items()}


def _flag(options: Mapping[str, Item], name: str) -> bool:
    return options[name].flag() if name in options else False


def _ignored(top: Mapping[str, Item]) -> dict[str, IgnoredTable]:
    found: dict[str, IgnoredTable] = {}
    for section in IGNORED:
        for table, item in (top[section].entries() if section in top else {}).items():
            options = item.options(required=("reason", "columns"))
            if table in found:
                raise item.error(f"table {table!r} is already declared under {_section(found[table])!r}")
            found[table] = IgnoredTable(
                table,
                options["columns"].texts(),
                options["reason"].text(),
                personal=section == "by_hand",
                undisclosed=section == "undisclosed",
            )
    return found


def _section(table: IgnoredTable) -> str:
    return "undisclosed" if table.undisclosed else "by_hand" if table.personal else "not_personal"
