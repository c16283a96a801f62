"""The pages of legal holds and of what comes after an erasure, as each role sees them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, closeness, kept, later_plans, legal_holds, rescans
from dsr.cases.intake import Told
from dsr.law.closeness import Bond
from dsr.law.rights import Right
from dsr.models import Case, Hold, KeptLine, Plan
from exporters.contract import PlanLine, Reason, RowKey, Treatment
from tests.factories import MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db
PLACED = {"matter": "4 O 17/26", "authority": "District court", "reason": "Evidence."}


def erased() -> Case:
    """A case that was carried out, with a line kept by law and one that a contract keeps."""
    case = make_case(rights=(Right.ERASURE,))
    Case.objects.filter(pk=case.pk).update(
        state="partly_completed", first_applied_at=MONDAY, closed_at=MONDAY, handler=make_staff("mara")
    )
    case.refresh_from_db()
    keep: dict[str, Any] = {
        "store": "billing",
        "treatment": Treatment.KEEP,
        "link": "x",
        "count": 2,
        "persons": (RowKey("customer", ("3",)),),
    }
    law = PlanLine(dataset="invoices", reason=Reason.LAW, law="AO 147", mark="V", keep_until=date(2034, 12, 31), **keep)
    contract = PlanLine(dataset="contracts", reason=Reason.LAW, law="", **keep)
    kept.note(case=case, store="billing", lines=(law, contract), labels={"invoices": {"en": "Invoices"}}, now=MONDAY)
    return case


def test_a_hold_is_placed_and_lifted_at_the_desk(signed_in, demo_stores):
    """By a handler placed, by a lead lifted; what is missing is said in words and nothing is placed."""
    case = make_case()
    mara, otto = signed_in("mara"), signed_in("otto")
    url = reverse("desk:holds")
    missing = mara.post(url, {**PLACED, "scope": "person"})
    assert "Enter the number, address or name of the person" in missing.content.decode()
    unknown = mara.post(url, {**PLACED, "scope": "case", "reference": "NW-2020-999999"})
    assert "No request has this reference." in unknown.content.decode()
    assert not Hold.objects.exists()
    reference = case.request.reference.lower()
    assert mara.post(url, {**PLACED, "scope": "case", "reference": reference}).status_code == 302
    assert mara.post(url, {**PLACED, "scope": "store", "store": "radius"}).status_code == 302
    page = mara.get(url).content.decode()
    assert "4 O 17/26" in page
    assert case.request.reference in page
    assert Case.objects.get(pk=case.pk).legal_hold
    for hold in Hold.objects.order_by("scope"):
        lift = reverse("desk:hold-lift", args=[hold.pk])
        assert mara.post(lift, {"reason": "over"}).status_code == 403
        assert "Say why, in a few words" in otto.post(lift, {"reason": ""}).content.decode()
        assert otto.post(lift, {"reason": "over"}).status_code == 302
    assert not Case.objects.get(pk=case.pk).legal_hold
    assert "Lifted" in otto.get(url).content.decode()


def test_the_list_tells_nobody_who_is_too_close_and_says_why_only_to_those_who_may_lift(signed_in):
    """4.3: nothing of a hold for a barred colleague and for the held person herself; requests of the person for leads."""
    case = make_case()
    eve = make_case(
        number="10000002", told=Told(name="Eve", words="Mine.", identifiers=(("customer_number", "10000001"),))
    )
    keep: dict[str, Any] = {
        "controller": case.controller,
        "actor": actors.staff(make_staff("otto", "lead")),
        "now": MONDAY,
    }
    matter = legal_holds.Matter("4 O 17/26", "District court", "Evidence.")
    hold = legal_holds.place(**keep, matter=matter, person=("customer_number", "10000001"))
    legal_holds.place(
        **keep, matter=legal_holds.Matter("5 O 18/26", "", "She."), person=("email", make_staff("mara").email)
    )
    url, mara, otto = reverse("desk:holds"), signed_in("mara"), signed_in("otto")
    page = otto.get(url).content.decode()
    assert "4 O 17/26" in page
    assert "Binds 1 request." in page
    assert eve.request.reference in page.partition("Possibly hers")[2]
    page = mara.get(url).content.decode()
    assert "A legal matter" in page
    assert not [word for word in ("4 O 17", "5 O 18", "District court", "10000001", "mara@northwave") if word in page]
    assert str(hold.pk) not in page
    assert page.count("A legal matter") == 1  # that about herself is not there at all
    closeness.declare(
        case_id=case.pk, user=make_staff("otto"), bond=Bond.RELATIVE, why="", actor=keep["actor"], now=MONDAY
    )
    page = otto.get(url).content.decode()
    assert "4 O 17/26" not in page
    assert "5 O 18/26" in page
    assert otto.get(reverse("desk:hold-lift", args=[hold.pk])).status_code == 403
    placed = {**PLACED, "scope": "person", "person_kind": "phone", "person_value": "0170 1234567"}
    assert "It binds no request so far." in mara.post(url, placed, follow=True).content.decode()


def test_the_case_says_what_is_still_kept_until_when_and_why(signed_in):
    """3.4.2: each line with statute and end; a handler sets the end of a contract, with a reason."""
    case = erased()
    rescans.searched(case=case, store="billing", found=0, now=MONDAY)
    mara = signed_in("mara")
    url = reverse("desk:after-erasure", args=[case.pk])
    page = mara.get(url).content.decode()
    assert "AO 147 [V]" in page
    assert "2034" in page
    assert "until it is over" in page
    line = KeptLine.objects.get(dataset="contracts")
    end = reverse("desk:after-erasure-end", args=[case.pk, line.pk])
    day = timezone.now().date() + timedelta(days=90)
    at = f"line-{line.pk}"
    said = {f"{at}-line": str(line.pk), f"{at}-why": "contract", f"{at}-reason": "Contract 7 ends."}
    assert "Enter the date" in mara.post(end, said).content.decode()
    said |= {f"{at}-ends_on_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    assert mara.post(end, said).status_code == 302
    assert kept.ends(KeptLine.objects.get(pk=line.pk)) == day


def test_a_second_person_approves_what_does_more_than_the_approved_plan(signed_in, demo_stores):
    """4.3: a lead approves or withdraws the plan on the screen; a handler sees it and cannot."""
    case = erased()
    plan = later_plans.keep(
        case=case,
        store="billing",
        occasion="replay",
        content={"stores": {"billing": []}},
        summary=[
            {"store": "billing", "dataset": "invoices", "label": {"en": "Invoices"}, "treatment": "delete", "count": 4}
        ],
        sha256="c" * 64,
        by_rule=False,
        now=MONDAY,
    )
    mara, otto = signed_in("mara"), signed_in("otto")
    url = reverse("desk:after-erasure", args=[case.pk])
    approve = reverse("desk:after-erasure-approve", args=[case.pk, plan.pk])
    case.refresh_from_db()
    said = {"plan_sha256": plan.sha256, "version": case.version, "attested": ["hers", "kept_read"]}
    page = mara.get(url).content.decode()
    assert "it waits for a second person" in page
    assert "Your role does not allow this" in page
    assert mara.post(approve, said).status_code == 409
    assert approve in otto.get(url).content.decode()
    missing = otto.post(approve, {**said, "attested": ["hers"]})
    assert "tick every line" in missing.content.decode()
    assert otto.post(approve, {**said, "plan_sha256": "d" * 64}).status_code == 409
    assert otto.post(approve, {**said, "version": case.version - 1}).status_code == 409
    assert Plan.objects.get(pk=plan.pk).status == "draft"
    assert otto.post(approve, said).status_code == 302
    assert Plan.objects.get(pk=plan.pk).status == "approved"
    assert case.tasks.filter(operation="replay", status="queued").exists()
    refuse = reverse("desk:after-erasure-refuse", args=[case.pk, plan.pk])
    assert otto.post(refuse, {"reason": "no"}).status_code == 409  # it is approved already


def test_the_list_of_holds_asks_the_database_equally_often_for_one_and_for_fifty(signed_in):
    otto, url = signed_in("otto"), reverse("desk:holds")
    case = make_case()
    asked = []
    for many in (1, 49):
        for _ in range(many):
            legal_holds.place(
                controller=case.controller,
                matter=legal_holds.Matter("4 O 17/26", "", "Evidence."),
                actor=actors.staff(make_staff("otto", "lead")),
                now=MONDAY,
                case=case,
            )
        otto.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert otto.get(url).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]
