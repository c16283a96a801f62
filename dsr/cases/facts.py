"""The facts the workflow's guards read, gathered from rows in one place and handed over frozen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q

from dsr.cases import opinions
from dsr.cases.clock import local_date
from dsr.cases.redactions_open import waiting
from dsr.cases.scope import people_only, stores_of
from dsr.law import identity as law
from dsr.law.decisions import BY_DECISION, IN_WORDS
from dsr.law.letters import Outcome
from dsr.law.policies import POLICIES
from dsr.law.regimes import regime
from dsr.law.rights import CHANGES_NO_STORE, TELLS_RECIPIENTS, Right
from dsr.law.workflow import ANSWERED, Facts, State
from dsr.models import (
    Artifact,
    Case,
    Closeness,
    Event,
    Incident,
    Message,
    Plan,
    Restriction,
    Suspension,
    Suspicion,
    Task,
)
from dsr.models.together import attached

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from dsr.models import RowId

# Who did one of these has handled the case: deciding whose data it is counts as much as drafting (4.3).
HANDLING = (
    "confirm_identity",
    "accept",
    "identified",
    "match_decided",
    "hand_answered",
    "start_collection",
    "draft_requested",
    "plan_requested",
    "submit_for_review",
    "transmission_decided",
    "decision_drafted",
    "corrections_decided",
    "evidence_filed",
    "kept_end_set",
)
UNFINISHED = (Task.Status.QUEUED, Task.Status.RUNNING)
_SETTLED = frozenset({Task.Status.DONE, Task.Status.WAIVED, Task.Status.CANCELLED})
_READ_IN = frozenset({State.DRAFTING, State.REVIEW})
# What a plan says of rows it keeps because their rule is not certain enough to delete (exporters.plans).
_UNCERTAIN = "period_uncertain"


def facts_of(case: Case, *, now: datetime, **extra: Any) -> Facts:
    """A snapshot of everything the guards may ask; `extra` are facts not yet in a row (a reason just typed)."""
    counts, stores_open = _tasks(case)
    question = open_question(case)
    right, state, plan = Right(case.right), State(case.state), current_plan(case)
    today = local_date(case.controller, now)
    kinds = {file.kind for file in case.artifacts.all() if file.superseded_at is None}
    events = _events(case)
    gathered: dict[str, Any] = {
        "state": state,
        "right": right,
        "today": today,
        "received_on": case.received_on,
        "due_on": case.due_on,
        "first_month_due_on": case.first_month_due_on,
        "told_due_on": case.told_due_on,
        "extended": case.extended,
        "extension_allowed": case.contested_at is None and regime(case.regime, case.received_on).extendable,
        "late_refusal": case.late_refusal,
        "legal_hold": case.legal_hold,
        "policy": POLICIES[right].id if right in POLICIES else "",
        "handler_id": _id(case.handler_id),
        "preparer_id": _id(case.preparer_id),
        "hand_ids": frozenset(
            event.actor_id for event in events if event.actor_kind == "staff" and event.action in HANDLING
        ),
        "first_reviewer_id": _id(case.first_reviewer_id),
        "barred_ids": _barred(case),
        "identity_level": case.request.identity_level,
        "contact_is_new": case.request.contact_is_new,
        "scope_complete": bool(stores_of(case.controller)),
        "tasks_open": sum(counts[status] for status in UNFINISHED),
        "tasks_manual": counts[Task.Status.MANUAL],
        "stores_open": stores_open,
        "package_ready": _prepared(case, right, kinds, plan),
        "letter_ready": Artifact.Kind.LETTER in kinds,
        "redactions_open": waiting(case).count() if state in _READ_IN and right in CHANGES_NO_STORE else 0,
        "manifest_sha256": case.manifest_sha256,
        "approved_sha256": case.approved_sha256,
        "ground": case.ground,
        "cooling_over": bool(plan and plan.not_before and plan.not_before <= now),
        "first_line_applied": case.first_applied_at is not None,
        "residue_clear": _residue_clear(case),
        "kept_remainder": _remainder(case, right, state),
        "retention_uncertain": any(line.get("reason") == _UNCERTAIN for line in plan.summary) if plan else False,
        "recipients_open": len(recipients_left(case)) if right not in CHANGES_NO_STORE else 0,
        "overdue_reported": _overdue_reported(case),
        "reminders_sent": int(question is not None and question.reminded_at is not None),
        "silent_days": silent_days(case, today) if state is State.ID_PENDING else 0,
        "suspension_open": question is not None,
        "closed_as": closed_as(events) if state in {State.CONTESTED, State.ARCHIVED} else None,
        "unclassified": case.unclassified,
        **_held(case, state),
        **_sorted(case, state),
        **_restricted(case, right),
        **opinions.on_file(events, manifest_sha256=case.manifest_sha256),
    }
    return Facts(**{**gathered, **extra})


def _tasks(case: Case) -> tuple[Counter[str], int]:
    """How many tasks are in which status, and how many stores have not answered the search; letters are not counted."""
    tasks = [task for task in case.tasks.all() if task.letter_id is None]
    stores = sum(task.operation == "collect" and task.status not in _SETTLED for task in tasks)
    return Counter(task.status for task in tasks), stores


def barred_ids(request_id: RowId) -> frozenset[str]:
    """The colleagues who are the person of this request, or too close to her (4.3)."""
    rows = Closeness.objects.filter(request_id=request_id, withdrawn_at__isnull=True)
    return frozenset(str(user) for user in rows.values_list("user_id", flat=True))


def _barred(case: Case) -> frozenset[str]:
    known = attached(case.request, "closeness")
    if known is None:
        return barred_ids(case.request_id)
    return frozenset(str(row.user_id) for row in known if row.withdrawn_at is None)


def _prepared(case: Case, right: Right, kinds: set[str], plan: Plan | None) -> bool:
    """Whether there is something to approve: a package, a decision in words, or a plan."""
    if right in BY_DECISION:
        return bool(case.manifest_sha256)
    return Artifact.Kind.PACKAGE in kinds if right in CHANGES_NO_STORE else bool(plan)


def _remainder(case: Case, right: Right, state: State) -> bool:
    """Whether a part is not done: rows that a law keeps, or claims that the decision refuses (4.0.4)."""
    if right not in IN_WORDS:
        return bool(plan_in_force(case, "keep"))
    decided = case.content().get("decision", {}) if state in {State.REVIEW, State.NOTIFYING} else {}
    return bool(decided.get("outcome") == Outcome.PARTLY)


def _restricted(case: Case, right: Right) -> dict[str, Any]:
    """The restriction that stands, where the right of the case can set one (Q-04)."""
    if right not in {Right.RESTRICTION, Right.OBJECTION}:
        return {}
    row = Restriction.objects.filter(case=case, ended_at__isnull=True).first()
    if row is None:
        return {}
    return {"restriction_open": True, "lift_told_on": row.lift_told_on, "release_after": row.release_after}


def _events(case: Case) -> list[Event]:
    """The events that the facts need, the oldest first; a page that has read all of them asks no more (decision 090)."""
    known = attached(case, "events")
    if known is not None:
        return known
    needed = Q(action__in=(*HANDLING, *opinions.READ)) | Q(to_state__in=[state.value for state in ANSWERED])
    return list(case.events.filter(needed).order_by("seq"))


def _held(case: Case, state: State) -> dict[str, bool]:
    """Whether the request waits beside the queue as one of a flood, or was closed as one. Only new cases can."""
    if state not in {State.RECEIVED, State.NOT_IDENTIFIED}:
        return {}
    row: Suspicion | None = getattr(case.request, "suspicion", None)
    if row is None:
        return {}
    return {"held": row.settled_at is None, "dismissed": row.outcome == Suspicion.Outcome.DISMISSED}


def _sorted(case: Case, state: State) -> dict[str, bool]:
    """Whether the office has said which right it is, and the person that it is another (4.1)."""
    if state not in {State.RECEIVED, State.ASSESSING}:
        return {}
    kinds = ("classify", "unsort")
    found = set(
        Event.objects.filter(case__request_id=case.request_id, action__in=kinds).values_list("action", flat=True)
    )
    return {"sorted_before": "classify" in found, "unsorted_before": "unsort" in found}


def closed_as(events: Iterable[Event]) -> State | None:
    """The answered state that a contested or archived case was closed in last; None when the chain does not say (no. 21)."""
    answered = [State(event.to_state) for event in events if event.to_state in ANSWERED]
    return answered[-1] if answered else None


def current_plan(case: Case) -> Plan | None:
    """The plan that is drafted, approved or applied; replaced, stale and withdrawn ones are history.

    What a store is changed for after the answer (a replay, the end of a period) has plans of its own.
    """
    alive = (Plan.Status.DRAFT, Plan.Status.APPROVED, Plan.Status.APPLIED)
    if (known := attached(case, "plans")) is not None:
        return max((plan for plan in known if not plan.occasion and plan.status in alive), key=_number, default=None)
    rows = case.plans.filter(occasion="", status__in=alive)
    found: Plan | None = rows.order_by("-number").first()
    return found


def _number(plan: Plan) -> int:
    return plan.number


def plan_in_force(case: Case, treatment: str) -> list[dict[str, Any]]:
    """The lines of the current plan with one treatment, as counts and dates; not those where it was so before."""
    plan = current_plan(case)
    lines = plan.summary if plan else []
    return [line for line in lines if line["treatment"] == treatment and line.get("reason") != "already"]


def recipients_left(case: Case) -> list[str]:
    """Recipients of changed data who were neither told nor reasoned away (Art. 19; never waits for their answer, 4.0.3).

    Those the plan names, and those of the register that a notice was made for (dsr.cases.recipient_notices). Of what
    Art. 19 does not name nobody has to be told: a marketing stop answers itself, whoever once got the profile (O-03).
    """
    if case.state != State.NOTIFYING or Right(case.right) not in TELLS_RECIPIENTS:
        return []
    plan, content = current_plan(case), case.content()
    lines = plan.summary if plan else []
    named = dict.fromkeys(name for line in lines for name in line.get("recipients", []))
    named |= dict.fromkeys(content.get("recipients_due", []))
    settled = content.get("recipients", {})
    return [name for name in named if name not in settled]


def _residue_clear(case: Case) -> bool:
    """Every store was read again after the last line, and nothing unexplained is left (rules.md 6.5).

    Only a store that no program reaches at all is not read again by one: there a person's word is the proof, in the chain.
    """
    settled = (Task.Status.DONE, Task.Status.WAIVED)
    work = [task for task in case.tasks.all() if task.operation in {"apply", "verify"}]
    rows = [(task.operation, task.store, task.status) for task in work]
    verified = {store for operation, store, _ in rows if operation == "verify"}
    applied = {
        task.store
        for task in work
        if task.operation == "apply"
        and task.status == Task.Status.DONE
        and not ("by_hand" in task.result and people_only(case.controller, task.store))
    }
    return bool(rows) and all(status in settled for _, _, status in rows) and applied <= verified


def _overdue_reported(case: Case) -> bool:
    if case.due_on is None:
        return False
    return any(row.kind == Incident.Kind.OVERDUE and row.due_on == case.due_on for row in case.incidents.all())


def open_question(case: Case) -> Suspension | None:
    """The pause of the clock that has not ended; at most one has not."""
    return next((row for row in case.suspensions.all() if row.ended_at is None), None)


def silent_days(case: Case, today: date) -> int:
    """Days since the last word: our question, or whatever the person wrote after it; 0 when no question is open."""
    question = open_question(case)
    if question is None:
        return 0
    wrote = Message.objects.filter(request_id=case.request_id, inbound=True).aggregate(at=Max("created_at"))["at"]
    since = question.started_on
    if wrote is not None:
        since = max(since, local_date(case.controller, wrote))
    return int((today - since).days)


def _id(value: object) -> str:
    return str(value) if value else ""


def identified(case: Case) -> bool:
    """Whether what is proved is enough for the right of this case (I-02, I-06, I-07, the step-up of ux.md 1.6)."""
    asked = case.request
    return asked.identity_level >= law.needed(Right(case.right), contact_is_new=asked.contact_is_new)
