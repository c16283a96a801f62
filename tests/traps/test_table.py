"""docs/traps.md is complete: 24 rows, and each test it names exists, is run, and asserts something."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows() -> dict[int, tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Number -> what goes wrong elsewhere, what stops it here, the tests as (file, function)."""
    text = (ROOT / "docs" / "traps.md").read_text(encoding="utf-8")
    return {
        int(number): (elsewhere, here, tuple(TEST.findall(tests)))
        for number, elsewhere, here, tests in ROW.findall(text)
    }


@cache
def functions(path: str) -> dict[str, ast.FunctionDef]:
    """The functions of a file that pytest would take for tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def asserts(node: ast.FunctionDef) -> bool:
    """Whether a test can fail of its own accord: by an assert, or because something is not raised."""
    raises = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    return any(isinstance(one, ast.Assert) for one in ast.walk(node)) or "raises" in raises


def marks(node: ast.FunctionDef) -> set[str]:
    return {one.attr for mark in node.decorator_list for one in ast.walk(mark) if isinstance(one, ast.Attribute)}


def test_all_24_traps_stand_in_the_table_once_and_in_order() -> None:
    assert list(rows()) == list(range(1, 25))
    text = (ROOT / "docs" / "traps.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| \d", text, re.MULTILINE)) == 24


@pytest.mark.parametrize("number", range(1, 25))
def test_each_trap_names_tests_that_exist_run_and_assert(number: int) -> None:
    elsewhere, here, tests = rows()[number]
    assert elsewhere.endswith(".")
    assert here.endswith(".")
    assert tests
    for path, name in tests:
        assert Path(path).name.startswith("test_"), path
        assert name in functions(path), f"{path} has no {name}"
        assert asserts(functions(path)[name]), f"{name} cannot fail"
        assert not marks(functions(path)[name]) & {"skip", "xfail"}, name


def test_every_test_of_a_trap_here_is_in_its_row() -> None:
    """A test of this folder that no row names would be read by nobody."""
    here = {
        (str(file.relative_to(ROOT)), name)
        for file in Path(__file__).parent.glob("test_traps*.py")
        for name in functions(str(file.relative_to(ROOT)))
        if name.startswith("test_")
    }
    named = {(number, test) for number, (_, _, tests) in rows().items() for test in tests}
    assert here <= {test for _, test in named}
    for number, (_, name) in named:
        if name.startswith("test_trap_"):
            assert name.startswith(f"test_trap_{number:02d}_")


@pytest.mark.slow
def test_pytest_collects_every_one_of_them() -> None:
    ids = sorted({f"{path}::{name}" for _, _, tests in rows().values() for path, name in tests})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:randomly", "-p", "no:xdist", *ids]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    collected = {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}
    assert collected == set(ids)
