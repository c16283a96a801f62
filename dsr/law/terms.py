"""The vocabulary of a case: states, roles, actions, actors, and the snapshot of facts every guard reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dsr.law.rights import Right


class State(StrEnum):
    """Legal positions of a case (rules 4.1). A failing store or an open question to a colleague is a task, not a state."""

    RECEIVED = "received"
    ID_PENDING = "id_pending"
    CLARIFY_PENDING = "clarify_pending"
    FEE_PENDING = "fee_pending"
    ASSESSING = "assessing"
    COLLECTING = "collecting"
    DRAFTING = "drafting"
    REVIEW = "review"
    APPROVED = "approved"
    EXECUTING = "executing"
    NOTIFYING = "notifying"
    COMPLETED = "completed"
    PARTLY_COMPLETED = "partly_completed"
    REFUSED = "refused"
    NOT_IDENTIFIED = "not_identified"
    WITHDRAWN = "withdrawn"
    CONTESTED = "contested"
    ARCHIVED = "archived"
    PURGED = "purged"


# Closed with an answer the subject can read; ARCHIVED and PURGED have no status page any more (4.0.8).
ANSWERED: Final = frozenset(
    {State.COMPLETED, State.PARTLY_COMPLETED, State.REFUSED, State.NOT_IDENTIFIED, State.WITHDRAWN},
)
CLOSED: Final = ANSWERED | {State.ARCHIVED, State.PURGED}
OPEN: Final = frozenset(State) - CLOSED
# Open under the clock of Art. 12; a contested case has an internal clock of its own (4.1).
RUNNING: Final = OPEN - {State.CONTESTED}
# The ball is with the subject; whether that stops the clock is the regime's business (dsr.law.clock).
WITH_SUBJECT: Final = frozenset({State.ID_PENDING, State.CLARIFY_PENDING, State.FEE_PENDING})
BEFORE_COLLECTING: Final = WITH_SUBJECT | {State.RECEIVED, State.ASSESSING}


class Role(StrEnum):
    """Who may act (4.0.7). A lead is also a reviewer; the DPO advises and is consulted but decides nothing
    (Art. 38(6)), nor does her deputy, who reads metadata until she breaks the glass (4.3).
    """

    SUBJECT = "subject"
    SYSTEM = "system"
    INTAKE = "intake"
    HANDLER = "handler"
    REVIEWER = "reviewer"
    LEAD = "lead"
    EXECUTOR = "executor"
    DPO = "dpo"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    DEPUTY = "deputy"


class Action(StrEnum):
    """Everything the table knows. What happens to a case without being here (download, assignment) is recorded, not performed."""

    REGISTER = "register"
    CLASSIFY = "classify"
    UNSORT = "unsort"
    ANSWER_QUESTION = "answer_question"
    FORWARD = "forward"
    DISMISS = "dismiss"
    TAKE_UP = "take_up"
    ASK_IDENTITY = "ask_identity"
    CONFIRM_IDENTITY = "confirm_identity"
    CLOSE_NOT_IDENTIFIED = "close_not_identified"
    ASK_CLARIFICATION = "ask_clarification"
    ANSWER_CLARIFICATION = "answer_clarification"
    ACCEPT = "accept"
    ANNOUNCE_FEE = "announce_fee"
    FEE_SETTLED = "fee_settled"
    START_COLLECTION = "start_collection"
    FINISH_COLLECTION = "finish_collection"
    COLLECT_AGAIN = "collect_again"
    SUBMIT_FOR_REVIEW = "submit_for_review"
    RETURN_TO_DRAFTING = "return_to_drafting"
    APPROVE = "approve"
    RESTRICT_NOW = "restrict_now"
    STOP_NOW = "stop_now"
    RESUME_ASSESSMENT = "resume_assessment"
    START_EXECUTION = "start_execution"
    PLAN_STALE = "plan_stale"
    FINISH_EXECUTION = "finish_execution"
    NOTIFY = "notify"
    COMPLETE = "complete"
    COMPLETE_PARTLY = "complete_partly"
    REFUSE = "refuse"
    EXTEND = "extend"
    WITHDRAW = "withdraw"
    CONTEST = "contest"
    REASSESS = "reassess"
    UPHOLD = "uphold"
    ANNOUNCE_LIFT = "announce_lift"
    LIFT_RESTRICTION = "lift_restriction"
    REPORT_OVERDUE = "report_overdue"
    CORRECT_RECEIPT = "correct_receipt"
    ARCHIVE = "archive"
    PURGE = "purge"


class ClockEffect(StrEnum):
    """What an action does to the clock; the dates themselves come from dsr.law.clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    RECOMPUTE = "recompute"  # a correction of receipt, place or calendar (#26)
    INTERNAL = "internal"  # the clock of a contested case
    STOP = "stop"
    KEEP = "keep"


ActorKind = Literal["subject", "staff", "owner", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `id` is an account id and never a name; empty for a subject who follows her request by code.

    An `owner` is somebody of a department that is asked to work by hand: no role, and nothing of the table is hers.
    """

    kind: ActorKind
    id: str
    roles: frozenset[Role]
    # The id of the glass she broke, while that lasts: she reads more, and may do nothing more (4.3).
    glass: str = ""
    # She is, or is close to, the person whose case is open in front of her: she reads its metadata and does nothing (4.3).
    barred: bool = False

    @property
    def effective(self) -> frozenset[Role]:
        """The roles that count: a lead reviews too (4.0.7), and whoever is DPO does not decide (Art. 38(6))."""
        if self.kind == "subject":
            return frozenset({Role.SUBJECT})
        roles = self.roles
        if self.kind == "system":
            roles |= {Role.SYSTEM}
        if Role.DPO in roles:
            return roles - {Role.LEAD, Role.REVIEWER}
        return roles | {Role.REVIEWER} if Role.LEAD in roles else roles


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not. `code` has words in dsr.wording; `params` fill them and never hold a value of a person."""

    code: str
    params: Mapping[str, str | int | date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A snapshot of everything the guards read, taken by the caller; dates are days in the controller's time zone.

    The defaults are the cautious answer: whoever does not set a fact is refused what depends on it.
    """

    state: State
    right: Right
    today: date
    # the clock
    received_on: date | None = None
    due_on: date | None = None  # None while paused
    first_month_due_on: date | None = None  # None while paused
    notice_by_on: date | None = None  # earlier last day for a notice by post (T-24, 4.0.5); None: first_month_due_on
    extended: bool = False
    extension_allowed: bool = True  # whether the regime knows an extension at all
    suspension_open: bool = False
    overdue_reported: bool = False
    told_due_on: date | None = None  # the latest due date the subject was told
    proposed_due_on: date | None = None  # what a correction of receipt would make of it (#26)
    # who
    handler_id: str = ""
    preparer_id: str = ""  # who submitted the draft for review
    hand_ids: frozenset[str] = frozenset()  # staff who said who the person is, searched, drafted or planned (4.3)
    first_reviewer_id: str = ""  # who decided before the case was contested; empty if it never was
    rule_owner_id: str = ""  # who configured the automated decision (O-06)
    barred_ids: frozenset[str] = frozenset()  # staff who are, or are close to, the subject (4.3)
    # receipt
    unclassified: bool = False  # nobody has said yet which right it is (4.1)
    sorted_before: bool = False  # the office has said which right it is
    unsorted_before: bool = False  # the person has said once that she meant something else
    held: bool = False  # one of a flood of filings, not looked at yet
    dismissed: bool = False  # closed as one of a flood
    # identity
    identity_level: int = 0
    contact_is_new: bool = False  # known only by a contact that changed lately (ux.md 1.6)
    id_copy_held: bool = False  # an identity document not yet destroyed (I-04)
    id_copy_first: bool = False  # the query asks for a copy before anything milder was tried (I-01)
    reminders_sent: int = 0
    silent_days: int = 0  # days since the last word from the subject
    # the question and the money
    large_quantity: bool = False  # Recital 63
    clarification_specific: bool = False
    evidence_form: bool = False  # 12(5): the filled form of F-06
    fee_basis: bool = False  # amount and how it was computed
    # the work
    scope_complete: bool = False  # the list of stores to ask is settled
    tasks_open: int = 0  # waived tasks do not count
    tasks_manual: int = 0  # tasks waiting for a person
    stores_open: int = 0  # stores that neither answered nor were left out
    package_ready: bool = False
    redactions_open: int = (
        0  # texts and files of the answer that nobody has read, or with an undecided suggestion
    )
    manifest_sha256: str = ""
    approved_sha256: str = ""
    cooling_over: bool = False  # the pause before irreversible acts (#14)
    first_line_applied: bool = False
    residue_clear: bool = False  # residual checks 1-6 and 8 passed on a fresh read (4.0.3)
    recipients_open: int = 0  # neither told nor reasoned away (Art. 19)
    kept_remainder: bool = False
    remainder_told_on: date | None = None  # by L-05, L-06 or L-08 (4.0.4)
    # the decision
    reason_given: bool = False
    ground: str = ""  # code of the ground or reason chosen for this action
    policy: str = ""  # name of the standing policy that stands in for a second person (4.0.2)
    letter_ready: bool = False  # rendered, and dsr.law.letters.missing() is empty
    late_refusal: bool = False
    advised: frozenset[str] = frozenset()  # on what the DPO's opinion is on file for what stands there (4.0.7): Opinion
    objected: frozenset[str] = frozenset()  # where it objects, and no lead decided against it with a reason
    retention_uncertain: bool = False  # the plan keeps rows whose period seems over under a [K] rule (4.0.11)
    attested: frozenset[str] = frozenset()  # what the approver says she looked at: values of Attest
    withdrawal_confirmed: bool = False  # in the subject's own writing
    # restriction
    restriction_open: bool = False
    lift_told_on: date | None = None
    release_after: date | None = None
    # after the answer
    closed_as: State | None = None  # the answered state a contested or archived case was closed in
    closed_days: int = 0
    aftercare_open: int = 0  # package still on offer, re-scan outstanding (4.0.8)
    keep_until: date | None = None  # end of the file's retention (4.5)
    legal_hold: bool = False
