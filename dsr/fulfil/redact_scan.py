"""What somebody has to read before an answer leaves: every distinct free text, every column about third parties, every file.

Texts go into a sealed artifact as they are found, so memory holds tokens and places, never the texts of ten thousand
tickets. A text that occurs a hundred times is one item (X-07: the token of its value finds it again).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import orjson

from dsr.fulfil.own_described import OWN
from dsr.law.redaction import Reason
from dsr.models import RedactionItem
from dsr.redaction.detectors import Known, suggestions
from dsr.redaction.docx import BrokenError as BrokenDocx
from dsr.redaction.extract import MAX_BYTES, Extracted, WhyWhole, extract, too_early
from dsr.redaction.pdf import BrokenError as BrokenPdf
from dsr.redaction.rebuild import UnsafeError, rebuild, sheets
from dsr.vault import blind
from exporters.contract import Disclosure, Origin, Whose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsr.fulfil.spool import Sink
    from dsr.models import Case
    from dsr.output.attached import Attached
    from dsr.output.inputs import Found
    from dsr.redaction.detectors import Suggestion
    from exporters.contract import DatasetInfo, FieldInfo, JsonValue

Kind = RedactionItem.Kind
Key = tuple[str, str, str, str, str]
"""Kind, store, data set, part, token: what an item is found by."""

# Of our own records only notes that staff wrote are not yet in her hands: everything else she wrote, or has received.
_OWN_TEXTS: Final = frozenset({("history", "note")})
_SAMPLES: Final = 200
"""How many different values of a column about third parties are shown."""
_LONG: Final = 500_000


@dataclass(slots=True)
class Seen:
    """An item as it was found: how often, how long, where its text lies in the artifact, what it suggests."""

    key: Key
    position: int
    count: int = 1
    length: int = 0
    sheets: int = 0
    """Pages of a file on which boxes can be drawn."""
    why_whole: str = ""
    text_at: int = 0
    text_size: int = 0
    marks: tuple[Suggestion, ...] = ()
    whole: Reason | None = None
    read: bool = False
    """Nobody has to read it: there is nothing in it to find."""

    @property
    def anew(self) -> bool:
        """A file that holds more than its text: it leaves made anew from the text, whatever is decided."""
        return self.why_whole == WhyWhole.HIDDEN and self.length > 0


class Tokens:
    """Keyed tokens of values for one case: the same value has the same token in every collection, and in no other case."""

    def __init__(self, case: Case) -> None:
        self._slug, self._kind = case.controller.slug, f"redaction {case.pk}"
        self._stored = frozenset(RedactionItem.objects.filter(case=case).values_list("token", flat=True))
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, value: str) -> tuple[str, ...]:
        """The tokens of a value: first the one under which it is stored, else the one to store."""
        digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        return self.of_digest(digest)

    def of_digest(self, digest: str) -> tuple[str, ...]:
        """The tokens of something whose SHA-256 is known."""
        found = self._known.get(digest)
        if found is None:
            first = blind.token(self._slug, self._kind, digest)
            every = dict.fromkeys((first, *blind.tokens(self._slug, self._kind, digest)))
            found = tuple(sorted(every, key=lambda one: one not in self._stored))
            self._known[digest] = found
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """A place in the rows of a data set where texts are: a column, or a path in a structured one (empty: all of it)."""

    column: str
    path: tuple[str, ...] = ()
    third_party: Reason | None = None
    provided: bool = False

    @property
    def name(self) -> str:
        """How the item calls it."""
        return ".".join((self.column, *self.path))


def parts_of(store: str, info: DatasetInfo) -> tuple[Part, ...]:
    """Where a data set may speak of others, by what its data map says of its fields."""
    found = [part for item in info.fields for part in _parts(item, item.name, ())]
    if store == OWN:
        return tuple(part for part in found if (info.name, part.column) in _OWN_TEXTS)
    return tuple(found)


def _parts(item: FieldInfo, column: str, path: tuple[str, ...]) -> Iterator[Part]:
    if item.disclosure not in {Disclosure.EXPORTED, Disclosure.PARTLY}:
        return
    if item.free_text:
        yield Part(column, path, provided=item.origin is Origin.PROVIDED and item.whose is Whose.SUBJECT)
    elif item.whose is Whose.THIRD_PARTY and item.disclosure is Disclosure.EXPORTED:
        called = item.category in {"traffic", "communication"}
        yield Part(column, path, third_party=Reason.CALLED_NUMBER if called else Reason.OTHER_PERSON)
    for part in item.parts:
        yield from _parts(part, column, tuple(part.name.split(".")))


def mapped(value: JsonValue, path: tuple[str, ...], change: Callable[[str], JsonValue]) -> JsonValue:
    """The value with every string below `path` changed; positions in lists are no part of a path."""
    if isinstance(value, str):
        return value if path else change(value)
    if isinstance(value, list):
        return _rest(value, [mapped(item, path, change) for item in value])
    if isinstance(value, dict):
        if path:
            return {k: mapped(v, path[1:], change) if k == path[0] else v for k, v in value.items()}
        return {k: mapped(v, (), change) for k, v in value.items()}
    return value


def replaced(value: JsonValue, path: tuple[str, ...], instead: Callable[[], JsonValue]) -> JsonValue:
    """The value with everything at `path` replaced, whatever it is: a number, or an object with its keys, says as much as a
    string.
    """
    if isinstance(value, list):
        return _rest(value, [replaced(item, path, instead) for item in value])
    if not path:
        return None if value is None else instead()
    if isinstance(value, dict):
        return {k: replaced(v, path[1:], instead) if k == path[0] else v for k, v in value.items()}
    return value


def _rest(before: list[JsonValue], after: list[JsonValue]) -> JsonValue:
    """A list without what went without a word: an empty place would say that something stood there (X-06)."""
    return [new for old, new in zip(before, after, strict=True) if new is not None or old is None]


@dataclass(slots=True)
class Scan:
    """One pass over everything that would leave. `items` are in the order of the answer."""

    tokens: Tokens
    known: Known = field(repr=False)
    sink: Sink = field(repr=False)
    check: Callable[[], object]
    items: dict[Key, Seen] = field(default_factory=dict)

    def rows(self, found: Found) -> None:
        """Every text of one data set."""
        parts = parts_of(found.store, found.info)
        if not parts:
            return
        columns: dict[Part, _Column] = {part: _Column() for part in parts if part.third_party}
        for batch in found.read():
            self.check()
            for part in parts:
                if part.column not in batch.columns:
                    continue
                for cell in batch.values[batch.columns.index(part.column)]:
                    if cell is not None and part.third_party:
                        columns[part].add(cell)
                    elif cell is not None:
                        mapped(cell, part.path, partial(self._text, found, part))
        for part, column in columns.items():
            if column.count:
                self._column(found, part, column)

    def _text(self, found: Found, part: Part, text: str) -> JsonValue:
        if text.strip():
            key: Key = (Kind.VALUE, found.store, found.info.name, part.name, self.tokens.of(text)[0])
            known = self.items.get(key)
            if known is not None:
                known.count += 1
            else:
                marks = tuple(suggestions(text[:_LONG], self.known))
                read = not marks and (part.provided or not any(map(str.isalpha, text)))
                seen = Seen(key, len(self.items), length=len(text), marks=marks, read=read)
                self._keep(seen, {"text": text})
        return text

    def _column(self, found: Found, part: Part, column: _Column) -> None:
        token = self.tokens.of_digest(column.digest())[0]
        key: Key = (Kind.COLUMN, found.store, found.info.name, part.name, token)
        seen = Seen(key, len(self.items), count=column.count, whole=part.third_party)
        self._keep(seen, {"text": "\n".join(column.samples)})

    def file(self, item: Attached) -> None:
        """One file. Its bytes are read only where its text can be, or a box drawn on it."""
        self.check()
        key: Key = (Kind.FILE, item.store, item.dataset, "", self.tokens.of_digest(item.sha256)[0])
        known = self.items.get(key)
        if known is not None:
            known.count += 1
            return
        found = _that_leaves(item, extracted(item))
        about: dict[str, Any] = {"name": item.name, "kind": item.content.kind.value}
        seen = Seen(key, len(self.items))
        if isinstance(found, WhyWhole):
            seen.why_whole = found.value
        else:
            about |= {"text": found.text, "how": found.how.value, "pictures": found.pictures}
            seen.why_whole = WhyWhole.HIDDEN.value if found.hidden else ""
            seen.length, seen.marks = len(found.text), tuple(suggestions(found.text, self.known))
        seen.sheets = _sheets(item, found)
        self._keep(seen, about)

    def _keep(self, seen: Seen, content: dict[str, Any]) -> None:
        line = orjson.dumps(_printable(content), option=orjson.OPT_APPEND_NEWLINE)
        seen.text_at, seen.text_size = self.sink.size, len(line)
        self.sink.write(line)
        self.items[seen.key] = seen


def _printable(content: dict[str, Any]) -> dict[str, Any]:
    """Halves of characters (surrogates) cannot be written; each becomes the sign for unreadable, so that places stay."""
    return {
        name: "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value) if isinstance(value, str) else value
        for name, value in content.items()
    }


class _Column:
    """The values of a column about third parties: how many, a sample, and a digest of which ones."""

    def __init__(self) -> None:
        self.count = 0
        self.samples: list[str] = []
        self._seen: Counter[bytes] = Counter()

    def add(self, cell: JsonValue) -> None:
        """Count one value."""
        text = cell if isinstance(cell, str) else orjson.dumps(cell).decode()
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if digest not in self._seen and len(self.samples) < _SAMPLES:
            self.samples.append(text)
        self._seen[digest] += 1
        self.count += 1

    def digest(self) -> str:
        """The same for the same set of values, whatever their order and number."""
        return hashlib.sha256(b"".join(sorted(self._seen))).hexdigest()


def extracted(item: Attached) -> Extracted | WhyWhole:
    """The text of a file of the subject."""
    why = too_early(item.content.kind, item.size)
    if why is not None:
        return why
    return extract(b"".join(item.read()), kind=item.content.kind, name=item.name, media_type=item.media_type)


def _sheets(item: Attached, found: Extracted | WhyWhole) -> int:
    """On how many pages boxes can be drawn. A file that is larger than what is looked through at all is not read."""
    if item.size > MAX_BYTES or not (isinstance(found, Extracted) or found in {WhyWhole.PICTURE, WhyWhole.SCAN}):
        return 0
    try:
        return sheets(b"".join(item.read()), item.content.kind, found)
    except BrokenPdf:
        return 0


def _that_leaves(item: Attached, found: Extracted | WhyWhole) -> Extracted | WhyWhole:
    """The same; but a file that has to be made anew and cannot be is one that nobody reads by its text."""
    if isinstance(found, Extracted) and found.hidden:
        try:
            rebuild(b"".join(item.read()), found, (), lambda _reason: "")
        except (UnsafeError, BrokenPdf, BrokenDocx):
            return WhyWhole.HIDDEN
    return found
