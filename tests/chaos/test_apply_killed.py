"""A worker killed with SIGKILL at ten random moments of an apply: the erasure ends complete, and nothing happened twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import plans
from dsr.models import Case, Task
from dsr.work.tick import tick
from tests.factories import make_controller
from tests.jobs import run_due
from tests.journeys.erasures import PERSON, approved, rows_of, text_of
from tests.processes import database_url

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KILLS = 10
WORK = """
import django, sys
django.setup()
from dsr.work.jobs import run_task
for task in sys.argv[1:]:
    run_task(task)
"""


def environment() -> dict[str, str]:
    """The worker's: the same database, keys, files and stores as this test, with a lease short enough to wait for."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dsr.settings",
        "DATABASE_URL": database_url(),
        "DSR_STORES": django_settings.DSR_STORES,
        "DSR_KEYS": django_settings.DSR_KEYS,
        "DSR_SECRET_KEY": django_settings.SECRET_KEY,
        "DSR_VAR": str(django_settings.VAR_DIR),
        "DSR_LEASE_SECONDS": "1",
    }


def test_a_worker_killed_at_ten_random_moments_of_an_apply(demo_stores, drain):
    make_controller(cooling_hours=0)
    seed = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
    chance = random.Random(seed)
    case = approved(drain)
    others = {key: value for key, value in rows_of(demo_stores / "billing.sqlite3").items() if key[0] == "staff"}
    plans.start(case_id=case.pk, now=timezone.now())
    startup = _seconds_to_start()

    killed = 0
    while killed < KILLS:
        _wait_no_longer(case)
        todo = list(
            Task.objects.filter(
                case=case, operation__in=["apply", "verify"], status__in=["queued", "running"]
            ).values_list("pk", flat=True)
        )
        if not todo:
            break
        worker = subprocess.Popen([sys.executable, "-c", WORK, *map(str, todo)], env=environment())
        time.sleep(startup * chance.uniform(0.6, 1.6))
        worker.kill()
        worker.wait()
        killed += 1

    for _ in range(3):
        _wait_no_longer(case)
        tick(timezone.now())
        run_due()

    case.refresh_from_db()
    assert case.state == "notifying", (
        seed,
        list(case.tasks.values("store", "operation", "status", "error_code", "error_place")),
    )
    assert PERSON.username not in text_of(demo_stores / "radius.sqlite3"), seed
    done = case.events.filter(action="task_done", data__operation="apply").values_list("data__store", flat=True)
    assert sorted(done) == ["billing", "radius"], seed
    assert case.events.filter(action="finish_execution").count() == 1
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    after = rows_of(demo_stores / "billing.sqlite3")
    assert {key: after.get(key) for key in others} == others


def _wait_no_longer(case: Case) -> None:
    """Leases run out and back-off is over now; work that keeps killing its worker is not yet given to a person."""
    rows = Task.objects.filter(case=case)
    rows.filter(status="running").update(leased_until=timezone.now() - timedelta(seconds=1), failures=0)
    rows.filter(status="queued").update(not_before=timezone.now(), failures=0)


def _seconds_to_start() -> float:
    """How long a worker needs before it begins; kills are spread around and after that."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", WORK], env=environment(), check=True)
    return time.monotonic() - began
