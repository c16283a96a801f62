"""Traps of other programs that no other test of ours walks into: one story each (docs/traps.md)."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import actors, answer, own_accounts, plans, scope
from dsr.demo.people import by_position
from dsr.fulfil import end_of_life
from dsr.law.rights import Right
from dsr.models import AccountLink, Case, KeptLine, Message, Notice, User
from dsr.work.tick import tick
from tests.factories import ATTESTED, make_case, make_controller, make_request, make_staff, make_user
from tests.work.test_ops_logs import Ear, clean, ear  # noqa: F401 -- a fixture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse

pytestmark = pytest.mark.django_db
SHE, HE = by_position(3), by_position(5)
BERLIN = ZoneInfo("Europe/Berlin")


def asked(right: Right, **fields: Any) -> Case:
    now = timezone.now()
    who = {"number": SHE.customer_no, "name": SHE.name} | fields
    case = make_case(rights=(right,), at=now - timedelta(days=2), now=now, **who)
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff("mara")), now=now)
    return case


def erased(drain: Callable[[], int], **fields: Any) -> Case:
    """An erasure of hers that a second person approved and the workers carried out."""
    mara, otto = actors.staff(make_staff("mara")), actors.staff(make_staff("otto", "lead"))
    case = asked(Right.ERASURE, **fields)
    drain()
    assert not case.tasks.exclude(error_code=""), list(case.tasks.values("store", "error_code", "error_place"))
    plans.ask_for_plan(case_id=case.pk, actor=mara, now=timezone.now())
    drain()
    answer.submit(case_id=case.pk, actor=mara, now=timezone.now())
    case.refresh_from_db()
    plans.approve(case_id=case.pk, plan_sha256=case.manifest_sha256, actor=otto, now=timezone.now(), attested=ATTESTED)
    for _ in range(3):
        tick(timezone.now())
        drain()
    return Case.objects.get(pk=case.pk)


def execute(place: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    with sqlite3.connect(place) as database:
        for statement, values in statements:
            database.execute(statement, values)


def rows(place: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with sqlite3.connect(place) as database:
        return database.execute(query, values).fetchall()


@pytest.mark.slow
def test_trap_03_an_erased_person_s_account_here_goes_and_her_open_browser_with_it(
    demo_stores: Path, drain: Callable[[], int], client: Client
) -> None:
    """17(1), 4.0.8: with the archive, unless somebody uses it, is a customer, or has another request under way."""
    anna, now = make_user(controller=make_controller(cooling_hours=0)), timezone.now()
    client.force_login(anna)
    case = erased(drain, account=anna, number="NW-999999", name="Nobody Known")
    case = answer.release(case_id=case.pk, actor=actors.staff(make_staff("mara")), now=now)
    drain()
    assert case.state == "completed"
    assert client.get("/account/").status_code == 200
    later = timezone.now() + timedelta(days=95)

    def stays() -> bool:
        return own_accounts.forget(request=case.request, case=case, now=later) == 0

    link = AccountLink.objects.create(
        controller=case.controller, user=anna, store="billing", token="t", proven_at=later
    )
    assert stays()
    link.delete()
    line = KeptLine(controller=case.controller, case=case, store="billing", dataset="contracts", why="contract")
    line.made_at = now
    line.put({})
    line.save(force_insert=True)
    assert stays()
    line.delete()
    User.objects.filter(pk=anna.pk).update(last_login=later - timedelta(days=1))
    assert stays()
    User.objects.filter(pk=anna.pk).update(last_login=now)
    other = make_request(account=anna, at=now, now=now)
    assert stays()
    other.cases.update(state="archived")
    assert client.get("/account/").status_code == 200

    drain()
    Message.objects.update(status="sent")
    assert end_of_life.archive_due(now=later, limit=10) == 1

    assert not User.objects.filter(pk=anna.pk).exists()
    assert not EmailAddress.objects.filter(email=anna.email).exists()
    assert client.get("/account/").status_code == 302
    case.refresh_from_db()
    assert (case.state, case.request.account) == ("archived", None)
    assert case.events.get(action="archive").data["removed"]["accounts"] == 1
    assert verify_case(case) == []


def test_trap_09_part_of_an_identifier_finds_nobody(demo_stores: Path, drain: Callable[[], int]) -> None:
    """Her address and user name hold the wildcards of SQL; his differ from hers in just that letter, or hold hers in theirs."""
    make_controller(cooling_hours=0)
    billing, radius = demo_stores / "billing.sqlite3", demo_stores / "radius.sqlite3"
    names = (("nw_3", SHE.username), ("nwx3", HE.username), ("xnw_3", by_position(8).username))
    change = "UPDATE customers SET email = ? WHERE id = ?"
    execute(billing, (change, ("j_w%@example.com", SHE.n)), (change, ("jxwyz@example.com", HE.n)))
    execute(billing, *(("UPDATE services SET radius_username = ? WHERE radius_username = ?", pair) for pair in names))
    for table in ("radcheck", "radreply", "radusergroup", "radacct", "radpostauth", "userinfo"):
        execute(radius, *((f"UPDATE {table} SET username = ? WHERE username = ?", pair) for pair in names))
    his = "SELECT * FROM radcheck WHERE username IN ('nwx3', 'xnw_3') ORDER BY id"
    others = "SELECT * FROM customers WHERE id <> ? ORDER BY id"
    before = rows(radius, his), rows(billing, others, SHE.n)
    assert all(before)
    assert rows(radius, "SELECT 1 FROM radcheck WHERE username = 'nw_3'")

    case = erased(drain)

    assert rows(radius, "SELECT 1 FROM radcheck WHERE username = 'nw_3'") == [], list(case.tasks.values())
    assert (rows(radius, his), rows(billing, others, SHE.n)) == before


def test_trap_11_a_renamed_connection_is_an_error_and_a_renamed_capability_a_task(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """The class is not there any more: `manage.py check` refuses. Its method is not: no answer leaves without that store."""
    stores = demo_stores / "stores.yaml"
    text = stores.read_text(encoding="utf-8")
    stores.write_text(text.replace("system: sql", "system: tests.traps.renamed:OldName", 1), encoding="utf-8")
    scope.forget()
    with pytest.raises(SystemCheckError, match=r"stores\.yaml:4.*OldName.*cannot be loaded"):
        call_command("check")

    stores.write_text(text.replace("system: sql", "system: tests.traps.renamed:RenamedStore", 1), encoding="utf-8")
    scope.forget()
    call_command("check")
    case = asked(Right.ACCESS)
    drain()

    case.refresh_from_db()
    task = case.tasks.get(operation="collect", store="billing")
    assert (task.status, task.error_code, task.error_place) == ("manual", "not_capable", "billing")
    assert case.state == "collecting"
    assert case.tasks.get(operation="collect", store="radius").status == "done"


@pytest.mark.slow
def test_trap_21_nothing_that_was_found_lies_readable_anywhere(
    demo_stores: Path,
    drain: Callable[[], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All that the workers of an access request left behind, in the store of files and in the folder for what is temporary."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    case = asked(Right.ACCESS)
    drain()
    answer.draft(case_id=case.pk, paragraph="", actor=actors.staff(make_staff("mara")), now=timezone.now())
    drain()

    names = default_storage.listdir(str(case.pk))[1]
    assert len(names) >= 3
    needles = [one.encode() for one in (SHE.email, SHE.last, SHE.username, SHE.customer_no, "PK\x03\x04", "%PDF")]
    for name in names:
        with default_storage.open(f"{case.pk}/{name}") as file:
            body = file.read()
        assert len(body) > 200
        assert [one for one in needles if one in body] == []
        assert Client().get(f"/{default_storage.url(f'{case.pk}/{name}').lstrip('/')}").status_code == 404
    assert list(temporary.rglob("*")) == []


def breaks(request: HttpRequest) -> HttpResponse:
    """A page that dies with what it was sent, as a parser does that quotes the line."""
    raise ValueError(f"cannot read {request.body!r}")


urlpatterns = [path("breaks/", breaks), path("", include("dsr.urls"))]


@pytest.mark.urls("tests.traps.test_traps")
def test_trap_22_a_body_that_breaks_a_page_stands_in_no_log_and_on_no_page(ear: Ear) -> None:  # noqa: F811
    """Forms and JSON, on pages that take them, refuse them and die of them; every logger at DEBUG."""
    make_controller()
    client = Client(raise_request_exception=False)
    said = {"name": "Zebulon Quagmire", "email": "zebulon@canary.example.com", "number": "K-7788001"}

    died = client.post("/breaks/", said)
    broken = client.post("/breaks/", '{"rows": ["Zebulon Quagmire"', content_type="application/json")
    refused = client.post("/api/v1/restricted", '{"rows": ["K-7788001"', content_type="application/json")
    unknown = client.post("/no-such-page/", said)

    assert [one.status_code for one in (died, broken, unknown)] == [500, 500, 404]
    assert 400 <= refused.status_code < 500
    assert all(clean(one.content.decode()) for one in (died, broken, refused, unknown))
    assert [line for line in ear.lines if '"exception": "ValueError"' in line and "tests.traps.test_traps:" in line]
    assert [line for line in (*ear.lines, *ear.raw) if not clean(line)] == []


def test_trap_24_a_request_nobody_opens_reaches_people_before_it_is_late() -> None:
    """In her own words, sorted by nobody, taken by nobody, and no colleague signs in: the tick alone, on some mornings."""
    make_staff("otto", "lead")
    make_staff("dora", "dpo")
    make_staff("mara")
    received = datetime(2026, 6, 15, 10, tzinfo=BERLIN)
    case = make_request(at=received, now=received, unclassified=True).cases.get()
    assert case.due_on == date(2026, 7, 15)

    heard: dict[str, datetime] = {}
    for days in (0, 8, 16, 22, 27, 30, 31):
        now = received.replace(hour=6) + timedelta(days=days)
        tick(now)
        for notice in Notice.objects.select_related("user").order_by("pk"):
            if case.request.reference in str(notice.content()):
                heard.setdefault(notice.user.display_name, now)

    case.refresh_from_db()
    assert (case.state, case.assignee) == ("received", None)
    assert heard["Otto Example"].date() <= date(2026, 7, 1)
    assert heard["Dora Example"].date() <= case.due_on
