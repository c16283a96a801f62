"""Attachments while workers die, and when they are many or large."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.utils import timezone

from dsr.cases import actors, answer
from dsr.fulfil import attachments
from dsr.fulfil.attached import lists_of
from dsr.fulfil.package import package_of
from dsr.fulfil.pieces import Reader
from dsr.models import Artifact, Case, Task
from dsr.work import jobs
from dsr.work.tick import tick
from tests.factories import MONDAY, make_case, make_staff
from tests.fulfil.test_attachments import NUMBER, PERSON, PNG, collected, drafted, task_of
from tests.fulfil.tree_of_files import Tree
from tests.jobs import run_due
from tests.processes import database_url

if TYPE_CHECKING:
    from pathlib import Path

MB = 2**20
WORK = """
import django, sys
django.setup()
from dsr.fulfil import attachments
attachments.CONTAINER_FILES = 2
from dsr.work.jobs import run_task
print("ready", flush=True)
run_task(sys.argv[1])
"""


@pytest.mark.django_db
def test_what_was_read_before_a_failure_is_not_read_again(demo_stores: Path, drain, monkeypatch) -> None:
    monkeypatch.setattr(attachments, "CONTAINER_FILES", 2)
    tree = Tree(demo_stores)
    tree.put(NUMBER, {f"{number}.png": PNG + bytes([number]) for number in range(5)})
    broken = tree.root / "4.png"
    broken.write_bytes(PNG + b"!")
    case = collected(drain)
    task = task_of(case)
    assert (task.status, task.error_code) == ("manual", "changed")
    kept = set(case.artifacts.filter(kind=Artifact.Kind.ATTACHMENT).values_list("pk", flat=True))
    assert len(kept) == 2
    assert not case.artifacts.filter(kind=Artifact.Kind.ATTACHMENT, superseded_at__isnull=True).exists()
    assert lists_of(case) == ()

    broken.write_bytes(PNG + bytes([4]))
    Task.objects.filter(pk=task.pk).update(status="queued")
    jobs.run_task(str(task.pk))

    current = case.artifacts.filter(kind=Artifact.Kind.ATTACHMENT, superseded_at__isnull=True)
    assert kept < set(current.values_list("pk", flat=True))
    assert current.count() == 3
    _all_there(case, {f"{number}.png": PNG + bytes([number]) for number in range(5)})


def _all_there(case: Case, files: dict[str, bytes]) -> None:
    (listed,) = lists_of(case)
    assert [piece.name for piece in listed.pieces] == list(files)
    reader = Reader()
    for piece in listed.pieces:
        artifact = Artifact.objects.get(pk=piece.container)
        assert b"".join(reader.read(artifact, offset=piece.offset, size=piece.size)) == files[piece.name]
        assert piece.sha256 == hashlib.sha256(files[piece.name]).hexdigest()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_reads_leaves_no_file_twice(demo_stores: Path, monkeypatch) -> None:
    tree = Tree(demo_stores)
    files = {f"{number:02}.bin": os.urandom(3 * MB) for number in range(30)}
    tree.put(NUMBER, files)
    case = make_case(number=PERSON.customer_no)
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff()), now=MONDAY)
    jobs.run_task(str(case.tasks.get(operation="locate").pk))
    task = task_of(case)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dsr.settings",
        "DATABASE_URL": database_url(),
        "DSR_STORES": django_settings.DSR_STORES,
        "DSR_KEYS": django_settings.DSR_KEYS,
        "DSR_SECRET_KEY": django_settings.SECRET_KEY,
        "DSR_VAR": str(django_settings.VAR_DIR),
        "DSR_LEASE_SECONDS": "1",
    }
    containers = case.artifacts.filter(kind=Artifact.Kind.ATTACHMENT)
    worker = subprocess.Popen([sys.executable, "-c", WORK, str(task.pk)], env=environment)
    until = time.monotonic() + 60
    while containers.count() < 3 and time.monotonic() < until and worker.poll() is None:
        time.sleep(0.01)
    worker.kill()
    worker.wait()
    begun = set(containers.values_list("pk", flat=True))
    task.refresh_from_db()
    assert task.status == "running", "killed too late"
    assert not containers.filter(superseded_at__isnull=True).exists()

    monkeypatch.setattr(attachments, "CONTAINER_FILES", 2)
    Task.objects.filter(pk=task.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    tick(timezone.now())
    run_due()

    assert task_of(case).status == "done"
    current = containers.filter(superseded_at__isnull=True)
    assert current.count() == 15
    assert begun <= set(current.values_list("pk", flat=True)), "what was whole is taken over"
    assert containers.count() == 15
    _all_there(case, files)
    _, names = default_storage.listdir(str(case.pk))
    named = set(case.artifacts.exclude(storage_name="").values_list("storage_name", flat=True))
    assert {f"{case.pk}/{name}" for name in names} == named, "no file that no row names"


@pytest.mark.slow
@pytest.mark.django_db
def test_a_file_of_200_mb_is_never_in_memory(demo_stores: Path, drain) -> None:
    tree = Tree(demo_stores)
    tree.put(NUMBER, {"long.wav": b""}, hashed=False)
    with (tree.root / "long.wav").open("wb") as file:
        file.write(b"RIFF\x24\x00\x00\x00WAVEfmt ")
        file.truncate(200 * MB)
    drafted_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    case = drafted(drain)

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - drafted_before
    package = package_of(case)
    assert package is not None
    assert package.details["attached"] == {"files": 1, "bytes": 200 * MB}
    assert grown < 64 * 1024, f"{grown // 1024} MB"


@pytest.mark.slow
@pytest.mark.django_db
def test_ten_thousand_small_files_take_bounded_memory_and_sane_time(demo_stores: Path, drain) -> None:
    tree = Tree(demo_stores)
    tree.put(NUMBER, {f"{number // 100}/{number}.txt": b"chat %d" % number for number in range(10_000)})
    case = collected(drain)
    assert case.artifacts.filter(kind=Artifact.Kind.ATTACHMENT).count() == 10
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    answer.draft(case_id=case.pk, paragraph="", actor=actors.staff(make_staff()), now=MONDAY)

    drain()

    took, grown = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    package = package_of(Case.objects.get(pk=case.pk))
    assert package is not None
    assert package.details["attached"]["files"] == 10_000
    assert took < 120, f"{took:.1f} s"
    assert grown < 128 * 1024, f"{grown // 1024} MB"
