"""4.3: nobody works on a request of her own, of a relative or of a colleague beside her; said, seen, and lifted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from allauth.account.models import EmailAddress

from dsr.cases import actors, answer, assigning, closeness, messages, notes
from dsr.cases.intake import Told
from dsr.cases.perform import RefusedError, assign
from dsr.law.closeness import Bond
from dsr.models import Case, Closeness, Event, EventNote, Notice, SharingRule, User
from dsr.work.tick import close_colleagues
from tests.factories import MONDAY, make_case, make_controller, make_request, make_staff, make_user

pytestmark = pytest.mark.django_db


def declare(case: Case, user: User, *, by: User | None = None, why: str = "") -> Closeness:
    actor = actors.staff(by or user)
    return closeness.declare(case_id=case.pk, user=user, bond=Bond.RELATIVE, why=why, actor=actor, now=MONDAY)


def refused(verb: object, **said: object) -> str:
    with pytest.raises(RefusedError) as caught:
        verb(now=MONDAY, **said)  # type: ignore[operator]
    return str(caught.value.refusal.code)


def test_4_3_whoever_says_it_does_nothing_more_and_her_case_goes_back_with_a_notice_to_the_lead() -> None:
    mara, otto = make_staff("mara"), make_staff("otto", "lead")
    case = make_case()
    assign(case_id=case.pk, to=mara, actor=actors.staff(otto), now=MONDAY)
    row = declare(case, mara, why="She is my sister Berta.")
    case.refresh_from_db()
    assert case.assignee_id is None
    assert Notice.objects.get(kind="closeness").user_id == otto.pk
    assert Event.objects.filter(case=case, action="assigned").order_by("seq").last().data == {"assignee": ""}  # type: ignore[union-attr]
    # Sealed with the request; the chain says who, never what was said.
    event = Event.objects.get(case=case, action="closeness_declared")
    assert event.data.keys() == {"colleague", "note"}
    assert event.data["colleague"] == str(mara.pk)
    assert "Berta" not in str(Event.objects.values_list("data", flat=True))
    assert EventNote.objects.get(event=event).content()["text"] == "She is my sister Berta."
    assert row.content()["bond"] == "relative"
    # The table, the verbs beside it, and those that take no case: all refuse her.
    me = actors.staff(mara)
    assert refused(answer.start_collection, case_id=case.pk, actor=me) == "barred"
    assert refused(notes.add, case_id=case.pk, text="Hello", actor=me) == "barred"
    assert refused(messages.from_office, request=case.request, text="Hello", author=mara) == "barred"
    assert refused(assign, case_id=case.pk, to=otto, actor=me) == "barred"
    assert refused(assign, case_id=case.pk, to=mara, actor=actors.staff(otto)) == "assignee_barred"
    assert refused(answer.start_collection, case_id=case.pk, actor=replace(me, glass="a-glass")) == "barred"
    # Said twice it is one row.
    same = {"case_id": case.pk, "user": mara, "bond": Bond.RELATIVE, "why": ""}
    assert refused(closeness.declare, actor=me, **same) == "closeness_known"


def test_4_3_of_somebody_else_only_a_lead_says_it_with_a_reason_and_only_another_lead_lifts_it() -> None:
    mara, otto, lena = make_staff("mara"), make_staff("otto", "lead"), make_staff("lena", "lead")
    case = make_case()
    said = {"case_id": case.pk, "user": lena, "bond": Bond.COLLEAGUE}
    assert refused(closeness.declare, actor=actors.staff(mara), why="I saw them.", **said) == "role"
    assert refused(closeness.declare, actor=actors.staff(otto), why=" ", **said) == "reason_missing"
    stranger = make_staff("sara", controller=make_controller("southwave"))
    assert refused(closeness.declare, actor=actors.staff(otto), why="x", **(said | {"user": stranger})) == (
        "assignee_unknown"
    )
    row = declare(case, lena, by=otto, why="They share an office.")
    lift = {"case_id": case.pk, "closeness_id": row.pk}
    assert refused(closeness.withdraw, actor=actors.staff(lena), reason="No.", **lift) == "own_closeness"
    assert refused(closeness.withdraw, actor=actors.staff(mara), reason="No.", **lift) == "role"
    assert refused(closeness.withdraw, actor=actors.staff(otto), reason="", **lift) == "reason_missing"
    closeness.withdraw(actor=actors.staff(otto), reason="They moved apart.", now=MONDAY, **lift)
    assert not closeness.standing(case.request).exists()
    notes.add(case_id=case.pk, text="Here I am.", actor=actors.staff(lena), now=MONDAY)


def test_4_3_sharing_out_passes_by_whoever_is_too_close() -> None:
    controller = make_controller()
    SharingRule.objects.create(controller=controller, by_itself=True)
    first, second = sorted([make_staff("mara"), make_staff("nora")], key=lambda user: user.pk)
    case = make_case()
    declare(case, first)
    assigning.share_out(controller=controller, actor=actors.SYSTEM, now=MONDAY)
    assert Case.objects.get(pk=case.pk).assignee_id == second.pk


def test_4_3_a_proven_address_of_a_colleague_bars_her_and_a_typed_one_does_not() -> None:
    mara, otto = make_staff("mara"), make_staff("otto", "lead")
    # Somebody typed her address: nothing is proved, and nobody is kept from work.
    typed = make_request(name="Anybody", told=_told(mara.email))
    assert not closeness.standing(typed).exists()
    assert close_colleagues(MONDAY) == 0
    # Her own account, with a confirmed address.
    account = make_user("private")
    User.objects.filter(pk=account.pk).update(
        email=mara.email, handle=f"{account.controller_id}:subscriber:{mara.email}"
    )
    EmailAddress.objects.filter(user=account).update(email=mara.email)
    account.refresh_from_db()
    own = make_request(account=account)
    (row,) = closeness.standing(own)
    assert (row.user_id, row.source, row.content()["bond"]) == (mara.pk, "system", "oneself")
    assert Notice.objects.filter(kind="closeness", user=otto).exists()
    # What a lead lifted stays lifted.
    case = own.cases.get()
    closeness.withdraw(
        case_id=case.pk, closeness_id=row.pk, reason="Another person.", actor=actors.staff(otto), now=MONDAY
    )
    assert close_colleagues(MONDAY) == 0
    # A colleague who comes later is found by the pass of the tick.
    late = make_case(told=_told("nora@northwave.example.com"))
    nora = make_staff("nora")
    assert close_colleagues(MONDAY) == 1
    assert [row.user_id for row in closeness.standing(late.request)] == [nora.pk]
    assert close_colleagues(MONDAY) == 0
    assert refused(answer.start_collection, case_id=late.pk, actor=actors.staff(nora)) == "barred"
    notes.add(case_id=late.pk, text="The case itself goes on.", actor=actors.staff(mara), now=MONDAY)


def _told(email: str) -> Told:
    return Told(name="Nobody Special", words="Everything please.", contact_email=email)
