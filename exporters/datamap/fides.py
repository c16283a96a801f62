"""Turns a Fides dataset YAML into a data map of ours: `python -m exporters.datamap.fides FILE [--dataset KEY]`.

Structure, identities, references and categories are taken over; what the law wants and Fides does not say (purposes,
legal basis, source, retention, what erasure does) is a question in a comment. Rows are `manual` until somebody decides, so
that an imported map never erases by accident.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.datamap.fides_words import IDENTITIES, Meaning, meaning_of
from exporters.datamap.model import Category
from exporters.datamap.terms import glossary
from exporters.description import Origin
from exporters.document import ConfigError, Item, read_document
from exporters.identifiers import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
# yaml-language-server: $schema=https://example.com/exporters/datamap/schema.json
# Made from the Fides dataset {key!r}. QUESTION marks what Fides does not say and somebody must decide.
# QUESTION: point the line above at your copy of exporters/datamap/schema.json.
map: {name}
version: 1
title: {{en: {title}}}
evidence: Imported, not yet compared with a live store.
languages: [en]

subjects:
{subjects}

# QUESTION: why are these data processed? Name each purpose as your record of processing does.
purposes:
  unstated: {{en: not stated yet}}
# QUESTION: who receives them, by name?
recipients: {{}}
# QUESTION: where do they come from?
sources:
  you: {{en: you}}
# QUESTION: how long do they stay, and does a law want that?
retention:
  unstated: {{class: subscriber_data, text: {{en: not stated yet}}}}
reasons:
  secret: {{en: 'a password or key: disclosing it would endanger your account'}}

defaults:
  category: master
  purpose: unstated
  legal_basis: 6(1)(b)  # QUESTION: on which basis?
  source: you
  retention: unstated
  origin: provided
  erase: manual  # QUESTION: what does erasure do: delete, delete_unless_referred, anonymise, keep?

datasets:
"""


@dataclass(slots=True)
class Column:
    """A field of a Fides collection."""

    name: str
    categories: tuple[str, ...] = ()
    identity: str = ""
    key: bool = False
    nested: tuple[Column, ...] = ()


@dataclass(slots=True)
class Table:
    """A collection, and the links that lead to it: our column, and where its value stands."""

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def convert(path: Path, *, dataset: str = "") -> str:
    """The map as text. Raises ConfigError with the place in the Fides file."""
    found = {item.at("fides_key").text(): item for item in read_document(path).at("dataset").items()}
    if dataset and dataset not in found:
        raise ConfigError(f"{path.name}:1:1: no dataset {dataset!r}; there are: {', '.join(found)}")
    if not dataset and len(found) != 1:
        raise ConfigError(f"{path.name}:1:1: several datasets, name one: {', '.join(found)}")
    key = dataset or next(iter(found))
    item = found[key]
    tables = {name: _table(name, one) for name, one in _by_name(item.at("collections"))}
    for name, one in _by_name(item.at("collections")):
        _references(tables, name, one, own=key)
    identities = sorted({column.identity for table in tables.values() for column in table.columns.values()} - {""})
    if not identities:
        raise item.error("no field is an identity: nobody could be found by this map")
    title = item.entries()["name"].text() if "name" in item.entries() else key
    head = HEAD.format(key=key, name=_plain(key), title=_quoted(title), subjects="\n".join(map(_subject, identities)))
    return head + "\n".join(line for table in tables.values() for line in _written(table))


def _by_name(item: Item) -> Iterator[tuple[str, Item]]:
    return ((one.at("name").text(), one) for one in item.items())


def _table(name: str, item: Item) -> Table:
    return Table(name, {column: _column(column, one) for column, one in _by_name(item.at("fields"))})


def _meta(item: Item) -> dict[str, Item]:
    entries = item.entries()
    named = next((entries[name] for name in ("fides_meta", "fidesops_meta") if name in entries), None)
    return named.entries() if named is not None and named.is_mapping else {}


def _column(name: str, item: Item) -> Column:
    entries, meta = item.entries(), _meta(item)
    categories = entries.get("data_categories")
    nested = entries["fields"] if "fields" in entries and not entries["fields"].is_null else None
    return Column(
        name,
        categories=categories.texts() if categories and not categories.is_null else (),
        identity=meta["identity"].text() if "identity" in meta else "",
        key="primary_key" in meta and meta["primary_key"].text().lower() == "true",
        nested=tuple(_column(one, inside) for one, inside in _by_name(nested)) if nested else (),
    )


def _references(tables: dict[str, Table], name: str, item: Item, *, own: str) -> None:
    """`from`: rows here are found by the other field. `to`: rows there by this one. Neither: both could be meant."""
    for column, one in _by_name(item.at("fields")):
        references = _meta(one).get("references")
        for reference in references.items() if references and references.is_list else ():
            entries = reference.entries()
            other, _, there = entries["field"].text().partition(".")
            if entries["dataset"].text() != own or other not in tables:
                where = f"{entries['dataset'].text()}.{entries['field'].text()}"
                tables[name].questions.append(f"{column} is linked with {where}, in another store")
                continue
            direction = entries["direction"].text() if "direction" in entries else ""
            if direction == "to":
                tables[other].links.append((there, f"{name}.{column}"))
            else:
                tables[name].links.append((column, f"{other}.{there}"))
            if not direction:
                tables[name].questions.append(
                    f"{column} and {other}.{there} say no direction: which row is found by which?"
                )


def _subject(identity: str) -> str:
    kind = IDENTITIES.get(identity, IdentifierKind.CUSTOMER_NUMBER)
    question = "" if identity in IDENTITIES else "  # QUESTION: what kind of identifier is this?"
    return f"  {_plain(identity)}: {{kind: {kind}}}{question}"


def _written(table: Table) -> Iterator[str]:
    yield f"  {_quoted(table.name)}:"
    yield f"    label: {{en: {_quoted(_words(table.name))}}}"
    keys = [column.name for column in table.columns.values() if column.key]
    question = "" if keys else "  # QUESTION: which column is the primary key?"
    yield f"    key: [{', '.join(map(_quoted, keys or [next(iter(table.columns))]))}]{question}"
    yield "    links:" if table.links or _identities(table) else "    links: []  # QUESTION: what makes a row hers?"
    for column in _identities(table):
        yield f"      - {{same_value: {_quoted(column.name)}, references: subject.{_plain(column.identity)}}}"
    for name, target in table.links:
        yield f"      - {{foreign_key: {_quoted(name)}, references: {_quoted(target)}}}"
    yield from (f"    # QUESTION: {question}" for question in table.questions)
    yield "    fields:"
    for column in table.columns.values():
        yield from _field(column, "      ")


def _identities(table: Table) -> list[Column]:
    return [column for column in table.columns.values() if column.identity]


def _field(column: Column, indent: str) -> Iterator[str]:
    known = [found for found in map(meaning_of, column.categories) if found]
    meaning = known[0] if known else Meaning(Category.MASTER, question="Fides gives no category: what is it?")
    if column.nested:
        yield f"{indent}{_quoted(column.name)}:"
        yield f"{indent}  label: {{en: {_quoted(_words(column.name))}}}"
        yield f"{indent}  json:  # QUESTION: or is it PHP's serialisation? Then write php:"
        for inside in column.nested:
            yield from _field(inside, indent + "    ")
        return
    options = ", ".join(_options(column, meaning))
    asked = [meaning.question] if meaning.question else []
    if len({(one.category, one.kind) for one in known}) > 1:
        asked.append(f"Fides says {' and '.join(column.categories)}: the first was taken")
    note = f"  # QUESTION: {'; '.join(asked)}" if asked else ""
    yield f"{indent}{_quoted(column.name)}: {{{options}}}{note}"


def _options(column: Column, meaning: Meaning) -> Iterator[str]:
    label = glossary().get(column.name.lower(), {})
    if "en" not in label:
        yield f"label: {{en: {_quoted(_words(column.name))}}}"
    kind = IDENTITIES.get(column.identity, IdentifierKind.CUSTOMER_NUMBER) if column.identity else meaning.kind
    if meaning.secret:
        yield "secret: secret"
    elif kind:
        yield f"identifier: {kind}"
    if meaning.category is not Category.MASTER and not meaning.secret:
        yield f"category: {meaning.category}"
    if meaning.origin is not Origin.PROVIDED:
        yield f"origin: {meaning.origin}"
    if meaning.secret:
        yield "erase: nullify"
    if meaning.free_text:
        yield "free_text: true"


def _words(name: str) -> str:
    """`billing_address` as a heading."""
    spaced = re.sub(r"[_\W]+|(?<=[a-z])(?=[A-Z])", " ", name).strip()
    return spaced[:1].upper() + spaced[1:].lower()


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name.lower())


def _quoted(text: str) -> str:
    """A text as YAML takes it, quoted where it could be read as something else."""
    if re.fullmatch(r"[A-Za-z][\w .-]*", text) and text.lower() not in {
        "null",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
    }:
        return text
    return "'" + text.replace("'", "''") + "'"


def main(arguments: list[str] | None = None) -> int:
    """Print the map, or say where the Fides file is wrong."""
    parser = argparse.ArgumentParser(prog="python -m exporters.datamap.fides", description="Fides dataset to data map")
    parser.add_argument("file", type=Path, help="a Fides dataset YAML")
    parser.add_argument("--dataset", default="", help="the fides_key, where the file holds several")
    given = parser.parse_args(arguments)
    try:
        sys.stdout.write(convert(given.file, dataset=given.dataset))
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
