"""What others wrote is in the house unchanged, with its licence, and comes from nowhere at run time."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from dsr.management.commands import vendor

if TYPE_CHECKING:
    from pathlib import Path


def test_vendored_files_are_as_locked(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("vendor", check=True)
    assert "as locked" in capsys.readouterr().out


def test_lock_lists_what_is_wanted_and_names_no_registry() -> None:
    lock = json.loads(vendor.LOCK.read_text())
    assert {spec: set(entry["files"]) for spec, entry in lock.items()} == {
        spec: set(files.values()) for spec, files in vendor.WANT.items()
    }
    assert "://" not in vendor.LOCK.read_text()


def test_every_package_brings_its_licence() -> None:
    for spec, files in vendor.WANT.items():
        assert any("LICENSE" in name for name in files), spec


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The vendored tree at another place, to be damaged."""
    root = tmp_path / "dsr" / "static" / "vendor"
    shutil.copytree(vendor.STATIC, root)
    shutil.copytree(vendor.STATIC.parents[2] / "tests" / "vendor", tmp_path / "tests" / "vendor")
    monkeypatch.setattr(vendor, "STATIC", root)
    monkeypatch.setattr(vendor, "LOCK", root / "lock.json")
    vendor.check()
    return root


def test_changed_file_is_found(copy: Path) -> None:
    (copy / "htmx.js").write_text("evil()")
    with pytest.raises(CommandError, match=r"htmx\.js is not the file that was locked"):
        vendor.check()


def test_missing_file_is_found(copy: Path) -> None:
    (copy / "icons" / "clock.svg").unlink()
    with pytest.raises(CommandError, match=r"clock\.svg is not the file"):
        vendor.check()


def test_extra_file_is_found(copy: Path) -> None:
    (copy / "extra.js").write_text("")
    with pytest.raises(CommandError, match=r"not in the lock: extra\.js"):
        vendor.check()
