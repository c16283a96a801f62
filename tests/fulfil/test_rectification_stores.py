"""Corrections on other stores than files of SQLite: real servers, a store no program writes to, a worker that is killed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import corrections, scope
from dsr.demo.stores import build_billing
from dsr.law.decisions import Claim
from dsr.models import Case, Task
from dsr.work.tick import tick
from tests import servers
from tests.chaos.test_apply_killed import WORK, environment
from tests.correcting import (
    EMAIL,
    MARIA,
    NAME,
    a_case,
    accepted,
    approved,
    decide,
    fresh,
    mara,
    plan_of,
    rows,
    searched,
    task,
    written,
)
from tests.jobs import run_due
from tests.stores_fixture import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow]
ON_SERVER = """\
stores:
  billing:
    controller: northwave
    system: sql
    label: {en: Billing}
    owner: Finance
    map: northwave_billing
    url: env:TEST_BILLING_URL
"""
BY_HAND = """\
  drawer:
    controller: northwave
    system: manual
    label: {en: Card index}
    owner: Archive
    map: drawer.yaml
"""
DRAWER = """\
map: drawer
version: 1
title: {en: Card index}
languages: [en]
subjects: {customer: {kind: customer_number}}
purposes: {contract: {en: To carry out the contract}}
sources: {you: {en: you}}
retention: {kept: {class: subscriber_data, text: {en: while you are a customer}}}
defaults:
  {category: master, purpose: contract, legal_basis: 6(1)(b), source: you, retention: kept, origin: provided, erase: delete}
datasets:
  cards:
    label: {en: Cards}
    key: number
    links: [{same_value: number, references: subject.customer}]
    fields: {number: {label: {en: Number}, identifier: {kind: customer_number, scope: controller}}, name: {label: {en: Name}}}
"""
CARD = "SELECT email, last_name FROM customers WHERE customer_no = :number"


@pytest.fixture(params=["mariadb", "postgresql"])
def on_server(request, tmp_path: Path, settings, monkeypatch) -> Iterator[sa.Engine]:
    """The demo's billing system on a real server, named by DSR_STORES."""
    server = getattr(servers, request.param)()
    with server.database() as name:
        engine = server.engine(name)
        build_billing(engine, today=TODAY)
        monkeypatch.setenv("TEST_BILLING_URL", server.url(name))
        (tmp_path / "stores.yaml").write_text(ON_SERVER, encoding="utf-8")
        settings.DSR_STORES = str(tmp_path / "stores.yaml")
        yield engine
        scope.forget()


def card(engine: sa.Engine) -> tuple[str, str]:
    with engine.connect() as connection:
        email, name = connection.execute(sa.text(CARD), {"number": MARIA.customer_no}).one()
    return str(email), str(name)


@pytest.mark.stores
@pytest.mark.django_db
def test_R_01_on_a_real_server_a_changed_value_stops_all_and_the_next_plan_writes(on_server):
    case = searched(a_case(NAME, EMAIL))
    items = (
        accepted(case, billing__customers__last_name="Kowalsky"),
        accepted(case, billing__customers__email=EMAIL["new"]),
    )
    case = decide(case, *items)
    approved(written(case))
    with on_server.begin() as connection:
        moved = sa.text("UPDATE customers SET email = 'other@example.com' WHERE customer_no = :number")
        connection.execute(moved, {"number": MARIA.customer_no})
    run_due()
    assert fresh(case).state == "drafting"
    assert card(on_server) == ("other@example.com", "Kowalska")
    corrections.plan_again(case_id=case.pk, actor=mara(), now=timezone.now())
    run_due()
    approved(written(fresh(case)))
    run_due()
    assert card(on_server) == (EMAIL["new"], "Kowalsky")
    with on_server.connect() as connection:
        named = connection.execute(sa.text("SELECT count(*) FROM customers WHERE last_name = 'Kowalska'")).scalar_one()
    assert named == 2  # two more of her name, untouched


@pytest.mark.django_db
def test_a_store_that_no_program_writes_to_is_named_and_her_statement_becomes_a_task(demo_stores):
    stores = demo_stores / "stores.yaml"
    (demo_stores / "drawer.yaml").write_text(DRAWER, encoding="utf-8")
    stores.write_text(stores.read_text(encoding="utf-8") + BY_HAND, encoding="utf-8")
    scope.forget()
    case = searched(a_case(NAME, {"kind": "other", "old": "426", "new": "I pay on time."}))
    assert corrections.unread_of(corrections.sheet_of(case)) == {"drawer": "not_capable"}
    case = decide(
        case,
        accepted(case, billing__customers__last_name="Kowalsky"),
        corrections.Decided(claim=Claim.STATEMENT, statement="I pay on time."),
    )
    assert "I pay on time." in plan_of(case).content()["hand"]["billing"][0] + str(plan_of(case).content()["hand"])
    approved(written(case, instruction="Correct the card.", stores=("drawer",)))
    run_due()
    waiting = {one.store: fresh(case).content()["by_hand"][one.store] for one in case.tasks.filter(status="manual")}
    assert waiting["drawer"] == "Correct the card."
    assert "I pay on time." in waiting["billing"]
    assert task(case, "apply", "billing").status == "done"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_two_stores_ends_with_both_corrected_once(demo_stores):
    chance = random.Random(int(os.environ.get("CHAOS_SEED", "7")))
    case = searched(a_case(EMAIL))
    case = decide(case, accepted(case, billing__customers__email=EMAIL["new"], radius__userinfo__email=EMAIL["new"]))
    approved(written(case))
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", WORK], env=environment(), check=True)
    startup = time.monotonic() - began
    for _ in range(5):
        todo = _ready(case)
        if not todo:
            break
        worker = subprocess.Popen([sys.executable, "-c", WORK, *todo], env=environment())
        time.sleep(startup * chance.uniform(0.8, 1.5))
        worker.kill()
        worker.wait()
    for _ in range(3):
        _ready(case)
        tick(timezone.now())
        run_due()

    sql = "SELECT email FROM customers WHERE customer_no = ?"
    assert rows(demo_stores, "billing", sql, MARIA.customer_no) == [(EMAIL["new"],)]
    assert rows(demo_stores, "radius", "SELECT count(*) FROM userinfo WHERE email = ?", EMAIL["new"]) == [(1,)]
    done = case.events.filter(action="task_done", data__operation="apply").values_list("data__store", flat=True)
    assert sorted(done) == ["billing", "radius"]
    assert verify_case(Case.objects.get(pk=case.pk)) == []


def _ready(case: Case) -> list[str]:
    """Leases are over and waits too; what is still to be written."""
    mine = Task.objects.filter(case=case, operation="apply")
    mine.filter(status="running").update(leased_until=timezone.now() - timedelta(seconds=1), failures=0)
    mine.filter(status="queued").update(not_before=timezone.now(), failures=0)
    return [str(pk) for pk in mine.filter(status__in=["queued", "running"]).values_list("pk", flat=True)]
