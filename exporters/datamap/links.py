"""Reads the links and conditions of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.datamap.composite import can_be_named, named_together
from exporters.datamap.model import SUBJECT, Condition, Link, LinkType, Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.document import Item

_COMMON = ("references", "any_case", "when")
_COMPOSITE = frozenset({LinkType.FOREIGN_KEY, LinkType.SAME_VALUE})
"""Links that may go over several columns at once."""
_EXTRA: Mapping[LinkType, tuple[str, ...]] = {LinkType.TEMPLATE: ("texts",), LinkType.JSON_PATH: ("path",)}


def read_conditions(item: Item) -> tuple[Condition, ...]:
    """Read `{column: value}`, `{column: [a, b]}`, `{column: null}` or `{column: {not: …}}`; all must hold."""
    return tuple(_condition(column, value) for column, value in item.entries().items())


def _condition(column: str, item: Item) -> Condition:
    if item.is_mapping:
        return Condition(column, _values(item.options(required=("not",))["not"]), negated=True)
    return Condition(column, _values(item))


def _values(item: Item) -> tuple[str | None, ...]:
    if item.is_list:
        return tuple(None if one.is_null else one.text() for one in item.items())
    return (None,) if item.is_null else (item.text(),)


def read_link(item: Item) -> Link:
    """Read one link: its type names the column, the other options depend on the type."""
    entries = item.entries()
    types = [kind for kind in LinkType if kind.value in entries]
    if len(types) != 1:
        known = ", ".join(kind.value for kind in LinkType)
        raise item.error(f"a link names exactly one type and its column; the types are: {known}")
    kind = types[0]
    extra = _EXTRA.get(kind, ())
    options = item.options(kind.value, *_COMMON, *extra, required=("references", *extra))
    link = Link(
        type=kind,
        column=_columns(options[kind.value]),
        references=_references(options["references"]),
        any_case=options["any_case"].flag() if "any_case" in options else False,
        when=read_conditions(options["when"]) if "when" in options else (),
        texts=options["texts"].texts() if "texts" in options else (),
        path=tuple(options["path"].text().split(".")) if "path" in options else (),
    )
    _check(item, link)
    return link


def _columns(item: Item) -> str:
    """One column, or a list of those that count together only."""
    names = item.texts() if item.is_list else (item.text(),)
    for at, name in enumerate(names):
        if len(names) > 1 and not can_be_named(name):
            raise item.at(at).error(
                f"{name!r} has a plus sign in its name and cannot be part of a link of several columns"
            )
    if len(set(names)) < len(names) or not names:
        raise item.error("name each column of a link once")
    return named_together(names)


def _references(item: Item) -> Reference:
    """`dataset.column`, `subject.key`, or a list of columns of one dataset."""
    if not item.is_list:
        return _reference(item)
    found = [_reference(one) for one in item.items()]
    if not found or len({one.dataset for one in found}) > 1:
        raise item.error("the columns a link references belong to one dataset")
    return Reference(found[0].dataset, named_together(one.column for one in found))


def _reference(item: Item) -> Reference:
    dataset, dot, column = item.text().partition(".")
    if not (dataset and dot and column):
        raise item.error("a reference is written dataset.column or subject.key")
    return Reference(dataset, column)


def _check(item: Item, link: Link) -> None:
    if link.type is LinkType.POLYMORPHIC and not link.when:
        raise item.error("a polymorphic link needs `when:` with the column that says which dataset is meant")
    for text in link.texts:
        if text.count("{}") != 1:
            raise item.error("each text of a template link holds {} exactly once: there the value stands")
    if link.any_case and link.type not in {LinkType.SAME_VALUE, LinkType.ESCAPED_VALUE}:
        raise item.error("any_case belongs to same_value and escaped_value links")
    if len(link.columns) > 1 or len(link.references.columns) > 1:
        _check_composite(item, link)


def _check_composite(item: Item, link: Link) -> None:
    """Several columns: as many at both ends, compared exactly; a person's key is one text for all of them."""
    if link.type not in _COMPOSITE:
        raise item.at(link.type.value).error("only foreign_key and same_value links go over several columns")
    if link.any_case:
        raise item.at("any_case").error("several columns are compared exactly: leave any_case out")
    references = link.references
    if references.dataset == SUBJECT and len(references.columns) > 1:
        raise item.at("references").error(
            "a person has one key: reference subject.<key>, which holds all these columns"
        )
    if references.dataset != SUBJECT and len(references.columns) != len(link.columns):
        raise item.at("references").error(
            f"{len(link.columns)} columns here and {len(references.columns)} there: name as many, in the same order"
        )
