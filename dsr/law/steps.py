"""The table a case moves by: rules 4.2 with the amendments of 4.0, one row per action, or several where rights differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dsr.law.codes import Guard
from dsr.law.letters import ANSWERS, REFUSALS, LetterCode
from dsr.law.rights import (
    ABSOLUTE,
    ALL_RIGHTS,
    AT_ONCE,
    CHANGES_NO_STORE,
    CHANGES_STORE,
    CLARIFICATION,
    FEE,
    IDENTITY_QUERY,
    SEARCHES_FIRST,
    Right,
)
from dsr.law.terms import ANSWERED, OPEN, RUNNING, Action, ClockEffect, Role, State

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row: who may take a case of these rights from one of `sources` to `target`, and what must be true first.

    `target` None keeps the state; `to_closed_as` returns a contested case to the answered state it came from.
    `letters` are what the subject gets because of the step; `rule` names the line of the rule book.
    """

    action: Action
    sources: frozenset[State]
    target: State | None
    roles: frozenset[Role]
    guards: tuple[Guard, ...] = ()
    clock: ClockEffect = ClockEffect.KEEP
    letters: tuple[LetterCode, ...] = ()
    rights: frozenset[Right] = ALL_RIGHTS
    to_closed_as: bool = False
    rule: str

    @property
    def letter(self) -> LetterCode | None:
        """The first letter of the step, or None when it sends none."""
        return self.letters[0] if self.letters else None


_STAFF = frozenset({Role.HANDLER, Role.LEAD})
_LEAD = frozenset({Role.LEAD})
_SYSTEM = frozenset({Role.SYSTEM})
_MACHINE = frozenset({Role.SYSTEM, Role.EXECUTOR})


def _at(*states: State) -> frozenset[State]:
    return frozenset(states)


def _sorting() -> Iterator[Step]:
    """What is asked for at all, and whether anybody asks: requests in free words (4.1), and floods of filings (11(2), 12(6))."""
    received = _at(State.RECEIVED)
    yield Step(
        action=Action.CLASSIFY, sources=received, target=State.RECEIVED, roles=_STAFF | {Role.INTAKE}, clock=ClockEffect.RECOMPUTE,
        guards=(Guard.UNCLASSIFIED, Guard.LET_THROUGH), rule="4.1, 4.3, T-26",
    )  # fmt: skip
    yield Step(
        action=Action.UNSORT, sources=_at(State.RECEIVED, State.ASSESSING), target=State.RECEIVED, roles=frozenset({Role.SUBJECT}),
        guards=(Guard.SORTED_ONCE,), rule="4.1, 12(2)",
    )  # fmt: skip
    yield Step(
        action=Action.ANSWER_QUESTION, sources=received, target=State.REFUSED, roles=_LEAD, clock=ClockEffect.STOP,
        guards=(Guard.UNCLASSIFIED, Guard.LET_THROUGH, Guard.REASON_GIVEN), rule="4.1, 12(4)",
    )  # fmt: skip
    yield Step(
        action=Action.FORWARD, sources=_at(State.RECEIVED, State.ASSESSING), target=State.REFUSED, roles=_LEAD, clock=ClockEffect.STOP,
        guards=(Guard.LET_THROUGH, Guard.REASON_GIVEN), rule="4.1 processor_forwarded, 12(4), 28(3)(e)",
    )  # fmt: skip
    yield Step(
        action=Action.DISMISS, sources=received, target=State.NOT_IDENTIFIED, roles=_STAFF, clock=ClockEffect.STOP,
        guards=(Guard.MARKED_SUSPECT, Guard.REASON_GIVEN), rule="11(2), 12(2), 12(4)",
    )  # fmt: skip
    yield Step(
        action=Action.TAKE_UP, sources=_at(State.NOT_IDENTIFIED), target=State.RECEIVED, roles=_STAFF | {Role.SUBJECT},
        clock=ClockEffect.RECOMPUTE, guards=(Guard.DISMISSED,), rule="11(2), T-02",
    )  # fmt: skip


def _intake() -> Iterator[Step]:
    """From receipt to a settled question of who asks for what."""
    yield Step(
        action=Action.REGISTER, sources=_at(), target=State.RECEIVED, clock=ClockEffect.START, rule="4.2 #1, T-02",
        roles=_STAFF | {Role.SUBJECT, Role.SYSTEM, Role.INTAKE, Role.REVIEWER, Role.DPO}, letters=(LetterCode.ACKNOWLEDGEMENT,),
    )  # fmt: skip
    yield Step(
        action=Action.ASK_IDENTITY, sources=_at(State.RECEIVED, State.ASSESSING, State.COLLECTING), target=State.ID_PENDING,
        roles=_STAFF, clock=ClockEffect.PAUSE, letters=(LetterCode.IDENTITY_REQUEST,), rights=IDENTITY_QUERY,
        guards=(
            Guard.CLASSIFIED, Guard.LET_THROUGH, Guard.NO_SUSPENSION_OPEN, Guard.REASON_GIVEN, Guard.LEAST_INTRUSIVE, Guard.QUERY_IN_TIME,
        ),
        rule="4.2 #2, 4.0.1, I-01, T-13",
    )  # fmt: skip
    yield Step(
        action=Action.CONFIRM_IDENTITY, sources=_at(State.ID_PENDING), target=State.ASSESSING, roles=_STAFF | _SYSTEM,
        guards=(Guard.IDENTITY_SUFFICIENT, Guard.ID_COPY_PURGED), clock=ClockEffect.RESUME, rights=IDENTITY_QUERY, rule="4.2 #3, I-04",
    )  # fmt: skip
    yield Step(
        action=Action.CLOSE_NOT_IDENTIFIED, sources=_at(State.ID_PENDING), target=State.NOT_IDENTIFIED, roles=_LEAD,
        guards=(Guard.REMINDED_AND_SILENT, Guard.LETTER_READY), clock=ClockEffect.STOP, letters=(LetterCode.NOT_IDENTIFIED,),
        rights=IDENTITY_QUERY, rule="4.2 #4, T-15",
    )  # fmt: skip
    yield Step(
        action=Action.ASK_CLARIFICATION, sources=_at(State.RECEIVED, State.ASSESSING), target=State.CLARIFY_PENDING,
        roles=_STAFF, clock=ClockEffect.PAUSE,
        guards=(Guard.CLASSIFIED, Guard.LET_THROUGH, Guard.NO_SUSPENSION_OPEN, Guard.LARGE_AND_SPECIFIC, Guard.QUERY_IN_TIME),
        letters=(LetterCode.CLARIFICATION_REQUEST,), rights=CLARIFICATION, rule="4.2 #5, A10, T-13, Recital 63",
    )  # fmt: skip
    yield Step(
        action=Action.ANSWER_CLARIFICATION, sources=_at(State.CLARIFY_PENDING), target=State.ASSESSING,
        roles=_STAFF | {Role.SUBJECT, Role.SYSTEM}, clock=ClockEffect.RESUME, rights=CLARIFICATION, rule="4.2 #6, T-15",
    )  # fmt: skip
    yield Step(
        action=Action.ACCEPT, sources=_at(State.RECEIVED), target=State.ASSESSING, roles=_STAFF | _SYSTEM,
        guards=(Guard.CLASSIFIED, Guard.IDENTITY_SUFFICIENT), rule="4.2 #7, 4.0.1, I-02",
    )  # fmt: skip
    yield Step(
        action=Action.ANNOUNCE_FEE, sources=_at(State.ASSESSING), target=State.FEE_PENDING, roles=_LEAD,
        guards=(Guard.FEE_EVIDENCED, Guard.SECOND_PERSON, Guard.LETTER_READY), clock=ClockEffect.PAUSE, letters=(LetterCode.FEE_NOTICE,),
        rights=FEE, rule="4.2 #8, F-05, 4.0.7",
    )  # fmt: skip
    yield Step(
        action=Action.FEE_SETTLED, sources=_at(State.FEE_PENDING), target=State.ASSESSING, roles=_STAFF | _SYSTEM,
        clock=ClockEffect.RESUME, rights=FEE, rule="4.0.1",
    )  # fmt: skip


def _work() -> Iterator[Step]:
    """Search, draft, and the second pair of eyes."""
    yield Step(
        action=Action.START_COLLECTION, sources=_at(State.ASSESSING), target=State.COLLECTING, roles=_STAFF,
        guards=(Guard.IDENTITY_SUFFICIENT, Guard.SCOPE_COMPLETE), rights=SEARCHES_FIRST, rule="4.2 #9, I-07",
    )  # fmt: skip
    yield Step(
        action=Action.FINISH_COLLECTION, sources=_at(State.COLLECTING), target=State.DRAFTING, roles=_SYSTEM,
        guards=(Guard.TASKS_DONE,), rights=SEARCHES_FIRST, rule="4.2 #10",
    )  # fmt: skip
    yield Step(
        action=Action.COLLECT_AGAIN, sources=_at(State.DRAFTING), target=State.COLLECTING, roles=_STAFF,
        guards=(Guard.REASON_GIVEN,), rights=SEARCHES_FIRST, rule="4.0.1",
    )  # fmt: skip
    yield Step(
        action=Action.SUBMIT_FOR_REVIEW, sources=_at(State.DRAFTING), target=State.REVIEW, roles=_STAFF,
        guards=(Guard.STORES_ANSWERED, Guard.REDACTED, Guard.PACKAGE_READY), rule="4.2 #11",
    )  # fmt: skip
    yield Step(
        action=Action.RETURN_TO_DRAFTING, sources=_at(State.REVIEW), target=State.DRAFTING,
        roles=frozenset({Role.REVIEWER, Role.LEAD}), guards=(Guard.REASON_GIVEN,), rule="4.2 #12",
    )  # fmt: skip
    special = {
        Right.ERASURE: (Guard.LEAD_OR_DPO, Guard.RETENTION_ADVISED),
        Right.AUTOMATED_DECISION: (Guard.NOT_RULE_OWNER,),
    }
    for rights, extra in (
        (ALL_RIGHTS - set(special), ()),
        *((frozenset({right}), extra) for right, extra in special.items()),
    ):
        yield Step(
            action=Action.APPROVE, sources=_at(State.REVIEW), target=State.APPROVED, roles=frozenset({Role.REVIEWER, Role.LEAD}),
            guards=(
                Guard.SECOND_PERSON, Guard.OTHER_REVIEWER, *extra, Guard.MANIFEST_BOUND, Guard.IDENTITY_SUFFICIENT, Guard.STORES_ANSWERED,
                Guard.REDACTED, Guard.REMAINDER_IN_TIME, Guard.ATTESTED,
            ),
            rights=rights, rule="4.2 #13, 4.3, 4.0.4, 4.0.11, O-06",
        )  # fmt: skip


def _execution() -> Iterator[Step]:
    """What changes a store: at once under a policy, or by an approved plan."""
    at_once = _at(State.RECEIVED, State.ASSESSING)
    for right, extra in ((Right.RESTRICTION, (Guard.RESTRICTION_GROUND,)), (Right.OBJECTION, ())):
        yield Step(
            action=Action.RESTRICT_NOW, sources=at_once, target=State.EXECUTING, roles=_STAFF | _SYSTEM, rule="4.0.2, 4.2 #22",
            guards=(Guard.CLASSIFIED, Guard.IDENTITY_SUFFICIENT, *extra, Guard.POLICY_NAMED, Guard.NOT_RESTRICTED_YET), rights=frozenset({right}),
        )  # fmt: skip
    yield Step(
        action=Action.STOP_NOW, sources=at_once, target=State.EXECUTING, roles=_STAFF | {Role.SYSTEM, Role.INTAKE},
        guards=(Guard.CLASSIFIED, Guard.IDENTITY_SUFFICIENT, Guard.POLICY_NAMED), rights=ABSOLUTE, rule="4.0.2, O-03, O-09",
    )  # fmt: skip
    yield Step(
        action=Action.RESUME_ASSESSMENT, sources=_at(State.EXECUTING), target=State.ASSESSING, roles=_STAFF | _SYSTEM,
        guards=(Guard.TASKS_DONE, Guard.UNDECIDED), rights=frozenset({Right.OBJECTION}), rule="4.0.2, 21(1)",
    )  # fmt: skip
    for rights, extra in ((frozenset({Right.ERASURE}), (Guard.COOLING_OVER,)), (CHANGES_STORE - {Right.ERASURE}, ())):
        yield Step(
            action=Action.START_EXECUTION, sources=_at(State.APPROVED), target=State.EXECUTING, roles=_MACHINE,
            guards=(Guard.UNCHANGED_SINCE_APPROVAL, *extra), rights=rights, rule="4.2 #14, idea 3",
        )  # fmt: skip
    yield Step(
        action=Action.PLAN_STALE, sources=_at(State.APPROVED, State.EXECUTING), target=State.DRAFTING,
        roles=_STAFF | _MACHINE, guards=(Guard.REASON_GIVEN,), rule="4.0.1",
    )  # fmt: skip
    for rights, extra in (
        (frozenset({Right.ERASURE}), (Guard.RESIDUE_CLEAR,)),
        (frozenset({Right.OBJECTION}), (Guard.DECIDED,)),
        (CHANGES_STORE - {Right.ERASURE, Right.OBJECTION}, ()),
    ):
        yield Step(
            action=Action.FINISH_EXECUTION, sources=_at(State.EXECUTING), target=State.NOTIFYING, roles=_SYSTEM,
            guards=(Guard.TASKS_DONE, *extra), rights=rights, rule="4.2 #15, 4.0.3",
        )  # fmt: skip
    yield Step(
        action=Action.NOTIFY, sources=_at(State.APPROVED), target=State.NOTIFYING, roles=_STAFF | _MACHINE,
        guards=(Guard.UNCHANGED_SINCE_APPROVAL,), rights=CHANGES_NO_STORE, rule="4.0.1",
    )  # fmt: skip


def _answer() -> Iterator[Step]:
    """The ways to answer and to close."""
    for right in Right:
        policy = right in AT_ONCE and right is not Right.OBJECTION
        bound = Guard.POLICY_OR_APPROVAL if policy else Guard.UNCHANGED_SINCE_APPROVAL
        ends = (Guard.TASKS_DONE, bound, Guard.LETTER_READY, Guard.RECIPIENTS_TOLD)
        who = _STAFF | _SYSTEM if policy else _STAFF
        only, answer = frozenset({right}), ANSWERS[right]
        yield Step(
            action=Action.COMPLETE, sources=_at(State.NOTIFYING), target=State.COMPLETED, roles=who, clock=ClockEffect.STOP,
            guards=(*ends, Guard.NOTHING_KEPT), letters=(answer,), rights=only, rule="4.2 #16",
        )  # fmt: skip
        yield Step(
            action=Action.COMPLETE_PARTLY, sources=_at(State.NOTIFYING), target=State.PARTLY_COMPLETED, roles=_STAFF,
            guards=(*ends, Guard.REMAINDER_TOLD), clock=ClockEffect.STOP, letters=(answer, LetterCode.PARTIAL_REFUSAL),
            rights=only, rule="4.2 #16, 4.0.4",
        )  # fmt: skip
        refusing = (
            Guard.GROUND_APPLIES,
            Guard.TWELVE_FIVE,
            Guard.TWO_PERSONS,
            Guard.OTHER_REVIEWER,
            Guard.REFUSED_IN_TIME,
        )
        # What was applied cannot be refused as a whole any more; a stop or a pause pending the decision can.
        kept = () if right in AT_ONCE else (Guard.NOTHING_APPLIED,)
        yield Step(
            action=Action.REFUSE, sources=_at(State.ASSESSING, State.REVIEW, State.FEE_PENDING), target=State.REFUSED, roles=_LEAD,
            guards=(*refusing, *kept, Guard.LETTER_READY), clock=ClockEffect.STOP, letters=(REFUSALS[right],), rights=only,
            rule="4.2 #17, 4.0.1, T-19, T-20, F-06",
        )  # fmt: skip
    yield Step(
        action=Action.EXTEND, sources=RUNNING, target=None, roles=_LEAD, clock=ClockEffect.EXTEND, rule="4.2 #18, T-16 to T-18",
        guards=(Guard.EXTENDABLE, Guard.EXTENSION_REASON, Guard.EXTENSION_IN_TIME, Guard.LETTER_READY), letters=(LetterCode.EXTENSION_NOTICE,),
    )  # fmt: skip
    yield Step(
        action=Action.WITHDRAW, sources=RUNNING, target=State.WITHDRAWN, roles=_STAFF | {Role.SUBJECT}, clock=ClockEffect.STOP,
        guards=(Guard.NOTHING_APPLIED, Guard.WITHDRAWAL_PROVEN), letters=(LetterCode.WITHDRAWAL_CONFIRMED,), rule="4.2 #19, 4.0.1",
    )  # fmt: skip


def _afterwards() -> Iterator[Step]:
    """Dispute, restriction, and the end of the file."""
    yield Step(
        action=Action.CONTEST, sources=ANSWERED | {State.ARCHIVED}, target=State.CONTESTED, clock=ClockEffect.INTERNAL,
        roles=frozenset({Role.SUBJECT, Role.LEAD, Role.DPO}), letters=(LetterCode.CONTEST_ACKNOWLEDGEMENT,), rule="4.2 #20, 4.0.1",
    )  # fmt: skip
    yield Step(
        action=Action.REASSESS, sources=_at(State.CONTESTED), target=State.ASSESSING, roles=_LEAD, guards=(Guard.OTHER_REVIEWER,),
        rule="4.2 #21",
    )  # fmt: skip
    yield Step(
        action=Action.UPHOLD, sources=_at(State.CONTESTED), target=None, to_closed_as=True, roles=_LEAD, clock=ClockEffect.STOP,
        guards=(Guard.OTHER_REVIEWER, Guard.OUTCOME_KNOWN, Guard.REASON_GIVEN, Guard.LETTER_READY), letters=(LetterCode.REFUSAL,), rule="4.2 #21",
    )  # fmt: skip
    pausing = frozenset({Right.RESTRICTION, Right.OBJECTION})
    yield Step(
        action=Action.ANNOUNCE_LIFT, sources=OPEN | ANSWERED, target=None, roles=_STAFF, rights=pausing, rule="4.2 #22, Q-06",
        guards=(Guard.IS_RESTRICTED, Guard.REASON_GIVEN, Guard.LETTER_READY), letters=(LetterCode.RESTRICTION_LIFT,),
    )  # fmt: skip
    yield Step(
        action=Action.LIFT_RESTRICTION, sources=OPEN | ANSWERED, target=None, roles=_LEAD | _SYSTEM, rights=pausing,
        guards=(Guard.IS_RESTRICTED, Guard.LIFT_ANNOUNCED, Guard.RELEASE_REACHED), rule="4.2 #22, 18(3)",
    )  # fmt: skip
    yield Step(
        action=Action.REPORT_OVERDUE, sources=RUNNING, target=None, roles=_SYSTEM, guards=(Guard.OVERDUE,),
        letters=(LetterCode.OVERDUE_NOTICE,), rule="4.2 #23, 4.0.6",
    )  # fmt: skip
    yield Step(
        action=Action.CORRECT_RECEIPT, sources=OPEN, target=None, roles=frozenset({Role.DPO}), clock=ClockEffect.RECOMPUTE,
        guards=(Guard.REASON_GIVEN, Guard.NOT_LATER_THAN_TOLD), letters=(LetterCode.ACKNOWLEDGEMENT,), rule="4.2 #26",
    )  # fmt: skip
    yield Step(
        action=Action.ARCHIVE, sources=ANSWERED, target=State.ARCHIVED, roles=_SYSTEM, rule="4.2 #24, 4.0.8",
        guards=(Guard.AFTERCARE_OVER, Guard.NO_RESTRICTION_LEFT, Guard.NO_LEGAL_HOLD),
    )  # fmt: skip
    yield Step(
        action=Action.PURGE, sources=_at(State.ARCHIVED), target=State.PURGED, roles=_SYSTEM, rule="4.2 #25, 4.5",
        guards=(Guard.RETENTION_OVER, Guard.NO_LEGAL_HOLD),
    )  # fmt: skip


STEPS: Final[tuple[Step, ...]] = (*_sorting(), *_intake(), *_work(), *_execution(), *_answer(), *_afterwards())
