"""Applies a plan in a process of its own that kills itself on the way: for tests of what a crash leaves behind.

    python -m exporters.testing.child STORES.yaml NAME LINES.json KEEP POINT

KEEP is `module:function` or `-`. POINT is `check:N` (at the N-th call of `check`), `write:N` (after the N-th statement
that writes) or `never`. The time is read from the clock.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from exporters.contract import lines_from_json
from exporters.registry import load_stores, open_store


def main(stores: str, name: str, lines: str, keep: str, point: str) -> None:
    """Run; see the module."""
    what, _, number = point.partition(":")
    seen = {"check": 0, "write": 0}

    def passed(kind: str) -> None:
        seen[kind] += 1
        if kind == what and seen[kind] == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("DELETE", "UPDATE")):
            passed("write")

    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    module, _, function = keep.partition(":")
    open_store(load_stores(stores)[name]).apply(
        lines_from_json(json.loads(Path(lines).read_text(encoding="utf-8"))),
        approval="child",
        now=datetime.now(UTC),
        check=lambda: passed("check"),
        keep_until=getattr(import_module(module), function) if function else None,
    )


if __name__ == "__main__":
    main(*sys.argv[1:6])
