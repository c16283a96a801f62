"""4.3 at the desk: who is too close sees the metadata and reads why nothing else opens."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, closeness
from dsr.desk import guided
from dsr.law.closeness import Bond
from dsr.models import Closeness
from tests.factories import make_case, make_staff

pytestmark = pytest.mark.django_db


def test_4_3_a_colleague_says_it_on_the_page_and_the_data_are_closed_to_her(signed_in) -> None:
    now = timezone.now()
    case, mara = make_case(at=now), make_staff("mara")
    hers, lead = signed_in("mara"), signed_in("otto")
    page = reverse("desk:closeness", args=[case.pk])
    assert page in hers.get(reverse("desk:case", args=[case.pk])).text
    assert hers.post(page, {}).status_code == 200  # asks how close
    assert hers.post(page, {"bond": "relative"}).status_code == 302
    # She finds the case, and its pages with words or data say why they stay closed.
    assert hers.get(reverse("desk:case", args=[case.pk])).status_code == 200
    for name in ("messages", "notes", "redaction", "draft", "identity"):
        response = hers.get(reverse(f"desk:{name}", args=[case.pk]))
        assert response.status_code == 403, name
        assert "You are too close to this person to work on the case" in response.text
    pressed = hers.post(reverse("desk:step", args=[case.pk, "start_collection"]), {"version": case.version + 1})
    assert pressed.status_code == 409
    assert "too close to this person" in pressed.text
    assert guided.next_case(user=mara, actor=actors.staff(mara), now=now) is None
    # A lead sees it on the case and lifts it.
    assert "Too close to the person: Mara Example." in lead.get(reverse("desk:case", args=[case.pk])).text
    row = closeness.standing(case.request).get()
    lift = reverse("desk:closeness-lift", args=[case.pk, row.pk])
    assert hers.post(lift, {"reason": "It was a joke."}).status_code == 409
    assert lead.post(lift, {"reason": ""}).status_code == 200
    assert lead.post(lift, {"reason": "It was somebody else."}).status_code == 302
    assert hers.get(reverse("desk:messages", args=[case.pk])).status_code == 200


def test_4_3_a_lead_names_a_colleague_and_a_passed_over_case_leads_to_the_form(signed_in) -> None:
    case, mara = make_case(at=timezone.now()), make_staff("mara")
    lead, hers = signed_in("otto"), signed_in("mara")
    page = reverse("desk:closeness", args=[case.pk])
    skipped = hers.post(reverse("desk:skip", args=[case.pk]), {"reason": guided.TOO_CLOSE})
    assert skipped.url == page
    body = {"who": str(mara.pk), "bond": "colleague", "why": ""}
    assert lead.post(page, body).status_code == 409  # a reason
    assert lead.post(page, body | {"why": "They share an office."}).status_code == 302
    row = closeness.standing(case.request).get()
    assert (row.user_id, row.content()["bond"]) == (mara.pk, Bond.COLLEAGUE)
    assert "They share an office." in lead.get(page).text
    assert "They share an office." not in hers.get(page).text


def test_4_3_other_requests_of_the_same_person_are_offered_and_not_assumed(signed_in) -> None:
    """Proven by the same customer number: ticked ones are barred as well, a stranger's are not offered; said at intake, too."""
    now = timezone.now()
    case, other, third = (make_case(at=now, name=f"Anna {n}") for n in range(3))
    stranger = make_case(at=now, number="20000002")
    mara = make_staff("mara")
    hers = signed_in("mara")
    page = reverse("desk:closeness", args=[case.pk])
    shown = hers.get(page).text
    assert str(other.pk) in shown
    assert f'value="{stranger.pk}"' not in shown
    assert (
        hers.post(page, {"bond": "relative", "also": [str(stranger.pk)]}).status_code == 200
    )  # not one that is offered

    assert hers.post(page, {"bond": "relative", "also": [str(other.pk)]}).status_code == 302

    barred = set(closeness.barred_requests(mara).values_list("request", flat=True))
    assert barred == {case.request_id, other.request_id}
    assert [one.pk for one in closeness.others_of_person(case.request, mara)] == [third.pk]


def test_4_3_whoever_takes_a_request_in_says_at_once_that_she_is_too_close(signed_in) -> None:
    typed = {
        "submission_key": "a" * 32,
        "channel": "phone",
        "received_on": timezone.localdate().isoformat(),
        "rights": ["access"],
        "name": "Anna Example",
        "contact_email": "anna@example.com",
        "language": "en",
        "who": "me",
        "bond": "relative",
    }
    mara = make_staff("mara")
    done = signed_in("mara").post(reverse("desk:new"), typed)
    assert done.status_code == 302, done.text
    row = Closeness.objects.get()
    assert (row.user_id, row.content()["bond"]) == (mara.pk, "relative")
