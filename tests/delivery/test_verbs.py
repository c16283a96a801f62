"""What happens to a released answer, at the level of the verbs (rules 4.5, A-16)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.audit import verify_case
from dsr.cases import actors, codes, delivery
from dsr.cases.answer import record_download
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil.spool import drop_file
from dsr.models import Case, Message, OneTimeCode
from tests.delivery.handed import handed_over, package
from tests.factories import MONDAY, make_staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def case():
    return handed_over(MONDAY)


@pytest.fixture
def lead():
    return actors.staff(make_staff("otto", "lead"))


def refused(run) -> str:
    with pytest.raises(RefusedError) as error:
        run()
    return str(error.value.refusal.code)


def downloaded(case, at=MONDAY) -> None:
    record_download(artifact=package(case), proof="code", actor=actors.subject(""), now=at)


def mails(kind: str) -> int:
    return Message.objects.filter(kind=kind).count()


def test_rule_4_5_who_has_not_downloaded_is_reminded_once_a_week_before_the_end(case):
    assert delivery.remind_due(now=MONDAY + 22 * DAY, limit=10) == 0
    assert delivery.remind_due(now=MONDAY + 23 * DAY, limit=10) == 1
    assert delivery.remind_due(now=MONDAY + 24 * DAY, limit=10) == 0

    assert mails("package_expiring") == 1
    event = case.events.get(action="delivery_reminded")
    assert event.data == {"expires_on": (MONDAY + 30 * DAY).date().isoformat(), "by_mail": True}
    assert verify_case(Case.objects.get(pk=case.pk)) == []


def test_the_reminder_names_the_last_day_and_nothing_personal(case, drain):
    delivery.remind_due(now=MONDAY + 23 * DAY, limit=10)
    drain()

    sent = mail.outbox[-1]
    assert case.request.reference in sent.subject
    assert "more week" in sent.subject
    assert "You can download it until" in sent.body


@pytest.mark.parametrize("reason", ["downloaded", "confirmed", "revoked", "expired", "gone", "short"])
def test_nobody_is_reminded_who_needs_no_reminder(case, lead, reason):
    row = package(case)
    if reason in {"downloaded", "confirmed"}:
        downloaded(case)
    if reason == "confirmed":
        delivery.confirm(case_id=case.pk, actor=actors.subject(""), now=MONDAY)
    if reason == "revoked":
        delivery.revoke(case_id=case.pk, reason="wrong person", actor=lead, now=MONDAY)
    if reason == "gone":
        type(row).objects.filter(pk=row.pk).update(storage_name="")
    if reason == "short":
        type(row).objects.filter(pk=row.pk).update(released_at=MONDAY + 25 * DAY)

    now = MONDAY + (31 if reason == "expired" else 26) * DAY
    assert delivery.remind_due(now=now, limit=10) == 0


def test_the_reminder_reads_an_index_and_not_every_file_there_ever_was(case):
    with CaptureQueriesContext(connection) as asked:
        delivery.remind_due(now=MONDAY, limit=10)
    text = next(query["sql"] for query in asked if 'FROM "dsr_artifact"' in query["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + text)
        assert "artifact_unreminded" in str(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_two_reminders_at_once_send_one_mail(case):
    barrier = threading.Barrier(2)

    def run() -> None:
        barrier.wait()
        try:
            delivery.remind_due(now=MONDAY + 23 * DAY, limit=10)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert mails("package_expiring") == 1


def test_rule_4_5_the_file_goes_seven_days_after_she_said_that_she_has_it(case):
    downloaded(case)

    delivery.confirm(case_id=case.pk, actor=actors.subject(""), now=MONDAY + DAY)
    delivery.confirm(case_id=case.pk, actor=actors.subject(""), now=MONDAY + 3 * DAY)  # a second click changes nothing

    assert package(case).expires_at == MONDAY + 8 * DAY
    assert case.events.filter(action="delivery_confirmed").count() == 1


def test_confirming_late_does_not_lengthen_the_time(case):
    downloaded(case)

    delivery.confirm(case_id=case.pk, actor=actors.subject(""), now=MONDAY + 28 * DAY)

    assert package(case).expires_at == MONDAY + 30 * DAY


def test_what_was_not_downloaded_cannot_be_confirmed(case):
    assert refused(lambda: delivery.confirm(case_id=case.pk, actor=actors.subject(""), now=MONDAY)) == "not_downloaded"
    assert package(case).confirmed_at is None


def test_an_answer_taken_back_is_closed_and_the_person_is_told(case, lead):
    delivery.letter_code(case_id=case.pk, actor=lead, now=MONDAY)

    delivery.revoke(case_id=case.pk, reason="Another customer's letter is in it", actor=lead, now=MONDAY)

    row = package(case)
    assert not delivery.is_open(row, now=MONDAY)
    assert row.storage_name  # what was wrong may have to be shown
    assert mails("package_revoked") == 1
    assert not OneTimeCode.objects.filter(purpose="post", expires_at__gt=MONDAY).exists()
    event = case.events.get(action="delivery_revoked")
    assert "Another customer" not in str(event.data)
    assert verify_case(Case.objects.get(pk=case.pk)) == []


def test_taking_back_needs_a_role_a_reason_and_an_answer(case, lead):
    mara = actors.staff(make_staff())
    other = Case.objects.get(pk=handed_over(MONDAY, name="Zoe Example").pk)
    package(other).delete()

    assert refused(lambda: delivery.revoke(case_id=case.pk, reason="x", actor=mara, now=MONDAY)) == "role"
    assert refused(lambda: delivery.revoke(case_id=case.pk, reason=" ", actor=lead, now=MONDAY)) == "reason_missing"
    assert refused(lambda: delivery.revoke(case_id=other.pk, reason="x", actor=lead, now=MONDAY)) == "not_released"
    delivery.revoke(case_id=case.pk, reason="x", actor=lead, now=MONDAY)
    assert refused(lambda: delivery.revoke(case_id=case.pk, reason="x", actor=lead, now=MONDAY)) == "not_released"


def test_taking_back_on_an_old_page_is_a_conflict(case, lead):
    seen = Case.objects.get(pk=case.pk).version
    downloaded(case)

    with pytest.raises(ConflictError):
        delivery.revoke(case_id=case.pk, reason="x", actor=lead, now=MONDAY, seen_version=seen)

    assert package(case).revoked_at is None


def test_an_answer_whose_time_is_over_is_offered_again_as_the_same_bytes(case):
    mara = actors.staff(make_staff())
    before = package(case)
    late = MONDAY + 40 * DAY
    assert not delivery.is_open(before, now=late)

    delivery.offer_again(case_id=case.pk, actor=mara, now=late)

    after = package(case)
    assert delivery.is_open(after, now=late)
    assert (after.sha256, after.expires_at) == (before.sha256, late + 30 * DAY)
    assert mails("package_ready") == 1


def test_what_was_taken_back_opens_again_only_by_those_who_take_back(case, lead):
    mara = actors.staff(make_staff())
    delivery.revoke(case_id=case.pk, reason="x", actor=lead, now=MONDAY)

    assert refused(lambda: delivery.offer_again(case_id=case.pk, actor=mara, now=MONDAY)) == "role"
    delivery.offer_again(case_id=case.pk, actor=lead, now=MONDAY)

    assert delivery.is_open(package(case), now=MONDAY)


def test_what_is_deleted_cannot_be_offered_again(case):
    mara = actors.staff(make_staff())
    drop_file(package(case))

    assert refused(lambda: delivery.offer_again(case_id=case.pk, actor=mara, now=MONDAY)) == "file_removed"


def test_A_16_the_code_of_a_letter_opens_until_the_answer_ends(case):
    mara = actors.staff(make_staff())
    digits = delivery.letter_code(case_id=case.pk, actor=mara, now=MONDAY)
    request = case.request

    assert len(digits) == codes.LETTER_DIGITS
    assert digits not in str(list(OneTimeCode.objects.values())) + str(list(case.events.values()))
    for day in (1, 20, 29):
        entered = codes.grouped(digits)
        assert delivery.open_by_letter(request=request, entered=entered, now=MONDAY + day * DAY).status == "ok"
    assert delivery.open_by_letter(request=request, entered=digits, now=MONDAY + 30 * DAY).status == "expired"
    assert case.events.filter(action="opened_by_letter").count() == 3


def test_five_wrong_tries_in_a_row_lock_the_letter_and_a_new_letter_ends_the_old_one(case):
    mara = actors.staff(make_staff())
    first = delivery.letter_code(case_id=case.pk, actor=mara, now=MONDAY)
    wrong = f"{first[:4]}{(int(first[4:]) + 1) % 10**8:08d}"
    answers = [delivery.open_by_letter(request=case.request, entered=wrong, now=MONDAY).status for _ in range(5)]
    assert answers == ["wrong"] * 4 + ["locked"]
    assert delivery.open_by_letter(request=case.request, entered=first, now=MONDAY).status == "locked"

    second = delivery.letter_code(case_id=case.pk, actor=mara, now=MONDAY)

    assert delivery.open_by_letter(request=case.request, entered=second, now=MONDAY).status == "ok"
    assert delivery.open_by_letter(request=case.request, entered=first, now=MONDAY).status == "wrong"
    failed = case.events.filter(action="identity_failed", data__method="letter").count()
    assert failed == 6 + (first[:4] == second[:4])


def test_who_knows_a_reference_only_locks_no_letter_and_writes_no_history(case):
    """References are running numbers: a stranger would otherwise close every answer that waits for a letter."""
    digits = delivery.letter_code(case_id=case.pk, actor=actors.staff(make_staff()), now=MONDAY)
    case.refresh_from_db()
    before = case.version
    stranger = f"{(int(digits[:4]) + 1) % 10**4:04d}{digits[4:]}"
    for entered in (*[stranger] * 12, "", "1"):
        assert delivery.open_by_letter(request=case.request, entered=entered, now=MONDAY).status == "wrong"
    case.refresh_from_db()
    assert case.version == before
    assert delivery.open_by_letter(request=case.request, entered=digits, now=MONDAY).status == "ok"


def test_the_first_digits_of_a_letter_open_nothing_and_differ_by_letter(case):
    mara = actors.staff(make_staff())
    drawn = [delivery.letter_code(case_id=case.pk, actor=mara, now=MONDAY) for _ in range(5)]
    assert {len(digits) for digits in drawn} == {12}
    assert len({digits[:4] for digits in drawn}) > 1
    assert delivery.open_by_letter(request=case.request, entered=drawn[-1][:4], now=MONDAY).status == "wrong"


def test_a_right_code_gives_the_tries_back(case):
    digits = delivery.letter_code(case_id=case.pk, actor=actors.staff(make_staff()), now=MONDAY)
    for _ in range(3):
        for _ in range(4):
            delivery.open_by_letter(request=case.request, entered=f"{digits[:4]}1", now=MONDAY)
        assert delivery.open_by_letter(request=case.request, entered=digits, now=MONDAY).status == "ok"


def test_no_letter_for_an_answer_that_is_closed_and_not_too_many(case, lead):
    for _ in range(codes.MAX_PER_HOUR):
        delivery.letter_code(case_id=case.pk, actor=lead, now=MONDAY)
    with pytest.raises(codes.TooManyCodesError):
        delivery.letter_code(case_id=case.pk, actor=lead, now=MONDAY)

    late = MONDAY + 31 * DAY
    assert refused(lambda: delivery.letter_code(case_id=case.pk, actor=lead, now=late)) == "not_released"
