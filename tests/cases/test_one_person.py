"""Which requests a verb takes for one person's: an account says who asks, not who is meant, and twenty are not all (T-25, H-04)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dsr.cases import copy_first, correction_erased, linking
from dsr.cases.intake import Told
from dsr.law.rights import Right
from dsr.models import Case, CorrectionSheet, Request
from tests.cases.test_holds import proved
from tests.factories import MONDAY, make_request, make_user

if TYPE_CHECKING:
    from dsr.models import User

pytestmark = pytest.mark.django_db


def for_client(lawyer: User, name: str, right: Right) -> Request:
    told = Told(
        name=name, contact_email="lawyer@example.com", scope={"for": {"who": "client", "name": name, "relation": ""}}
    )
    return make_request(account=lawyer, rights=(right,), told=told)


def case_of(request: Request) -> Case:
    found: Case = request.cases.select_related("request__controller", "controller").get()
    return found


def test_H_04_two_clients_of_one_lawyer_are_two_people():
    """Neither waits for the other's copy, nor loses what was read for a correction of the other."""
    lawyer = make_user("lawyer")
    erased = for_client(lawyer, "Client A", Right.ERASURE)
    for_client(lawyer, "Client B", Right.ACCESS)
    other = for_client(lawyer, "Client C", Right.RECTIFICATION)
    own = make_request(account=lawyer, rights=(Right.ACCESS,))
    sheet = CorrectionSheet(controller=other.controller, case=case_of(other), read_at=MONDAY)
    read = {"store": "billing", "dataset": "customers", "column": "email", "value": "c@example.com", "keys": [1]}
    sheet.put({"values": [read], "items": []})
    sheet.save()

    assert linking.requests_of_person(erased) == {erased.pk}
    assert linking.requests_of_person(own) == {own.pk}
    assert not copy_first.owed(case_of(erased)).exists()
    assert correction_erased.forget_store(case=case_of(erased), store="billing") == 0


def test_a_proven_number_joins_what_the_account_of_a_lawyer_does_not():
    lawyer = make_user("lawyer")
    erased, asked = for_client(lawyer, "Client A", Right.ERASURE), for_client(lawyer, "Client A", Right.ACCESS)
    for one in (erased, asked):
        proved(case_of(one), "customer_number", "10000007")
    Request.objects.filter(pk__in=[erased.pk, asked.pk]).update(identity_level=2, identified_at=MONDAY)
    case = case_of(Request.objects.get(pk=erased.pk))
    assert list(copy_first.owed(case)) == [case_of(asked)]


def test_T_25_the_copy_is_owed_however_many_requests_came_after_it():
    busy = make_user("busy")
    copy = make_request(account=busy, rights=(Right.ACCESS,), at=MONDAY - timedelta(days=5))
    erasure = make_request(account=busy, rights=(Right.ERASURE,), at=MONDAY)
    for minute in range(linking.MOST + 1):
        make_request(account=busy, rights=(Right.OBJECTION,), at=MONDAY + timedelta(minutes=minute))
    assert list(copy_first.owed(case_of(erasure))) == [case_of(copy)]
    assert len(linking.related(erasure)) == linking.MOST
