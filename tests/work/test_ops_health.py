"""Health and metrics: what is wrong is named, urgent or not; details for the token only; a fixed number of queries."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from dsr import alarms, health, metrics, vitals
from dsr.cases.clock import local_date
from dsr.law.workflow import CLOSED
from dsr.models import Case, Message, Pulse, StoreHealth, Task
from dsr.wording.alarms import ALARMS
from dsr.work import pulses
from dsr.work.tick import PASSES, tick
from tests.factories import make_case, make_controller, make_request

pytestmark = pytest.mark.django_db
TOKEN = "0123456789-token-of-the-tests"


@pytest.fixture
def healthy(settings):
    """Tick and worker have just given a sign; there is room on the disks."""
    settings.DSR_DISK_LOW_MB = settings.DSR_DISK_FULL_MB = 1
    pulses.keep({pulses.TICK: "", pulses.of_worker("one"): ""}, now=timezone.now())


def codes() -> list[str]:
    return [alarm.code for alarm in alarms.of(vitals.gather(now=timezone.now()))]


def task(status: str = "queued", *, operation: str = "collect", since: timedelta = timedelta()) -> Task:
    at = timezone.now() - since
    case = make_case()
    return Task.objects.create(
        controller=case.controller,
        case=case,
        store=f"s{Task.objects.count()}",
        operation=operation,
        status=status,
        not_before=at,
        created_at=at,
    )


def test_nothing_wrong_is_ok_for_everybody(client, healthy):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response.headers["Cache-Control"].startswith("max-age=0")


def test_the_details_are_for_the_token_only(client, healthy, settings):
    settings.DSR_HEALTH_TOKEN = TOKEN

    for header in ("", f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", "Bearer ümläut"):
        assert client.get("/healthz", headers={"Authorization": header}).json() == {"status": "ok"}
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 401
    found = client.get("/healthz", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert found["workers"] == 1
    assert found["tick_age_seconds"] < 60
    assert found["queue_depth"] == {"default": 0, "stores": 0, "pdf": 0}
    assert set(found["disk_free_bytes"]) >= {"vault"}


def test_without_a_token_set_nobody_sees_details_not_even_from_this_machine(client, healthy):
    """Behind a proxy on the same machine everybody comes from it (decision 053)."""
    assert client.get("/healthz", REMOTE_ADDR="127.0.0.1", headers={"Authorization": "Bearer "}).json() == {
        "status": "ok"
    }
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 401


@pytest.mark.parametrize(
    ("ago", "code"),
    [
        (timedelta(minutes=4, seconds=50), None),
        (timedelta(minutes=5), "tick_late"),
        (timedelta(seconds=-50), None),
        (timedelta(minutes=-2), "clock_ahead"),
    ],
)
def test_a_tick_late_by_five_minutes_or_in_the_future_is_urgent(client, healthy, ago, code):
    Pulse.objects.filter(name="tick").update(at=timezone.now() - ago)

    assert codes() == ([code] if code else [])
    assert client.get("/healthz").status_code == (503 if code else 200)


def test_a_fresh_installation_says_that_tick_and_worker_are_missing(client, settings):
    settings.DSR_DISK_LOW_MB = settings.DSR_DISK_FULL_MB = 1
    assert codes() == ["tick_never", "no_worker"]
    assert client.get("/healthz").json() == {"status": "failing"}


def test_a_worker_silent_for_two_minutes_does_not_count(healthy):
    Pulse.objects.filter(name=pulses.of_worker("one")).update(at=timezone.now() - timedelta(seconds=121))

    assert codes() == ["no_worker"]


def test_redis_down_is_urgent_and_named(client, healthy, monkeypatch):
    import redis

    def down(*args, **kwargs):
        raise redis.ConnectionError

    monkeypatch.setattr("redis.Redis.from_url", down)

    assert codes() == ["queue_down"]
    assert client.get("/healthz").status_code == 503


def test_our_database_down_is_503_everywhere_and_says_nothing_else(client, monkeypatch, settings):
    settings.DSR_HEALTH_TOKEN = TOKEN

    def down(*args, **kwargs):
        raise OperationalError("could not connect to 192.0.2.1 as anna@example.com")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", down)

    for path in ("/healthz", "/readyz", "/metrics"):
        response = client.get(path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 503, path
        assert "anna" not in response.content.decode()
    assert client.get("/healthz").json() == {"status": "failing"}


def test_what_keeps_until_the_morning_is_degraded_and_200(client, healthy):
    controller = make_controller()
    now = timezone.now()
    StoreHealth.objects.create(controller=controller, store="crm", ok=False, code="store_down", checked_at=now)
    StoreHealth.objects.create(controller=controller, store="old", ok=True, checked_at=now - timedelta(hours=2))
    pulses.keep({f"{pulses.STEP}digests": "ValueError"}, now=now)
    task(since=timedelta(minutes=16))
    Message.objects.update(status="failed")

    assert sorted(codes()) == ["mails_failed", "pass_failing", "store_failing", "store_unchecked", "tasks_late"]
    response = client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")


def test_disks_have_two_limits(healthy, settings):
    settings.DSR_DISK_LOW_MB = 10_000_000
    assert set(codes()) == {"disk_low"}
    settings.DSR_DISK_FULL_MB = 10_000_000
    assert set(codes()) == {"disk_full"}


def test_every_alarm_that_can_be_raised_has_words_and_a_section_in_the_docs():
    from pathlib import Path

    root = Path(__file__).parents[2]
    text = (root / "docs/operations.md").read_text(encoding="utf-8")
    raised = set()
    for name in ("alarms", "health"):
        source = (root / f"dsr/{name}.py").read_text(encoding="utf-8")
        raised |= {part.partition('"')[0] for part in source.split('Alarm("')[1:]}

    assert raised == set(ALARMS)
    assert raised >= alarms.URGENT
    assert {code for code in ALARMS if f"`{code}`" not in text} == set()


def test_a_failing_pass_is_named_with_its_beginning_and_heals(monkeypatch, healthy):
    began = timezone.now() - timedelta(hours=3)

    def broken(now):
        raise RuntimeError("Anna Example, anna@example.com")

    broken.__name__ = "digests"
    others = tuple(one for one in PASSES if one.__name__ != "digests")
    monkeypatch.setattr("dsr.work.tick.PASSES", (broken, *others))
    first = tick(began)
    assert (first["digests"], first["ladder_rungs"]) == (-1, 0)
    tick(timezone.now())

    (alarm,) = [one for one in alarms.of(vitals.gather(now=timezone.now())) if one.code == "pass_failing"]
    assert (alarm.where, alarm.since, alarm.detail) == ("digests", began, "RuntimeError")
    assert "tick_late" not in codes()  # the others had their turn
    monkeypatch.setattr("dsr.work.tick.PASSES", PASSES)
    tick(timezone.now())
    assert "pass_failing" not in codes()
    assert Pulse.objects.get(name="tick:digests").failing_since is None


def test_the_command_says_what_to_do_and_ends_with_1(healthy):
    out = StringIO()
    call_command("health", stdout=out)
    assert out.getvalue() == "ok\n"

    Pulse.objects.all().delete()
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("health", stdout=out)
    assert ended.value.code == 1
    assert "tick_never" in out.getvalue()
    assert "manage.py tick --loop" in out.getvalue()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("health", "--json", stdout=out)
    assert json.loads(out.getvalue())["status"] == "failing"


def test_the_metrics_count_cases_as_the_desk_does(healthy):
    now = timezone.now()
    today = local_date(make_controller(), now)
    for days in (-1, 0, 7, 8, None):
        request = make_request(at=now - timedelta(days=40))
        due = None if days is None else today + timedelta(days=days)
        request.cases.update(due_on=due)
    Case.objects.filter(pk=make_case(at=now - timedelta(days=40)).pk).update(state=min(CLOSED), due_on=today)
    other = make_controller("southwave", timezone="Pacific/Auckland")
    make_request(controller=other)

    found = metrics.case_numbers(now=now)

    assert found["northwave"] == metrics.CaseNumbers(open=5, due_7_days=3, overdue=1)
    assert found["southwave"].open == 1


def test_the_metrics_page(client, healthy, settings):
    settings.DSR_HEALTH_TOKEN = TOKEN
    controller = make_controller()
    StoreHealth.objects.create(controller=controller, store="crm", ok=True, checked_at=timezone.now())
    task("manual")
    task("queued", since=timedelta(seconds=100))
    task("queued", operation="package", since=timedelta(seconds=200))

    page = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = dict(line.rsplit(" ", 1) for line in page.content.decode().splitlines() if not line.startswith("#"))
    assert lines['dsr_cases_open{controller="northwave"}'] == "3.0"
    assert lines['dsr_tasks{status="manual"}'] == "1.0"
    assert lines['dsr_tasks{status="queued"}'] == "2.0"
    assert 100 <= float(lines['dsr_task_oldest_seconds{queue="stores"}']) < 160
    assert 200 <= float(lines['dsr_task_oldest_seconds{queue="pdf"}']) < 260
    assert lines['dsr_store_ok{controller="northwave",store="crm"}'] == "1.0"
    assert lines['dsr_queue_depth{queue="default"}'].endswith(".0")
    assert lines["dsr_workers"] == "1.0"
    assert float(lines["dsr_tick_age_seconds"]) < 60
    assert {"dsr_mails_waiting", "dsr_mails_failed", "dsr_cases_overdue", "dsr_cases_due_7_days"} <= {
        name.partition("{")[0] for name in lines
    }


def test_the_number_of_queries_does_not_grow(healthy, django_assert_num_queries):
    for slug in ("northwave", "southwave"):
        make_request(controller=make_controller(slug))
    task()
    with django_assert_num_queries(7):
        metrics.text(now=timezone.now())

    for number in range(5):
        make_request(controller=make_controller(f"more{number}"))
        StoreHealth.objects.create(
            controller=make_controller(f"more{number}"), store="crm", ok=True, checked_at=timezone.now()
        )
        task("manual")
        pulses.keep({pulses.of_worker(str(number)): ""}, now=timezone.now())
    with django_assert_num_queries(7):
        metrics.text(now=timezone.now())
    with django_assert_num_queries(5):
        health.report(now=timezone.now())
