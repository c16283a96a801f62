"""Guards of an approval: who may be the second person, what the data protection officer said, what the approver saw (4.3, 4.0.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.law.attest import ATTESTATIONS
from dsr.law.codes import RefusalCode
from dsr.law.decisions import Opinion
from dsr.law.rights import TWO_PERSON_REFUSAL, Ground
from dsr.law.terms import Actor, Facts, Refusal, Role

if TYPE_CHECKING:
    from datetime import date


def no(code: RefusalCode, **params: str | int | date) -> Refusal:
    """A refusal with what its words need."""
    return Refusal(code, params)


def advised(facts: Facts, about: Opinion, missing: Refusal | None) -> Refusal | None:
    """4.0.7: the DPO's opinion about just this is on file (else `missing`), and no objection of hers is left unanswered.

    An objection to what was replaced since stands as well: she may agree to the new one, or a lead decides against it.
    """
    if about.value in facts.objected:
        return no(RefusalCode.DPO_OBJECTS, about=about.value)
    return None if about.value in facts.advised else missing


def second_person(facts: Facts, actor: Actor) -> Refusal | None:
    """4.3: whoever handled or prepared a case does not approve it; without a known preparer nobody is 'second'."""
    hands = ({facts.handler_id, facts.preparer_id} | facts.hand_ids) - {""}
    if not hands:
        return no(RefusalCode.PREPARER_UNKNOWN)
    return no(RefusalCode.SAME_PERSON) if actor.id in hands else None


def two_persons(facts: Facts, actor: Actor) -> Refusal | None:
    """4.0.7: for 12(5) and for refusing 15 and 17 the preparer and the decider differ."""
    if facts.right in TWO_PERSON_REFUSAL or facts.ground == Ground.UNFOUNDED_OR_EXCESSIVE:
        return second_person(facts, actor)
    return None


def other_reviewer(facts: Facts, actor: Actor) -> Refusal | None:
    """4.3: a contested decision is looked at by somebody else."""
    return no(RefusalCode.SAME_REVIEWER) if facts.first_reviewer_id and actor.id == facts.first_reviewer_id else None


def not_rule_owner(facts: Facts, actor: Actor) -> Refusal | None:
    """O-06: who configured the rule does not review its outcome."""
    return no(RefusalCode.RULE_OWNER) if facts.rule_owner_id and actor.id == facts.rule_owner_id else None


def lead_or_dpo(facts: Facts, actor: Actor) -> Refusal | None:
    """#13: erasure is approved by a lead, or after the DPO was consulted; never past her objection."""
    missing = None if Role.LEAD in actor.effective else no(RefusalCode.LEAD_OR_DPO)
    return advised(facts, Opinion.ERASURE, missing)


def stores_answered(facts: Facts, _actor: Actor) -> Refusal | None:
    """#10 once more: nobody handed in a draft over a store that is still to answer."""
    return no(RefusalCode.STORES_OPEN, count=facts.stores_open) if facts.stores_open else None


def redacted(facts: Facts, _actor: Actor) -> Refusal | None:
    """4.1 DRAFTING, X-04: whoever hands the draft on has read it and decided on every suggestion."""
    return no(RefusalCode.REDACTION_OPEN, count=facts.redactions_open) if facts.redactions_open else None


def retention_advised(facts: Facts, _actor: Actor) -> Refusal | None:
    """4.0.11: a rule marked [K] never deletes by itself; where its period seems over, the DPO says what holds."""
    if not facts.retention_uncertain:
        return None
    return advised(facts, Opinion.RETENTION, no(RefusalCode.RETENTION_NEEDS_DPO))


def remainder_in_time(facts: Facts, _actor: Actor) -> Refusal | None:
    """4.0.4, T-20: what stays is told within the first month; approved later than that, it takes the DPO's word first."""
    limit = facts.first_month_due_on
    if not facts.kept_remainder or limit is None or facts.today <= limit:
        return None
    if facts.remainder_told_on and facts.remainder_told_on <= limit:
        return None
    return advised(facts, Opinion.LATE_REFUSAL, no(RefusalCode.LATE_REFUSAL_NEEDS_DPO, limit=limit))


def attested(facts: Facts, _actor: Actor) -> Refusal | None:
    """#13: the approver says what only a human can say; the event keeps it."""
    missing = [one.value for one in ATTESTATIONS[facts.right] if one.value not in facts.attested]
    return no(RefusalCode.NOT_ATTESTED, count=len(missing)) if missing else None


def twelve_five(facts: Facts, _actor: Actor) -> Refusal | None:
    """F-06: 12(5) needs the filled evidence form and the DPO's consultation."""
    if facts.ground != Ground.UNFOUNDED_OR_EXCESSIVE:
        return None
    if not facts.evidence_form:
        return no(RefusalCode.EVIDENCE_MISSING)
    return advised(facts, Opinion.EXCESSIVE, no(RefusalCode.DPO_MISSING))
