"""YAML with places: every complaint about a configuration file names file, line and column.

Values are read through `Item`, which refuses what it does not know: a misspelled option must not be silently ignored,
because in these files an ignored line can mean a column that is never erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_Choice = TypeVar("_Choice", bound=Enum)
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ConfigError(ValueError):
    """A configuration file is wrong. The message starts with `file:line:column` and never repeats a secret."""


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a YAML file and where it stands."""

    file: str
    node: yaml.Node

    def error(self, message: str) -> ConfigError:
        """Build (not raise) the error for this place."""
        mark = self.node.start_mark
        # YAML calls a text it was given "<unicode string>"; `marked` gave a better name.
        file = self.file if mark.name.startswith("<") else mark.name
        return ConfigError(f"{file}:{mark.line + 1}:{mark.column + 1}: {message}")

    def marked(self) -> Item:
        """The same with every node remembering its file, for values that are put into a document of another file."""
        return Item(self.file, _marked(self.node, self.file))

    @property
    def is_text(self) -> bool:
        """Whether this is a single value, not a list or a mapping."""
        return isinstance(self.node, yaml.ScalarNode)

    @property
    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """Whether this is a mapping."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_null(self) -> bool:
        """Whether this is `null`, `~` or nothing."""
        return self.node.tag == "tag:yaml.org,2002:null"

    def text(self) -> str:
        """A non-empty text; numbers and words like `no` are taken as written."""
        if not isinstance(self.node, yaml.ScalarNode) or self.is_null or not self.node.value.strip():
            raise self.error("a text is expected here")
        return str(self.node.value)

    def integer(self) -> int:
        """A whole number."""
        try:
            return int(self.text())
        except ValueError:
            raise self.error("a whole number is expected here") from None

    def number(self) -> float:
        """A number of seconds or the like, not negative."""
        try:
            value = float(self.text())
        except ValueError:
            raise self.error("a number is expected here") from None
        if value < 0:
            raise self.error("a number of zero or more is expected here")
        return value

    def flag(self) -> bool:
        """`true` or `false`."""
        if self.text() not in {"true", "false"}:
            raise self.error("true or false is expected here")
        return self.text() == "true"

    def choice(self, kind: type[_Choice]) -> _Choice:
        """One of the values of an enumeration."""
        word = self.text()
        for member in kind:
            if member.value == word:
                return member
        known = ", ".join(str(member.value) for member in kind)
        raise self.error(f"{word!r} is not one of: {known}")

    def items(self) -> Iterator[Item]:
        """The elements of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list is expected here")
        for node in self.node.value:
            yield Item(self.file, node)

    def texts(self) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        return (self.text(),) if self.is_text else tuple(item.text() for item in self.items())

    def entries(self) -> dict[str, Item]:
        """The entries of a mapping, in order; a key that stands twice is refused, since YAML would drop the first."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("a mapping (name: value) is expected here")
        found: dict[str, Item] = {}
        for key, value in self.node.value:
            name = Item(self.file, key).text()
            if name in found:
                raise Item(self.file, key).error(f"{name!r} stands here twice")
            found[name] = Item(self.file, value)
        return found

    def names(self) -> dict[str, Item]:
        """The names of a mapping and where each stands; `entries` gives the values."""
        nodes = self.node.value if isinstance(self.node, yaml.MappingNode) else []
        return {str(key.value): Item(self.file, key) for key, _ in nodes}

    def at(self, *path: str | int) -> Item:
        """The value at `path` (names and positions), or the nearest thing above it that exists: a place for a complaint."""
        place = self
        for step in path:
            if isinstance(step, int):
                inside = list(place.items()) if place.is_list else []
                if step >= len(inside):
                    break
                place = inside[step]
            else:
                entries = place.entries() if place.is_mapping else {}
                if step not in entries:
                    break
                place = entries[step]
        return place

    def options(self, *known: str, required: tuple[str, ...] = ()) -> dict[str, Item]:
        """The entries of a mapping that may hold only `known` (and must hold `required`) names."""
        found = self.entries()
        for name, key in self.names().items():
            if name not in known and name not in required:
                raise key.error(f"unknown option {name!r}; known here: {', '.join(sorted({*known, *required}))}")
        for name in required:
            if name not in found:
                raise self.error(f"{name!r} is missing")
        return found


def _marked(node: yaml.Node, file: str) -> yaml.Node:
    mark = yaml.Mark(file, node.start_mark.index, node.start_mark.line, node.start_mark.column, None, 0)
    value = node.value
    if isinstance(node, yaml.MappingNode):
        value = [(_marked(key, file), _marked(one, file)) for key, one in value]
    elif isinstance(node, yaml.SequenceNode):
        value = [_marked(one, file) for one in value]
    return type(node)(node.tag, value, mark, mark)


def read_document(path: Path, *, name: str = "") -> Item:
    """Read one YAML file. `name` is how errors call it (default: the file's name)."""
    shown = name or path.name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{shown}:1:1: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{shown}:1:1: the file cannot be read ({type(error).__name__})") from None
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ConfigError(f"{shown}:{line}:{column}: not valid YAML: {error.problem}") from None
    if node is None:
        raise ConfigError(f"{shown}:1:1: the file is empty")
    return Item(shown, node)
