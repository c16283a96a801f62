"""Monthly reports and the register of requests: ordered, made, told, kept and handed out (Art. 5(2), rules 4.6)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from django.test import Client
from django.utils import timezone

from dsr.cases import actors, endings, identity, monthly, register
from dsr.cases.perform import RefusedError
from dsr.fulfil import monthly as making
from dsr.models import Case, MonthlyReport, Notice, SetupEvent, Suspension, Task
from dsr.output.cells import to_csv
from dsr.work import waking
from tests.desk.conftest import ROLES, text
from tests.factories import make_case, make_controller, make_staff
from tests.reports.made import at, closed

if TYPE_CHECKING:
    from dsr.models import Controller

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 2)
# 1 and 4 April 2026 are a Wednesday and the Saturday before Easter; 1 November is a Sunday, the second no holiday of Berlin.
FIRST = datetime(2026, 4, 1, 6, tzinfo=UTC)


def as_role(name: str) -> Client:
    client = Client()
    client.force_login(make_staff(name, *ROLES[name]))
    return client


def read_csv(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_4_6_the_report_of_a_month_is_ordered_once_on_the_first_working_day():
    closed(MARCH, 10)
    controller = make_controller()
    make_controller("southwave")  # had no case: nothing to report

    assert monthly.order_due(now=datetime(2026, 11, 1, 12, tzinfo=UTC)) == 0  # a Sunday
    assert monthly.order_due(now=FIRST) == 1
    assert monthly.order_due(now=FIRST + timedelta(days=3)) == 0
    report = MonthlyReport.objects.of(controller).get()
    assert (report.month, report.by_tick, report.delete_after) == (MARCH.replace(day=1), True, date(2029, 12, 31))
    assert waking.monthly_reports(datetime(2030, 1, 2, 6, tzinfo=UTC)) == 2  # December ordered, March deleted
    assert [row.month for row in MonthlyReport.objects.all()] == [date(2029, 12, 1)]


@pytest.mark.slow
def test_a_report_is_made_sealed_told_and_read_by_those_who_may():
    closed(MARCH, 10)
    closed(MARCH, 50, "refused")
    make_case(at=at(MARCH), name="Anna Secret")
    otto, dora = make_staff("otto", "lead"), make_staff("dora", "dpo")
    report = monthly.order(controller=otto.controller, month=MARCH, actor=actors.staff(otto), now=FIRST)

    assert making.make(report_id=report.pk, now=FIRST)
    assert not making.make(report_id=report.pk, now=FIRST)

    report.refresh_from_db()
    pdf = monthly.content(report)
    assert pdf.startswith(b"%PDF")
    assert pdf[:200] not in bytes(report.pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as meta:
        assert opened.Root.MarkInfo.Marked
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
        assert str(opened.docinfo.get("/Title", meta["dc:title"])) == "Requests of data subjects, March 2026"
    assert (report.figures["month"]["received"], report.figures["month"]["closed"]) == (3, 1)
    assert report.figures["month"]["open_at_end"] == 2
    assert {notice.user for notice in Notice.objects.all()} == {otto, dora}
    notice = Notice.objects.filter(user=otto).get().content()
    assert "/desk/reports/" in notice["body"]
    assert not any(character.isdigit() for character in notice["subject"].replace("2026", ""))

    got = as_role("adam").get(f"/desk/reports/{report.pk}/")
    assert (got.content, got.headers["Cache-Control"]) == (pdf, "private, no-store")
    assert as_role("mara").get(f"/desk/reports/{report.pk}/").status_code == 403
    assert list(SetupEvent.objects.values_list("kind", flat=True)) == ["report_ordered", "report_downloaded"]


@pytest.mark.slow
def test_only_lead_and_dpo_order_and_a_report_that_fails_is_tried_again():
    closed(MARCH, 10)
    mara, otto = make_staff("mara"), make_staff("otto", "lead")
    with pytest.raises(RefusedError):
        monthly.order(controller=mara.controller, month=MARCH, actor=actors.staff(mara), now=FIRST)
    with pytest.raises(ValueError, match="not begun"):
        monthly.order(controller=otto.controller, month=date(2026, 5, 1), actor=actors.staff(otto), now=FIRST)

    assert as_role("adam").post("/desk/reports/order/", {"month": "2026-03-01"}).status_code == 302
    assert not MonthlyReport.objects.exists()
    client = as_role("otto")
    month = timezone.now().date().replace(day=1).isoformat()
    assert client.post("/desk/reports/order/", {"month": "1999-01-01"}).status_code == 422
    assert client.post("/desk/reports/order/", {"month": month}).status_code == 302
    report = MonthlyReport.objects.get()
    assert "being made" in text(client.get("/desk/reports/"))
    now = timezone.now()
    for attempt in range(monthly.ATTEMPTS):
        assert monthly.waiting(now=now, limit=5) == [report.pk]
        taken = monthly.claim(report_id=report.pk, now=now)
        assert taken is not None
        assert monthly.claim(report_id=report.pk, now=now) is None
        monthly.failed(report=taken, code=f"timeout{attempt}")
        now += monthly.LEASE
    assert monthly.waiting(now=now, limit=5) == []
    page = text(client.get("/desk/reports/"))
    assert "It could not be made (timeout4)" in page
    assert client.get(f"/desk/reports/{report.pk}/").status_code == 404


def test_4_6_the_register_has_dates_decisions_proof_and_systems_of_each_case_and_no_name():
    mara, otto = make_staff("mara"), make_staff("otto", "lead")
    case = make_case(at=at(MARCH), name="Anna Secret", identified=False)
    identity.ask(
        case_id=case.pk, doubt="unknown", seen_version=None, actor=actors.staff(mara), now=at(date(2026, 3, 4))
    )
    Suspension.objects.update(ended_on=date(2026, 3, 9), ended_at=at(date(2026, 3, 9)))
    for store, status in (("billing", "done"), ("radius", "waived"), ("crm", "queued")):
        Task.objects.create(
            controller=case.controller,
            case=case,
            store=store,
            operation="collect",
            status=status,
            not_before=at(MARCH),
            created_at=at(MARCH),
        )
    late = closed(MARCH, 60, state="archived")
    extended = make_case(at=at(MARCH))
    endings.extend(
        case_id=extended.pk,
        reason="amount_of_data",
        text="Eleven systems hold something.",
        meanwhile="Nothing yet.",
        actor=actors.staff(otto),
        now=at(date(2026, 3, 20)),
    )
    Case.objects.filter(pk=case.pk).update(handler=mara, decider=otto)
    make_case(at=at(date(2026, 5, 4)))

    lines = list(register.lines(case.controller, MARCH, date(2026, 4, 30)))

    assert lines[0] == register.COLUMNS
    assert len(lines) == 4
    rows = {line[0]: dict(zip(register.COLUMNS, line, strict=True)) for line in lines[1:]}
    mine = rows[case.request.reference]
    assert (mine["identity_asked_on"], mine["identity_answered_on"]) == ("2026-03-04", "2026-03-09")
    assert (mine["systems_searched"], mine["systems_left_out"]) == ("billing", "radius")
    assert (mine["handler"], mine["decider"]) == (f"handler:{mara.pk}", f"lead:{otto.pk}")
    assert "L-01 2026-03-02" in mine["letters"]
    assert "sha256:" in mine["letters"]
    assert (mine["outcome"], mine["answered_on"], mine["late"]) == ("id_pending", "", "no")
    done = rows[late.request.reference]
    assert (done["outcome"], done["answered_on"], done["late"]) == ("completed", "2026-05-01", "yes")
    longer = rows[extended.request.reference]
    assert (longer["extended"], longer["extension_reason"], longer["extension_told_on"]) == (
        "yes",
        "amount_of_data",
        "2026-03-20",
    )
    assert not any("Secret" in cell or "@" in cell for line in lines for cell in line)


def test_the_register_is_streamed_to_those_who_may_and_each_download_is_an_event(settings: Any, monkeypatch: Any):
    monkeypatch.setattr(register, "CHUNK", 2)
    for number in range(5):
        make_case(at=at(MARCH + timedelta(days=number // 2)))
    controller: Controller = make_controller()
    period = {"first_on": "2026-03-01", "last_on": "2026-03-31"}

    for name, status in (("mara", 403), ("ines", 403), ("adam", 200), ("dora", 200)):
        assert as_role(name).post("/desk/reports/register.csv", period).status_code == status
    got: Any = as_role("otto").post("/desk/reports/register.csv", period)

    assert got.streaming
    rows = read_csv(b"".join(got.streaming_content))
    assert len({row["reference"] for row in rows}) == 5
    assert sorted(row["received_on"] for row in rows) == [row["received_on"] for row in rows]
    event = SetupEvent.objects.of(controller).order_by("-seq")[0]
    assert (event.kind, event.data["first_on"], event.data["cases"]) == ("register_downloaded", "2026-03-01", 5)
    wrong = as_role("otto").post("/desk/reports/register.csv", {"first_on": "2026-03-31", "last_on": "2026-03-01"})
    assert wrong.status_code == 422
    assert "not before the first" in text(wrong)
    assert SetupEvent.objects.count() == 3


@pytest.mark.parametrize("cell", ["=1+1", "+49", "@x", "\t=1"])
def test_a_cell_that_looks_like_a_formula_is_disarmed(cell: str):
    assert to_csv(cell).startswith("'")
