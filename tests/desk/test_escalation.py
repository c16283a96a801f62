"""The alarms of a case at the desk: who was told by which mail, what is late, which question nobody answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import absences, actors, escalate, identity, notices, silence
from dsr.cases.clock import local_date
from dsr.cases.perform import assign
from dsr.desk.escalations import MAILS, escalations_of
from dsr.models import Case, Escalation, Event, Letter, Notice, Told
from tests.desk.conftest import text
from tests.factories import make_case, make_controller, make_staff

pytestmark = pytest.mark.django_db


def late_case(days: int = 45) -> Case:
    """A case received `days` days ago, given to Mara, with every rung since then climbed today."""
    now = timezone.now()
    for name, role in (("otto", "lead"), ("dora", "dpo")):
        make_staff(name, role)
    case = make_case(at=now - timedelta(days=days), now=now - timedelta(days=days))
    assign(case_id=case.pk, to=make_staff("mara"), actor=actors.staff(make_staff("otto", "lead")), now=now)
    climbed()
    return Case.objects.get(pk=case.pk)


def climbed() -> None:
    escalate.climb(controller=make_controller(), now=timezone.now())


def page_of(client, case: Case, name: str = "case") -> str:
    return text(client.get(reverse(f"desk:{name}", args=[case.pk])))


def test_rules_1_7_the_case_says_which_rung_was_reached_and_who_was_told(mara):
    case = late_case()

    page = page_of(mara, case)

    assert "Who was told" in page
    for words in ("Overdue", "Two days left: data protection officer", "Five days left: privacy lead"):
        assert words in page, words
    for name in ("Dora Example", "Otto Example"):
        assert name in page
    card = page.split("Who was told</h2>")[1]
    assert card.index("<strong>Overdue") < card.index("<strong>Last day") < card.index("<strong>Two days left")
    assert "waits for the next mail to this person" in page


def test_no_alarm_no_card(mara, received):
    assert "Who was told" not in page_of(mara, make_case(at=received))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "queued"}, "mail waits to be sent"),
        ({"status": "queued", "error_code": "refused"}, "mail could not be sent yet, tried again"),
        ({"status": "sending"}, "mail is on its way"),
        ({"status": "sent", "sent_at": timezone.now()}, "mail sent "),
        ({"status": "failed"}, "mail could not be sent"),
        ({"status": "bounced"}, "mail came back"),
        ({"status": "posted"}, "told by letter"),
    ],
)
def test_every_state_of_a_mail_to_staff_has_words(mara, fields, words):
    case = late_case()
    notices.digests(now=timezone.now())
    Notice.objects.update(**fields)

    page = page_of(mara, case)

    assert words in page
    assert "waits for the next mail" not in page
    assert set(MAILS) == set(Notice.Status)


def test_a_stand_in_is_named_with_whom_she_stands_in_for(mara):
    otto, tom, today = make_staff("otto", "lead"), make_staff("tom"), local_date(make_controller(), timezone.now())
    absences.enter(user=otto, first_on=today, last_on=today, stand_in=tom, actor=actors.staff(otto), now=timezone.now())
    case = late_case()

    page = page_of(mara, case)

    assert "Tom Example, standing in for Otto Example" in page
    assert "stand-in" in page_of(mara, case, "history")


def test_4_2_no_23_an_incident_is_on_the_case_with_the_letter_to_the_person(mara, signed_in):
    case = late_case()
    letter = Letter.objects.get(code="L-19")
    where = reverse("desk:letter", args=[case.pk, letter.pk])

    page = page_of(mara, case)

    assert "Not answered by" in page
    assert f'href="{where}"' in page
    assert f'href="{where}"' in page_of(mara, case, "messages")
    audited = page_of(signed_in("adam"), case)
    assert "Not answered by" in audited
    assert where not in audited


def test_T_15_a_question_nobody_answers_says_since_when(mara):
    asked = timezone.now() - timedelta(days=35)
    case = make_case(at=asked, now=asked, identified=False)
    by = actors.staff(make_staff("mara"))
    identity.ask(case_id=case.pk, doubt="two of this name", seen_version=None, actor=by, now=asked)
    assert "Not reminded yet." in page_of(mara, case)

    silence.remind(now=asked + timedelta(days=16), limit=10)
    silence.remind(now=timezone.now(), limit=10)

    page = page_of(mara, case)
    assert "Silent for 35 days." in page
    assert "Reminded on" in page
    assert "No answer to our question: decide how to go on" in page
    history = page_of(mara, case, "history")
    assert "about identity, asked" in history
    assert "by mail" in history


def test_the_history_says_which_rungs_and_who(mara):
    case = late_case()

    page = page_of(mara, case, "history")

    assert "People told that time is running out" in page or "Reported as overdue" in page
    assert "Two days left: data protection officer" in page
    assert "told: " in page
    assert "Otto Example" in page
    assert "was due " in page


def test_a_rung_of_a_later_release_and_a_role_nobody_holds_are_shown_too(mara):
    case = late_case()
    Told.objects.all().delete()
    Escalation.objects.filter(case=case, rung="dpo").update(rung="board")

    page = page_of(mara, case)

    assert "board" in page
    assert "Nobody holds the role this is for." in page


def test_the_number_of_queries_does_not_grow_with_the_alarms(mara, django_assert_max_num_queries):
    def count(case: Case) -> int:
        with CaptureQueriesContext(connection) as queries:
            page_of(mara, case)
        return len(queries)

    case = late_case()
    notices.digests(now=timezone.now())
    page_of(mara, case)
    Told.objects.filter(escalation__in=Escalation.objects.exclude(rung="overdue")).delete()
    Escalation.objects.exclude(rung="overdue").delete()
    few = count(case)
    before = Escalation.objects.count()
    row = Escalation.objects.get()
    for number in range(12):
        row.pk = None
        made = Escalation.objects.create(
            controller=row.controller,
            case=case,
            rung=f"rung{number}",
            counted_to=row.counted_to,
            fell_on=row.fell_on,
            at=row.at,
        )
        for user in (make_staff("mara"), make_staff("otto"), make_staff("dora")):
            Told.objects.create(escalation=made, user=user, notice=Notice.objects.first())

    assert Escalation.objects.count() == before + 12
    assert count(case) == few
    case = Case.objects.select_related("controller").get(pk=case.pk)
    with django_assert_max_num_queries(5):
        escalations_of(case, today=timezone.localdate())


def test_reads_change_nothing(mara, snapshot):
    case = late_case()
    before = snapshot(case)

    page_of(mara, case)

    assert snapshot(case) == before
    assert Event.objects.filter(case=case, action="report_overdue").count() == 1
