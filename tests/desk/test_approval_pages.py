"""The pages of an approval: the consultation, the checklist with its way to mend, what changed (rules 4.0.7, 4.2 nos. 11 to 13)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, answer, consultation
from dsr.cases.facts import facts_of
from dsr.cases.perform import record
from dsr.demo.people import by_position
from dsr.law.attest import ATTESTATIONS
from dsr.law.checklist import checklist
from dsr.law.codes import Guard
from dsr.law.rights import Right
from dsr.law.workflow import Action, State
from dsr.models import Case, Event, EventNote, Notice, Plan
from tests.factories import make_case, make_staff
from tests.redacting import settle

pytestmark = pytest.mark.django_db
UNCERTAIN = {
    "store": "billing", "dataset": "invoices", "treatment": "keep", "count": 3, "law": "PECR reg. 7-8", "mark": "K",
    "until": None, "reason": "period_uncertain", "label": {"en": "Invoices"}, "recipients": ["Debt collector"],
}  # fmt: skip


def planned() -> Case:
    """An erasure in review, whose plan keeps rows under a rule that is not certain."""
    now, mara = timezone.now(), make_staff("mara")
    case = make_case(rights=(Right.ERASURE,), at=now)
    columns = {"controller": case.controller, "case": case, "sha256": "a" * 64, "created_at": now}
    plan = Plan(number=1, summary=[UNCERTAIN], **columns)
    plan.put({"stores": {}})
    plan.save(force_insert=True)
    Case.objects.filter(pk=case.pk).update(state=State.DRAFTING.value, manifest_sha256="a" * 64)
    answer.submit(case_id=case.pk, actor=actors.staff(mara), now=now)
    return Case.objects.get(pk=case.pk)


def post(client: Any, name: str, case: Case, **values: Any) -> Any:
    case.refresh_from_db()
    return client.post(reverse(f"desk:{name}", args=[case.pk]), {"version": case.version, **values})


def test_4_0_11_the_officer_is_asked_with_one_click_objects_and_a_lead_decides_against_it(signed_in: Any) -> None:
    case, otto, dora, mara = planned(), signed_in("otto"), signed_in("dora"), signed_in("mara")
    plan = reverse("desk:plan", args=[case.pk])
    page = otto.get(plan).text
    assert "under a rule that is not certain. Ask the data protection officer first" in page
    assert "1 recipient has to be told afterwards" in page
    assert "There is nothing to compare" not in page
    assert "This is the first version" in page
    said = {"plan_sha256": "a" * 64, "attested": ATTESTATIONS[Right.ERASURE]}
    assert post(otto, "plan-approve", case, **said).status_code == 409
    # One click in the checklist; the mail names the case and no more.
    assert post(otto, "consultation-ask", case, about="retention").status_code == 302
    notice = Notice.objects.get(kind="consultation")
    assert notice.user == make_staff("dora")
    assert case.request.reference in notice.content()["subject"]
    # Nobody else puts her words on file; her objection stands in the way.
    words = {"kind": "retention", "stance": "objects", "text": "The claims are time-barred."}
    assert post(mara, "opinion", case, **words).status_code == 409
    assert post(dora, "opinion", case, **words).status_code == 302
    refused = post(otto, "plan-approve", case, **said)
    assert refused.status_code == 409
    assert "The data protection officer objects" in refused.text
    assert post(mara, "consultation-against", case, about="retention", reason="No.").status_code == 409
    assert post(otto, "consultation-against", case, about="retention", reason="").status_code == 200
    assert post(otto, "consultation-against", case, about="retention", reason="A suit is pending.").status_code == 302
    shown = otto.get(reverse("desk:consultation", args=[case.pk])).text
    for text in ("The claims are time-barred.", "I object", "A suit is pending."):
        assert text in shown
    assert "time-barred" not in str(list(Event.objects.values_list("data", flat=True)))
    assert EventNote.objects.filter(event__action="dpo_not_followed").exists()
    # What only a human can say is asked for, line by line.
    assert "tick every line" in post(otto, "plan-approve", case, plan_sha256="a" * 64, attested="hers").text
    assert post(otto, "plan-approve", case, **said).status_code == 302
    assert "The approval counts until" in otto.get(plan).text
    assert Event.objects.get(case=case, action="approve").data["attested"] == ["hers", "kept_read"]


def test_4_0_7_an_opinion_counts_for_the_plan_she_saw_and_an_objection_for_whatever_comes(signed_in: Any) -> None:
    """4.0.11, no. 13: of another plan, or in another round, she has said nothing yet."""
    case, now = planned(), timezone.now()
    dora = actors.staff(make_staff("dora", "dpo"))

    def give(about: str, stance: str) -> None:
        consultation.give(case_id=case.pk, about=about, stance=stance, text="Words.", actor=dora, now=now)

    def standing() -> tuple[set[str], set[str]]:
        facts = facts_of(Case.objects.get(pk=case.pk), now=now)
        return set(facts.advised), set(facts.objected)

    give("retention", "agrees")
    give("erasure", "objects")
    give("late_refusal", "agrees")
    assert Event.objects.filter(action="dpo_opinion").first().data["manifest_sha256"] == "a" * 64  # type: ignore[union-attr]
    assert standing() == ({"retention", "erasure", "late_refusal"}, {"erasure"})
    Case.objects.filter(pk=case.pk).update(manifest_sha256="b" * 64)
    assert standing() == ({"late_refusal"}, {"erasure"})
    lead = actors.staff(make_staff("otto", "lead"))
    words = {one.guard: one.refusal.code for one in checklist(facts_now(case), Action.APPROVE, lead) if one.refusal}
    assert words[Guard.LEAD_OR_DPO] == "dpo_objects"
    assert words[Guard.RETENTION_ADVISED] == "retention_needs_dpo"
    # The evidence form of Art. 12(5) is what she judges there; then the same plan again, after a dispute.
    give("excessive", "agrees")
    assert "excessive" in standing()[0]
    record(case_id=case.pk, kind="evidence_filed", actor=lead, now=now, note="More of it.")
    assert "excessive" not in standing()[0]
    give("excessive", "agrees")
    give("retention", "agrees")
    record(case_id=case.pk, kind="reassess", actor=lead, now=now)
    assert standing() == (set(), {"erasure"})
    page = signed_in("otto").get(reverse("desk:consultation", args=[case.pk])).text
    assert page.count("it does not count any more") == 5  # all she said but the objection, which stands


def facts_now(case: Case) -> Any:
    return facts_of(Case.objects.get(pk=case.pk), now=timezone.now())


def test_a_plan_under_a_hold_does_not_say_that_it_starts_by_itself(signed_in: Any) -> None:
    case, otto = planned(), signed_in("otto")
    Case.objects.filter(pk=case.pk).update(state=State.APPROVED.value)
    Plan.objects.update(not_before=timezone.now())
    page = reverse("desk:plan", args=[case.pk])
    assert "Starts by itself from" in otto.get(page).text
    Case.objects.filter(pk=case.pk).update(legal_hold=True)
    held = otto.get(page).text
    assert "Starts by itself from" not in held
    assert "A legal hold is set on this case. Lift it first." in held


def test_4_0_7_nobody_to_ask_and_nothing_to_decide_against_are_said(signed_in: Any) -> None:
    case, otto = planned(), signed_in("otto")
    assert "Nobody here holds the role" in post(otto, "consultation-ask", case, about="fee").text
    assert post(otto, "consultation-against", case, about="retention", reason="x").status_code == 200  # no such choice
    again = reverse("desk:consultation", args=[case.pk])
    assert "Nothing yet." in otto.get(again).text


@pytest.mark.slow
def test_4_2_no_12_the_second_person_reads_what_changed_since_she_sent_it_back(
    signed_in: Any, demo_stores: Any, drain: Any
) -> None:
    person, now = by_position(2), timezone.now()
    mara, otto = actors.staff(make_staff("mara")), actors.staff(make_staff("otto", "lead"))
    case = make_case(number=person.customer_no, name=person.name, at=now)
    answer.start_collection(case_id=case.pk, actor=mara, now=now)
    drain()

    def hand_on(paragraph: str) -> str:
        answer.draft(case_id=case.pk, paragraph=paragraph, actor=mara, now=timezone.now())
        drain()
        settle(case.pk, actor=mara, now=timezone.now(), drain=drain)
        answer.submit(case_id=case.pk, actor=mara, now=timezone.now())
        return str(signed_in("otto").get(reverse("desk:review", args=[case.pk])).text)

    first = hand_on("We looked in every store.")
    assert "This is the first version" in first
    answer.send_back(case_id=case.pk, comment="Say which.", actor=otto, now=timezone.now())
    second = hand_on("We looked in billing and in radius.")
    assert "Compared with the version" in second
    assert "<del>We looked in every store.</del>" in second
    assert "<ins>We looked in billing and in radius.</ins>" in second
