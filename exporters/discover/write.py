"""YAML in the compact form our maps are written in, with comments, which no YAML library writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDE = 10_000


def flow(value: object) -> str:
    """A value on one line: quoted only where YAML needs it."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=_WIDE)
    return text.removesuffix("\n").removesuffix("\n...").strip()


def texts(words: Mapping[str, str]) -> str:
    """Words by language: `{en: Name, de: Name}`."""
    return flow(dict(words))


def comment(reason: str, *, ask: bool = False) -> str:
    """The end of a line: why, and `?` where a person has to look."""
    mark = "? " if ask else ""
    return f"  # {mark}{' '.join(reason.split())}" if reason else "  # ?" * ask
