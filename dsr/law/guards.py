"""Guards: what must be true before an action. Each is a pure function over the facts with refusal codes of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dsr.law import guards_approval as approval
from dsr.law import identity
from dsr.law.codes import Guard, RefusalCode
from dsr.law.decisions import Opinion
from dsr.law.rights import GROUNDS, ExtensionReason, RestrictionGround
from dsr.law.terms import ANSWERED, Actor, Facts, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

# T-13: authorities accepted queries after 5 and 6 days; from this day on only the DPO's word lets one stop the clock.
QUERY_BLOCKED_FROM_DAY: Final = 10
# #4: at least this many days of silence after the identity query, with a reminder in between.
SILENCE_DAYS: Final = 30
# 18(3) as policy: the notice precedes the lifting by this many days.
LIFT_NOTICE_DAYS: Final = 7
# 4.0.8: package expiry and the re-scan lie within these days after closing.
ARCHIVE_AFTER_DAYS: Final = 90


def _identity_sufficient(facts: Facts, _actor: Actor) -> Refusal | None:
    """I-02, I-06, I-07: the level the right asks for; more when the contact that proved it is a new one."""
    needed = identity.needed(facts.right, contact_is_new=facts.contact_is_new)
    if facts.identity_level >= needed:
        return None
    return approval.no(RefusalCode.IDENTITY_TOO_LOW, level=facts.identity_level, needed=int(needed))


def _sorted_once(facts: Facts, _actor: Actor) -> Refusal | None:
    """4.1: what the office understood may be wrong, and the person says so once; after that both talk."""
    if facts.unclassified or not facts.sorted_before:
        return approval.no(RefusalCode.NOT_CLASSIFIED)
    return approval.no(RefusalCode.UNSORTED_ALREADY) if facts.unsorted_before else None


def _query_in_time(facts: Facts, _actor: Actor) -> Refusal | None:
    """T-13: a late query stops the clock only on the DPO's word."""
    if facts.received_on is None:
        return approval.no(RefusalCode.DUE_DATE_UNKNOWN)
    day = (facts.today - facts.received_on).days
    if day < QUERY_BLOCKED_FROM_DAY:
        return None
    return approval.advised(
        facts, Opinion.LATE_QUESTION, approval.no(RefusalCode.QUERY_TOO_LATE, day=day, limit=QUERY_BLOCKED_FROM_DAY)
    )


def _reminded_and_silent(facts: Facts, _actor: Actor) -> Refusal | None:
    """#4: one reminder and 30 days of silence."""
    if facts.reminders_sent < 1:
        return approval.no(RefusalCode.REMINDER_MISSING)
    if facts.silent_days < SILENCE_DAYS:
        return approval.no(RefusalCode.SILENCE_TOO_SHORT, days=facts.silent_days, needed=SILENCE_DAYS)
    return None


def _large_and_specific(facts: Facts, _actor: Actor) -> Refusal | None:
    """#5, Recital 63: only where much is processed, and only with a question one can answer."""
    if not facts.large_quantity:
        return approval.no(RefusalCode.NOT_LARGE)
    return None if facts.clarification_specific else approval.no(RefusalCode.NOT_SPECIFIC)


def _tasks_done(facts: Facts, _actor: Actor) -> Refusal | None:
    """#10, #15: every store answered, was empty, or was waived with a reason."""
    if facts.tasks_manual:
        return approval.no(RefusalCode.TASKS_MANUAL, count=facts.tasks_manual)
    return approval.no(RefusalCode.TASKS_OPEN, count=facts.tasks_open) if facts.tasks_open else None


def _unchanged(facts: Facts, _actor: Actor) -> Refusal | None:
    """Idea 3: the approval binds a hash; what changed since was never approved."""
    if not facts.approved_sha256:
        return approval.no(RefusalCode.NOT_APPROVED)
    return None if facts.approved_sha256 == facts.manifest_sha256 else approval.no(RefusalCode.CHANGED_SINCE_APPROVAL)


def _policy_or_approval(facts: Facts, actor: Actor) -> Refusal | None:
    """4.0.2: a standing policy stands in for the second person, unless a person did approve something."""
    return None if facts.policy and not facts.approved_sha256 else _unchanged(facts, actor)


def _restriction_ground(facts: Facts, _actor: Actor) -> Refusal | None:
    """Q-01: one of 18(1)(a)-(d)."""
    return (
        None
        if facts.ground in {g.value for g in RestrictionGround}
        else approval.no(RefusalCode.RESTRICTION_GROUND_MISSING)
    )


def _remainder_told(facts: Facts, _actor: Actor) -> Refusal | None:
    """4.0.4: a kept remainder is a partial refusal and is told within the first month, or late with the DPO."""
    if not facts.kept_remainder:
        return approval.no(RefusalCode.NOTHING_KEPT)
    told = facts.remainder_told_on or facts.today
    return _within_first_month(facts, told, RefusalCode.REMAINDER_TOLD_LATE)


def _within_first_month(facts: Facts, day: date, code: RefusalCode) -> Refusal | None:
    """12(4): on or before the first-month date (4.0.5); afterwards only as a late refusal with the DPO (T-20)."""
    limit = facts.first_month_due_on
    if limit is None and not facts.suspension_open:
        return approval.no(RefusalCode.DUE_DATE_UNKNOWN)
    if limit is None or day <= limit:
        return None
    if not facts.late_refusal:
        return approval.no(code, limit=limit)
    return approval.advised(facts, Opinion.LATE_REFUSAL, approval.no(RefusalCode.LATE_REFUSAL_NEEDS_DPO, limit=limit))


def _refused_in_time(facts: Facts, _actor: Actor) -> Refusal | None:
    """T-19, T-20, #17."""
    return _within_first_month(facts, facts.today, RefusalCode.FIRST_MONTH_OVER)


def _ground_applies(facts: Facts, _actor: Actor) -> Refusal | None:
    """#17: a code from the list of the right; a refusal is never just 'no'."""
    if not facts.ground:
        return approval.no(RefusalCode.GROUND_MISSING)
    return (
        None
        if facts.ground in {g.value for g in GROUNDS[facts.right]}
        else approval.no(RefusalCode.GROUND_NOT_FOR_RIGHT)
    )


def _fee_evidenced(facts: Facts, _actor: Actor) -> Refusal | None:
    """#8, F-06: the form, the DPO's opinion about the fee or the request, and an amount somebody can check."""
    if not facts.evidence_form:
        return approval.no(RefusalCode.EVIDENCE_MISSING)
    about = Opinion.FEE if Opinion.FEE.value in facts.advised else Opinion.EXCESSIVE
    if (refused := approval.advised(facts, about, approval.no(RefusalCode.DPO_MISSING))) is not None:
        return refused
    return None if facts.fee_basis else approval.no(RefusalCode.FEE_BASIS_MISSING)


def _extendable(facts: Facts, _actor: Actor) -> Refusal | None:
    """T-17: once, and only where the regime knows an extension."""
    if facts.extended:
        return approval.no(RefusalCode.EXTENDED_ALREADY)
    return None if facts.extension_allowed else approval.no(RefusalCode.NO_EXTENSION)


def _extension_in_time(facts: Facts, _actor: Actor) -> Refusal | None:
    """T-17, 4.0.5: the notice reaches the subject on or before the first-month date; by post it leaves earlier."""
    limit = facts.notice_by_on or facts.first_month_due_on
    if limit is None:
        return None if facts.suspension_open else approval.no(RefusalCode.DUE_DATE_UNKNOWN)
    return None if facts.today <= limit else approval.no(RefusalCode.EXTENSION_TOO_LATE, limit=limit)


def _withdrawal_proven(facts: Facts, actor: Actor) -> Refusal | None:
    """#19: the subject's own act in the portal, or her written word in the hands of staff."""
    proven = actor.kind == "subject" or facts.withdrawal_confirmed
    return None if proven else approval.no(RefusalCode.WITHDRAWAL_UNPROVEN)


def _lift_announced(facts: Facts, _actor: Actor) -> Refusal | None:
    """18(3), Q-06: told first, and at least a week before."""
    if facts.lift_told_on is None:
        return approval.no(RefusalCode.LIFT_NOT_ANNOUNCED)
    earliest = facts.lift_told_on + timedelta(days=LIFT_NOTICE_DAYS)
    return None if facts.today >= earliest else approval.no(RefusalCode.LIFT_TOO_EARLY, earliest=earliest)


def _release_reached(facts: Facts, _actor: Actor) -> Refusal | None:
    """#22: `release_after` has passed, where one was set."""
    after = facts.release_after
    return None if after is None or facts.today > after else approval.no(RefusalCode.RELEASE_NOT_REACHED, after=after)


def _overdue(facts: Facts, _actor: Actor) -> Refusal | None:
    """4.0.6: overdue counts from the day after `due_on`; it is reported once."""
    if facts.due_on is None or facts.today <= facts.due_on:
        return approval.no(RefusalCode.NOT_OVERDUE)
    return approval.no(RefusalCode.OVERDUE_REPORTED) if facts.overdue_reported else None


def _not_later_than_told(facts: Facts, _actor: Actor) -> Refusal | None:
    """#26, 1.3: a date the subject was told moves to a later day only with a new letter."""
    told, proposed = facts.told_due_on, facts.proposed_due_on
    if told and proposed and proposed > told and not facts.letter_ready:
        return approval.no(RefusalCode.LATER_THAN_TOLD, told=told, proposed=proposed)
    return None


def _aftercare_over(facts: Facts, _actor: Actor) -> Refusal | None:
    """4.0.8: 90 days, and nothing of the answer is still being looked after."""
    if facts.closed_days < ARCHIVE_AFTER_DAYS:
        return approval.no(RefusalCode.CLOSED_TOO_RECENTLY, days=facts.closed_days, needed=ARCHIVE_AFTER_DAYS)
    return approval.no(RefusalCode.AFTERCARE_OPEN, count=facts.aftercare_open) if facts.aftercare_open else None


def _retention_over(facts: Facts, _actor: Actor) -> Refusal | None:
    """#25, 4.5: the file is kept through its last day."""
    if facts.keep_until is None:
        return approval.no(RefusalCode.RETENTION_UNKNOWN)
    return None if facts.today > facts.keep_until else approval.no(RefusalCode.RETENTION_RUNS, until=facts.keep_until)


def _when(wanted: Callable[[Facts], object], code: RefusalCode) -> Callable[[Facts, Actor], Refusal | None]:
    """A guard that is nothing but one fact."""

    def guard(facts: Facts, _actor: Actor) -> Refusal | None:
        return None if wanted(facts) else approval.no(code)

    return guard


GUARDS: Final[Mapping[Guard, Callable[[Facts, Actor], Refusal | None]]] = {
    Guard.CLASSIFIED: _when(lambda f: not f.unclassified, RefusalCode.NOT_CLASSIFIED),
    Guard.UNCLASSIFIED: _when(lambda f: f.unclassified, RefusalCode.CLASSIFIED_ALREADY),
    Guard.SORTED_ONCE: _sorted_once,
    Guard.LET_THROUGH: _when(lambda f: not f.held, RefusalCode.HELD),
    Guard.MARKED_SUSPECT: _when(lambda f: f.held, RefusalCode.NOT_HELD),
    Guard.DISMISSED: _when(lambda f: f.dismissed, RefusalCode.NOT_DISMISSED),
    Guard.IDENTITY_SUFFICIENT: _identity_sufficient,
    Guard.REASON_GIVEN: _when(lambda f: f.reason_given, RefusalCode.REASON_MISSING),
    Guard.LEAST_INTRUSIVE: _when(lambda f: not f.id_copy_first, RefusalCode.ID_COPY_FIRST),
    Guard.ID_COPY_PURGED: _when(lambda f: not f.id_copy_held, RefusalCode.ID_COPY_HELD),
    Guard.QUERY_IN_TIME: _query_in_time,
    Guard.NO_SUSPENSION_OPEN: _when(lambda f: not f.suspension_open, RefusalCode.SUSPENSION_OPEN),
    Guard.REMINDED_AND_SILENT: _reminded_and_silent,
    Guard.LARGE_AND_SPECIFIC: _large_and_specific,
    Guard.FEE_EVIDENCED: _fee_evidenced,
    Guard.SCOPE_COMPLETE: _when(lambda f: f.scope_complete, RefusalCode.SCOPE_OPEN),
    Guard.TASKS_DONE: _tasks_done,
    Guard.PACKAGE_READY: _when(lambda f: f.package_ready, RefusalCode.PACKAGE_NOT_READY),
    Guard.REDACTED: approval.redacted,
    Guard.MANIFEST_BOUND: _when(lambda f: f.manifest_sha256, RefusalCode.MANIFEST_MISSING),
    Guard.SECOND_PERSON: approval.second_person,
    Guard.OTHER_REVIEWER: approval.other_reviewer,
    Guard.NOT_RULE_OWNER: approval.not_rule_owner,
    Guard.LEAD_OR_DPO: approval.lead_or_dpo,
    Guard.STORES_ANSWERED: approval.stores_answered,
    Guard.RETENTION_ADVISED: approval.retention_advised,
    Guard.REMAINDER_IN_TIME: approval.remainder_in_time,
    Guard.ATTESTED: approval.attested,
    Guard.UNCHANGED_SINCE_APPROVAL: _unchanged,
    Guard.COOLING_OVER: _when(lambda f: f.cooling_over, RefusalCode.COOLING),
    Guard.RESIDUE_CLEAR: _when(lambda f: f.residue_clear, RefusalCode.RESIDUE),
    Guard.DECIDED: _when(lambda f: f.approved_sha256, RefusalCode.NOT_APPROVED),
    Guard.UNDECIDED: _when(lambda f: not f.approved_sha256, RefusalCode.DECIDED_ALREADY),
    Guard.NOT_RESTRICTED_YET: _when(lambda f: not f.restriction_open, RefusalCode.RESTRICTED_ALREADY),
    Guard.IS_RESTRICTED: _when(lambda f: f.restriction_open, RefusalCode.NOT_RESTRICTED),
    Guard.NO_RESTRICTION_LEFT: _when(lambda f: not f.restriction_open, RefusalCode.RESTRICTION_RUNS),
    Guard.RESTRICTION_GROUND: _restriction_ground,
    Guard.POLICY_OR_APPROVAL: _policy_or_approval,
    Guard.POLICY_NAMED: _when(lambda f: f.policy, RefusalCode.POLICY_MISSING),
    Guard.LETTER_READY: _when(lambda f: f.letter_ready, RefusalCode.LETTER_NOT_READY),
    Guard.RECIPIENTS_TOLD: _when(lambda f: not f.recipients_open, RefusalCode.RECIPIENTS_OPEN),
    Guard.NOTHING_KEPT: _when(lambda f: not f.kept_remainder, RefusalCode.REMAINDER_KEPT),
    Guard.REMAINDER_TOLD: _remainder_told,
    Guard.GROUND_APPLIES: _ground_applies,
    Guard.TWELVE_FIVE: approval.twelve_five,
    Guard.REFUSED_IN_TIME: _refused_in_time,
    Guard.TWO_PERSONS: approval.two_persons,
    Guard.NOTHING_APPLIED: _when(lambda f: not f.first_line_applied, RefusalCode.APPLIED_ALREADY),
    Guard.EXTENDABLE: _extendable,
    Guard.EXTENSION_REASON: _when(
        lambda f: f.ground in {r.value for r in ExtensionReason}, RefusalCode.EXTENSION_REASON
    ),
    Guard.EXTENSION_IN_TIME: _extension_in_time,
    Guard.WITHDRAWAL_PROVEN: _withdrawal_proven,
    Guard.OUTCOME_KNOWN: _when(lambda f: f.closed_as in ANSWERED, RefusalCode.OUTCOME_UNKNOWN),
    Guard.LIFT_ANNOUNCED: _lift_announced,
    Guard.RELEASE_REACHED: _release_reached,
    Guard.OVERDUE: _overdue,
    Guard.NOT_LATER_THAN_TOLD: _not_later_than_told,
    Guard.AFTERCARE_OVER: _aftercare_over,
    Guard.RETENTION_OVER: _retention_over,
    Guard.NO_LEGAL_HOLD: _when(lambda f: not f.legal_hold, RefusalCode.LEGAL_HOLD),
}
