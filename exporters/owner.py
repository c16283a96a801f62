"""The department that answers for a store: a name beside its errors, or somebody who is asked by mail and works by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from exporters.document import Item

DAYS: Final = 7
"""Days a department has to answer when its entry says nothing else."""
_LONGEST: Final = 28
_ADDRESS: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a store. Without `email` nobody is written to, and work by hand is done at the desk.

    `days` is how many days there are for an answer before the first reminder; `escalation` the address of whoever is told
    when reminders were of no use.
    """

    name: str
    email: str = field(default="", repr=False)
    language: str = "en"
    escalation: str = field(default="", repr=False)
    days: int = DAYS


def read_owner(item: Item) -> Owner:
    """The entry `owner`: a name, or a mapping with `name`, `email`, `language`, `escalation` and `days`. Raises ConfigError."""
    if item.is_text:
        return Owner(item.text())
    given = item.options("email", "language", "escalation", "days", required=("name",))
    days = given["days"].integer() if "days" in given else DAYS
    if not 1 <= days <= _LONGEST:
        raise given["days"].error(f"a department has 1 to {_LONGEST} days")
    if "escalation" in given and "email" not in given:
        raise given["escalation"].error("an escalation address is of use only beside 'email'")
    language = given["language"].text() if "language" in given else "en"
    if not _LANGUAGE.fullmatch(language):
        raise given["language"].error(f"{language!r} is no code of a language, like en or de")
    return Owner(
        name=given["name"].text(),
        email=_address(given.get("email")),
        language=language,
        escalation=_address(given.get("escalation")),
        days=days,
    )


def _address(item: Item | None) -> str:
    text = item.text().strip() if item else ""
    if item and not _ADDRESS.fullmatch(text):
        raise item.error("an e-mail address is expected here")
    return text
