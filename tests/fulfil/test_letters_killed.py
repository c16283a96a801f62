"""A worker killed while it lays a letter out: the next one does it, once, and no file is left that nobody names."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.utils import timezone

from dsr.cases import actors, endings
from dsr.fulfil.letters import pdf_of
from dsr.models import Artifact, Task
from dsr.work.tick import tick
from tests.factories import MONDAY, make_case
from tests.jobs import run_due
from tests.letters import letter
from tests.processes import database_url

# The sealed file is written, and the worker waits to be killed before the row that names it.
WORK = """
import django, sys, time
django.setup()
from dsr.fulfil import letters
from dsr.work.jobs import run_task
laid_out = letters._laid_out
def and_wait(*args, **kwargs):
    artifact = laid_out(*args, **kwargs)
    print("stored", flush=True)
    time.sleep(60)
    return artifact
letters._laid_out = and_wait
run_task(sys.argv[1])
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_file_and_row_leaves_one_file_of_the_next():
    case = make_case()
    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=MONDAY)
    row = letter("L-18")
    task = Task.objects.get(letter=row)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dsr.settings",
        "DATABASE_URL": database_url(),
        "DSR_KEYS": django_settings.DSR_KEYS,
        "DSR_SECRET_KEY": django_settings.SECRET_KEY,
        "DSR_VAR": str(django_settings.VAR_DIR),
        "DSR_LEASE_SECONDS": "600",
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK, str(task.pk)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "stored\n"
    worker.kill()
    worker.wait()
    worker.stdout.close()
    task.refresh_from_db()
    assert task.status == "running"
    assert not Artifact.objects.filter(kind="written").exists()
    assert len(default_storage.listdir(str(case.pk))[1]) == 1

    Task.objects.filter(pk=task.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    tick(timezone.now())
    run_due()

    row.refresh_from_db()
    task.refresh_from_db()
    assert task.status == "done"
    assert b"".join(pdf_of(row)).startswith(b"%PDF-")
    artifact = Artifact.objects.get(kind="written")
    assert artifact.sha256 == row.pdf_sha256
    _, names = default_storage.listdir(str(case.pk))
    assert [f"{case.pk}/{name}" for name in names] == [artifact.storage_name]
