"""`manage.py package verify`."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from dsr.output.verify import INTACT
from tests.output.test_manifest import FILES, manifest, packed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(packed(FILES, manifest().to_bytes()).getvalue())
    return path


def test_intact_package(file: Path) -> None:
    out = io.StringIO()

    call_command("package", "verify", str(file), "--manifest", manifest().sha256, stdout=out)

    assert out.getvalue() == f"{INTACT}\n"


def test_damaged_package_exits_1_and_names_the_file(file: Path) -> None:
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("added.txt", "x")
    out = io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("package", "verify", str(file), "--manifest", manifest().sha256, "--json", stdout=out)

    assert ended.value.code == 1
    assert json.loads(out.getvalue()) == [
        {"code": "extra", "path": "added.txt", "meaning": "in the package, but not listed"}
    ]


def test_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="the file cannot be read: No such file or directory") as refused:
        call_command("package", "verify", str(tmp_path / "none.zip"), "--key", "0" * 64)

    assert refused.value.returncode == 2
