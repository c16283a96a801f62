"""The desk's list of what has to be done so that it is known who asks, and what is noted of a check (I-01, I-03, I-04)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, codes, endings, identity, identity_checks
from dsr.models import IdentityCheck, Message, OneTimeCode
from tests.factories import make_case, make_controller
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(demo_stores):
    return make_case(at=timezone.now(), identified=False)


def test_a_call_is_tried_three_times_and_then_the_person_chooses_anew(mara, signed_in, case):
    check = identity_checks.ask_callback(request=case.request, time="morning", now=timezone.now())
    page = reverse("desk:identity-checks")
    listed = text_of(mara.get(page))
    assert case.request.reference in listed
    assert "Between 9 and 12" in listed
    assert "never one that the person gave" in listed
    assert signed_in("adam").get(page).status_code in {403, 404}

    nobody = reverse("desk:identity-not-reached", args=[check.pk])
    for _ in range(identity_checks.MOST_CALLS):
        mara.post(nobody)
    check.refresh_from_db()

    assert (check.tries, check.outcome, check.closed_by is not None) == (3, "not_reached", True)
    assert Message.objects.filter(kind="callback_missed").count() == 1
    assert case.events.filter(action="identity_failed").count() == 3
    assert "Somebody else was quicker" in text_of(mara.post(nobody, follow=True))
    assert identity_checks.ask_callback(request=case.request, time="evening", now=timezone.now()).pk != check.pk


def test_I_04_what_was_seen_when_and_by_whom_is_noted_and_closes_the_call(mara, case):
    check = identity_checks.ask_callback(request=case.request, time="evening", now=timezone.now())
    page = reverse("desk:identity", args=[case.pk])
    case.refresh_from_db()
    sent = {"version": case.version, "method": "callback", "store": "billing", "customer_number": "NW-1"}
    tomorrow = timezone.now() + timedelta(days=2)
    day = {f"checked_on_{part}": getattr(tomorrow, part) for part in ("day", "month", "year")}

    assert "Choose something that fits" in text_of(mara.post(page, {**sent, "seen": "passport"}))
    assert "today or earlier" in text_of(mara.post(page, {**sent, **day, "seen": "number_and_pin"}))
    mara.post(page, {**sent, "seen": "number_and_pin"})

    case.refresh_from_db()
    check.refresh_from_db()
    noted = case.events.get(action="accept")
    assert (noted.data["method"], noted.data["seen"], noted.actor_kind) == ("callback", "number_and_pin", "staff")
    assert (case.state, check.outcome) == ("assessing", "confirmed")
    assert 'type="file"' not in mara.get(page).content.decode()


def test_I_04_claims_are_shown_to_whoever_compares_and_gone_with_the_decision(mara, case):
    told = {"name": "Anna Example", "birth_date": "1980-01-02"}
    check = identity_checks.ask_comparison(request=case.request, service="eid", claims=told, now=timezone.now())
    assert "1980-01-02" in text_of(mara.get(reverse("desk:identity", args=[case.pk])))

    mara.post(reverse("desk:identity-differs", args=[check.pk]))

    check.refresh_from_db()
    assert (check.outcome, bytes(check.sealed), check.wrapped_key) == ("different", b"", "")
    case.refresh_from_db()
    assert case.state == "received"
    assert "1980-01-02" not in text_of(mara.get(reverse("desk:identity", args=[case.pk])))


def test_a_check_of_another_brand_is_not_there(mara, case, settings):
    settings.DSR_HOSTS = {"testserver": case.controller.slug}
    other = make_case(controller=make_controller("other"), identified=False)
    check = identity_checks.ask_callback(request=other.request, time="midday", now=timezone.now())

    assert other.request.reference not in text_of(mara.get(reverse("desk:identity-checks")))
    assert mara.post(reverse("desk:identity-not-reached", args=[check.pk])).status_code == 404
    assert IdentityCheck.objects.get().tries == 0


def test_letters_for_the_post_room_are_listed_until_they_are_taken(mara, case, settings, tmp_path):
    page = reverse("desk:identity-checks")
    assert "No folder of a post room" in text_of(mara.get(page))
    settings.DSR_PRINT_DIR = str(tmp_path)
    now = timezone.now()
    code = codes.make(
        controller=case.controller, purpose="prove", request=case.request, content={}, way="post", now=now
    )
    OneTimeCode.objects.filter(pk=code.pk).update(printed_at=now)
    assert "to be posted" in text_of(mara.get(page))

    OneTimeCode.objects.filter(pk=code.pk).update(posted_at=now)
    assert "Taken from the folder lately" in text_of(mara.get(page))


def test_I_04_claims_do_not_outlive_another_proof_or_the_end_of_the_case(mara, case):
    told, now = {"name": "Anna Example"}, timezone.now()
    first = identity_checks.ask_comparison(request=case.request, service="eid", claims=told, now=now)
    identity.identify(request=case.request, level=3, method="letter", known=(), actor=actors.SYSTEM, now=now)
    first.refresh_from_db()
    assert (first.outcome, first.wrapped_key) == ("not_needed", "")

    other = make_case(at=now, identified=False)
    second = identity_checks.ask_comparison(request=other.request, service="eid", claims=told, now=now)
    endings.withdraw(case_id=other.pk, actor=actors.subject(), now=now)
    assert other.request.reference not in text_of(mara.get(reverse("desk:identity-checks")))
    assert identity_checks.drop_over(now=now, limit=9) == 1
    second.refresh_from_db()
    assert (second.outcome, second.wrapped_key) == ("not_needed", "")
