"""Searching without a name in an address: what was typed travels sealed, so that no log and no browser history holds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dsr import vault

if TYPE_CHECKING:
    from dsr.models import Controller

MAX_WORDS: Final = 200
_REFERENCE: Final = re.compile(r"DSR-\d{4}-\d{6}", re.IGNORECASE)


def is_reference(text: str) -> bool:
    """Whether this is the reference of a request, which says nothing about a person."""
    return bool(_REFERENCE.fullmatch(text.strip()))


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
