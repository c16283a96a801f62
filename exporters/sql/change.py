"""Which value each strategy writes into which column (rules 6.2), and what stands against it in the live table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.anonymise.fakes import LONGEST, fake, is_fake
from exporters.anonymise.scrub import MARK
from exporters.anonymise.strategies import ENOUGH_FOR_UNIQUE, ERASED, generalise, is_token, random_digits, token
from exporters.datamap.encoded import decode, encode
from exporters.datamap.model import Erase
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from exporters.anonymise.strategies import RunKey
    from exporters.contract import FieldChange
    from exporters.datamap.model import Coarse, Dataset, Encoding, Field
    from exporters.identifiers import IdentifierKind
    from exporters.sql.live import ColumnLimits, Limits
    from exporters.sql.schema import LiveTable

_NUMBERS = ("DEC", "NUM", "INT", "BIGINT", "SMALLINT", "TINYINT", "MEDIUMINT", "FLOAT", "DOUBLE", "REAL", "MONEY")
_FIXED = frozenset({Erase.NULLIFY, Erase.CONSTANT})


@dataclass(frozen=True, slots=True)
class Changed:
    """One column of a line: its strategy and what decides the value."""

    column: str
    strategy: Erase
    constant: str
    kind: IdentifierKind | None
    limits: ColumnLimits
    coarse: Coarse | None = None
    encoded: Encoding | None = None
    too_few: bool = False
    """Whether the map says `generalise` or `quasi`, and too few people would share what is left."""

    @property
    def fixed(self) -> bool:
        """Whether every row gets the same value."""
        return self.strategy in _FIXED

    def value(self, current: object, key: RunKey) -> str | None:
        """The new value of a row; the current one, as text, where it already is what the strategy wants."""
        if current is None or self.strategy is Erase.NULLIFY:
            return None
        if self.strategy is Erase.CONSTANT:
            return self.constant
        text = text_of(current) or ""
        if self.strategy is Erase.GENERALISE:
            return self._stored(generalise(self.kind, self._read(current), self.coarse))
        if self.strategy is Erase.SCRUB:
            return key.scrubber.fits(text, self.limits.length)
        if self.strategy is Erase.FAKE:
            known = str(self._read(current))
            return text if is_fake(self.kind, known) else self._stored(fake(self.kind, known))
        return text if is_token(current) else self._token(text, key)

    def _token(self, text: str, key: RunKey) -> str:
        digits = key.digits(self.kind, text) if self.strategy is Erase.KEYED_TOKEN else None
        return token(self.kind, self.limits.length, digits)

    def _read(self, current: object) -> object:
        return decode(self.encoded, current) if self.encoded else current

    def _stored(self, text: str | None) -> str | None:
        return encode(self.encoded, text) if self.encoded and text is not None else text

    def sample(self) -> str | None:
        """A value of the sort this strategy writes, to try the table's checks with."""
        match self.strategy:
            case Erase.NULLIFY:
                return None
            case Erase.CONSTANT:
                return self.constant
            case Erase.FAKE:
                return self._stored(fake(self.kind, "x"))
            case Erase.SCRUB:
                return MARK[: self.limits.length]
            case _:
                return token(self.kind, self.limits.length, "0" * 64)


def changes(dataset: Dataset, fields: tuple[FieldChange, ...], limits: Limits) -> tuple[Changed, ...]:
    """The changed columns of a line."""
    return tuple(_changed(dataset.fields[change.column], change, limits) for change in fields)


def _changed(field: Field, change: FieldChange, limits: Limits) -> Changed:
    return Changed(
        column=change.column,
        strategy=Erase(change.strategy),
        constant=field.terms.constant or ERASED,
        kind=field.identifier.kind if field.identifier else None,
        limits=limits.columns[change.column.lower()],
        coarse=field.terms.coarse,
        encoded=field.encoded,
        too_few=field.quasi or (field.terms.erase is Erase.GENERALISE and change.strategy != Erase.GENERALISE.value),
    )


def obstacles(changed: Changed, table: LiveTable, limits: Limits) -> Iterator[tuple[str, str]]:
    """(code, what to change) for each reason why the strategy cannot succeed on this column."""
    if changed.limits.computed:
        yield "computed", "the database computes this column: change what it is computed from, and leave this one"
    yield from _OBSTACLES[changed.strategy](changed, table, limits)


def _nullify(changed: Changed, _table: LiveTable, _limits: Limits) -> Iterator[tuple[str, str]]:
    if not changed.limits.nullable and changed.too_few:
        yield (
            "small_group",
            "fewer than 20 people share what would be left (rules 6.2), and the column refuses NULL: write constant in the map",
        )
    elif not changed.limits.nullable:
        yield "not_null", "the column refuses NULL: write constant or random_token in the map"


def _generalise(changed: Changed, table: LiveTable, _limits: Limits) -> Iterator[tuple[str, str]]:
    if changed.encoded is None and changed.limits.type.upper().startswith(_NUMBERS):
        yield "wrong_type", "an amount must stay true (rules 6.2): write keep, leave or nullify"
    elif not changed.limits.nullable and table.column(changed.column).family == "text":
        yield "not_null", "a value that cannot be made coarser becomes NULL, which the column refuses: write constant"


def _scrub(changed: Changed, table: LiveTable, _limits: Limits) -> Iterator[tuple[str, str]]:
    if table.column(changed.column).family != "text" or _is_json(changed.limits):
        yield "wrong_type", "only a text can be scrubbed: write nullify, or keep"


def _constant(changed: Changed, table: LiveTable, limits: Limits) -> Iterator[tuple[str, str]]:
    at, text = changed.limits, changed.constant
    if at.values and text not in at.values:
        yield "not_allowed", f"the column takes only {', '.join(at.values)}: write erase: {{constant: one of them}}"
    elif table.column(changed.column).family != "text" and text == ERASED:
        yield "wrong_type", "the column holds no text: write nullify, or erase: {constant: a fitting value}"
    elif at.length is not None and len(text) > at.length:
        yield "too_long", f"the word has {len(text)} characters, the column {at.length}: write a shorter constant"
    if limits.alone_unique(changed.column):
        yield "unique", "the column wants every value once: write random_token"


def _token(changed: Changed, table: LiveTable, limits: Limits) -> Iterator[tuple[str, str]]:
    at = changed.limits
    if at.values:
        yield "not_allowed", f"the column takes only {', '.join(at.values)}: write erase: {{constant: one of them}}"
    elif table.column(changed.column).family != "text" or _is_json(at):
        yield "wrong_type", "a token is a text and this column holds none: write nullify or a constant"
    elif limits.alone_unique(changed.column) and random_digits(changed.kind, at.length) < ENOUGH_FOR_UNIQUE:
        yield "unique", f"{at.length} characters are too few for a token that must be unique: write nullify"


def _fake(changed: Changed, table: LiveTable, limits: Limits) -> Iterator[tuple[str, str]]:
    at = changed.limits
    needed = LONGEST[changed.kind] if changed.kind else 0
    if table.column(changed.column).family != "text" and changed.encoded is None:
        yield "wrong_type", "a fake is a text and this column holds none: write nullify, or say how it is `encoded`"
    elif table.column(changed.column).family == "text" and at.length is not None and at.length < needed:
        yield "too_long", f"a fake needs {needed} characters, the column has {at.length}: write nullify"
    if limits.alone_unique(changed.column):
        yield "unique", "reserved ranges are too small for values that must be unique: write random_token"


def _is_json(limits: ColumnLimits) -> bool:
    return limits.type.upper().startswith("JSON")


_OBSTACLES: Mapping[Erase, Callable[[Changed, LiveTable, Limits], Iterator[tuple[str, str]]]] = {
    Erase.NULLIFY: _nullify,
    Erase.CONSTANT: _constant,
    Erase.RANDOM_TOKEN: _token,
    Erase.KEYED_TOKEN: _token,
    Erase.GENERALISE: _generalise,
    Erase.FAKE: _fake,
    Erase.SCRUB: _scrub,
}
