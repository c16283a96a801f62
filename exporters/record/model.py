"""A loaded record of processing: frozen and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.description import Retention, Text


class Role(StrEnum):
    """What a recipient is to the controller (Art. 4(7) to (10), Art. 26)."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"
    JOINT = "joint"
    AUTHORITY = "authority"


class Safeguard(StrEnum):
    """On what a transfer to a third country rests (Art. 45 to 49; rule A-13)."""

    ADEQUACY = "adequacy"
    STANDARD_CLAUSES = "standard_clauses"
    BINDING_RULES = "binding_rules"
    CODE_OF_CONDUCT = "code_of_conduct"
    CERTIFICATION = "certification"
    DEROGATION = "derogation"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets personal data, by name (rule A-06, C-154/21).

    `name` is as the letter prints it; `does` says for what. `country`: two letters, where the recipient is.
    """

    code: str
    name: Text
    role: Role
    country: str
    does: Text = field(default_factory=dict)

    @property
    def words(self) -> Text:
        """Name and task, per language."""
        return {
            language: f"{name} ({self.does[language]})" if self.does.get(language) else name
            for language, name in self.name.items()
        }


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data are processed (Art. 15(1)(a)), on which basis, and the interest pursued where it rests on Art. 6(1)(f)."""

    code: str
    text: Text
    legal_basis: str = ""
    interest: Text = field(default_factory=dict)

    @property
    def words(self) -> Text:
        """The purpose and, where it rests on one, the interest, per language."""
        return {
            language: f"{text} ({self.interest[language]})" if self.interest.get(language) else text
            for language, text in self.text.items()
        }


@dataclass(frozen=True, slots=True)
class TransferOut:
    """A transfer to a third country (rule A-13). `copy_from`: where a copy of the safeguard can be had."""

    recipient: Recipient
    country: str
    kind: Safeguard
    safeguard: Text
    copy_from: Text


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision taken by automated means alone (Art. 22; rule A-12): its logic, what follows, how a person looks at it."""

    name: Text
    logic: Text
    consequences: Text
    review: Text = field(default_factory=dict)
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What one controller states about all its processing. Empty transfers and decisions are statements: there are none."""

    name: str
    version: int
    country: str
    languages: tuple[str, ...]
    purposes: Mapping[str, Purpose]
    recipients: Mapping[str, Recipient]
    sources: Mapping[str, Text]
    retention: Mapping[str, Retention]
    transfers: tuple[TransferOut, ...]
    decisions: tuple[Decision, ...]

    def knows(self, section: str, name: str) -> bool:
        """Whether a short name a data map uses (section: purposes, recipients, sources) is stated here."""
        sections: Mapping[str, Mapping[str, object]] = {
            "purposes": self.purposes,
            "recipients": self.recipients,
            "sources": self.sources,
        }
        return name in sections[section]
