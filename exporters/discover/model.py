"""What a discovery found: findings about columns, links between tables, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.datamap.model import Category, LinkType
    from exporters.discover.look import Table
    from exporters.discover.values import Profile
    from exporters.identifiers import IdentifierKind


class Role(StrEnum):
    """What a column is for a subscriber."""

    NAMES = "names"
    """Holds a value that names or reaches a subscriber, alone or inside a text: the kinds of `IdentifierKind`."""
    ABOUT = "about"
    """Tells something about the subscriber whose row it is in (a tariff, a date, a town), naming nobody by itself."""
    KEY = "key"
    """A number of the system: its own key, or the key of another row."""
    SECRET = "secret"  # noqa: S105 - a role, not a secret
    """A password, key or token: never disclosed."""
    STAFF = "staff"
    """Names a member of staff who touched the row."""
    OTHERS = "others"
    """Looks personal, but no link leads from a subscriber to its table: staff, business partners, settings."""
    NONE = "none"
    """Nothing personal was seen."""


class Confidence(StrEnum):
    """How sure a finding is."""

    CERTAIN = "certain"
    """Values of subscribers stand there."""
    LIKELY = "likely"
    """Its values look so, or its name says so and its values agree."""
    POSSIBLE = "possible"
    """Its name alone says so; there were no values to look at."""


def sampled(rows: int) -> str:
    """How many rows speak for a guess, in words."""
    return "1 sampled row" if rows == 1 else f"{rows} sampled rows"


@dataclass(frozen=True, slots=True)
class Finding:
    """What discovery thinks about one column. `reasons` are sentences without any value of anybody."""

    table: str
    column: str
    role: Role
    confidence: Confidence
    reasons: tuple[str, ...]
    kind: IdentifierKind | None = None
    category: Category | None = None
    free_text: bool = False

    @property
    def proposed(self) -> bool:
        """Whether this column is proposed as one that names subscribers: seen in values, not only in its name.

        A named subscriber's value in a table nothing links counts too, though only a person can look there.
        """
        if self.role is Role.OTHERS:
            return self.confidence is Confidence.CERTAIN
        return self.role is Role.NAMES and self.confidence is not Confidence.POSSIBLE


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A guessed link of a table. `parent` is empty when `column` holds the key of the person herself."""

    type: LinkType
    column: str
    parent: str
    parent_column: str
    reason: str
    sure: bool
    any_case: bool = False
    path: str = ""
    when: tuple[str, str] | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class PersonKey:
    """Where persons stand in the store: the table with a row each, and the column the other tables name her by."""

    table: str
    column: str
    kind: IdentifierKind
    reason: str


@dataclass(slots=True)
class Discovery:
    """Everything found out about a store; `reached` are the tables of the subscriber, in the order they were linked."""

    tables: Mapping[str, Table]
    profiles: Mapping[tuple[str, str], Profile]
    person: PersonKey | None = None
    links: dict[str, list[FoundLink]] = field(default_factory=dict)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)

    @property
    def reached(self) -> tuple[str, ...]:
        """Tables with rows of subscribers."""
        return tuple(self.links)

    @property
    def proposals(self) -> frozenset[tuple[str, str]]:
        """Table and column of everything proposed as naming subscribers."""
        return frozenset(place for place, finding in self.findings.items() if finding.proposed)
