"""A contested outcome on the desk: what comes next, who may not, the forms, the letter looked at before it leaves (4.2 no. 21)."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, contests, endings
from dsr.desk.guidance import may_look_again
from dsr.models import Case, Closeness, Letter
from tests.desk.conftest import text
from tests.factories import make_case, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def contested() -> Case:
    """Otto refused it, the person does not agree."""
    case = make_case(at=timezone.now())
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    endings.refuse(
        case_id=case.pk,
        ground="not_controller",
        reason="Not our line.",
        advice="Ask Southwave.",
        actor=actors.staff(make_staff("otto", "lead")),
        now=timezone.now(),
    )
    contests.contest(case_id=case.pk, reason="It is mine.", actor=actors.subject(), now=timezone.now())
    found: Case = Case.objects.select_related("request").get(pk=case.pk)
    return found


def url(case: Case, action: str) -> str:
    return reverse("desk:step", args=[case.pk, action])


def test_4_3_whoever_decided_the_first_time_is_told_that_somebody_else_has_to_look(client, contested):
    client.force_login(make_staff("otto"))

    assert "Assess again" in text(client.get(reverse("desk:case", args=[contested.pk])))
    for action in ("reassess", "uphold"):
        assert "You decided this case the first time" in text(client.get(url(contested, action)))


def test_4_3_a_contested_case_names_who_may_look_again(client, contested):
    """Not who decided the first time, not who is too close to the person, not who has no role for it, not who has left."""
    client.force_login(make_staff("otto"))
    at = reverse("desk:case", args=[contested.pk])
    assert "and nobody here can. Another lead is needed" in text(client.get(at))

    lena, lara = make_staff("lena", "lead"), make_staff("lara", "lead")
    make_staff("rita", "reviewer")
    gone = make_staff("gwen", "lead")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    page = text(client.get(at))
    assert "Who can do it: Lara Example, Lena Example." in page

    Closeness.objects.create(
        controller=contested.controller,
        request=contested.request,
        user=lara,
        source="herself",
        declared_at=timezone.now(),
    )
    assert may_look_again(Case.objects.get(), now=timezone.now()) == ["Lena Example"]
    client.force_login(lena)
    assert client.get(url(contested, "reassess")).status_code == 200

    for name in ("lea", "lia", "liv"):
        make_staff(name, "lead")
    assert "Lea Example, Lena Example, Lia Example and 1 more colleague can do it" in text(client.get(at))


def test_another_lead_assesses_it_again_and_reads_her_words(client, contested):
    client.force_login(make_staff("lena", "lead"))
    assert "It is mine." in text(client.get(reverse("desk:messages", args=[contested.pk])))

    empty = client.post(url(contested, "reassess"), {"version": contested.version, "note": " "})
    assert "Enter what has to be looked at again" in text(empty)
    done = client.post(
        url(contested, "reassess"), {"version": contested.version, "note": "Ask Southwave."}, follow=True
    )

    assert "Nothing of the first approval counts any more" in text(done)
    assert Case.objects.get().state == "assessing"


def test_upholding_starts_from_the_ground_and_two_browsers_uphold_once(client, contested):
    client.force_login(make_staff("lena", "lead"))
    form = client.get(url(contested, "uphold")).content.decode()
    assert "Article 4(7) GDPR" in form
    words = {"version": contested.version, "reason": "We asked again.", "law": "Article 4(7).", "advice": "Ask them."}

    client.post(url(contested, "uphold"), words)
    again = client.post(url(contested, "uphold"), words)

    assert again.status_code == 409
    assert Case.objects.get().state == "refused"
    assert Letter.objects.filter(code="L-07", status="sent").count() == 2
    overview = text(client.get(reverse("desk:case", args=[contested.pk])))
    assert "Refused" in overview


def test_an_objection_by_phone_is_taken_down_by_a_lead(client, contested):
    Case.objects.update(state="refused", closed_at=timezone.now())
    client.force_login(make_staff("lena", "lead"))

    client.post(url(contested, "contest"), {"version": contested.version, "reason": "She rang: the line is hers."})

    assert Case.objects.get().state == "contested"
    assert Letter.objects.filter(code="L-20").count() == 2
    for action in ("reassess", "uphold"):  # what she said on the telephone stands in no message: the form shows it
        page = text(client.get(url(contested, action)))
        assert "She rang: the line is hers." in page
        assert "It is mine." not in page


def test_4_2_5_the_question_that_stops_the_clock_and_its_answer_by_phone(client):
    case = make_case(at=timezone.now())
    client.force_login(make_staff())
    asked = {"version": case.version, "why": "40,000 records.", "options": "Bills\nCalls", "meanwhile": "Nothing yet."}

    refused = client.post(url(case, "ask_clarification"), asked)
    assert "Confirm that it is a large quantity" in text(refused)
    client.post(url(case, "ask_clarification"), asked | {"large": "on"})
    waiting = Case.objects.get()
    assert (waiting.state, waiting.due_on) == ("clarify_pending", None)
    client.post(url(case, "answer_clarification"), {"version": waiting.version, "text": "She rang: only bills."})

    assert Case.objects.get().state == "assessing"
