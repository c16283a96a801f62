"""SC-25, T-26: several rights of one person, in one message or on two days: the copy before the erasure, the stop at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, answer, corrections, identity, intake, linking, plans
from dsr.cases.intake import Told
from dsr.cases.perform import RefusedError
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Case, CorrectionSheet, Suppression
from dsr.work.tick import tick
from tests.correcting import NAME, a_case, mara, otto, searched
from tests.factories import ATTESTED, make_controller, make_request, make_staff
from tests.jobs import run_due

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PERSON, OTHER = by_position(3), by_position(5)


def asked(right: Right, *, number: str = PERSON.customer_no, days_ago: int = 2, **more: Any) -> Case:
    now = timezone.now()
    request = make_request(name=PERSON.name, rights=(right,), at=now - timedelta(days=days_ago), now=now, **more)
    identity.identify(
        request=request, level=3, method="link", known=(("billing", number),), actor=actors.SYSTEM, now=now
    )
    found: Case = request.cases.select_related("controller", "request").get()
    return found


def approved(case: Case) -> Case:
    """An erasure up to its approval, with nothing to cool."""
    answer.start_collection(case_id=case.pk, actor=mara(), now=timezone.now())
    run_due()
    plans.ask_for_plan(case_id=case.pk, actor=mara(), now=timezone.now())
    run_due()
    case.refresh_from_db()
    answer.submit(case_id=case.pk, actor=mara(), now=timezone.now())
    sha256 = Case.objects.get(pk=case.pk).manifest_sha256
    return plans.approve(case_id=case.pk, plan_sha256=sha256, actor=otto(), now=timezone.now(), attested=ATTESTED)


def state(case: Case) -> str:
    return str(Case.objects.values_list("state", flat=True).get(pk=case.pk))


@pytest.fixture(autouse=True)
def _no_cooling(db: None) -> None:
    make_controller(cooling_hours=0)


def test_SC_25_T_26_the_copy_of_another_day_is_made_before_the_erasure(demo_stores: Path, client: Any) -> None:
    """The erasure on Monday in the portal, the copy on Tuesday by phone; a stranger's copy holds up nothing."""
    erasure = approved(asked(Right.ERASURE))
    asked(Right.ACCESS, number=OTHER.customer_no)
    now = timezone.now()
    told = Told(name=PERSON.name, words="I want a copy.", identifiers=(("customer_number", PERSON.customer_no),))
    by_phone = intake.open_request(
        controller=erasure.controller,
        rights=[Right.ACCESS],
        channel="phone",
        told=told,
        language="en",
        received_at=now,
        actor=mara(),
        now=now,
    )
    copy = by_phone.cases.get()
    proven: dict[str, Any] = {"known": (("billing", PERSON.customer_no),), "actor": mara(), "now": now}
    identity.identify(request=by_phone, level=3, method="callback", **proven)

    tick(timezone.now())
    assert state(erasure) == "approved"
    with pytest.raises(RefusedError) as error:
        plans.start(case_id=erasure.pk, now=timezone.now())
    assert error.value.refusal.code == "copy_first"
    client.force_login(make_staff("otto", "lead"))
    page = client.get(reverse("desk:case", args=[erasure.pk])).content.decode()
    assert f"also waits for a copy, {by_phone.reference}" in page

    Case.objects.filter(pk=copy.pk).update(state="completed", closed_at=timezone.now())
    tick(timezone.now())
    assert state(erasure) == "executing"


def test_T_26_what_is_not_surely_hers_holds_up_nothing_and_a_colleague_may_decide(demo_stores: Path) -> None:
    erasure = approved(asked(Right.ERASURE))
    now = timezone.now()
    typed = Told(name=PERSON.name, words="A copy.", identifiers=(("customer_number", PERSON.customer_no),))
    stranger = make_request(rights=(Right.ACCESS,), told=typed, at=now, now=now)
    hers = asked(Right.PORTABILITY, days_ago=0)
    assert state(hers) == "assessing"
    unlink: dict[str, Any] = {"case_id": erasure.pk, "reference": hers.request.reference, "linked": False}
    linking.decide(**unlink, reason="Her brother's line.", actor=mara(), now=now)
    assert stranger.cases.get().is_open

    plans.start(case_id=erasure.pk, now=timezone.now())

    assert state(erasure) == "executing"


def test_T_26_an_objection_beside_an_erasure_works_at_once_and_the_erasure_goes_its_way(demo_stores: Path) -> None:
    now = timezone.now()
    told = Told(name=PERSON.name, words="No more letters, and erase me.", contact_email="anna@example.com")
    rights = (Right.ERASURE, Right.MARKETING_OBJECTION)
    request = make_request(rights=rights, told=told, at=now - timedelta(hours=1), now=now)
    assert Suppression.objects.exists(), "listed in the transaction that took the request in"
    erasure = request.cases.get(right=Right.ERASURE)
    assert (state(erasure), state(request.cases.get(right=Right.MARKETING_OBJECTION))) == ("received", "executing")
    known: dict[str, Any] = {"known": (("billing", PERSON.customer_no),), "actor": actors.SYSTEM, "now": now}
    identity.identify(request=request, level=3, method="link", **known)

    approved(Case.objects.select_related("controller", "request").get(pk=erasure.pk))
    tick(timezone.now())

    assert state(erasure) == "executing", "no copy is owed, and the stop does not hold it up"


def test_R_05_an_erasure_empties_the_sheet_of_a_correction_of_the_same_person(demo_stores: Path) -> None:
    """What the stores held was read for the correction; once they hold it no more, nobody does."""
    correction = searched(a_case(NAME, person=PERSON))
    sheet = CorrectionSheet.objects.select_related("case").get(case=correction)
    assert PERSON.email in str(sheet.content())
    stranger = searched(a_case(NAME, person=OTHER))
    erasure = approved(asked(Right.ERASURE))

    plans.start(case_id=erasure.pk, now=timezone.now())
    for _ in range(3):
        run_due()
        tick(timezone.now())

    sheet = CorrectionSheet.objects.select_related("case").get(case=correction)
    stores = {row["store"] for row in sheet.content()["values"]}
    assert stores
    assert [row for row in sheet.content()["values"] if row["value"] is not None] == []
    assert (sheet.read_at, sheet.decided_at) == (None, None)
    kept = corrections.values_of(CorrectionSheet.objects.select_related("case").get(case=stranger))
    assert any(one.keys for one in kept), "another person's correction goes on"
