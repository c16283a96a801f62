"""Wrong codes: counted one by one, locked for an hour, and never at the cost of somebody else (ux.md 1.6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsr.cases import codes, identity_codes, proofs
from dsr.law.rights import Right
from dsr.models import OneTimeCode
from tests.cases.test_perform import race
from tests.factories import MONDAY, make_controller, make_request

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(minutes=5)
WRONG = "99999999"


def follow(request, asker: str) -> str:
    """Ask to follow a request in the session `asker`; the digits, as its mail shows them."""
    proofs.start_follow(controller=make_controller(), reference=request.reference, asker=asker, now=NOW)
    code = codes.newest(controller=make_controller(), purpose="follow", request=request, asker=asker)
    assert code is not None
    return codes.draw(code=code)


def enter(request, asker: str, digits: str) -> str:
    found = proofs.finish_follow(
        controller=make_controller(), reference=request.reference, entered=digits, asker=asker, now=NOW
    )
    return found.checked.status


def test_a_stranger_who_knows_a_reference_uses_no_try_up_and_his_guesses_are_not_judged():
    request = make_request()
    hers = follow(request, "her")

    assert {enter(request, "stranger", hers) for _ in range(9)} == {"expired"}
    follow(request, "stranger")  # asking for a code of his own does not end hers
    assert enter(request, "stranger", hers) == "wrong"
    assert enter(request, "her", hers) == "ok"


def test_a_stranger_who_locks_his_own_code_locks_nobody_else_out():
    request = make_request()
    follow(request, "stranger")
    for _ in range(codes.TRIES):
        enter(request, "stranger", WRONG)

    assert enter(request, "her", follow(request, "her")) == "ok"


def start(request, now=NOW):
    return identity_codes.start_identity(
        request=request, store="billing", customer_number="10000001", asker="her", now=now
    )


def lock(request) -> None:
    code = start(request)
    code.put(code.content() | {"to": "x@example.com"})
    code.save()
    codes.draw(code=code)
    for _ in range(codes.TRIES):
        identity_codes.finish_identity(request=request, entered=WRONG, asker="her", now=NOW)


def test_five_wrong_tries_lock_codes_for_an_hour_and_the_true_person_hears_of_it_once():
    request = make_request(rights=(Right.ERASURE,))
    lock(request)

    assert codes.locked_until(request=request, now=NOW) == NOW + codes.LOCKED_FOR
    with pytest.raises(codes.LockedError) as refused:
        start(request, NOW + timedelta(minutes=59))
    assert refused.value.until == NOW + codes.LOCKED_FOR
    later = NOW + timedelta(minutes=61)
    code = start(request, later)
    code.put(code.content() | {"to": "x@example.com"})
    code.save()
    digits = codes.draw(code=code)
    right = identity_codes.finish_identity(request=request, entered=digits, asker="her", now=later)

    assert right.status == "ok"
    failed = request.cases.get().events.filter(action="identity_failed").order_by("seq")
    assert [event.data["result"] for event in failed] == ["wrong"] * 4 + ["locked"]
    assert sorted(request.messages.filter(kind__startswith="identity_").values_list("kind", flat=True)) == [
        "identity_locked",
        "identity_used",
    ]


@pytest.mark.parametrize("spelled", ["{} {}", "{}-{}", " {}\u00a0{}\n", "fullwidth"])
def test_a_code_may_be_pasted_in_any_spelling(spelled):
    request = make_request(rights=(Right.ERASURE,))
    code = start(request)
    code.put(code.content() | {"to": "x@example.com"})
    code.save()
    digits = codes.draw(code=code)
    wide = digits.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    typed = wide if spelled == "fullwidth" else spelled.format(digits[:4], digits[4:])

    assert identity_codes.finish_identity(request=request, entered=typed, asker="her", now=NOW).status == "ok"


@pytest.mark.django_db(transaction=True)
def test_guesses_in_the_same_instant_are_counted_one_by_one():
    request = make_request(rights=(Right.ERASURE,))
    code = start(request)
    digits = codes.draw(code=code)

    def guess(entered: str = WRONG) -> str:
        return codes.check(code=OneTimeCode.objects.get(pk=code.pk), entered=entered, now=NOW).status

    results = race(guess, 12)

    assert set(results) <= {"wrong", "locked"}
    assert results.count("wrong") < codes.TRIES
    code.refresh_from_db()
    assert (code.attempts_left, code.locked_at) == (0, NOW)
    assert guess(digits) == "locked"


def test_a_letter_is_asked_for_three_times_and_not_a_fourth_over_all_requests():
    for _ in range(identity_codes.MAX_LETTERS):
        identity_codes.start_letter(request=make_request(), store="billing", customer_number="1", now=NOW)

    with pytest.raises(codes.TooManyCodesError):
        identity_codes.start_letter(request=make_request(), store="billing", customer_number=" 1", now=NOW)
    identity_codes.start_letter(request=make_request(), store="billing", customer_number="2", now=NOW)
