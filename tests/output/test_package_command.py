"""`manage.py package verify`."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dsr.fulfil.signing import signer_of
from dsr.models import User
from dsr.output.signing import Signer
from dsr.output.verify import INTACT
from tests.factories import make_controller, make_staff
from tests.output.test_manifest import FILES, manifest, packed, signed

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


def test_without_a_key_nothing_is_claimed(file: Path) -> None:
    with pytest.raises(CommandError, match="say with --key whose package it should be") as refused:
        call_command("package", "verify", str(file))

    assert refused.value.returncode == 2


def test_signed_package_of_another_is_found(file: Path) -> None:
    signer, other = Signer(bytes(range(32))), Signer(bytes(range(1, 33)))
    file.write_bytes(signed(signer).getvalue())
    out = io.StringIO()

    call_command("package", "verify", str(file), "--key", signer.key_id, stdout=out)
    assert out.getvalue() == f"{INTACT}\n"
    with pytest.raises(SystemExit) as ended:
        call_command("package", "verify", str(file), "--key", other.key_id, stdout=out)
    assert ended.value.code == 1


@pytest.mark.django_db
def test_rotating_needs_an_administrator_and_keeps_the_old_key_listed() -> None:
    controller = make_controller()
    make_staff("hanna", "handler"), make_staff("ada", "administrator")
    old = signer_of(controller, now=timezone.now())
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command("package", "rotate-key", controller.slug, "--as", email_of("hanna"))
    call_command("package", "rotate-key", controller.slug, "--as", email_of("ada"), stdout=io.StringIO())
    call_command("package", "keys", controller.slug, "--json", stdout=out)

    listed = json.loads(out.getvalue())
    assert [bool(key["valid_to"]) for key in listed] == [False, True]
    assert listed[1]["key_id"] == old.key_id


def email_of(name: str) -> str:
    return str(User.objects.get(email__startswith=name).email)
