"""Words for rights, states, roles, actions and events: for staff, and in plain words for the subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dsr.law.rights import ExtensionReason, Ground, IdentityLevel, RestrictionGround, Right
from dsr.law.workflow import Action, Role, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

# Staff: the right as a noun. Subject: what it is (a heading), and what she asks us to do (a choice).
RIGHTS: Final[Mapping[Right, _StrPromise]] = {
    Right.ACCESS: _("Access"),
    Right.RECTIFICATION: _("Rectification"),
    Right.ERASURE: _("Erasure"),
    Right.RESTRICTION: _("Restriction"),
    Right.PORTABILITY: _("Portability"),
    Right.OBJECTION: _("Objection"),
    Right.MARKETING_OBJECTION: _("Marketing objection"),
    Right.CONSENT_WITHDRAWAL: _("Withdrawal of consent"),
    Right.AUTOMATED_DECISION: _("Automated decision"),
}
RIGHTS_PLAIN: Final[Mapping[Right, _StrPromise]] = {
    Right.ACCESS: _("Copy of my data"),
    Right.RECTIFICATION: _("Correction of my data"),
    Right.ERASURE: _("Deletion of my data"),
    Right.RESTRICTION: _("Pause the use of my data"),
    Right.PORTABILITY: _("My data for another provider"),
    Right.OBJECTION: _("Objection to a use of my data"),
    Right.MARKETING_OBJECTION: _("No more marketing"),
    Right.CONSENT_WITHDRAWAL: _("Consent taken back"),
    Right.AUTOMATED_DECISION: _("A person looks at a decision"),
}
RIGHTS_ASKED: Final[Mapping[Right, _StrPromise]] = {
    Right.ACCESS: _("Give me a copy of my data"),
    Right.RECTIFICATION: _("Correct data that is wrong or missing"),
    Right.ERASURE: _("Delete my data"),
    Right.RESTRICTION: _("Pause the use of my data"),
    Right.PORTABILITY: _("Give me my data in a form another provider can read"),
    Right.OBJECTION: _("Stop a use of my data that I object to"),
    Right.MARKETING_OBJECTION: _("Stop using my data for marketing"),
    Right.CONSENT_WITHDRAWAL: _("Take back a consent I gave"),
    Right.AUTOMATED_DECISION: _("Have a person look at an automated decision"),
}

STATES: Final[Mapping[State, _StrPromise]] = {
    State.RECEIVED: _("Received"),
    State.ID_PENDING: _("Waiting for proof of identity"),
    State.CLARIFY_PENDING: _("Waiting for an answer to our question"),
    State.FEE_PENDING: _("Fee announced"),
    State.ASSESSING: _("Being assessed"),
    State.COLLECTING: _("Collecting from the stores"),
    State.DRAFTING: _("Drafting the answer"),
    State.REVIEW: _("In second review"),
    State.APPROVED: _("Approved"),
    State.EXECUTING: _("Being carried out"),
    State.NOTIFYING: _("Informing subject and recipients"),
    State.COMPLETED: _("Completed"),
    State.PARTLY_COMPLETED: _("Partly completed"),
    State.REFUSED: _("Refused"),
    State.NOT_IDENTIFIED: _("Closed, not identified"),
    State.WITHDRAWN: _("Withdrawn"),
    State.CONTESTED: _("Contested"),
    State.ARCHIVED: _("Archived"),
    State.PURGED: _("Purged"),
}

ROLES: Final[Mapping[Role, _StrPromise]] = {
    Role.SUBJECT: _("Data subject"),
    Role.SYSTEM: _("System"),
    Role.INTAKE: _("Intake"),
    Role.HANDLER: _("Handler"),
    Role.REVIEWER: _("Reviewer"),
    Role.LEAD: _("Privacy lead"),
    Role.EXECUTOR: _("Executor"),
    Role.DPO: _("Data protection officer"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.DEPUTY: _("Deputy of the data protection officer"),
}

# Buttons: a verb, and an object where the verb alone says too little.
ACTIONS: Final[Mapping[Action, _StrPromise]] = {
    Action.REGISTER: _("Register request"),
    Action.CLASSIFY: _("Sort"),
    Action.UNSORT: _("I meant something else"),
    Action.ANSWER_QUESTION: _("Answer, no data request"),
    Action.FORWARD: _("Pass on, not us"),
    Action.DISMISS: _("Close as automated"),
    Action.TAKE_UP: _("Take up again"),
    Action.ASK_IDENTITY: _("Ask for identity"),
    Action.CONFIRM_IDENTITY: _("Confirm identity"),
    Action.CLOSE_NOT_IDENTIFIED: _("Close, not identified"),
    Action.ASK_CLARIFICATION: _("Ask for a detail"),
    Action.ANSWER_CLARIFICATION: _("Record the answer"),
    Action.ACCEPT: _("Accept"),
    Action.ANNOUNCE_FEE: _("Announce fee"),
    Action.FEE_SETTLED: _("Record fee as settled"),
    Action.START_COLLECTION: _("Start collection"),
    Action.FINISH_COLLECTION: _("Finish collection"),
    Action.COLLECT_AGAIN: _("Collect again"),
    Action.SUBMIT_FOR_REVIEW: _("Submit for review"),
    Action.RETURN_TO_DRAFTING: _("Return with comment"),
    Action.APPROVE: pgettext_lazy("button", "Approve"),
    Action.RESTRICT_NOW: _("Restrict now"),
    Action.STOP_NOW: _("Stop now"),
    Action.RESUME_ASSESSMENT: _("Go on to the decision"),
    Action.START_EXECUTION: _("Carry out plan"),
    Action.PLAN_STALE: _("Back to drafting"),
    Action.FINISH_EXECUTION: _("Finish execution"),
    Action.NOTIFY: _("Prepare release"),
    Action.COMPLETE: _("Release answer"),
    Action.COMPLETE_PARTLY: _("Release partial answer"),
    Action.REFUSE: pgettext_lazy("button", "Refuse"),
    Action.EXTEND: pgettext_lazy("button", "Extend"),
    Action.WITHDRAW: _("Withdraw request"),
    Action.CONTEST: pgettext_lazy("button", "Contest"),
    Action.REASSESS: _("Assess again"),
    Action.UPHOLD: _("Uphold outcome"),
    Action.ANNOUNCE_LIFT: _("Announce lifting"),
    Action.LIFT_RESTRICTION: _("Lift restriction"),
    Action.REPORT_OVERDUE: _("Report as overdue"),
    Action.CORRECT_RECEIPT: _("Correct receipt"),
    Action.ARCHIVE: pgettext_lazy("button", "Archive"),
    Action.PURGE: pgettext_lazy("button", "Purge"),
}

IDENTITY_LEVELS: Final[Mapping[IdentityLevel, _StrPromise]] = {
    IdentityLevel.NONE: _("nothing proven"),
    IdentityLevel.CONTACT: _("controls the contact given"),
    IdentityLevel.KNOWN: _("code to a contact on file, or a linked account"),
    IdentityLevel.STRONG: _("second factor, letter, eID or in person"),
}

GROUNDS: Final[Mapping[Ground, _StrPromise]] = {
    Ground.NOT_CONTROLLER: _("We are not the controller of these data (Art. 4(7))"),
    Ground.NOT_PERSONAL_DATA: _("These are not personal data of the requester (Art. 4(1))"),
    Ground.NOT_IDENTIFIABLE: _("We cannot identify the requester in our data (Art. 11(2))"),
    Ground.UNFOUNDED_OR_EXCESSIVE: _("Manifestly unfounded or excessive (Art. 12(5))"),
    Ground.RIGHTS_OF_OTHERS: _("Rights and freedoms of others (Art. 15(4), 20(4))"),
    Ground.NATIONAL_LIMIT: _("A limit in national law (Art. 23)"),
    Ground.KEPT_BY_LAW: _("A law obliges us to keep them (Art. 17(3)(b))"),
    Ground.LEGAL_CLAIMS: _("Needed for legal claims (Art. 17(3)(e), 21(1))"),
    Ground.FREE_EXPRESSION: _("Freedom of expression and information (Art. 17(3)(a))"),
    Ground.PUBLIC_HEALTH: _("Public health (Art. 17(3)(c))"),
    Ground.ARCHIVING: _("Archiving, research or statistics (Art. 17(3)(d))"),
    Ground.STILL_NEEDED: _("Still needed, for example for a running contract (Art. 17(1)(a))"),
    Ground.ACCURATE: _("The data are accurate and complete (Art. 16)"),
    Ground.NO_RESTRICTION_GROUND: _("None of the grounds of Art. 18(1) is met"),
    Ground.NOT_PORTABLE: _("Not provided by the requester, or not based on consent or contract (Art. 20(1))"),
    Ground.COMPELLING_GROUNDS: _("Compelling legitimate grounds override (Art. 21(1))"),
    Ground.NO_PARTICULAR_SITUATION: _("No grounds from the requester's particular situation (Art. 21(1))"),
    Ground.NOT_SOLELY_AUTOMATED: _("The decision was not solely automated (Art. 22(1))"),
}
EXTENSION_REASONS: Final[Mapping[ExtensionReason, _StrPromise]] = {
    ExtensionReason.AMOUNT_OF_DATA: _("Amount of data, spread over many systems"),
    ExtensionReason.REDACTION_WORK: _("Data of other people have to be redacted"),
    ExtensionReason.INTELLIGIBILITY: _("Data have to be made intelligible"),
    ExtensionReason.SEVERAL_REQUESTS: _("Several requests by the same person"),
    ExtensionReason.EXTRAORDINARY_PEAK: _("An extraordinary, temporary peak of requests"),
}
RESTRICTION_GROUNDS: Final[Mapping[RestrictionGround, _StrPromise]] = {
    RestrictionGround.ACCURACY_CONTESTED: _("The data are wrong and are being checked (Art. 18(1)(a))"),
    RestrictionGround.UNLAWFUL: _("The use is unlawful, but deletion is not wanted (Art. 18(1)(b))"),
    RestrictionGround.NEEDED_FOR_CLAIM: _(
        "We no longer need the data, the requester needs them for a claim (Art. 18(1)(c))"
    ),
    RestrictionGround.OBJECTION_PENDING: _("An objection is being decided (Art. 18(1)(d))"),
}
