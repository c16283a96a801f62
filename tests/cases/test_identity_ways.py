"""What each way is enough for, and what a contact that changed lately is not enough for (I-01 … I-07, ux.md 1.6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dsr.cases import actors, codes, contacts_seen, identity, identity_codes
from dsr.law import identity as law
from dsr.law.identity import Way
from dsr.law.rights import IdentityLevel, Right
from dsr.models import ContactSeen, OneTimeCode
from tests.factories import MONDAY, make_controller, make_request, make_staff, make_user

NOW = MONDAY + timedelta(minutes=5)
EVERY = frozenset(Way)


@pytest.mark.parametrize("right", [Right.MARKETING_OBJECTION, Right.CONSENT_WITHDRAWAL])
def test_I_06_a_stop_of_marketing_asks_for_nothing(right):
    assert law.needed(right, contact_is_new=True) == IdentityLevel.NONE
    assert law.standing((right,), level=0, contact_is_new=False).waiting == ()
    assert law.choices((), level=0, contact_is_new=False, offered=EVERY) == ()


def test_I_07_a_code_is_enough_for_a_deletion_and_the_first_of_two_signs_for_a_copy():
    found = law.choices((Right.ACCESS, Right.ERASURE), level=0, contact_is_new=False, offered=EVERY)

    assert [one.way for one in found] == list(Way)
    by_way = {one.way: one for one in found}
    assert by_way[Way.CODE].enough_for == (Right.ERASURE,)
    assert by_way[Way.CODE].not_enough_for == (Right.ACCESS,)
    assert all(not one.not_enough_for for one in found if one.way is not Way.CODE)


def test_what_was_proved_is_not_asked_for_again():
    standing = law.standing((Right.ACCESS, Right.ERASURE), level=2, contact_is_new=False)
    found = law.choices(standing.waiting, level=2, contact_is_new=False, offered=EVERY)

    assert (standing.waiting, standing.going_on) == ((Right.ACCESS,), (Right.ERASURE,))
    assert Way.CODE not in {one.way for one in found}


def test_I_07_with_a_new_contact_only_ways_beside_it_help():
    rights = (Right.ERASURE, Right.RESTRICTION)
    standing = law.standing(rights, level=2, contact_is_new=True)
    found = law.choices(standing.waiting, level=2, contact_is_new=True, offered=EVERY)

    assert (standing.waiting, standing.going_on) == ((Right.ERASURE,), (Right.RESTRICTION,))
    assert {one.way for one in found} == {Way.EID, Way.LETTER, Way.CALLBACK, Way.SHOP}


def see(contact: str, at, number: str = "1"):
    return contacts_seen.note(
        controller=make_controller(), store="billing", customer_number=number, kind="email", contact=contact, now=at
    )


@pytest.mark.django_db
def test_I_07_a_contact_that_replaced_another_is_new_for_thirty_days():
    assert see("old@example.com", NOW) is None
    assert see("other@example.com", NOW, number="2") is None
    later = NOW + timedelta(days=200)

    assert see("thief@example.net", later) == later + law.NEW_FOR
    assert see("thief@example.net", later + timedelta(days=29)) == later + law.NEW_FOR
    assert see("old@example.com", later) is None
    assert see("thief@example.net", later + law.NEW_FOR) is None
    rows = str(list(ContactSeen.objects.values()))
    assert "example" not in rows
    assert contacts_seen.forget(now=later + timedelta(days=400)) == 3


def proved(request, *, until=None, number="10000001"):
    """Enter the right code of a request, as a worker sent it to a contact that is new until then."""
    content = {"store": "billing", "customer_number": number, "to": "x@example.com"}
    content |= {"new_until": until.isoformat()} if until else {}
    code = codes.make(
        controller=request.controller, purpose="identity", request=request, content=content, asker="me", now=NOW
    )
    entered = codes.draw(code=code)
    return identity_codes.finish_identity(request=request, entered=entered, asker="me", now=NOW)


@pytest.mark.django_db
def test_I_07_a_code_to_a_new_contact_moves_a_restriction_and_no_deletion_until_a_person_confirms():
    request = make_request(rights=(Right.ERASURE, Right.RESTRICTION))

    assert proved(request, until=NOW + timedelta(days=3)).status == "ok"

    request.refresh_from_db()
    states = {case.right: case.state for case in request.cases.all()}
    assert states == {"erasure": "received", "restriction": "assessing"}
    assert (request.identity_level, request.contact_is_new) == (2, True)
    mara, known = actors.staff(make_staff()), (("billing", "10000001"),)
    identity.confirm(request=request, method="callback", seen="number_and_pin", known=known, actor=mara, now=NOW)
    request.refresh_from_db()
    assert (request.identity_level, request.contact_is_new) == (3, False)
    assert request.cases.get(right="erasure").state == "assessing"
    done = request.cases.get(right="erasure").events.get(action="accept")
    assert (done.data["method"], done.data["seen"]) == ("callback", "number_and_pin")


@pytest.mark.django_db
def test_I_07_a_link_by_a_new_contact_is_one_sign_until_thirty_days_have_passed():
    anna = make_user()
    request = make_request(account=anna)
    until = NOW + timedelta(days=10)
    given: dict[str, Any] = {"store": "billing", "customer_number": "1", "contact": "x@example.com", "method": "code"}
    identity.link(user=anna, firm_from=until, now=NOW, **given)
    request.refresh_from_db()
    assert (request.identity_level, request.contact_is_new, request.cases.get().state) == (2, True, "received")

    assert identity.by_links(request=request, user=anna, now=until)

    request.refresh_from_db()
    assert (request.identity_level, request.contact_is_new, request.cases.get().state) == (3, False, "assessing")


@pytest.mark.django_db
def test_a_firm_link_stays_firm_when_the_contact_changes_later():
    anna = make_user()
    given: dict[str, Any] = {"store": "billing", "customer_number": "1", "contact": "x@example.com", "method": "code"}
    identity.link(user=anna, now=NOW, **given)
    again = identity.link(user=anna, firm_from=NOW + timedelta(days=10), now=NOW + timedelta(days=1), **given)

    assert again.firm_from is None


@pytest.mark.django_db
def test_the_true_contact_hears_of_a_proof_once_and_reads_the_reference_only():
    request = make_request(rights=(Right.ERASURE,))
    proved(request)
    identity_codes.start_identity(request=request, store="billing", customer_number="10000001", asker="me", now=NOW)

    told = request.messages.filter(kind="identity_used")
    assert told.count() == 1
    content = told.get().content()
    assert content["on_file"] == ["billing", "10000001"]
    assert request.reference in content["body"]
    assert "10000001" not in content["body"] + content["subject"]
    assert OneTimeCode.objects.filter(purpose="identity").count() == 2
    ways = request.cases.get().events.filter(action="identity_way")
    assert [event.data for event in ways] == [{"way": "code", "channel": "mail"}]
