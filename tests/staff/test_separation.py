"""4.3 at the level of the verbs: whoever must not is refused also when no page stands in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from dsr.cases import actors, answer, messages, plans, staffing
from dsr.cases.perform import RefusedError, assign, perform, record
from dsr.law.rights import Right
from dsr.law.workflow import Action, Actor, State
from dsr.models import Case, Event, User
from tests.factories import make_case, make_staff

pytestmark = pytest.mark.django_db


def who(name: str, *roles: str) -> Actor:
    return actors.staff(make_staff(name, *roles))


def in_review(right: Right = Right.ACCESS, **columns: Any) -> Case:
    """A case that waits for a second person; `columns` say who did what."""
    case = make_case(rights=(right,))
    Case.objects.filter(pk=case.pk).update(
        **{"state": State.REVIEW.value, "handler_id": make_staff("hanna").pk, "manifest_sha256": "a" * 64, **columns}
    )
    return Case.objects.get(pk=case.pk)


def refused(case: Case, action: Action, actor: Actor, **extra: Any) -> str:
    before = (Case.objects.filter(pk=case.pk).values().get(), Event.objects.filter(case=case).count())
    with pytest.raises(RefusedError) as caught:
        perform(case_id=case.pk, action=action, actor=actor, now=timezone.now(), extra_facts=extra)
    assert before == (Case.objects.filter(pk=case.pk).values().get(), Event.objects.filter(case=case).count())
    return str(caught.value.refusal.code)


def test_4_3_whoever_handled_prepared_or_had_a_hand_in_it_does_not_approve() -> None:
    both = make_staff("both", "handler", "reviewer", "lead")
    actor = actors.staff(both)
    assert refused(in_review(handler_id=both.pk), Action.APPROVE, actor) == "same_person"
    assert refused(in_review(preparer_id=both.pk), Action.APPROVE, actor) == "same_person"
    case = in_review()
    record(case_id=case.pk, kind="draft_requested", actor=actor, now=timezone.now())
    assert refused(case, Action.APPROVE, actor) == "same_person"
    assert refused(in_review(handler_id=None), Action.APPROVE, actor) == "preparer_unknown"
    # 4.0.7: nor refuses what needs two persons.
    facts = {"ground": "unfounded_or_excessive", "evidence_form": True, "advised": frozenset({"excessive"})}
    assert refused(in_review(handler_id=both.pk), Action.REFUSE, actor, **facts) == "same_person"


def test_4_3_a_contested_case_has_another_reviewer() -> None:
    rita, otto = make_staff("rita", "reviewer"), make_staff("otto", "lead")
    case = in_review(first_reviewer_id=rita.pk)
    assert refused(case, Action.APPROVE, actors.staff(rita)) == "same_reviewer"
    contested = in_review(first_reviewer_id=otto.pk, state=State.CONTESTED.value)
    assert refused(contested, Action.REASSESS, actors.staff(otto)) == "same_reviewer"


def test_4_3_o_06_who_configured_the_automated_decision_does_not_review_it() -> None:
    rita = make_staff("rita", "reviewer")
    case = in_review(Right.AUTOMATED_DECISION)
    assert refused(case, Action.APPROVE, actors.staff(rita), rule_owner_id=str(rita.pk)) == "rule_owner"


def test_4_3_whoever_is_close_to_the_person_does_nothing_to_the_case() -> None:
    rita, mara = make_staff("rita", "reviewer"), make_staff("mara")
    close = {"barred_ids": frozenset({str(rita.pk), str(mara.pk)})}
    assert refused(in_review(), Action.APPROVE, actors.staff(rita), **close) == "barred"
    case = make_case()
    assert refused(case, Action.START_COLLECTION, actors.staff(mara), **close) == "barred"


@pytest.mark.parametrize(
    ("roles", "actions"),
    [
        # "may not" of the table of 4.3, each with what the role would reach for
        (("intake",), (Action.APPROVE, Action.REFUSE, Action.EXTEND, Action.SUBMIT_FOR_REVIEW, Action.NOTIFY)),
        (("handler",), (Action.APPROVE, Action.REFUSE, Action.EXTEND, Action.START_EXECUTION)),
        (("reviewer",), (Action.START_EXECUTION,)),
        (("dpo",), (Action.APPROVE, Action.REFUSE, Action.EXTEND, Action.RETURN_TO_DRAFTING)),
        (("dpo", "lead", "reviewer"), (Action.APPROVE, Action.REFUSE)),
        (("deputy",), (Action.APPROVE, Action.REFUSE, Action.EXTEND, Action.RETURN_TO_DRAFTING)),
        (("auditor",), (Action.APPROVE, Action.REFUSE, Action.EXTEND, Action.RETURN_TO_DRAFTING)),
        (("administrator",), (Action.APPROVE, Action.REFUSE, Action.EXTEND, Action.RETURN_TO_DRAFTING)),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, tuple) and isinstance(one[0], str) else "",
)
def test_4_3_no_role_does_what_the_table_forbids_it(roles: tuple[str, ...], actions: tuple[Action, ...]) -> None:
    actor = who("one", *roles)
    case = in_review()
    for action in actions:
        # Executing starts from an approved case; in any other state the state alone would refuse.
        if action is Action.START_EXECUTION:
            case = in_review(Right.ERASURE, state=State.APPROVED.value)
        elif action is Action.SUBMIT_FOR_REVIEW:
            case = in_review(state=State.DRAFTING.value)
        elif action is Action.NOTIFY:
            case = in_review(state=State.APPROVED.value)
        elif action in {Action.APPROVE, Action.REFUSE, Action.EXTEND, Action.RETURN_TO_DRAFTING}:
            case = in_review()
        assert refused(case, action, actor) == "role", action
        # Broken glass shows more and allows nothing more.
        assert refused(case, action, replace(actor, glass="a-glass")) == "role", action


def test_4_3_the_machine_runs_only_what_was_approved_as_it_was_approved() -> None:
    for approved, code in (("", "not_approved"), ("b" * 64, "changed_since_approval")):
        case = in_review(Right.ERASURE, state=State.APPROVED.value, approved_sha256=approved)
        assert refused(case, Action.START_EXECUTION, actors.SYSTEM) == code


def test_4_3_what_has_no_row_in_the_table_refuses_the_same_way() -> None:
    """Drafts, messages, assignments and roles: the verbs insist, whatever a page showed."""
    case, now = in_review(state=State.DRAFTING.value), timezone.now()
    adam, ines, mara = who("adam", "auditor"), who("ines", "intake"), who("mara", "handler")
    deputy = replace(who("dana", "deputy"), glass="a-glass")

    def code(verb: Any, **said: Any) -> str:
        with pytest.raises(RefusedError) as caught:
            verb(now=now, **said)
        return str(caught.value.refusal.code)

    for actor in (adam, deputy):
        assert code(assign, case_id=case.pk, to=None, actor=actor) == "role"
        author = User.objects.get(pk=actor.id)
        assert code(messages.from_office, request=case.request, text="Hello", author=author) == "role"
    for actor in (adam, deputy, ines):
        assert code(answer.draft, case_id=case.pk, paragraph="x", actor=actor) == "role"
        assert code(plans.ask_for_plan, case_id=case.pk, actor=actor) == "role"
    for actor in (adam, deputy, ines, mara):
        given = code(staffing.set_roles, user_id=make_staff("rita", "reviewer").pk, roles=["lead"], actor=actor)
        assert given == "role"
