"""Attachments from a store into the vault and the package: all of hers, once, as they are."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import default_storage

from dsr.cases import actors, answer
from dsr.demo.people import by_position
from dsr.fulfil import attachments, expiry
from dsr.fulfil.attached import lists_of
from dsr.fulfil.package import package_of
from dsr.fulfil.spool import drop_file, read_artifact
from dsr.models import Artifact, Case
from tests.factories import MONDAY, make_case, make_staff
from tests.fulfil.tree_of_files import Tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
PERSON = by_position(2)
NUMBER = PERSON.username
OTHER = by_position(3).username
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 40


@pytest.fixture
def tree(demo_stores: Path) -> Tree:
    return Tree(demo_stores)


def collected(drain) -> Case:
    case = make_case(number=PERSON.customer_no)
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff()), now=MONDAY)
    drain()
    return Case.objects.get(pk=case.pk)


def drafted(drain) -> Case:
    case = collected(drain)
    assert case.state == "drafting", list(case.tasks.values("store", "status", "error_code", "error_place"))
    answer.draft(case_id=case.pk, paragraph="", actor=actors.staff(make_staff()), now=MONDAY)
    drain()
    return Case.objects.get(pk=case.pk)


def archive_of(case: Case) -> zipfile.ZipFile:
    package = package_of(case)
    assert package is not None, list(case.tasks.values("store", "operation", "status", "error_code", "error_place"))
    return zipfile.ZipFile(io.BytesIO(b"".join(read_artifact(package))))


def task_of(case: Case):
    return case.tasks.get(store="recordings", operation="collect")


def test_every_file_of_hers_and_none_of_another_is_in_the_package_as_it_is(tree, drain):
    tree.put(NUMBER, {"2026/call.wav": WAV, "2026/pass.png": PNG, "chat 🐙 Grüße.txt": b"hello"})
    tree.put(OTHER, {"2026/his.wav": WAV})

    case = drafted(drain)
    archive = archive_of(case)

    folder = "attachments/recordings/recordings/"
    members = {name.removeprefix(folder): archive.read(name) for name in archive.namelist() if name.startswith(folder)}
    assert members == {"call.wav": WAV, "pass.png": PNG, "chat 🐙 Grüße.txt": b"hello"}
    rows = list(csv.DictReader(io.StringIO(archive.read("attachments/files.csv").decode("utf-8-sig"))))
    assert [(row["name"], row["kind"], row["bytes"], row["date"]) for row in rows] == [
        ("call.wav", "sound", str(len(WAV)), "2026-03-01"),
        ("pass.png", "picture", str(len(PNG)), "2026-03-01"),
        ("chat 🐙 Grüße.txt", "text", "5", "2026-03-01"),
    ]
    page = archive.read("read-me-first.html").decode()
    assert 'href="attachments/recordings/recordings/call.wav"' in page
    assert "sound recording" in page


@pytest.mark.slow
def test_forty_small_files_are_one_container_and_no_name_stands_in_clear(tree, drain):
    tree.put(NUMBER, {f"ticket-{number}-mueller.png": PNG + bytes([number]) for number in range(40)})

    case = drafted(drain)

    assert case.artifacts.filter(kind=Artifact.Kind.ATTACHMENT, superseded_at__isnull=True).count() == 1
    assert [len(listed.pieces) for listed in lists_of(case)] == [40]
    rows = str(list(Artifact.objects.values()))
    assert "mueller" not in rows
    for row in Artifact.objects.exclude(storage_name=""):
        assert b"mueller" not in default_storage.open(row.storage_name).read()
    assert task_of(case).result["files"] == {"recordings": 40}


def test_a_file_over_the_limit_is_a_task_for_a_person_and_nothing_is_half_done(tree, drain, settings):
    settings.DSR_FILE_MAX_MB = 1
    tree.put(NUMBER, {"small.png": PNG, "large.wav": b"x" * (2**20 + 1)})

    case = collected(drain)

    task = task_of(case)
    assert (case.state, task.status, task.error_code, task.error_place) == (
        "collecting",
        "manual",
        "file_too_large",
        "recordings.recordings",
    )
    assert not case.artifacts.filter(store="recordings").exists()


def test_too_many_files_in_all_are_a_task_for_a_person(tree, drain, settings):
    settings.DSR_FILES_MAX = 2
    tree.put(NUMBER, {f"{number}.png": PNG for number in range(3)})

    assert task_of(collected(drain)).error_code == "files_too_large"


def test_a_file_that_is_not_what_the_index_says_is_changed(tree, drain):
    tree.put(NUMBER, {"a.png": PNG})
    (tree.root / "a.png").write_bytes(PNG[:-1] + b"!")

    task = task_of(collected(drain))

    assert (task.status, task.error_code) == ("manual", "changed")


def test_collected_again_replaces_and_takes_over_what_the_store_vouches_for(tree, drain):
    tree.put(NUMBER, {"a.png": PNG, "b.wav": WAV})
    case = collected(drain)
    current = case.artifacts.filter(kind=Artifact.Kind.ATTACHMENT, superseded_at__isnull=True)
    first = current.get()

    again(case, drain)
    assert current.get() == first, "every hash is the same: nothing is read again"

    tree.put(NUMBER, {"c.txt": b"new"}, hashed=False)
    again(case, drain)
    second = current.get()
    assert second != first, "a file without a hash may be another one by now"

    again(case, drain)
    assert current.get() not in {first, second}
    assert [len(listed.pieces) for listed in lists_of(case)] == [3]
    assert case.artifacts.filter(kind=Artifact.Kind.FILE_LIST, superseded_at__isnull=True).count() == 1


def again(case: Case, drain) -> None:
    """Somebody finds that something is missing, and every store is asked once more."""
    answer.collect_again(case_id=case.pk, actor=actors.staff(make_staff()), now=MONDAY, note="one is missing")
    drain()


@pytest.mark.slow
def test_X_02_files_the_map_withholds_are_left_out_with_the_reason(demo_stores, drain):
    tree = Tree(demo_stores, path=", never: staff")
    tree.put(NUMBER, {"secret-name.wav": WAV})

    archive = archive_of(drafted(drain))

    assert not [name for name in archive.namelist() if name.startswith("attachments/")]
    page = archive.read("read-me-first.html").decode()
    assert "it shows our staff in private" in page
    assert "secret-name" not in "".join(archive.read(n).decode("latin-1") for n in archive.namelist())


def test_X_06_a_folder_of_which_nobody_may_speak_leaves_no_trace(tree, drain):
    tree.put(NUMBER, {"a.png": PNG, "lawful/order.pdf": b"%PDF-1.4"})

    case = drafted(drain)
    archive = archive_of(case)

    text = "".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    assert "lawful" not in text
    assert "order.pdf" not in text
    assert task_of(case).result["files"] == {"recordings": 1}


@pytest.mark.slow
def test_what_lies_is_delivered_with_a_note(tree, drain):
    tree.put(NUMBER, {"holiday.jpg": b"MZ\x90\x00 not a picture", "page.html": b"<html><script>alert(1)</script>"})

    archive = archive_of(drafted(drain))

    page = archive.read("read-me-first.html").decode()
    assert "The file says that it is a picture, and it is not." in page
    assert "open them only where you would open a file from a stranger" in page
    assert archive.read("attachments/recordings/recordings/page.html") == b"<html><script>alert(1)</script>"
    assert "<script>alert" not in page


@pytest.mark.slow
def test_many_containers_are_read_in_order(tree, drain, monkeypatch):
    monkeypatch.setattr(attachments, "CONTAINER_FILES", 3)
    tree.put(NUMBER, {f"{number:02}.txt": f"text {number}".encode() * 9000 for number in range(10)})

    case = drafted(drain)
    archive = archive_of(case)

    assert case.artifacts.filter(kind=Artifact.Kind.ATTACHMENT, superseded_at__isnull=True).count() == 4
    for number in range(10):
        assert archive.read(f"attachments/recordings/recordings/{number:02}.txt") == f"text {number}".encode() * 9000


def test_files_that_are_gone_stop_the_answer_instead_of_missing_in_it(tree, drain):
    tree.put(NUMBER, {"a.png": PNG})
    case = collected(drain)
    for row in case.artifacts.filter(kind__in=attachments.KINDS):
        drop_file(row)

    answer.draft(case_id=case.pk, paragraph="", actor=actors.staff(make_staff()), now=MONDAY)
    drain()

    task = case.tasks.get(operation="package")
    assert (task.status, task.error_code, task.error_place) == ("manual", "spool_changed", "recordings")
    assert package_of(case) is None


def test_4_5_files_go_with_the_collected_data(tree, drain):
    tree.put(NUMBER, {"a.png": PNG})
    case = collected(drain)
    Case.objects.filter(pk=case.pk).update(closed_at=MONDAY)

    expiry.remove_expired(now=MONDAY + timedelta(days=29), limit=100)
    assert lists_of(case)
    expiry.remove_expired(now=MONDAY + timedelta(days=31), limit=100)

    assert not case.artifacts.filter(kind__in=attachments.KINDS).exclude(storage_name="").exists()
    assert lists_of(case) == ()
