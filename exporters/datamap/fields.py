"""Reads the fields of a dataset: label, terms, identifier, disclosure, JSON parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from exporters.datamap.model import (
    Category,
    Encoding,
    Erase,
    Field,
    FileColumn,
    IdentifierUse,
    Nesting,
    Terms,
    Withhold,
)
from exporters.datamap.rights_load import FIELD_RIGHTS, read_correct, read_follows
from exporters.datamap.terms import TERM_OPTIONS, Words, read_terms
from exporters.description import Disclosure, Shown
from exporters.identifiers import NEVER_UNIQUE, STORE_BOUND, IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.description import Text
    from exporters.document import Item

_OPTIONS = (
    *TERM_OPTIONS,
    *FIELD_RIGHTS,
    "label",
    "identifier",
    "never",
    "not_personal",
    "withhold",
    "free_text",
    "optional",
    "hint",
    "json",
    "php",
    "secret",
    "encoded",
    "quasi",
    "values",
    "shown",
    "file",
)
_NOT_OF_FILES = ("json", "php", "encoded", "identifier", "free_text", "values", "shown", "hint", "secret")


def read_field(words: Words, name: str, item: Item, *, inherited: Terms) -> Field:
    """Read one field. `name: {}` is enough where glossary and defaults say the rest."""
    options = item.options(*_OPTIONS)
    terms = read_terms(words, options, inherited=inherited, owner=item)
    optional = options["optional"].flag() if "optional" in options else False
    if "not_personal" in options:
        if "erase" in options and terms.erase is not Erase.LEAVE:
            raise options["erase"].error("what is not personal is not erased: leave `erase` out, or not_personal")
        return Field(
            name=name,
            label={},
            # Whatever the dataset says about its fields: an account that stays must go on working.
            terms=replace(terms, erase=Erase.LEAVE, constant="", coarse=None),
            disclosure=Disclosure.NOT_PERSONAL,
            why_not_personal=options["not_personal"].text(),
            optional=optional,
        )
    if "json" in options and "php" in options:
        raise options["php"].error("a column holds json or php, not both")
    secret = "secret" in options
    if secret and "category" not in options:
        terms = replace(terms, category=Category.CREDENTIALS)
    nesting = Nesting.PHP if "php" in options else Nesting.JSON
    parts = _parts(words, options.get(nesting.value), inherited=terms)
    disclosure, reason = _disclosure(words, options, parts)
    return Field(
        name=name,
        label=words.label(options.get("label"), name=name, owner=item),
        terms=terms,
        disclosure=disclosure,
        reason=reason,
        identifier=_identifier(options["identifier"]) if "identifier" in options else None,
        free_text=options["free_text"].flag() if "free_text" in options else False,
        optional=optional,
        hint=options["hint"].flag() if "hint" in options else False,
        withhold=_withhold(options["withhold"]) if "withhold" in options else None,
        parts=parts,
        correct=read_correct(options["correct"]) if "correct" in options else None,
        follows=read_follows(options["follows"]) if "follows" in options else None,
        nesting=nesting,
        encoded=options["encoded"].choice(Encoding) if "encoded" in options else None,
        secret=secret,
        quasi=options["quasi"].flag() if "quasi" in options else False,
        values=_values(words, options),
        shown=options["shown"].choice(Shown) if "shown" in options else None,
        file=_file(options) if "file" in options else None,
    )


def _file(options: Mapping[str, Item]) -> FileColumn:
    """Read `file: {name: filename, media_type: mime, date: created}`; a document has nothing else to say of its value."""
    for name in _NOT_OF_FILES:
        if name in options:
            raise options[name].error(f"a column that holds a file is handed out as a file: leave {name!r} out")
    named = options["file"].options("media_type", "date", required=("name",))
    return FileColumn(**{name: item.text() for name, item in named.items()})


def _values(words: Words, options: Mapping[str, Item]) -> Mapping[str, Text]:
    """The words for codes, per code and language; a code without words in a language of the map is refused."""
    if "values" not in options:
        return {}
    if "shown" in options:
        raise options["shown"].error(
            "a field has words for its codes (values) or a way to print numbers (shown), not both"
        )
    return {code: words.text(item) for code, item in options["values"].entries().items()}


def _parts(words: Words, item: Item | None, *, inherited: Terms) -> tuple[Field, ...]:
    if item is None:
        return ()
    return tuple(read_field(words, path, part, inherited=inherited) for path, part in item.entries().items())


def _disclosure(words: Words, options: Mapping[str, Item], parts: tuple[Field, ...]) -> tuple[Disclosure, Text]:
    if "never" in options and "secret" in options:
        raise options["never"].error("a secret is never disclosed anyway: leave `never` out")
    if "secret" in options:
        return Disclosure.NEVER, words.reason(options["secret"])
    if "never" in options:
        return Disclosure.NEVER, words.reason(options["never"])
    if "withhold" in options:
        return Disclosure.PARTLY, words.reason(options["withhold"].entries()["reason"])
    if any(part.disclosure is Disclosure.NEVER for part in parts):
        return Disclosure.PARTLY, next(part.reason for part in parts if part.disclosure is Disclosure.NEVER)
    return Disclosure.EXPORTED, {}


def _withhold(item: Item) -> Withhold:
    ways = ("unless", "when_contains", "when_set")
    options = item.options(*ways, required=("column", "reason"))
    if sum(way in options for way in ways) != 1:
        raise item.error("give one of: unless (values that may leave), when_contains (words that must not), when_set")
    unless = frozenset(options["unless"].texts()) if "unless" in options else frozenset()
    words = options["when_contains"].texts() if "when_contains" in options else ()
    when_set = "when_set" in options and options["when_set"].flag()
    return Withhold(options["column"].text(), unless, tuple(word.casefold() for word in words), when_set)


def _identifier(item: Item) -> IdentifierUse:
    """Read `identifier: email` or the long form. Kinds that several people share never find anybody."""
    if item.is_text:
        kind = item.choice(IdentifierKind)
        return IdentifierUse(kind, finds=kind not in NEVER_UNIQUE, store_bound=kind in STORE_BOUND)
    options = item.options("accepts", "finds", "teaches", "scope", "prefix", required=("kind",))
    kind = options["kind"].choice(IdentifierKind)
    accepts: tuple[IdentifierKind, ...] = ()
    if "accepts" in options:
        accepts = tuple(one.choice(IdentifierKind) for one in options["accepts"].items())
    finds = options["finds"].flag() if "finds" in options else kind not in NEVER_UNIQUE
    if finds and NEVER_UNIQUE.intersection((kind, *accepts)):
        raise item.error(f"{kind.value!r} is shared by several people and never finds one: write finds: false")
    return IdentifierUse(
        kind=kind,
        accepts=accepts,
        finds=finds,
        teaches=options["teaches"].flag() if "teaches" in options else True,
        store_bound=_store_bound(options["scope"]) if "scope" in options else kind in STORE_BOUND,
        prefix=options["prefix"].text() if "prefix" in options else "",
    )


def _store_bound(item: Item) -> bool:
    if item.text() not in {"store", "controller"}:
        raise item.error("scope is 'store' (a number of this store only) or 'controller' (the same in every store)")
    return item.text() == "store"
