from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dsr.demo import bootstrap

ROOT = Path(__file__).resolve().parents[2]


def test_runs_on_a_bare_python_without_any_package() -> None:
    shown = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import dsr.demo.bootstrap; print('fine')",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout == "fine\n"


def test_without_root_says_in_one_line_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(bootstrap, "PANGO", ("libnothing-of-this-name.so.0",))

    bootstrap.system_packages("dev")

    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Missing: libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0, chromium")
    assert "PDF letters and reports; the tests in a browser" in line
    assert line.endswith("poppler-utils qpdf p7zip-full")
    assert "sudo apt-get install" in line


def test_the_demo_needs_fewer_system_packages_than_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert "chromium" not in bootstrap.missing_packages("run")
    assert "chromium" in bootstrap.missing_packages("dev")


def test_new_requirements_mean_a_new_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements.txt").write_text("one==1\n", encoding="utf-8")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)

    before = bootstrap.stamp("run")
    (tmp_path / "requirements.txt").write_text("one==2\n", encoding="utf-8")

    assert bootstrap.stamp("run") != before


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SystemExit, match="usage"):
        bootstrap.main(["everything"])


def test_make_help_lists_the_two_commands() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "make demo " in shown.stdout
    assert "make test " in shown.stdout
