"""Writes what was discovered as a data map: complete, conservative, with the reason of every guess beside it.

The draft does not load until a person has answered what only a person knows: each `null  # ?` is refused by the loader
with its line. Every other line that ends in `# ?` is a guess to look at. No value of anybody stands in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.datamap.composite import each_of
from exporters.datamap.model import Category, LinkType
from exporters.discover.fields import attributes, field_line, identifiers
from exporters.discover.model import Role
from exporters.discover.names import category_of, humanised
from exporters.discover.write import comment, flow, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from exporters.discover.look import Table
    from exporters.discover.model import Discovery, Finding, FoundLink

_HEAD = """\
# Proposed from the live schema. Nothing in it is decided: each guess has its reason beside it, and lines that end in
# `# ?` wait for a person. A `null` must be filled before the map loads. What erasure does to each table is `manual`
# until somebody says otherwise.
"""
_REASONS: Mapping[str, Mapping[str, str]] = {
    "secret": {
        "en": "a password or key: disclosing it would endanger your account",
        "de": "ein Passwort oder Schlüssel: die Herausgabe würde Ihr Konto gefährden",
    },
    "staff": {"en": "the name of a member of staff", "de": "der Name eines Mitarbeiters"},
}
_SOURCES: Mapping[str, Mapping[str, str]] = {
    "you": {"en": "you", "de": "Sie selbst"},
    "systems": {"en": "our own systems", "de": "unsere eigenen Systeme"},
}
_GIVEN = frozenset({Category.MASTER, Category.IDENTIFICATION, Category.SUPPORT, Category.CONSENT})
_OBSERVED = frozenset({Category.TRAFFIC, Category.USAGE, Category.LOCATION, Category.SECURITY, Category.DEVICE})
_GROWING = frozenset({Category.TRAFFIC, Category.SECURITY, Category.USAGE})


def draft(found: Discovery, *, name: str, languages: Sequence[str] = ("en",)) -> str:
    """A data map in YAML for a discovered store; `languages` are those its words are needed in."""
    return "".join(f"{line}\n" if line else "\n" for line in Draft(found, name, tuple(languages)).lines())


class Draft:
    """One draft being written."""

    def __init__(self, found: Discovery, name: str, languages: tuple[str, ...]) -> None:
        """Decide which tables become datasets: those reached by links whose rows can be told apart."""
        self.found, self.name, self.languages = found, name, languages
        self.datasets: dict[str, list[FoundLink]] = {}
        open_ = {table: links for table, links in found.links.items() if found.tables[table].key}
        while more := {table for table in open_.keys() - self.datasets.keys() if self._usable(open_[table])}:
            self.datasets |= {table: [] for table in open_ if table in more}
        self.datasets = {table: self._usable(open_[table]) for table in open_ if table in self.datasets}

    def _usable(self, links: Sequence[FoundLink]) -> list[FoundLink]:
        return [link for link in links if not link.parent or link.parent in self.datasets]

    def lines(self) -> Iterator[str]:
        """The whole file."""
        yield from _HEAD.splitlines()
        yield f"map: {flow(self.name)}"
        yield "version: 1"
        yield f"title: {texts(dict.fromkeys(self.languages, humanised(self.name)))}  # ? what subscribers call this system"
        yield "evidence: Proposed from the live schema, not yet reviewed.  # ?"
        yield f"languages: {flow(list(self.languages))}"
        yield ""
        yield from self._subjects()
        yield from self._words()
        yield "defaults:"
        yield "  category: master"
        yield "  purpose: master"
        yield "  legal_basis: null  # ? the article: 6(1)(b) for a contract, 6(1)(c) for a legal duty, 6(1)(f) for an interest"
        yield "  source: systems"
        yield "  retention: main"
        yield "  origin: generated"
        yield "  erase: manual  # ? say per table: delete, anonymise (with erase: for each field) or keep (with a law)"
        yield ""
        yield "datasets:" if self.datasets else "datasets: null  # ? no table of persons was recognised"
        for table, links in self.datasets.items():
            yield from self._dataset(self.found.tables[table], links)
        yield from self._rest()

    def _subjects(self) -> Iterator[str]:
        person = self.found.person
        yield "subjects:"
        if person is None:
            yield "  person: null  # ? which table has a row for each subscriber?"
        else:
            yield f"  person: {{kind: {person.kind.value}}}{comment(f'{person.table}.{person.column}: {person.reason}')}"
        yield ""

    def _words(self) -> Iterator[str]:
        yield "purposes:"
        used = {self._category(name) for name in self.datasets} | {Category.MASTER}
        for category in sorted(used):
            nothing = ", ".join(f"{language}: null" for language in self.languages)
            yield f"  {category.value}: {{{nothing}}}  # ? what {category.value} data is held for, in the subscriber's words"
        yield ""
        yield "sources:"
        yield from (f"  {name}: {self._known(words)}" for name, words in _SOURCES.items())
        yield ""
        yield "retention:"
        nothing = ", ".join(f"{language}: null" for language in self.languages)
        yield f"  main: {{class: null, text: {{{nothing}}}}}  # ? the retention class and how long, in the subscriber's words"
        yield ""
        yield "reasons:"
        yield from (f"  {name}: {self._known(words)}" for name, words in _REASONS.items())
        yield ""

    def _known(self, words: Mapping[str, str]) -> str:
        missing = [language for language in self.languages if language not in words]
        given = texts({language: words[language] for language in self.languages if language in words})
        if not missing:
            return given
        inside = ", ".join([given[1:-1], *(f"{language}: null" for language in missing)]).strip(", ")
        return f"{{{inside}}}  # ?"

    def _category(self, table: str) -> Category:
        return category_of(table) or Category.TECHNICAL

    def _dataset(self, table: Table, links: Sequence[FoundLink]) -> Iterator[str]:
        category = self._category(table.name)
        name = self._named(table.name)
        yield f"  {flow(name)}:"
        if name != table.name:
            yield f"    table: {flow(table.name)}"
        yield f"    label: {texts(dict.fromkeys(self.languages, humanised(table.name)))}  # ?"
        yield f"    key: {flow(list(table.key))}"
        if category is not Category.MASTER:
            yield f"    category: {category.value}  # ? guessed from the table's name"
            yield f"    purpose: {category.value}"
        if category in _GIVEN | _OBSERVED:
            yield f"    origin: {'provided' if category in _GIVEN else 'observed'}  # ?"
        if category in _GIVEN:
            yield "    source: you  # ?"
        if category in _GROWING:
            yield "    growing: true  # ? rows are added all day"
        if any(link.shared for link in links):
            yield "    shared: true  # ? rows of several persons"
        yield "    links:"
        yield from (self._link(link) for link in links)
        yield "    fields:"
        secrets = attributes(table)
        known = identifiers(self.found, table, links)
        for column in table.columns:
            line = field_line(
                self.found,
                table,
                self._finding(table, column.name),
                category=category,
                identifier=known.get(column.name),
                languages=self.languages,
                secrets=secrets,
            )
            yield f"      {line}"
        yield ""

    def _named(self, table: str) -> str:
        return table.replace(".", "_")

    def _link(self, link: FoundLink) -> str:
        columns = each_of(link.column)
        there = [f"{self._named(link.parent)}.{column}" for column in each_of(link.parent_column)]
        target: object = "subject.person" if not link.parent else there if len(there) > 1 else there[0]
        options: dict[str, object] = {
            link.type.value: list(columns) if len(columns) > 1 else link.column,
            "references": target,
        }
        if link.any_case and link.type in {LinkType.SAME_VALUE, LinkType.ESCAPED_VALUE}:
            options["any_case"] = True
        if link.path:
            options["path"] = link.path
        if link.when:
            options["when"] = {link.when[0]: link.when[1]}
        return f"      - {flow(options)}{comment(link.reason, ask=not link.sure)}"

    def _rest(self) -> Iterator[str]:
        """Tables that are no datasets, every column named, so that a new one is noticed."""
        rest = [table for name, table in self.found.tables.items() if name not in self.datasets]
        by_hand = {table.name: reason for table in rest if (reason := self._why_by_hand(table))}
        for section, tables in (
            ("by_hand", [table for table in rest if table.name in by_hand]),
            ("not_personal", [table for table in rest if table.name not in by_hand]),
        ):
            if tables:
                yield f"{section}:"
            for table in tables:
                reason = by_hand.get(table.name) or "no column looks personal and nothing links it to a subscriber"
                yield f"  {flow(table.name)}:  # ?"
                yield f"    reason: {flow(reason)}"
                yield f"    columns: {flow([column.name for column in table.columns])}"
            if tables:
                yield ""

    def _why_by_hand(self, table: Table) -> str:
        if table.name in self.found.links:
            return "holds rows of subscribers, but no key tells its rows apart"
        columns = [column.name for column in table.columns if self._finding(table, column.name).role is Role.OTHERS]
        if not columns:
            return ""
        return f"no link from a subscriber was found, but these look personal: {', '.join(columns[:12])}"

    def _finding(self, table: Table, column: str) -> Finding:
        return self.found.findings[table.name, column]
