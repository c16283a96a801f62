"""The picture in docs/workflow.md is the table, and dsr.law is pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from dsr.law import diagram
from dsr.law.workflow import STEPS, Action, State
from tests.parsing import parsed

ROOT = Path(__file__).resolve().parents[2]
LAW = ROOT / "dsr" / "law"
DOCUMENT = ROOT / "docs" / "workflow.md"


def test_the_document_holds_the_diagram_of_the_current_table() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert diagram.spliced(text) == text, "run: python -m dsr.law.diagram --write docs/workflow.md"


def test_the_diagram_names_every_state_and_every_action_that_moves() -> None:
    picture, rows = diagram.mermaid(), diagram.table()
    assert all(state.value in picture for state in State)
    moving = {step.action for step in STEPS if step.target or step.to_closed_as}
    assert all(action.value in picture for action in moving)
    assert all(f"| {action.value} |" in rows for action in Action)


def test_the_module_prints_and_writes(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "dsr.law.diagram"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert shown.stdout.strip() == diagram.block()
    target = tmp_path / "doc.md"
    target.write_text(f"before\n{diagram.BEGIN}\nold\n{diagram.END}\nafter\n", encoding="utf-8")
    assert diagram.main(["--write", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == f"before\n{diagram.block()}\nafter\n"


def test_a_document_without_markers_is_not_touched() -> None:
    with pytest.raises(ValueError, match="markers"):
        diagram.spliced("nothing here")


@pytest.mark.parametrize("path", sorted(LAW.glob("*.py")), ids=lambda p: p.name)
def test_the_law_imports_the_standard_library_and_itself_only(path: Path) -> None:
    """House rule: no Django, no I/O; `holidays` in calendars.py alone. Nor does it read the clock."""
    tree = parsed(path)
    allowed = set(sys.stdlib_module_names) | {"dsr"} | ({"holidays"} if path.name == "calendars.py" else set())
    for node in ast.walk(tree):
        names = (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for name in names:
            assert name.split(".")[0] in allowed, name
            assert not name.startswith("dsr.") or name.startswith("dsr.law"), name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"now", "today", "utcnow"}, ast.unparse(node)
