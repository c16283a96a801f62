"""A value of a person inside a text: found only where it stands alone, `ann@example.net` not inside `joann@example.net`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporters.identifiers import IdentifierKind, spellings

if TYPE_CHECKING:
    from collections.abc import Collection

_WORDLIKE = r"[\w.+%@-]"
_SHORTEST = 6
"""Signs; a shorter value inside a free text proves nothing."""


def mention(values: Collection[str], kind: IdentifierKind) -> tuple[frozenset[str], re.Pattern[str]] | None:
    """The spellings to ask a store for, and the pattern that decides; None when every value is too short."""
    forms = frozenset(form for value in values for form in spellings(kind, value) if len(form) >= _SHORTEST)
    if not forms:
        return None
    alternatives = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    flags = re.IGNORECASE if kind is IdentifierKind.EMAIL else 0
    # Neither a longer word nor a longer domain: `ann@example.net.au` is somebody else.
    return forms, re.compile(rf"(?<!{_WORDLIKE})(?:{alternatives})(?![\w@%+-])(?!\.\w)", flags)
