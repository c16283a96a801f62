"""A hold on a person binds what is proved to be hers, however it is written and under whichever key of the ring; nobody else."""

from __future__ import annotations

import base64

import pytest

from dsr.cases import actors, contacts, deletion_runs, held_persons, holds, legal_holds, ring
from dsr.cases.intake import Told
from dsr.models import Case, Hold, IndexToken
from tests.cases.test_holds import placed, proved
from tests.factories import MONDAY, make_case, make_controller, make_staff

pytestmark = pytest.mark.django_db
NUMBER_OF_ANNA = (("customer_number", "10000001"),)


def waits(kind: str, value: str, **more: str) -> bool:
    controller = make_controller()
    return deletion_runs.held(controller, [contacts.contact(controller, kind, value)], **more)[0]


@pytest.mark.parametrize("typed", ["0170 1234567", "+49 170 1234567", "0049 (170) 123-4567"])
def test_a_number_binds_however_it_is_written(typed):
    case = proved(make_case(), "phone", "+491701234567")
    hold = placed(person=("phone", typed))
    assert Case.objects.get(pk=case.pk).legal_hold
    assert [one.pk for one in held_persons.matches([hold])[hold.pk].bound] == [case.request_id]
    assert waits("phone", "+49 170 1234567")


def test_a_hold_binds_before_during_and_after_a_rotation_of_the_ring(settings):
    """The request is indexed under the new key, the hold still named under the old one, and the other way round."""
    hold = placed(person=("customer_number", "10000001"))
    before = make_case()
    settings.DSR_KEYS = f"fresh:{base64.b64encode(bytes(range(32))).decode()},{settings.DSR_KEYS}"
    after = make_case()
    assert IndexToken.objects.filter(request=after.request_id, token=hold.token).count() == 0
    assert holds.held(before, "billing")
    assert holds.held(after, "billing")
    assert waits("customer_number", "10000001")
    ring.rotate()
    assert holds.held(before, "billing")
    assert Hold.objects.get().token != hold.token


def test_a_stranger_s_number_typed_into_one_s_own_request_binds_nothing_and_is_shown_to_the_lead():
    """I-01: typed is not proved, also of somebody who has proved who she is."""
    eve = make_case(
        number="10000002",
        told=Told(name="Eve Example", words="Mine.", contact_email="eve@example.com", identifiers=NUMBER_OF_ANNA),
    )
    hold = placed(person=("customer_number", "10000001"))
    assert not Case.objects.get(pk=eve.pk).legal_hold
    assert not holds.held(eve, "billing")
    match = held_persons.matches([hold])[hold.pk]
    assert ([], [eve.request_id]) == (match.bound, [one.pk for one in match.possible])
    assert legal_holds.refresh(now=MONDAY, actor=actors.SYSTEM, limit=5) == 0


def test_T25_a_deletion_run_is_told_of_holds_on_persons_who_never_asked_and_on_stores(demo_stores):
    assert not waits("email", "anna@example.com")
    hold = placed(person=("email", "Anna@example.com"))
    assert waits("email", "anna@example.com")
    assert not waits("email", "ben@example.com")
    legal_holds.lift(hold_id=hold.pk, reason="over", actor=actors.staff(make_staff("otto", "lead")), now=MONDAY)
    assert not waits("email", "anna@example.com")
    placed(store="radius")
    assert waits("email", "ben@example.com")
    assert waits("email", "ben@example.com", store="radius")
    assert not waits("email", "ben@example.com", store="billing")
