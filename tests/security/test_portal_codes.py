"""Hostile tries at codes that prove who somebody is: other people's mailboxes and telephones (I-01, ux.md 1.6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsr.cases import codes, identity_codes, proofs
from dsr.models import OneTimeCode
from tests.factories import MONDAY, make_request

pytestmark = pytest.mark.django_db


def _ask(request, number: str, now=MONDAY) -> bool:
    try:
        identity_codes.start_identity(request=request, store="billing", customer_number=number, asker="x", now=now)
    except codes.TooManyCodesError:
        return False
    return True


def test_many_requests_do_not_send_many_codes_to_one_customer_number():
    """Each request has its own limit; the number that is written to has one as well, however it is spelled."""
    spelled = ["10000001", "1000 0001", "010000001", "1000-0001"]
    taken = [_ask(make_request(), spelled[number % 4]) for number in range(14)]

    assert taken.count(True) == 10
    assert OneTimeCode.objects.count() == 10
    assert _ask(make_request(), "10000002")
    assert _ask(make_request(), "10000001", now=MONDAY + timedelta(minutes=61))


def test_many_requests_that_name_one_address_do_not_fill_its_mailbox_with_codes_to_follow_them():
    """A held request sends no receipt, but its reference still asks for codes: the address has a limit of its own."""
    for number in range(14):
        request = make_request()
        proofs.start_follow(
            controller=request.controller, reference=request.reference, asker=f"session {number}", now=MONDAY
        )

    assert OneTimeCode.objects.filter(purpose="follow", request__isnull=False).count() == 10
