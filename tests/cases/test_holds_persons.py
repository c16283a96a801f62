"""A hold on a person binds what is proved to be hers, however it is written and under whichever key of the ring; nobody else."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from dsr.cases import actors, contacts, deletion_runs, held_persons, holds, legal_holds, own_accounts, ring
from dsr.cases.intake import Told
from dsr.cases.perform import record
from dsr.law.rights import Right
from dsr.law.workflow import Action
from dsr.models import Case, Hold, IndexToken, Request, User
from tests.cases.test_holds import placed, proved
from tests.factories import MONDAY, make_case, make_controller, make_request, make_staff, make_user

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


def test_a_hold_binds_her_archived_request_also_after_her_account_here_is_gone():
    """4.4, 17(3)(e): her address was proved by the account alone; that it was outlives the account, and one typed by another does not."""
    anna, eve = make_user(), make_user("eve")
    told = Told(name="Anna", words="Mine.", contact_email="anna@example.com")
    hers = make_request(account=anna, rights=(Right.ERASURE,), told=told)
    typed = make_request(account=eve, rights=(Right.ERASURE,), told=told)
    Request.objects.update(identified_at=MONDAY, identity_level=2)
    later = timezone.now() + timedelta(days=200)
    for request in (hers, typed):
        request.refresh_from_db()
        case = request.cases.get()
        record(case_id=case.pk, kind=Action.COMPLETE.value, actor=actors.SYSTEM, now=MONDAY)
        assert own_accounts.forget(request=request, case=case, now=later) == 1
    assert not User.objects.filter(pk__in=[anna.pk, eve.pk]).exists()

    hold = placed(person=("email", "anna@example.com"))
    match = held_persons.matches([hold])[hold.pk]
    assert ([hers.pk], [typed.pk]) == ([one.pk for one in match.bound], [one.pk for one in match.possible])
