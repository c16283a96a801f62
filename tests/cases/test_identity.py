"""Identity: signed in is not identified; codes go to the contact on file; the clock stands still while we ask (I-01 … I-07)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dsr.cases import actors, codes, identity, identity_codes
from dsr.cases.perform import RefusedError
from dsr.models import AccountLink, Case, OneTimeCode, Subject
from tests.factories import MONDAY, make_case, make_request, make_staff, make_user

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(minutes=5)


def make_code(user, to="anna@isp.example.com", now=NOW) -> tuple[OneTimeCode, str]:
    content = {"store": "billing", "customer_number": "10000001", "to": to}
    code = codes.make(controller=user.controller, purpose="link", user=user, content=content, now=now)
    return code, codes.draw(code=code)


def test_I_02_a_right_code_links_the_account_and_identifies_her_open_requests():
    anna = make_user()
    request = make_request(account=anna)
    _, digits = make_code(anna)

    assert identity_codes.finish_link(user=anna, entered=f" {digits[:4]}-{digits[4:]} ", now=NOW).status == "ok"

    request.refresh_from_db()
    assert (request.identity_level, request.identity_method, request.cases.get().state) == (3, "link", "assessing")
    assert identity.links_of(anna) == (("billing", "10000001"),)
    assert identity.contact_on_file(anna) == "anna@isp.example.com"
    assert Subject.objects.get().content()["identifiers"] == [
        {"kind": "customer_number", "value": "10000001", "store": "billing", "link": "proof"}
    ]


def test_the_customer_number_is_nowhere_in_clear():
    anna = make_user()
    _, digits = make_code(anna)
    identity_codes.finish_link(user=anna, entered=digits, now=NOW)

    assert "10000001" not in str(list(AccountLink.objects.values_list("token", "method", "store")))
    assert b"10000001" not in bytes(AccountLink.objects.get().sealed)


def test_five_wrong_tries_lock_the_code_and_are_in_the_chain():
    anna = make_user()
    case = make_request(account=anna).cases.get()
    _, digits = make_code(anna)
    wrong = f"{(int(digits) + 1) % 10**8:08d}"

    results = [identity_codes.finish_link(user=anna, entered=wrong, now=NOW) for _ in range(codes.TRIES)]

    assert [(r.status, r.tries_left) for r in results] == [
        ("wrong", 4),
        ("wrong", 3),
        ("wrong", 2),
        ("wrong", 1),
        ("locked", 0),
    ]
    assert identity_codes.finish_link(user=anna, entered=digits, now=NOW).status == "locked"
    assert case.events.filter(action="identity_failed").count() == codes.TRIES + 1
    assert not AccountLink.objects.exists()


def test_an_expired_a_used_and_an_older_code_open_nothing():
    anna = make_user()
    _, old = make_code(anna)
    _, digits = make_code(anna)

    assert identity_codes.finish_link(user=anna, entered=old, now=NOW).status == "wrong"
    assert identity_codes.finish_link(user=anna, entered=digits, now=NOW + codes.LIFETIME).status == "expired"
    assert identity_codes.finish_link(user=anna, entered=digits, now=NOW).status == "ok"
    assert identity_codes.finish_link(user=anna, entered=digits, now=NOW).status == "expired"


def test_more_codes_than_anybody_needs_are_refused():
    anna = make_user()
    for _ in range(codes.MAX_PER_HOUR):
        make_code(anna)

    with pytest.raises(codes.TooManyCodesError):
        make_code(anna)


def test_a_code_of_one_person_opens_nothing_for_another():
    anna, berta = make_user(), make_user("berta")
    _, digits = make_code(anna)

    assert identity_codes.finish_link(user=berta, entered=digits, now=NOW).status == "expired"


def test_I_07_a_code_without_an_account_is_not_enough_for_a_copy_of_everything():
    request = make_request()
    code = codes.make(
        controller=request.controller,
        purpose="identity",
        request=request,
        content={"store": "billing", "customer_number": "1", "to": "x@example.com"},
        now=NOW,
    )
    digits = codes.draw(code=code)

    assert identity_codes.finish_identity(request=request, entered=digits, now=NOW).status == "ok"

    request.refresh_from_db()
    assert (request.identity_level, request.cases.get().state) == (2, "received")
    mara = actors.staff(make_staff())
    identity.confirm(request=request, method="callback", known=(("billing", "1"),), actor=mara, now=NOW)
    request.refresh_from_db()
    assert (request.identity_level, request.cases.get().state) == (3, "assessing")


def test_SC_02_T_10_T_11_the_clock_stands_still_from_the_question_to_the_answer():
    asked, answered = MONDAY + timedelta(days=3), MONDAY + timedelta(days=10)
    case = make_case(identified=False)
    mara = actors.staff(make_staff())

    case = identity.ask(
        case_id=case.pk, doubt="the address is not on file", seen_version=case.version, actor=mara, now=asked
    )
    assert (case.state, case.due_on) == ("id_pending", None)
    identity.confirm(request=case.request, method="callback", known=(), actor=mara, now=answered)

    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.due_on) == ("assessing", date(2026, 7, 22))
    assert case.suspensions.get().ended_on == date(2026, 6, 25)


def test_I_01_a_question_without_a_concrete_doubt_is_refused():
    case = make_case(identified=False)

    with pytest.raises(RefusedError) as error:
        identity.ask(case_id=case.pk, doubt=" ", seen_version=None, actor=actors.staff(make_staff()), now=NOW)
    assert error.value.refusal.code == "reason_missing"
    assert Case.objects.get(pk=case.pk).due_on is not None


@pytest.mark.parametrize(("address", "hint"), [("maria@example.org", "m•••@example.org"), ("+447700900112", "•••12")])
def test_masks_show_enough_to_recognise(address, hint):
    assert codes.masked(address) == hint
