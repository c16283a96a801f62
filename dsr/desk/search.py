"""Searching without a name in an address: what was typed travels sealed, so that no log and no browser history holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dsr import vault
from dsr.cases.finding import is_reference
from dsr.desk.access import Sight, sees

if TYPE_CHECKING:
    from dsr.desk.access import DeskRequest
    from dsr.models import Controller

MAX_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What this colleague searches for: `words`, which may name a person where `persons`, else are a reference; `closed` where
    what she typed was neither and is not looked for.
    """

    words: str
    persons: bool
    closed: bool = False


def asked(request: DeskRequest) -> Asked:
    """What the address holds sealed, as far as the role goes: who reads about nobody learns from no name and no number of a
    person whether she asked for something (4.3).
    """
    words, persons = opened(request.controller, request.GET.get("find", "")), sees(request.actor, Sight.PERSON)
    if words and not (persons or is_reference(words)):
        return Asked("", persons, closed=True)
    return Asked(words, persons)


def sealed(controller: Controller, text: str) -> str:
    """What was typed, encrypted for this controller's desk; at most MAX_WORDS characters are kept."""
    return vault.wrap(text.strip()[:MAX_WORDS].encode(), context=_context(controller))


def opened(controller: Controller, token: str) -> str:
    """What was typed; empty for a token that is not ours."""
    try:
        return vault.unwrap(token, context=_context(controller)).decode()
    except (vault.MissingKeyError, vault.TamperedError, ValueError):
        return ""


def _context(controller: Controller) -> str:
    return f"desk-search:{controller.pk}"
