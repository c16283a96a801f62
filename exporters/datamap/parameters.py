"""Names a map leaves open: where a system's tables and columns are not public, the store says what they are called.

The map declares them in groups, one a table (`ticket: {table: the panel's tickets, id: its number}`), and writes
`<ticket.id>` wherever the name belongs.

The store's `names` file gives each a name, or `null` where this installation has none; a group may be `null` as a whole.
What would speak of a name that is not there is left out of the map; a name nobody answered is an error. The file may
also add columns (`more`) and tables (`datasets`, `by_hand`, `not_personal`) the map does not foresee.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from exporters.document import Item, read_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_PARAMETER = re.compile(r"<([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)>")
_ADDED = ("datasets", "by_hand", "not_personal", "undisclosed")
_SECTIONS = ("names", "more", *_ADDED)
Names = dict[str, str | None]


def declared(document: Item) -> dict[str, dict[str, Item]]:
    """The parameters of a map by group and name; each is words about what it means."""
    groups = document.entries().get("parameters")
    return {group: item.entries() for group, item in groups.entries().items()} if groups else {}


def with_names(document: Item, names: Path | None) -> Item:
    """The map with its parameters replaced by what the file `names` says. Raises ConfigError with the place."""
    wanted = declared(document)
    if not wanted:
        if names is not None:
            raise document.error("this map leaves no names open: take `names` out of the store")
        return document
    if names is None:
        known = ", ".join(wanted)
        raise document.at("parameters").error(f"this map leaves names open: the store needs `names` with {known}")
    given = read_document(names)
    options = given.options(*_SECTIONS, required=("names",))
    filled = _Filling(document, _answers(wanted, options["names"])).document()
    return _added(filled, options)


def _answers(wanted: Mapping[str, Mapping[str, Item]], names: Item) -> Names:
    """What each parameter is called, None where there is no such thing."""
    groups = names.options(*wanted)
    found: Names = {}
    for group, parameters in wanted.items():
        if group not in groups:
            raise names.error(f"{group!r} is not answered: name its table and columns, or write null if there is none")
        item = groups[group]
        answers = {} if item.is_null else item.options(*parameters)
        for name, meaning in parameters.items():
            if item.is_null:
                found[f"{group}.{name}"] = None
            elif name not in answers:
                told = f"{group}.{name} is not answered ({meaning.text()}): name it, or write null if there is none"
                raise item.error(told)
            else:
                found[f"{group}.{name}"] = None if answers[name].is_null else answers[name].text()
    return found


class _Filling:
    """One map being filled in."""

    def __init__(self, document: Item, names: Names) -> None:
        self.file, self.root, self.names = document.file, document, names
        self.gone: set[str] = set()

    def document(self) -> Item:
        """The whole map, without the datasets that have no table here and the links that led to them."""
        found = Item(self.file, self._filled(self.root.node) or self.root.node)
        datasets = found.entries().get("datasets")
        if datasets is None:
            return found
        before = self.root.entries()["datasets"].entries()
        kept = datasets.entries()
        self.gone = {
            name
            for name, item in before.items()
            if name not in kept or ("table" in item.entries() and "table" not in kept[name].entries())
        }
        pairs = [(key, self._linked(value)) for key, value in datasets.node.value if key.value not in self.gone]
        return _replaced(found, "datasets", _mapping(datasets.node, pairs))

    def _linked(self, dataset: yaml.Node) -> yaml.Node:
        """A dataset without the links to datasets that are gone."""
        if not isinstance(dataset, yaml.MappingNode):
            return dataset
        return _mapping(dataset, [(key, self._leading(key, value)) for key, value in dataset.value])

    def _leading(self, key: yaml.Node, value: yaml.Node) -> yaml.Node:
        if key.value != "links" or not isinstance(value, yaml.SequenceNode):
            return value
        links = [link for link in value.value if not self.gone.intersection(_targets(Item(self.file, link)))]
        return yaml.SequenceNode(value.tag, links, value.start_mark, value.end_mark, value.flow_style)

    def _filled(self, node: yaml.Node) -> yaml.Node | None:
        """The node with its names, None where it names what is not there."""
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode):
            items = [found for one in node.value if (found := self._element(one)) is not None]
            empty = bool(node.value) and not items
            return (
                None if empty else yaml.SequenceNode(node.tag, items, node.start_mark, node.end_mark, node.flow_style)
            )
        pairs = [(self._filled(key), self._filled(value)) for key, value in node.value]
        kept = [(key, value) for key, value in pairs if key is not None and value is not None]
        return None if pairs and not kept else _mapping(node, kept)

    def _element(self, node: yaml.Node) -> yaml.Node | None:
        """An element of a list; a link or a switch that lost a part says nothing any more."""
        found = self._filled(node)
        partial = isinstance(node, yaml.MappingNode) and found is not None and len(found.value) < len(node.value)
        return None if partial else found

    def _scalar(self, node: yaml.ScalarNode) -> yaml.Node | None:
        text = node.value
        for name in _PARAMETER.findall(text):
            if name not in self.names:
                raise Item(self.file, node).error(f"<{name}> is not declared under 'parameters'")
            given = self.names[name]
            if given is None:
                return None
            text = text.replace(f"<{name}>", given)
        return node if text == node.value else yaml.ScalarNode(node.tag, text, node.start_mark, node.end_mark, "'")


def _targets(link: Item) -> Iterator[str]:
    references = link.at("references")
    for text in references.texts() if references.is_text or references.is_list else ():
        yield text.partition(".")[0]


def _mapping(node: yaml.Node, pairs: list[tuple[yaml.Node, yaml.Node]]) -> yaml.MappingNode:
    return yaml.MappingNode(node.tag, pairs, node.start_mark, node.end_mark)


def _replaced(item: Item, name: str, value: yaml.Node) -> Item:
    """A mapping with another value under one name, which is added where it is not there yet."""
    pairs = [(key, value if key.value == name else old) for key, old in item.node.value]
    if all(key.value != name for key, _ in pairs):
        pairs.append((yaml.ScalarNode("tag:yaml.org,2002:str", name, value.start_mark, value.end_mark), value))
    return Item(item.file, _mapping(item.node, pairs))


def _merged(item: Item, name: str, more: Item) -> Item:
    """A mapping with the entries of `more` added under `name`; what is there already is an error of `more`."""
    there = item.entries().get(name)
    known = there.entries() if there else {}
    for key, place in more.names().items():
        if key in known:
            raise place.error(f"{key!r} is in the map already")
    return _replaced(item, name, _mapping(more.node, [*(there.node.value if there else []), *more.node.value]))


def _added(document: Item, options: Mapping[str, Item]) -> Item:
    """The map with the columns and tables the names file adds."""
    for section in _ADDED:
        if section in options:
            document = _merged(document, section, options[section].marked())
    for dataset, fields in (options["more"].entries() if "more" in options else {}).items():
        datasets = document.entries()["datasets"]
        if dataset not in datasets.entries():
            raise options["more"].names()[dataset].error(f"{dataset!r} is no dataset of the map, or not in use here")
        one = _merged(datasets.entries()[dataset], "fields", fields.marked())
        document = _replaced(document, "datasets", _replaced(datasets, dataset, one.node).node)
    return document
