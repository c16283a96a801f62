"""Python files as trees, for tests that look at the code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TRIES = 20


def parsed(path: Path) -> ast.Module:
    """The tree of a file. Python 3.11 counts its depth per process, so another thread that parses at the same moment makes it fail."""
    text = path.read_text(encoding="utf-8")
    for _ in range(_TRIES):
        try:
            return ast.parse(text)
        except SystemError:
            continue
    return ast.parse(text)
