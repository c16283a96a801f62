"""Reads the words and terms of a data map: labels, purposes, recipients, sources, retention, reasons."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporters.datamap.model import Category, Erase, Terms
from exporters.datamap.treatments import read_erase
from exporters.description import Origin, Retention, Text, Whose
from exporters.document import Item, read_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_GLOSSARY = Path(__file__).with_name("glossary.yaml")


@cache
def glossary() -> Mapping[str, Text]:
    """Labels of columns that mean the same in every system."""
    return {
        name: {language: item.text() for language, item in words.entries().items()}
        for name, words in read_document(_GLOSSARY).entries().items()
    }


@dataclass(frozen=True, slots=True)
class Words:
    """Everything a map says in sentences, by the short names its datasets use."""

    languages: tuple[str, ...]
    purposes: Mapping[str, Text] = field(default_factory=dict)
    recipients: Mapping[str, Text] = field(default_factory=dict)
    sources: Mapping[str, Text] = field(default_factory=dict)
    retention: Mapping[str, Retention] = field(default_factory=dict)
    reasons: Mapping[str, Text] = field(default_factory=dict)

    @property
    def named(self) -> Mapping[str, tuple[str, ...]]:
        """The short names of purposes, recipients and sources, and the retention classes."""
        return {
            "purposes": tuple(self.purposes),
            "recipients": tuple(self.recipients),
            "sources": tuple(self.sources),
            "retention": tuple(dict.fromkeys(one.code for one in self.retention.values())),
        }

    def text(self, item: Item) -> Text:
        """A text in every language of the map; one that lacks a language is refused."""
        words = {language: found.text() for language, found in item.entries().items()}
        for language in self.languages:
            if language not in words:
                raise item.error(f"the text lacks language {language!r}")
        return words

    def label(self, item: Item | None, *, name: str, owner: Item) -> Text:
        """A label: given per language, named from the glossary, or found there under the field's own name."""
        if item is not None and item.is_mapping:
            return self.text(item)
        place, key = (item, item.text()) if item is not None else (owner, name)
        found = glossary().get(key.lower())
        missing = [language for language in self.languages if not found or language not in found]
        if found is None or missing:
            raise place.error(f"{name!r} has no label in {', '.join(missing)}: write label: {{{missing[0]}: …}}")
        return found

    def reason(self, item: Item) -> Text:
        """A reason for not disclosing: its short name, or the words themselves."""
        return self.text(item) if item.is_mapping else _look_up(self.reasons, item, "reasons")


def _look_up(table: Mapping[str, Text], item: Item, section: str) -> Text:
    found = table.get(item.text())
    if found is None:
        raise item.error(f"{item.text()!r} is not defined under {section!r}")
    return found


def read_words(options: Mapping[str, Item], *, languages: tuple[str, ...]) -> Words:
    """Read the sections of sentences at the top of a map."""
    plain = Words(languages)

    def section(name: str) -> dict[str, Text]:
        item = options.get(name)
        return {key: plain.text(words) for key, words in item.entries().items()} if item else {}

    retention = options.get("retention")
    return Words(
        languages,
        purposes=section("purposes"),
        recipients=section("recipients"),
        sources=section("sources"),
        reasons=section("reasons"),
        retention={name: _retention(plain, item) for name, item in retention.entries().items()} if retention else {},
    )


def _retention(words: Words, item: Item) -> Retention:
    options = item.options("law", required=("class", "text"))
    law = options["law"].text() if "law" in options else ""
    return Retention(code=options["class"].text(), text=words.text(options["text"]), law=law)


def read_terms(words: Words, options: Mapping[str, Item], *, inherited: Terms | None, owner: Item) -> Terms:
    """Read terms over inherited ones; without any to inherit, all are required except recipients and whose."""
    if inherited is None:
        for name in TERM_OPTIONS:
            if name not in options and name not in {"recipients", "whose"}:
                raise owner.error(f"'defaults' must give {name!r}")
        inherited = _NOTHING
    read: dict[str, Any] = {name: reader(words, options[name]) for name, reader in _READERS.items() if name in options}
    if "erase" in options:
        read |= read_erase(options["erase"])
    return replace(inherited, **read)


def _recipients(words: Words, item: Item) -> tuple[Text, ...]:
    if item.is_text:
        return (_look_up(words.recipients, item, "recipients"),)
    return tuple(_look_up(words.recipients, one, "recipients") for one in item.items())


def _retention_named(words: Words, item: Item) -> Retention:
    found = words.retention.get(item.text())
    if found is None:
        raise item.error(f"{item.text()!r} is not defined under 'retention'")
    return found


_READERS: Mapping[str, Callable[[Words, Item], object]] = {
    "category": lambda _, item: item.choice(Category),
    "purpose": lambda words, item: _look_up(words.purposes, item, "purposes"),
    "legal_basis": lambda _, item: item.text(),
    "recipients": _recipients,
    "source": lambda words, item: _look_up(words.sources, item, "sources"),
    "retention": _retention_named,
    "origin": lambda _, item: item.choice(Origin),
    "whose": lambda _, item: item.choice(Whose),
}
TERM_OPTIONS = (*_READERS, "erase")

_NOTHING = Terms(
    category=Category.TECHNICAL,
    purpose={},
    legal_basis="",
    recipients=(),
    source={},
    retention=Retention(code="", text={}),
    origin=Origin.GENERATED,
    whose=Whose.SUBJECT,
    erase=Erase.MANUAL,
)
