"""One link, ready to ask one table: the SQL that narrows, and the exact test every row must pass afterwards.

Databases disagree about equality: MariaDB's collations ignore case, accents and trailing blanks, PostgreSQL does not.
So SQL only narrows, generously; `Probe.accepts` decides, byte for byte after the normalisation of the identifier's kind.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.datamap.composite import taken_apart
from exporters.datamap.model import Link, LinkType
from exporters.identifiers import IdentifierKind, normalise, radius_spellings, spellings
from exporters.mentions import mention
from exporters.values import at_path, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from exporters.datamap.model import Condition
    from exporters.sql.schema import LiveColumn, LiveTable

_CHUNK = 400
"""Values in one IN list: below every database's limit, few enough for the planner to use an index."""
_LIKE_CHUNK = 20
_INTEGER = re.compile(r"-?\d{1,19}")


@dataclass(frozen=True, slots=True)
class Probe:
    """A link with the values that make rows hers."""

    link: Link
    clauses: tuple[sa.ColumnElement[bool], ...]
    accepts: Callable[[object], bool]


def bound(value: object) -> sa.BindParameter[Any]:
    """A bound parameter without a type, so that the database compares in the column's own type."""
    return sa.bindparam(None, value, type_=sa.types.NULLTYPE, unique=True)


def comparable(column: LiveColumn) -> sa.ColumnElement[Any]:
    """The column as something texts can be compared with."""
    return sa.cast(column.sql, sa.Text) if column.family == "other" else column.sql


def one_of(column: LiveColumn, values: Collection[str]) -> sa.ColumnElement[bool] | None:
    """`column IN (values)` in the column's own type; None when no value can be in such a column."""
    if column.parts:
        return _one_of_several(column.parts, values)
    fitting: list[object] = list(values)
    if column.family == "integer":
        fitting = [int(value) for value in values if _INTEGER.fullmatch(value)]
    if not fitting:
        return None
    return comparable(column).in_([bound(value) for value in fitting])


def _one_of_several(parts: Sequence[LiveColumn], values: Collection[str]) -> sa.ColumnElement[bool] | None:
    """The values of several columns at once, so that an index over them is read: `a = x AND b IN (…) OR a = y AND …`."""
    lasts: dict[tuple[str, ...], set[str]] = {}
    for value in values:
        *first, last = taken_apart(value)
        if len(first) + 1 == len(parts):
            lasts.setdefault(tuple(first), set()).add(last)
    found = []
    for known, rest in sorted(lasts.items()):
        sides = [one_of(part, {text}) for part, text in zip(parts, known, strict=False)]
        sides.append(one_of(parts[-1], sorted(rest)))
        present = [side for side in sides if side is not None]
        if len(present) == len(parts):
            found.append(sa.and_(*present))
    return sa.or_(*found) if found else None


def one_of_any_case(column: LiveColumn, values: Collection[str]) -> sa.ColumnElement[bool] | None:
    """Like `one_of` whatever the case; where the database compares with case this reads an index on lower(column)."""
    exact = one_of(column, values)
    if exact is None or column.ignores_case or column.family == "integer":
        return exact
    lowered = {value.lower() for value in values}
    return sa.or_(exact, sa.func.lower(comparable(column)).in_([bound(value) for value in sorted(lowered)]))


def conditions(table: LiveTable, wanted: Iterable[Condition]) -> Iterator[sa.ColumnElement[bool]]:
    """The `where` of a dataset or the `when` of a link."""
    for condition in wanted:
        column = table.column(condition.column)
        values = [value for value in condition.values if value is not None]
        found = one_of(column, values) if values else None
        parts = [] if found is None else [found]
        if None in condition.values:
            parts.append(column.sql.is_(None))
        matches = sa.or_(*parts) if parts else sa.false()
        if condition.negated and None not in condition.values:
            # NULL has none of the values either, but SQL would drop the row.
            yield sa.or_(sa.not_(matches), column.sql.is_(None))
        else:
            yield sa.not_(matches) if condition.negated else matches


def _chunks(values: Iterable[str], size: int) -> Iterator[list[str]]:
    ordered = sorted(set(values))
    return (ordered[at : at + size] for at in range(0, len(ordered), size))


def build(
    link: Link,
    table: LiveTable,
    values: Collection[str],
    *,
    kind: IdentifierKind | None,
    others: Collection[str] = (),
) -> Probe | None:
    """The probe for `link` with the parent's `values`; None when no row can match.

    `kind`: of the identifier at the other end. `others`: spellings that differ from hers in case only and are somebody
    else's, so that an any-case link must not take their rows.
    """
    column = table.column(link.column)
    when = sa.and_(*conditions(table, link.when)) if link.when else None
    clauses, accepts = _BUILDERS[link.type](link, column, values, kind, others)
    found = tuple(clause if when is None else sa.and_(clause, when) for clause in clauses if clause is not None)
    return Probe(link, found, accepts) if found else None


_Built = "tuple[Iterable[sa.ColumnElement[bool] | None], Callable[[object], bool]]"


def _exact(_link: Link, column: LiveColumn, values: Collection[str], _kind: Any, _others: Any) -> Any:
    wanted = frozenset(values)
    return (one_of(column, chunk) for chunk in _chunks(wanted, _CHUNK)), lambda stored: text_of(stored) in wanted


def _same_value(
    link: Link, column: LiveColumn, values: Collection[str], kind: IdentifierKind | None, others: Collection[str]
) -> Any:
    if kind is None:
        return _exact(link, column, values, kind, others)
    if link.any_case:
        return _cased(column, set(values), set(others))
    wanted = frozenset(normalise(kind, value) for value in values)
    forms = {form for value in values for form in spellings(kind, value)}
    narrow = one_of_any_case if kind is IdentifierKind.EMAIL else one_of

    def accepts(stored: object) -> bool:
        text = text_of(stored)
        return text is not None and normalise(kind, text) in wanted

    return (narrow(column, chunk) for chunk in _chunks(forms, _CHUNK)), accepts


def _escaped(link: Link, column: LiveColumn, values: Collection[str], _kind: Any, others: Collection[str]) -> Any:
    forms = {form for value in values for form in radius_spellings(value)}
    if link.any_case:
        return _cased(column, forms, {form for value in others for form in radius_spellings(value)})
    return _exact(link, column, forms, None, ())


def _cased(column: LiveColumn, forms: set[str], other_forms: set[str]) -> Any:
    # Where `Tor` and `tor` are two accounts, `TOR` could be either: then only the exact spelling counts.
    folded = {form.casefold() for form in forms} - {form.casefold() for form in other_forms}

    def accepts(stored: object) -> bool:
        text = text_of(stored)
        return text in forms or (text is not None and text.casefold() in folded)

    return (one_of_any_case(column, chunk) for chunk in _chunks(forms, _CHUNK)), accepts


def _contains(_link: Link, column: LiveColumn, values: Collection[str], kind: Any, _others: Any) -> Any:
    found = mention(values, kind)
    if found is None:
        return (), lambda _: False
    forms, token = found
    flags = kind is IdentifierKind.EMAIL
    text = sa.func.lower(comparable(column)) if flags else comparable(column)
    clauses = (
        sa.or_(*(text.contains(form.lower() if flags else form, autoescape=True) for form in chunk))
        for chunk in _chunks(forms, _LIKE_CHUNK)
    )
    return clauses, lambda stored: bool(token.search(text_of(stored) or ""))


def _template(link: Link, column: LiveColumn, values: Collection[str], _kind: Any, _others: Any) -> Any:
    plain = {text.replace("{}", value) for text in link.texts if "{#}" not in text for value in values}
    loose = {text.replace("{}", value) for text in link.texts if "{#}" in text for value in values}
    patterns = [re.compile(re.escape(text).replace(re.escape("{#}"), r"\d+")) for text in sorted(loose)]

    def accepts(stored: object) -> bool:
        text = text_of(stored) or ""
        return text in plain or any(pattern.fullmatch(text) for pattern in patterns)

    def like(text: str) -> sa.ColumnElement[bool]:
        escaped = text.replace("/", "//").replace("%", "/%").replace("_", "/_").replace("{#}", "%")
        return comparable(column).like(escaped, escape="/")

    exact = [one_of(column, chunk) for chunk in _chunks(plain, _CHUNK)]
    return [*exact, *(sa.or_(*map(like, chunk)) for chunk in _chunks(loose, _LIKE_CHUNK))], accepts


def _json_path(link: Link, column: LiveColumn, values: Collection[str], kind: Any, _others: Any) -> Any:
    wanted = frozenset(normalise(kind, value) if kind else value for value in values)
    forms = {form for value in values for form in _json_spellings(value)}
    text = sa.cast(column.sql, sa.Text) if column.family == "other" else column.sql

    def accepts(stored: object) -> bool:
        return any((normalise(kind, found) if kind else found) in wanted for found in at_path(stored, link.path))

    clauses = (
        sa.or_(*(sa.func.lower(text).contains(form.lower(), autoescape=True) for form in chunk))
        for chunk in _chunks(forms, _LIKE_CHUNK)
    )
    return clauses, accepts


def _json_spellings(value: str) -> set[str]:
    r"""How JSON writers may spell a text: with or without \u escapes, with or without an escaped slash."""
    plain, ascii_only = json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1]
    return {plain, ascii_only, plain.replace("/", "\\/"), ascii_only.replace("/", "\\/")}


_BUILDERS: dict[LinkType, Callable[..., Any]] = {
    LinkType.FOREIGN_KEY: _exact,
    LinkType.POLYMORPHIC: _exact,
    LinkType.SAME_VALUE: _same_value,
    LinkType.ESCAPED_VALUE: _escaped,
    LinkType.CONTAINS_VALUE: _contains,
    LinkType.TEMPLATE: _template,
    LinkType.JSON_PATH: _json_path,
}
