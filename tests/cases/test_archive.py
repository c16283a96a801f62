"""Archived after 90 days and minimised, purged when the retention is over, and nothing of it comes back (4.0.8, 4.2 no. 24, 25, 4.5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.storage import default_storage

from dsr.audit import verify_case
from dsr.cases import actors, archive, corrections, endings, plans, purge, versions
from dsr.cases.perform import RefusedError
from dsr.fulfil import end_of_life
from dsr.fulfil.spool import read_artifact, store_artifact
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import AnswerVersion, Artifact, Case, Event, IndexToken, Message, OneTimeCode, Subject
from dsr.vault import MissingKeyError
from tests.factories import MONDAY, make_case, make_request, make_staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    settings.DSR_ANCHOR_DIR = str(tmp_path / "anchors")
    return tmp_path


def closed(**fields) -> Case:
    """A case that the person took back on the day it came."""
    case = make_case(**fields)
    now = fields.get("at", MONDAY)
    Message.objects.filter(request=case.request).update(status=Message.Status.SENT, sent_at=now)
    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=now)
    Message.objects.filter(request=case.request).update(status=Message.Status.SENT, sent_at=now)
    case.tasks.update(status="done")
    found: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    return found


def with_file(case: Case, kind: str = "collected", **fields) -> Artifact:
    artifact = store_artifact(
        case=case,
        kind=kind,
        file_name=f"{kind}.jsonl",
        media_type="application/json",
        write=lambda sink: {"bytes": sink.write(b"Zanzibar 7701 " * 10_000)},
        now=MONDAY,
    )
    for name, value in fields.items():
        setattr(artifact, name, value)
    artifact.save(force_insert=True)
    return artifact


def test_4_0_8_ninety_days_after_closing_and_not_before():
    case = closed()

    assert end_of_life.archive_due(now=MONDAY + 89 * DAY, limit=10) == 0
    with pytest.raises(RefusedError) as error:
        archive.archive(case_id=case.pk, now=MONDAY + 89 * DAY)
    assert error.value.refusal.code == "closed_too_recently"
    assert end_of_life.archive_due(now=MONDAY + 90 * DAY, limit=10) == 1

    case.refresh_from_db()
    assert case.state == State.ARCHIVED
    assert case.closed_at == MONDAY
    assert verify_case(case) == []
    assert end_of_life.archive_due(now=MONDAY + 91 * DAY, limit=10) == 0


def test_R_06_what_the_stores_held_goes_with_the_closing_of_a_correction_that_changed_nothing():
    """5(1)(e): the sheet of a request that was taken back keeps no value of hers until the archive."""
    case = make_case(rights=(Right.RECTIFICATION,))
    value = {"store": "billing", "dataset": "customers", "column": "street", "value": "1 Old Road", "how": "true"}
    read = [value | {"keys": [[7]], "recipients": []}]
    corrections.keep_values(case=case, values=read, unread={}, now=MONDAY)

    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=MONDAY)

    sheet = corrections.sheet_of(case)
    assert [(one.place, one.value, one.keys) for one in corrections.values_of(sheet)] == [
        ("billing.customers.street", None, ())
    ]


def test_24_the_report_says_what_went_and_the_chain_stays():
    case = closed()
    data, letter = with_file(case), with_file(case, "certificate")
    versions.keep(case=case, sha256="a" * 64, content={"letter": ["Dear Ms Example"]}, now=MONDAY)
    before = Event.objects.filter(case=case).count()

    end_of_life.archive_due(now=MONDAY + 90 * DAY, limit=10)

    event = Event.objects.filter(case=case).latest("seq")
    assert (event.action, Event.objects.filter(case=case).count()) == ("archive", before + 1)
    removed = event.data["removed"]
    assert (removed["files"], removed["bytes"]) == (1, data.size)
    assert len(removed["files_sha256"]) == 64
    assert removed["mails"] >= 1
    assert (removed["versions"], AnswerVersion.objects.filter(case=case).count()) == (1, 0)
    data.refresh_from_db()
    assert (data.wrapped_key, data.storage_name) == ("", "")
    assert data.sha256  # the proof of what was there
    assert b"".join(read_artifact(letter)).startswith(b"Zanzibar")


def test_24_copies_of_mails_codes_and_what_stores_taught_go_with_the_last_case():
    request = make_request(rights=(Right.ACCESS, Right.ERASURE))
    Message.objects.update(status=Message.Status.SENT, sent_at=MONDAY)
    first, second = request.cases.order_by("right")
    subject = Subject(controller=request.controller, request=request)
    proof = {"kind": "customer_number", "value": "10000001", "store": "billing", "link": "proof"}
    taught = {"kind": "username", "value": "zanzi", "store": "radius", "link": "billing:login"}
    subject.put({"identifiers": [proof, taught], "keys": {"billing": [["customer", [1]]]}})
    subject.save()
    for case in (first, second):
        endings.withdraw(case_id=case.pk, actor=actors.subject(), now=MONDAY)
        case.tasks.update(status="done")
    Message.objects.update(status=Message.Status.SENT)
    tokens = IndexToken.objects.filter(request=request).count()

    archive.archive(case_id=first.pk, now=MONDAY + 90 * DAY)
    subject.refresh_from_db()
    assert len(subject.content()["identifiers"]) == 2
    archive.archive(case_id=second.pk, now=MONDAY + 90 * DAY)

    fresh = Subject.objects.get(pk=subject.pk)
    assert fresh.content() == {"identifiers": [proof]}
    assert all(not m.content()["body"] for m in request.messages.filter(by_mail=True))
    assert 0 < IndexToken.objects.filter(request=request).count() < tokens
    assert not OneTimeCode.objects.filter(request=request).exists()


@pytest.mark.parametrize("standing", ["hold", "task", "package", "mail", "restriction"])
def test_24_what_is_still_under_way_keeps_a_case_out_of_the_archive(standing):
    right = Right.RESTRICTION if standing == "restriction" else Right.ACCESS
    case = closed(rights=(right,))
    now = MONDAY + 100 * DAY
    codes = {"hold": "legal_hold", "restriction": "restriction_runs"}
    if standing == "hold":
        mara = actors.staff(make_staff())
        plans.hold(case_id=case.pk, on=True, reason="a lawsuit", actor=mara, now=MONDAY)
    elif standing == "task":
        case.tasks.create(controller=case.controller, operation="verify", not_before=MONDAY, created_at=MONDAY)
    elif standing == "package":
        with_file(case, "package", released_at=MONDAY, expires_at=now + DAY)
    elif standing == "mail":
        case.request.messages.update(status=Message.Status.BOUNCED)
    else:
        Event.objects.filter(case=case, seq=1).update(action="restrict_now")

    assert archive.due(now=now, limit=10) == []
    with pytest.raises(RefusedError) as error:
        archive.archive(case_id=case.pk, now=now)
    assert error.value.refusal.code == codes.get(standing, "aftercare_open")
    assert case.request.messages.filter(by_mail=True)[0].content()["body"]  # nothing was removed


def test_a_file_whose_removal_was_interrupted_goes_with_the_next_pass():
    case = closed()
    artifact = with_file(case)
    name = artifact.storage_name
    archive.archive(case_id=case.pk, now=MONDAY + 90 * DAY)  # the process dies before the bytes go
    artifact.refresh_from_db()
    assert default_storage.exists(name)
    with pytest.raises(MissingKeyError):
        b"".join(read_artifact(artifact))

    assert end_of_life.leftovers(now=MONDAY + 90 * DAY, limit=10) == 1
    assert not default_storage.exists(name)


def test_a_case_that_is_archived_is_contested_by_a_lead_within_retention():
    case = closed()
    end_of_life.archive_due(now=MONDAY + 90 * DAY, limit=10)

    assert purge.due(now=datetime(2029, 12, 31, 22, 0, tzinfo=UTC), limit=5) == []
    assert purge.keep_until(Case.objects.get(pk=case.pk)) == date(2029, 12, 31)


def test_4_5_old_codes_and_sessions_go():
    request = make_request()
    for hours in (1, 30):
        code = OneTimeCode(
            controller=request.controller,
            request=request,
            purpose="follow",
            created_at=MONDAY,
            expires_at=MONDAY - timedelta(hours=hours),
            attempts_left=5,
        )
        code.put({"to": "anna@example.com"})
        code.save(force_insert=True)

    end_of_life.leftovers(now=MONDAY, limit=10)

    assert OneTimeCode.objects.count() == 1
