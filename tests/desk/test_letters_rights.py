"""Every right from receipt to its closed case at the desk: decided, approved by another person, done by hand, answered (5.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases.clock import local_date
from dsr.cases.intake import Told
from dsr.law.attest import ATTESTATIONS
from dsr.law.rights import Right
from dsr.models import Case, Plan, Restriction, Task
from tests.desk.conftest import text
from tests.factories import make_case
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db
CORRECTIONS = [{"kind": "name", "old": "Ana", "new": "Anna"}, {"kind": "birth_date", "old": "", "new": "1985-03-27"}]
REVIEWED = {
    "function": "Head of customer care, who did not set up the scoring.",
    "considered": "Two late payments in 2024.\nA change of bank in May.",
    "statement": "She says that the bank was late.",
    "result": "changed",
    "said": "We have changed the decision: you get the contract.",
    "reasons": "The late payments were the bank's mistake.",
    "different": "Without the bank's mistake the program would have agreed.",
    "logic": "The program counts late payments of the last two years.",
    "law": "You can ask that a person looks at it (Article 22(3) GDPR).",
    "rule_owner": "",
}


def a_case(right: Right, at: Any, **scope: Any) -> Case:
    told = Told(name="Anna Example", words="Please.", contact_email="anna@example.com", scope=scope)
    return make_case(rights=(right,), at=at, told=told)


def fresh(case: Case) -> Case:
    found: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    return found


def step(client: Any, case: Case, action: str, **fields: Any) -> Any:
    values = {"version": fresh(case).version, **fields}
    response = client.post(reverse("desk:step", args=[case.pk, action]), values)
    assert response.status_code == 302, text(response)
    return response


def decide(client: Any, case: Case, **fields: Any) -> None:
    values = {"version": fresh(case).version, **fields}
    response = client.post(reverse("desk:decide", args=[case.pk]), values)
    assert response.status_code == 302, text(response)


def confirm_all(client: Any, case: Case, drain: Any) -> int:
    """Every task by hand confirmed on its page; returns how many."""
    page = text(client.get(reverse("desk:by-hand", args=[case.pk])))
    tasks = list(Task.objects.filter(case=case, operation="by_hand", status="manual"))
    assert tasks
    for task in tasks:
        url = reverse("desk:hand-done", args=[case.pk, task.pk])
        assert url in page
        values = {"version": fresh(case).version, "who": "Billing, Example", "how": "Changed and looked at again."}
        assert client.post(url, values).status_code == 302
    carry_on(case, drain)
    return len(tasks)


def carry_on(case: Case, drain: Any) -> None:
    from dsr.fulfil import operations

    operations.after(case.pk, now=timezone.now())
    drain()


def searched(client: Any, case: Case, drain: Any) -> None:
    step(client, case, "start_collection")
    drain()
    assert fresh(case).state == "drafting"


def approve(mara: Any, otto: Any, case: Case) -> None:
    """Handed over by one, approved by another, as the words that were on the screen."""
    step(mara, case, "submit_for_review")
    page = text(otto.get(reverse("desk:decide", args=[case.pk])))
    sha256 = fresh(case).manifest_sha256
    assert sha256 in page
    said = {"manifest_sha256": sha256, "attested": ATTESTATIONS[Right(case.right)]}
    approving = reverse("desk:step", args=[case.pk, "approve"])
    alone = mara.post(approving, {"version": fresh(case).version, **said})
    assert alone.status_code == 409  # 4.3
    step(otto, case, "approve", **said)


@pytest.mark.slow
def test_5_2_rectification_claim_by_claim_a_part_is_refused_with_reasons(mara, otto, received, drain, demo_stores):
    case = a_case(Right.RECTIFICATION, received, corrections=CORRECTIONS)
    searched(mara, case, drain)
    form = text(mara.get(reverse("desk:decide", args=[case.pk])))
    assert "Anna (now: Ana)" in form
    decide(
        mara,
        case,
        claim_0="accepted",
        said_0="Your name: Anna (was: Ana).",
        claim_1="refused",
        why_1="Your passport shows another date.",
        law="Data that are right as they stand are not changed (Article 16 GDPR).",
        checked="The passport was shown in the shop.",
        instruction="Correct the first name to Anna.",
        stores=["billing"],
    )
    approve(mara, otto, case)

    assert fresh(case).state == "executing"
    assert confirm_all(mara, case, drain) == 1
    assert fresh(case).state == "notifying"
    step(mara, case, "complete_partly", recipients="Nobody else holds the name.", paragraph="")

    said = letter_text("L-10")
    assert "Your name: Anna (was: Ana)." in said
    assert "Your passport shows another date." in said
    assert "Billing" in said
    assert "Example Data Protection Authority" in said
    assert fresh(case).state == "partly_completed"
    assert verify_case(fresh(case)) == []


@pytest.mark.slow
def test_5_2_restriction_works_at_once_and_is_lifted_after_a_week_of_notice(mara, otto, received, drain, demo_stores):
    case = a_case(Right.RESTRICTION, received, ground="accuracy_contested")
    step(
        mara,
        case,
        "restrict_now",
        ground="accuracy_contested",
        scope="item",
        what="The usage of May.",
        duration="Until we have checked the meter.",
        instruction="Store the usage of May only.",
        stores=["billing", "crm"]
        if "crm" in text(mara.get(reverse("desk:step", args=[case.pk, "restrict_now"])))
        else ["billing"],
    )
    assert Plan.objects.get(case=case).policy == "restriction-1"  # looked at afterwards (4.0.2)
    assert case.request.reference in text(mara.get(reverse("desk:at-once")))
    confirm_all(mara, case, drain)
    step(mara, case, "complete", recipients="The collection agency was told today.", paragraph="")
    said = letter_text("L-12")
    assert "The usage of May." in said
    assert "Art. 18(1)(a)" in said
    assert fresh(case).state == "completed"

    lifted = local_date(case.controller, timezone.now()) + timedelta(days=7)
    early = {
        "version": fresh(case).version,
        "lift_on": str(lifted - timedelta(days=1)),
        "result": "x",
        "reason": "x",
        "law": "x",
    }
    refused = mara.post(reverse("desk:step", args=[case.pk, "announce_lift"]), early)
    assert refused.status_code == 409
    step(
        mara,
        case,
        "announce_lift",
        lift_on=str(lifted),
        result="The meter is right.",
        reason="It was checked.",
        law="Art. 18(3).",
    )
    assert "The meter is right." in letter_text("L-13")
    url = reverse("desk:step", args=[case.pk, "lift_restriction"])
    assert otto.post(url, {"version": fresh(case).version, "instruction": "Use it again."}).status_code == 409
    day = timezone.localdate()
    Restriction.objects.update(lift_told_on=day - timedelta(days=8), lift_on=day - timedelta(days=1))
    step(otto, case, "lift_restriction", instruction="Use it again.")
    assert Restriction.objects.get().ended_at is not None
    assert confirm_all(mara, case, drain)
    assert fresh(case).state == "completed"


@pytest.mark.slow
def test_5_2_an_objection_is_paused_weighed_and_accepted(mara, otto, received, drain, demo_stores):
    case = a_case(Right.OBJECTION, received)
    step(
        mara,
        case,
        "restrict_now",
        what="The score.",
        duration="Until we decide.",
        instruction="Do not use the score.",
        stores=["billing"],
    )
    confirm_all(mara, case, drain)
    assert fresh(case).state == "assessing"  # 4.0.2: the stop decides nothing
    searched(mara, case, drain)
    decide(
        mara,
        case,
        outcome="granted",
        situation="Shift work makes unusual patterns.",
        interests="Less fraud; not compelling in this case.",
        necessity="Fraud can be found without the hours of use.",
        said="We accept your objection.",
        stopped="The score is not used any more and is deleted (Article 17(1)(c) GDPR).",
        instruction="Delete the score.",
        stores=["billing"],
    )
    approve(mara, otto, case)
    confirm_all(mara, case, drain)
    step(mara, case, "complete", recipients="Nobody received the score.", paragraph="")
    assert "The score is not used any more" in letter_text("L-15")
    assert fresh(case).state == "completed"
    assert Restriction.objects.get().ended_at is not None


@pytest.mark.slow
def test_21_1_an_objection_is_refused_with_the_balancing_in_the_letter(mara, otto, received, drain, demo_stores):
    case = a_case(Right.OBJECTION, received)
    searched(mara, case, drain)
    weighed = {
        "outcome": "refused",
        "situation": "Shift work.",
        "interests": "Safety of the network.",
        "necessity": "No other way finds it.",
        "said": "We go on.",
    }
    decide(
        mara,
        case,
        **weighed,
        balancing="Weighed.",
        reason="Fraud costs others.",
        law="Article 21(1) GDPR.",
        stores=["billing"],
    )
    step(mara, case, "submit_for_review")
    nothing = {"version": fresh(case).version, "manifest_sha256": fresh(case).manifest_sha256}
    nothing["attested"] = ATTESTATIONS[Right.OBJECTION]
    assert otto.post(reverse("desk:step", args=[case.pk, "approve"]), nothing).status_code == 409
    reading = text(otto.get(reverse("desk:decide", args=[case.pk])))
    assert "there is nothing to approve" in reading
    assert reverse("desk:step", args=[case.pk, "refuse"]) in reading
    assert reverse("desk:step", args=[case.pk, "approve"]) not in reading
    assert "Fraud costs others." in text(otto.get(reverse("desk:step", args=[case.pk, "refuse"])))
    step(
        otto,
        case,
        "refuse",
        ground="compelling_grounds",
        reason="Fraud with this line costs others.",
        advice="You can go to court.",
        balancing="Your reasons weigh less than the safety of the network.",
    )
    said = letter_text("L-15")
    assert "Your reasons weigh less" in said
    assert fresh(case).state == "refused"


@pytest.mark.slow
def test_5_2_a_withdrawn_consent_stops_at_once_without_proof(mara, received, drain, demo_stores):
    case = a_case(Right.CONSENT_WITHDRAWAL, received, consents=[{"code": "x", "text": "Use of my location"}])
    form = text(mara.get(reverse("desk:step", args=[case.pk, "stop_now"])))
    assert "Use of my location" in form
    step(mara, case, "stop_now", instruction="Stop the use of the location.", stores=["billing"])
    confirm_all(mara, case, drain)
    step(
        mara,
        case,
        "complete",
        stopped="Since today nobody uses your location.",
        production="",
        recipients="Nobody.",
        paragraph="",
    )
    assert "Since today nobody uses your location." in letter_text("L-16")
    assert fresh(case).state == "completed"


@pytest.mark.slow
def test_5_2_o_06_a_decision_is_held_and_reviewed_by_somebody_who_did_not_make_the_rule(
    mara, otto, signed_in, received, drain, demo_stores
):
    from tests.factories import make_staff

    case = a_case(Right.AUTOMATED_DECISION, received)
    frozen = {"version": fresh(case).version, "instruction": "Do not disconnect.", "stores": ["billing"]}
    assert mara.post(reverse("desk:freeze", args=[case.pk]), frozen).status_code == 302
    confirm_all(mara, case, drain)
    searched(mara, case, drain)
    decide(mara, case, **{**REVIEWED, "rule_owner": str(make_staff("otto", "lead").pk)})
    step(mara, case, "submit_for_review")
    sha256 = fresh(case).manifest_sha256
    said = {"manifest_sha256": sha256, "attested": ATTESTATIONS[Right.AUTOMATED_DECISION]}
    own = otto.post(reverse("desk:step", args=[case.pk, "approve"]), {"version": fresh(case).version, **said})
    assert own.status_code == 409  # O-06
    assert "You configured the rule" in text(own)
    step(signed_in("rita"), case, "approve", **said)
    step(mara, case, "notify", paragraph="")
    words = letter_text("L-17")
    assert "Head of customer care" in words
    assert "Without the bank" in words
    assert fresh(case).state == "completed"


@pytest.mark.slow
def test_F_05_a_fee_is_announced_with_evidence_opinion_and_two_people_and_then_waived(mara, otto, signed_in, received):
    case = make_case(at=received)
    fee = {
        "amount": "12.50 EUR",
        "basis": "Half an hour of work.",
        "why": "Nothing has changed.",
        "reason": "Three answers.",
    }
    url, law = reverse("desk:step", args=[case.pk, "announce_fee"]), "Article 12(5) GDPR."
    refused = otto.post(url, {**fee, "law": law, "version": fresh(case).version})
    assert refused.status_code == 409
    assert fresh(case).state == "assessing"
    assert "evidence" in text(refused)
    evidence = {"history": "Three answers.", "changes": "None.", "conduct": "Threats.", "conclusion": "A fee."}
    page = reverse("desk:evidence", args=[case.pk])
    assert mara.post(page, {**evidence, "version": fresh(case).version}).status_code == 302

    refused = otto.post(url, {**fee, "law": law, "version": fresh(case).version})
    assert refused.status_code == 409
    assert "Consult the data protection officer" in text(refused)
    signed = signed_in("dora")
    opinion = {"version": fresh(case).version, "kind": "fee", "stance": "agrees", "text": "A small fee is right."}
    assert signed.post(reverse("desk:opinion", args=[case.pk]), opinion).status_code == 302
    assert "A small fee is right." in text(mara.get(page))

    step(otto, case, "announce_fee", **fee, law=law, paragraph="")

    assert fresh(case).state == "fee_pending"
    said = letter_text("L-04")
    assert "12.50 EUR" in said
    assert "Example Data Protection Authority" in said
    step(mara, case, "fee_settled", how="waived", note="A lead decided so today.")
    assert fresh(case).state == "assessing"
    assert fresh(case).due_on is not None
    assert verify_case(fresh(case)) == []
