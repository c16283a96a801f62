"""The answer to rights that are decided in words, and the case closed with it: L-10, L-12, L-15, L-16, L-17 (4.2 no. 16).

Each letter says what was approved, and what the stores have confirmed since; a part that was refused makes it a partial
answer with reasons and remedies in the same letter (4.0.4, 12(4)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import by_hand, letters, restrictions
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.decisions import decided_of, digest, elements_of
from dsr.cases.facts import recipients_left
from dsr.cases.perform import RefusedError, perform, record
from dsr.cases.scope import stores_of
from dsr.law.decisions import BY_DECISION
from dsr.law.letter_elements import Element
from dsr.law.letters import ANSWERS, Outcome
from dsr.law.policies import POLICIES
from dsr.law.rights import CHANGES_NO_STORE, Right
from dsr.law.workflow import Action, Refusal, State
from dsr.models import Case, HandTask, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dsr.cases.letter_content import Elements
    from dsr.law.workflow import Actor
    from dsr.models import RowId


@transaction.atomic
def close(
    *,
    case_id: RowId,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    paragraph: str = "",
    recipients: str = "",
    late_refusal: bool = False,
    **typed: str,
) -> Case:
    """Send the answer of the right and close the case: completed, or in part where a claim was refused (nos. 13, 16).

    `recipients` says who was told of the change, or why nobody was (Art. 19); it stays in the file. `typed` are sentences
    that only some letters ask for (L-16 of a withdrawn consent). RefusedError with the table's reason, `recipients_missing`;
    IncompleteLetterError.
    """
    case = Case.objects.select_related("controller", "request__account").get(pk=case_id)
    right = Right(case.right)
    if right in CHANGES_NO_STORE and case.state == State.APPROVED:
        case = perform(case_id=case_id, action=Action.NOTIFY, actor=SYSTEM, now=now, seen_version=seen_version)
        seen_version = None
    if right not in CHANGES_NO_STORE:
        case = _recipients(case, recipients, actor, now, seen_version)
        seen_version = None
    outcome = _outcome(case)
    partly = outcome is Outcome.PARTLY
    with translation.override(case.request.language):
        elements = _WRITERS[right](case, typed)
    case = perform(
        case_id=case_id,
        action=Action.COMPLETE_PARTLY if partly else Action.COMPLETE,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"late_refusal": True} if late_refusal else {},
        data={"letter": ANSWERS[right].value, "outcome": outcome.value, **_policy(right)},
        extra_facts={"letter_ready": True, **({"late_refusal": True} if late_refusal else {})},
    )
    if right is Right.OBJECTION:
        # What was paused has stopped for good: nothing is lifted, so that no notice of a lifting is owed.
        restrictions.end(case=case, now=now)
    letters.send(
        case=case,
        code=ANSWERS[right],
        elements=elements,
        outcome=outcome,
        paragraph=paragraph,
        actor=actor,
        now=now,
    )
    return case


def _recipients(case: Case, words: str, actor: Actor, now: datetime, seen: int | None) -> Case:
    """Art. 19, Q-07, R-06: who received the data and was told, or the reason why nobody was."""
    # The register has told them all, or somebody gave the reasons: there is nothing left to say in words.
    if case.content().get("recipients") and not recipients_left(case) and not words.strip():
        return case
    if not words.strip():
        raise RefusedError(Refusal("recipients_missing", {}))
    if case.state != State.NOTIFYING:
        raise RefusedError(Refusal("wrong_state", {"state": case.state, "right": case.right}))
    return record(
        case_id=case.pk, kind="recipients_settled", actor=actor, now=now, seen_version=seen, data={}, note=words.strip()
    )


def _outcome(case: Case) -> Outcome:
    if Right(case.right) not in BY_DECISION:
        return Outcome.GRANTED
    decided = decided_of(case)
    if not decided or digest(decided) != case.approved_sha256:
        raise RefusedError(Refusal("changed_since_approval", {}))
    return Outcome(decided["outcome"])


def _policy(right: Right) -> dict[str, str]:
    policy = POLICIES.get(right)
    return {"policy": policy.id, "policy_sha256": policy.sha256} if policy and right not in BY_DECISION else {}


def _decided(case: Case, _typed: Mapping[str, str]) -> Elements:
    return elements_of(decided_of(case))


def _rectified(case: Case, typed: Mapping[str, str]) -> Elements:
    """L-10: the systems are those that confirmed."""
    return {**_decided(case, typed), Element.SYSTEMS: systems(case) or (_("In the systems that hold these data."),)}


def systems(case: Case) -> tuple[str, ...]:
    """The stores that confirmed a change, by their names in the active language; not those that found nothing of hers."""
    known = stores_of(case.controller)
    rows = [task for task in by_hand.tasks_of(case) if task.status == Task.Status.DONE and task.store]
    done = [task.store for task in rows if task.result.get("by_hand") != HandTask.Outcome.NOTHING]
    written = Task.objects.filter(case=case, operation="apply", status=Task.Status.DONE).order_by("store")
    done = list(dict.fromkeys([*(task.store for task in written if task.result.get("changed")), *done]))
    return tuple(wording_of_store(known, name) for name in done)


def wording_of_store(known: Mapping[str, Any], name: str) -> str:
    """A store's name for people in the active language; its own name when it is not configured any more."""
    if name not in known:
        return name
    label = known[name].label
    language = (translation.get_language() or "en").partition("-")[0]
    return str(label.get(language) or label.get("en") or name)


def _restricted(case: Case, _typed: Mapping[str, str]) -> Elements:
    return restrictions.elements_set(case)


def _consent(case: Case, typed: Mapping[str, str]) -> Elements:
    """L-16 of a withdrawn consent: what has stopped and since when, in the words of whoever answers."""
    since = wording.day(local_date(case.controller, case.request.received_at))
    return {
        Element.CHANNELS_AND_TIME: typed.get("stopped", "").strip(),
        Element.ALREADY_IN_PRODUCTION: typed.get("production", "").strip()
        or _("Nothing that rests on your consent is on its way to you."),
        Element.SUPPRESSION_ENTRY: typed.get("kept", "").strip()
        or _("We note that you withdrew your consent on %(day)s, so that nobody uses it any more.") % {"day": since},
    }


_WRITERS: Final[Mapping[Right, Callable[[Case, Mapping[str, str]], Elements]]] = {
    Right.RECTIFICATION: _rectified,
    Right.OBJECTION: _decided,
    Right.AUTOMATED_DECISION: _decided,
    Right.RESTRICTION: _restricted,
    Right.CONSENT_WITHDRAWAL: _consent,
}
