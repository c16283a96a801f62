"""How long a file stays (rules 4.5, I-04): proofs until they were seen, drafts a week, the rest with the case file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.cases import actors, identity, plans, purge, uploads
from dsr.cases.perform import RefusedError
from dsr.fulfil import end_of_life
from dsr.fulfil import uploads as ends
from dsr.fulfil.own_records import own_found
from dsr.models import Draft, Event, Tombstone, Upload
from dsr.work import tick
from tests.cases.test_archive import closed
from tests.factories import MONDAY, make_case, make_request, make_staff
from tests.uploads.conftest import files_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _ledger(settings, tmp_path):
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")


def told(kind: str) -> list[Any]:
    return list(Event.objects.filter(action=kind).order_by("seq").values_list("data", flat=True))


def test_4_5_proofs_go_fourteen_days_after_they_came_and_evidence_stays(receive, vault):
    case = make_case()
    proofs = [receive(purpose, request=case.request, purpose=purpose) for purpose in ("identity", "authority")]
    kept = receive(request=case.request, now=MONDAY + DAY)
    Upload.objects.filter(purpose="identity").update(created_at=MONDAY + DAY)  # confirmed before it came: not by it

    assert ends.remove_due(now=MONDAY + 14 * DAY - timedelta(seconds=1), limit=10) == 0
    assert ends.remove_due(now=MONDAY + 14 * DAY, limit=10) == 2

    assert [one.deleted_at for one in Upload.objects.filter(pk__in=[p.pk for p in proofs])] == [MONDAY + 14 * DAY] * 2
    assert len(files_in(vault)) == 1
    assert b"".join(uploads.read(Upload.objects.get(pk=kept.pk))) == b"Zanzibar"
    gone = told("upload_removed")
    assert {one["purpose"] for one in gone} == {"identity", "authority"}
    assert {one["reason"] for one in gone} == {"time_over"}


def test_i_04_a_proof_of_identity_goes_with_the_next_tick_once_the_identity_is_confirmed(receive, vault):
    asked = make_request()
    receive(request=asked, purpose="identity")
    receive("other", request=asked, purpose="authority")
    assert ends.remove_due(now=MONDAY + DAY, limit=10) == 0
    identity.identify(
        request=asked, level=3, method="copy", known=(("billing", "10000001"),), actor=actors.SYSTEM, now=MONDAY + DAY
    )

    assert tick.sent_files(MONDAY + DAY) == 1

    assert told("upload_removed") == [{"purpose": "identity", "reason": "verified"}]
    assert Upload.objects.filter(deleted_at=None).get().purpose == "authority"


def test_i_04_seen_by_staff_it_goes_at_once_and_who_saw_what_when_stays(receive, vault):
    case = make_case()
    proof, evidence = receive(request=case.request, purpose="authority"), receive("x", request=case.request)
    mara, ines = make_staff("mara"), make_staff("olga", "auditor")
    with pytest.raises(RefusedError):
        uploads.seen(upload=proof, actor=actors.staff(ines), now=MONDAY)
    with pytest.raises(ValueError, match="proof"):
        uploads.seen(upload=evidence, actor=actors.staff(mara), now=MONDAY)

    assert uploads.seen(upload=proof, actor=actors.staff(mara), now=MONDAY + DAY) is True
    assert uploads.seen(upload=proof, actor=actors.staff(mara), now=MONDAY + DAY) is False

    proof.refresh_from_db()
    assert (proof.seen_by, proof.seen_at, proof.storage_name) == (mara, MONDAY + DAY, "")
    assert uploads.shown([proof])[0].state == "Deleted after it was checked"
    event = Event.objects.get(action="upload_seen")
    assert (event.actor_id, event.data) == (str(mara.pk), {"purpose": "authority"})
    assert len(files_in(vault)) == 1


def test_a_draft_nobody_went_on_with_goes_with_its_files_and_one_that_goes_on_stays(draft, receive, vault):
    receive(draft=draft)
    assert ends.remove_due(now=MONDAY + 7 * DAY - timedelta(seconds=1), limit=10) == 0
    Draft.objects.update(expires_at=MONDAY + 8 * DAY)
    assert ends.remove_due(now=MONDAY + 7 * DAY, limit=10) == 0
    assert ends.remove_due(now=MONDAY + 8 * DAY, limit=10) == 1
    assert not Draft.objects.exists()
    assert not Upload.objects.exists()
    assert files_in(vault) == []


def test_a_file_for_a_message_that_was_never_sent_goes_after_a_week(receive, vault):
    receive(request=make_request(), purpose="message")
    assert ends.remove_due(now=MONDAY + 7 * DAY, limit=10) == 1
    assert files_in(vault) == []


def test_a_legal_hold_keeps_a_proof_until_it_is_lifted(receive, vault):
    case = make_case()
    proof = receive(request=case.request, purpose="authority")
    dora = actors.staff(make_staff("dora", "dpo"))
    plans.hold(case_id=case.pk, on=True, reason="court", actor=dora, now=MONDAY)
    assert ends.remove_due(now=MONDAY + 15 * DAY, limit=10) == 0
    with pytest.raises(RefusedError) as error:
        uploads.seen(upload=proof, actor=dora, now=MONDAY)
    assert error.value.refusal.code in {"legal_hold", "role"}
    plans.hold(case_id=case.pk, on=False, reason="over", actor=dora, now=MONDAY)
    assert ends.remove_due(now=MONDAY + 15 * DAY, limit=10) == 1


def test_evidence_stays_with_the_archived_file_and_goes_with_the_purge(receive, vault):
    case = closed()
    kept = receive(request=case.request)
    end_of_life.archive_due(now=MONDAY + 90 * DAY, limit=10)
    assert b"".join(uploads.read(kept)) == b"Zanzibar"

    purged = purge.purge(request_id=case.request_id, now=MONDAY + 2000 * DAY)

    assert not Upload.objects.exists()
    assert kept.storage_name in purged.files
    assert Tombstone.objects.get().files == list(purged.files)
    end_of_life.finish(purged)
    assert files_in(vault) == []


def test_a_05_her_own_answer_lists_what_she_sent_and_when_it_went(receive, vault):
    case = make_case()
    receive(request=case.request)
    proof = receive("May act", request=case.request, purpose="authority", name="authority.txt")
    uploads.seen(upload=proof, actor=actors.staff(make_staff("mara")), now=MONDAY + DAY)

    found = {one.info.name: one for one in own_found(case, until=MONDAY + 2 * DAY)}["sent_files"]
    rows = {row[2]: row[1:] for batch in found.read() for row in batch.rows}
    came, gone = "2026-06-15T10:00:00+02:00", "2026-06-16T10:00:00+02:00"
    assert rows == {
        "evidence": ("note of Quirina.txt", "evidence", came, 8, None, None),
        "authority": (None, "authority", came, 7, gone, gone),
    }


def test_a_tick_with_nothing_to_do_asks_little(receive, vault):
    receive(request=make_request())
    tick.sent_files(MONDAY + 3 * DAY)
    with CaptureQueriesContext(connection) as asked:
        assert tick.sent_files(MONDAY + 3 * DAY) == 0
    assert len(asked) <= 6
