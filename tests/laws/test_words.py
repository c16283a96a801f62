"""No verb says or records a code that has no words."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from dsr.wording import events, refusals
from tests.parsing import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


def constants(name: str, *, keyword: str = "") -> Iterator[tuple[str, str]]:
    """Every literal code a call of `name` is given, anywhere in the product, with where."""
    for folder in ("dsr", "portal"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(parsed(path)):
                if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] != name:
                    continue
                given = [k.value for k in node.keywords if k.arg == keyword] if keyword else node.args[:1]
                for value in given:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_refusal_given_by_a_verb_has_words() -> None:
    """A new Refusal("some_code") anywhere needs a sentence in dsr/wording/refusals.py."""
    given = [*constants("Refusal"), *constants("InvalidRequestError")]
    assert given
    assert [where for where in given if where[0] not in refusals.REFUSALS] == []


def test_every_recorded_event_has_words() -> None:
    """A new record(kind="some_code") anywhere needs words in dsr/wording/events.py."""
    given = [*constants("record", keyword="kind"), *constants("append", keyword="action")]
    assert given
    assert [where for where in given if where[0] not in events.EVENTS] == []
