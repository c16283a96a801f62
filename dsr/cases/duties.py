"""Who does what beside the workflow table (rules.md 4.3): an assignment, a message, another try of a task.

What the table has a row for is not here. The verbs ask before they write (`dsr.cases.perform.insist`), the desk asks before
it shows a button: one table, one refusal, the same words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.workflow import STEPS, Action, Refusal, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.law.workflow import Actor


class Duty(StrEnum):
    """What happens to a case beside the table."""

    REGISTER = "register"
    ASSIGN = "assign"
    MESSAGE = "message"
    IDENTIFY = "identify"
    DECIDE_MATCH = "decide_match"
    RETRY = "retry"
    WAIVE = "waive"
    SEND_AGAIN = "send_again"
    DRAFT = "draft"
    REDACT = "redact"
    CHECK_STORE = "check_store"
    OFFER_AGAIN = "offer_again"
    REVOKE = "revoke"
    WORD_LETTERS = "word_letters"
    SETTLE_HELD = "settle_held"
    DISMISS_WAVE = "dismiss_wave"
    BRAND = "brand"
    ORDER_REPORT = "order_report"
    TAG = "tag"
    SHARE_VIEW = "share_view"
    SHARE_RULE = "share_rule"
    EXPORT_QUEUE = "export_queue"
    CHASE = "chase"
    HAND_IN = "hand_in"
    NOTE = "note"
    LINK = "link"
    ADVISE = "advise"
    ASK_DPO = "ask_dpo"
    DECIDE_AGAINST = "decide_against"
    SETTLE_MAIL = "settle_mail"
    FORWARD = "forward"
    PARTNERS = "partners"
    PERIODS = "periods"
    CALENDAR = "calendar"
    LADDER = "ladder"
    RETENTION = "retention"
    SEE_SETUP = "see_setup"
    SIGNING_KEY = "signing_key"
    PEOPLE = "people"
    BREAK_GLASS = "break_glass"
    REVIEW_GLASS = "review_glass"
    APPROVE_LATER = "approve_later"
    KEEP_END = "keep_end"
    HOLD = "hold"
    LIFT_HOLD = "lift_hold"
    AUTHORITY = "authority"
    EVIDENCE_PACK = "evidence_pack"
    EVIDENCE_FILE = "evidence_file"
    DECLARE_CLOSENESS = "declare_closeness"
    DECLARE_FOR_OTHERS = "declare_for_others"
    RECIPIENTS = "recipients"
    TELL_RECIPIENTS = "tell_recipients"


def _as_in_the_table(action: Action) -> frozenset[Role]:
    roles = frozenset().union(*(step.roles for step in STEPS if step.action is action))
    return frozenset(roles) - {Role.SUBJECT, Role.SYSTEM, Role.EXECUTOR}


_HANDLING: Final = _as_in_the_table(Action.SUBMIT_FOR_REVIEW)
DUTIES: Final[Mapping[Duty, frozenset[Role]]] = {
    Duty.REGISTER: _as_in_the_table(Action.REGISTER),
    Duty.ASSIGN: _HANDLING | {Role.INTAKE, Role.REVIEWER},
    Duty.MESSAGE: _HANDLING | {Role.INTAKE},
    Duty.IDENTIFY: _as_in_the_table(Action.CONFIRM_IDENTITY),
    Duty.DECIDE_MATCH: _HANDLING,
    Duty.RETRY: _HANDLING | {Role.ADMINISTRATOR},
    Duty.WAIVE: frozenset({Role.LEAD}),  # 4.2 no. 10
    Duty.SEND_AGAIN: _HANDLING,
    Duty.DRAFT: _HANDLING,
    Duty.REDACT: _HANDLING,
    Duty.CHECK_STORE: _HANDLING | {Role.ADMINISTRATOR},
    Duty.OFFER_AGAIN: _HANDLING,
    # What went out wrong is a breach in the making: whoever decides, and whoever watches, can stop it.
    Duty.REVOKE: frozenset({Role.LEAD, Role.DPO}),
    Duty.WORD_LETTERS: frozenset({Role.ADMINISTRATOR, Role.DPO}),
    Duty.SETTLE_HELD: _as_in_the_table(Action.DISMISS),
    Duty.DISMISS_WAVE: frozenset({Role.LEAD}),
    # Departments that work by hand, notes, and which requests are of one person: whoever works on the case.
    Duty.CHASE: _HANDLING,
    Duty.HAND_IN: _HANDLING,
    Duty.NOTE: _HANDLING | {Role.INTAKE, Role.REVIEWER, Role.DPO},
    Duty.LINK: _HANDLING,
    Duty.BRAND: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    Duty.ORDER_REPORT: frozenset({Role.LEAD, Role.DPO}),
    Duty.TAG: _HANDLING | {Role.INTAKE, Role.REVIEWER},
    Duty.SHARE_VIEW: frozenset({Role.LEAD}),
    Duty.SHARE_RULE: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    # Intake registers and does not export (4.3); who sees no person gets a list without names.
    Duty.EXPORT_QUEUE: _HANDLING | {Role.REVIEWER, Role.DPO, Role.AUDITOR, Role.ADMINISTRATOR},
    Duty.ADVISE: frozenset({Role.DPO}),  # Art. 39(1)(a): she is asked, and decides nothing
    Duty.ASK_DPO: _HANDLING | {Role.INTAKE, Role.REVIEWER},
    Duty.DECIDE_AGAINST: frozenset({Role.LEAD}),  # 4.0.7: the lead decides
    # Whoever sorts requests in free words also says what a mail is that the program could not place.
    Duty.SETTLE_MAIL: _as_in_the_table(Action.CLASSIFY),
    Duty.FORWARD: _HANDLING,
    Duty.PARTNERS: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    # Art. 19: who is told of changes, and by which way; what becomes of a notice is up to whoever handles the case.
    Duty.RECIPIENTS: frozenset({Role.LEAD, Role.DPO, Role.ADMINISTRATOR}),
    Duty.TELL_RECIPIENTS: _HANDLING,
    Duty.PEOPLE: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    Duty.BREAK_GLASS: frozenset({Role.DEPUTY}),  # 4.3: deputies of the DPO only
    Duty.REVIEW_GLASS: frozenset({Role.DPO, Role.LEAD}),
    # What is erased after the answer: whoever approves erasures; the day on which a contract or a dispute ends: who works on it.
    Duty.APPROVE_LATER: frozenset({Role.LEAD}),
    Duty.KEEP_END: _HANDLING | {Role.DPO},
    # Whoever handles a case may stop it; lifting lets an erasure go on.
    Duty.HOLD: frozenset({Role.HANDLER, Role.LEAD, Role.DPO}),
    Duty.LIFT_HOLD: frozenset({Role.LEAD, Role.DPO}),
    # Art. 31, 39(1)(d): whoever answers for the cases, and whoever works together with the authority.
    Duty.AUTHORITY: frozenset({Role.LEAD, Role.DPO}),
    # 4.6: who answers an authority, and who checks; the auditor reads log and metadata only (4.3).
    Duty.EVIDENCE_PACK: frozenset({Role.LEAD, Role.DPO, Role.AUDITOR}),
    Duty.EVIDENCE_FILE: frozenset({Role.LEAD, Role.DPO}),
    # 4.3: everybody says of herself that she is too close; of a colleague, and that it is not so, only a lead.
    Duty.DECLARE_CLOSENESS: frozenset(Role) - {Role.SUBJECT, Role.SYSTEM, Role.EXECUTOR},
    Duty.DECLARE_FOR_OTHERS: frozenset({Role.LEAD}),
    # Policy within the law is the lead's and whoever operates; what the law itself says here is the data protection officer's.
    Duty.PERIODS: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    Duty.CALENDAR: frozenset({Role.DPO}),  # 4.2 no. 26
    Duty.LADDER: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    Duty.RETENTION: frozenset({Role.DPO}),  # 4.0.11: the row that may delete by itself
    Duty.SEE_SETUP: frozenset({Role.ADMINISTRATOR, Role.LEAD, Role.DPO}),
    Duty.SIGNING_KEY: frozenset({Role.ADMINISTRATOR}),
}


def duty_refusal(actor: Actor, duty: Duty) -> Refusal | None:
    """Why the actor may not do this, or None; the same refusals that the table gives for a wrong role and for closeness."""
    if actor.barred and duty is not Duty.DECLARE_CLOSENESS:
        return Refusal("barred", {})
    if DUTIES[duty] & actor.effective:
        return None
    return Refusal("role", {"roles": ",".join(sorted(DUTIES[duty]))})
