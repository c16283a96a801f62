"""Writes one column of a draft: label, identifier, what is never disclosed, and why it was guessed so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.datamap.model import LinkType
from exporters.datamap.terms import glossary
from exporters.discover.model import Confidence, Role
from exporters.discover.names import humanised, is_secret, is_secret_word, kind_of, snake
from exporters.discover.persons import agreed_kind
from exporters.discover.write import comment, flow
from exporters.identifiers import NEVER_UNIQUE
from exporters.identifiers import IdentifierKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from exporters.datamap.model import Category
    from exporters.discover.look import Table
    from exporters.discover.model import Discovery, Finding, FoundLink

_VALUES = ("value", "wert", "val", "meta_value", "field_value")
_TELLERS = ("attribute", "attribut", "name", "key", "meta_key", "field_name", "param", "option")
_VALUE_LINKS = frozenset({LinkType.SAME_VALUE, LinkType.ESCAPED_VALUE})
_MOST = 0.9
_SOME = 0.2
_FEW = 60
"""Different attributes a table of attribute and value has at most; more are values."""
_ROLES = {
    Role.NAMES: "names her",
    Role.ABOUT: "about her",
    Role.KEY: "a key of the system",
    Role.SECRET: "a secret",
    Role.STAFF: "staff",
}


@dataclass(frozen=True, slots=True)
class Attributes:
    """A table of attribute and value in which some values are secrets: those of the attributes in `safe` may leave."""

    attribute: str
    value: str
    safe: tuple[str, ...]


def attributes(table: Table) -> Attributes | None:
    """Whether a table keeps secrets as values beside their names (`Cleartext-Password`)."""
    names = {column.name.lower(): column.name for column in table.columns if not kind_of(column.name)}
    value = next((names[one] for one in _VALUES if one in names), "")
    for teller in _TELLERS:
        if value and teller in names:
            words = {text for text in table.texts(names[teller]) if text}
            few = len(words) < _FEW and len(words) <= max(1, len(table.rows) // 2)
            if few and any(map(is_secret_word, words)):
                return Attributes(names[teller], value, tuple(sorted(one for one in words if not is_secret_word(one))))
    return None


def identifiers(found: Discovery, table: Table, links: Iterable[FoundLink]) -> Mapping[str, Mapping[str, object]]:
    """Which columns find persons: those of the customer table, and the columns by which other tables name her."""
    person = found.person
    if person is None:
        return {}
    if table.name == person.table:
        given = {column.name: _own(found, table, column.name) for column in table.columns}
        known = {name: use for name, use in given.items() if use}
        if not any(use.get("finds", True) and Kind(str(use["kind"])) not in NEVER_UNIQUE for use in known.values()):
            known[person.column] = {"kind": Kind.CUSTOMER_NUMBER.value}
        return known
    direct = [link for link in links if not link.parent and link.type in _VALUE_LINKS]
    return {link.column: _copy(found, table, link, person.kind) for link in direct}


def _own(found: Discovery, table: Table, column: str) -> dict[str, object]:
    profile = found.profiles[table.name, column]
    kind = agreed_kind(table, column, profile)
    if found.findings[table.name, column].role is not Role.NAMES or kind is None:
        return {}
    use: dict[str, object] = {"kind": kind.value}
    if kind is Kind.USERNAME and profile.whole[Kind.EMAIL]:
        use["accepts"] = [Kind.EMAIL.value]
    if kind is Kind.PHONE and (code := _country_code(table, column)):
        use["prefix"] = code
    if kind not in NEVER_UNIQUE and (not profile.filled or profile.distinct < profile.filled * _MOST):
        use["finds"] = False
    return use


def _copy(found: Discovery, table: Table, link: FoundLink, kind: Kind) -> dict[str, object]:
    use: dict[str, object] = {"kind": kind.value}
    if found.profiles[table.name, link.column].whole[Kind.EMAIL] and kind is Kind.USERNAME:
        use["accepts"] = [Kind.EMAIL.value]
    if link.type is LinkType.ESCAPED_VALUE or link.any_case:
        use |= {"finds": False, "teaches": False}
    return use


def _country_code(table: Table, column: str) -> str:
    wanted = {f"{snake(column)}_cc", f"{snake(column)}_country_code", f"{snake(column)}_prefix"}
    return next((one.name for one in table.columns if snake(one.name) in wanted), "")


def field_line(
    found: Discovery,
    table: Table,
    finding: Finding,
    *,
    category: Category,
    identifier: Mapping[str, object] | None,
    languages: Sequence[str],
    secrets: Attributes | None,
) -> str:
    """One line of `fields:`."""
    options: dict[str, object] = _label(finding.column, languages)
    ask = "label" in options or (finding.role is not Role.ABOUT and finding.confidence is not Confidence.CERTAIN)
    reasons = [f"{_ROLES[finding.role]}, {finding.confidence.value}", *finding.reasons]
    if finding.role is Role.ABOUT and not finding.reasons:
        reasons = ["label"] if ask else []
    if finding.category and finding.category is not category and finding.role in {Role.NAMES, Role.SECRET}:
        options["category"] = finding.category.value
    if identifier:
        options["identifier"] = identifier["kind"] if len(identifier) == 1 else dict(identifier)
    if finding.role is Role.SECRET:
        options["never"] = "secret"
    elif finding.role is Role.STAFF:
        options |= {"never": "staff", "whose": "staff"}
    elif secrets and secrets.value == finding.column:
        options["withhold"] = _withhold(secrets)
        reasons = [f"{secrets.attribute} says which values are secrets", *finding.reasons]
    elif parts := _parts(found, table, finding.column, languages):
        options["json"] = parts
    elif finding.free_text:
        options["free_text"] = True
    return f"{flow(finding.column)}: {flow(options)}{comment('; '.join(reasons), ask=ask)}"


def _withhold(secrets: Attributes) -> dict[str, object]:
    """Only attributes seen and harmless by name may leave; without any, a list that matches nothing stays closed."""
    return {"column": secrets.attribute, "unless": list(secrets.safe) or ["-"], "reason": "secret"}


def _label(column: str, languages: Sequence[str]) -> dict[str, object]:
    known = glossary().get(column.lower(), {})
    if all(language in known for language in languages):
        return {}
    named = glossary().get(snake(column), {})
    if all(language in named for language in languages):
        return {"label": snake(column)}
    return {"label": dict.fromkeys(languages, humanised(column))}


def _parts(found: Discovery, table: Table, column: str, languages: Sequence[str]) -> dict[str, object]:
    """Secrets inside a JSON column; its other values leave with it."""
    profile = found.profiles[table.name, column]
    # A key that stands in one row only may be somebody's name.
    paths = sorted(path for path, rows in profile.paths.items() if rows >= max(2, profile.distinct * _SOME))
    secret = [path for path in paths if is_secret(path.rpartition(".")[2])]
    return {
        path: {"label": dict.fromkeys(languages, humanised(path)), "never": "secret"}
        if path in secret
        else _label_of(path, languages)
        for path in (paths if secret else [])
    }


def _label_of(path: str, languages: Sequence[str]) -> dict[str, object]:
    return {"label": dict.fromkeys(languages, humanised(path))}
