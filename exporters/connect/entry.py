"""A commented entry of the store file from answers, put into the file without touching anything else of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from exporters.connect.offers import Kind
from exporters.document import ConfigError, read_document
from exporters.registry import load_stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from exporters.connect.offers import Offer, Question
    from exporters.registry import StoreConfig

HEAD: Final = "# The systems that hold personal data, in the order of the work (docs/exporters.md). Secrets stand in env:NAME or file:PATH.\nstores:\n"
_WIDE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What was answered. `answers`: by option of the offer, optional ones that were left out missing."""

    name: str
    controller: str
    label: str
    owner: str
    offer: Offer
    email: str = field(default="", repr=False)
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    more: tuple[Question, ...] = ()
    """Questions that only came up with the answers (what a profile signs in with)."""

    def lines(self, indent: str) -> Iterator[str]:
        """The entry as lines of YAML, each option under the comment that says what it is."""
        step = indent * 2
        known = f"evidence: {self.offer.evidence}" if self.offer.evidence else "your own map says what it holds"
        yield f"{indent}# {self.offer.title}; {known}"
        yield f"{indent}{_flow(self.name)}:"
        yield f"{step}controller: {_flow(self.controller)}  # slug of the controller"
        yield f"{step}system: {_flow(self.offer.system)}"
        yield f"{step}label: {_flow({'en': self.label})}  # what staff and subscribers read"
        owner: Any = {"name": self.owner, "email": self.email} if self.email else self.owner
        yield f"{step}owner: {_flow(owner)}  # who is asked when a person must help"
        for question in (*self.offer.questions, *self.more):
            value = question.fixed or self.answers.get(question.name, "")
            if not value:
                continue
            if question.ask:
                yield f"{step}# {question.ask}"
            yield f"{step}{question.name}: {_flow(_value(question.kind, value))}"


def add_entry(path: Path, entry: Entry, judge: Callable[[StoreConfig], None]) -> None:
    """Put the entry at the end of the stores of the file, which is replaced in one step once the whole has been read again.

    `judge` sees the store as it would be and raises ConfigError against it. A file that is not there is begun. Raises ConfigError (`file:line:column: …`), and nothing is written: when a store has
    the name, when the file is no list of stores that can be added to, when the entry is refused, or when somebody else
    changed the file meanwhile.
    """
    path = path.resolve()
    before = path.read_bytes() if path.exists() else None
    whole = _with(path, before, entry)
    candidate = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        candidate.write_bytes(whole)
        judge(_read_again(path, candidate, entry, had=before is not None))
        if before is not None:
            candidate.chmod(path.stat().st_mode & 0o7777)
        _same(path, before)
        candidate.replace(path)
    except ConfigError as error:
        raise ConfigError(str(error).replace(candidate.name, path.name)) from None
    finally:
        candidate.unlink(missing_ok=True)


def _same(path: Path, before: bytes | None) -> None:
    if (path.read_bytes() if path.exists() else None) != before:
        message = f"{path.name}:1:1: somebody changed the file meanwhile"
        raise ConfigError(message)


def _read_again(path: Path, candidate: Path, entry: Entry, *, had: bool) -> StoreConfig:
    """What stood there stands there still, and the new entry says what was answered."""
    found = load_stores(candidate)
    old = list(load_stores(path)) if had and _named(path) else []
    written = {name: item.text() for name, item in found[entry.name].options.items() if item.is_text}
    plain = {one.name: one.fixed or entry.answers.get(one.name, "") for one in (*entry.offer.questions, *entry.more)}
    if list(found) != [*old, entry.name] or any(plain.get(name) != value for name, value in written.items()):
        message = f"{path.name}:1:1: the entry cannot be added to a file of this form"
        raise ConfigError(message)
    return found[entry.name]


def _named(path: Path) -> bool:
    """Whether the file has stores already; one that only says `stores:` is as good as none."""
    return not read_document(path).entries()["stores"].is_null


def _with(path: Path, before: bytes | None, entry: Entry) -> bytes:
    """The file with the entry in it; every byte that stood there still stands there, in the same order."""
    if before is None:
        return (HEAD + "\n".join(entry.lines("  ")) + "\n").encode()
    top = read_document(path)
    if "stores" not in top.entries():
        raise top.error("'stores' is missing")
    stores = top.entries()["stores"]
    if stores.is_mapping and entry.name in stores.entries():
        raise stores.at(entry.name).error(f"there is a store {entry.name!r} already")
    if not stores.is_null and not _by_line(stores.node):
        raise stores.error("an entry can only be added to stores that are written line by line")
    text = before.decode("utf-8")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    at = _end(top, lines)
    first = None if stores.is_null else stores.node.value[0][0].start_mark.column
    indent = " " * (2 if first is None else first)
    added = [line + end for line in entry.lines(indent)]
    if at and not lines[at - 1].endswith(("\n", "\r")):
        added[0] = end + added[0]
    return "".join((*lines[:at], *added, *lines[at:])).encode()


def _by_line(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode) and not node.flow_style


def _end(top: Any, lines: list[str]) -> int:
    """The line before which a new store stands: the end of the file, or what comes after the stores with its comments."""
    names = list(top.names().items())
    place = next(at for at, (name, _) in enumerate(names) if name == "stores")
    if place + 1 == len(names):
        return len(lines)
    at: int = names[place + 1][1].node.start_mark.line
    while at and (not lines[at - 1].strip() or lines[at - 1].startswith("#")):
        at -= 1
    return at


def _value(kind: Kind, text: str) -> Any:
    """The answer as YAML has it. The texts were looked at when they were given."""
    match kind:
        case Kind.NETWORKS | Kind.NAMES:
            return [one.strip() for one in text.split(",")]
        case Kind.COLUMNS:
            return yaml.safe_load(text)
        case Kind.YES_NO:
            return text == "true"
        case _:
            return text


def _flow(value: Any) -> str:
    """One line of YAML that reads back as the value."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=_WIDE, sort_keys=False)
    return text.removesuffix("\n...\n").removesuffix("\n")
