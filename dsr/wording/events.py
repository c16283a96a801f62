"""Words for the history of a case: what happened, in the past tense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from dsr.law.workflow import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

_PERFORMED: Final[Mapping[Action, _StrPromise]] = {
    Action.REGISTER: _("Request received"),
    Action.CLASSIFY: _("Sorted: the office said which right it is"),
    Action.UNSORT: _("The person meant something else"),
    Action.ANSWER_QUESTION: _("Closed: a question about something else, and answered"),
    Action.DISMISS: _("Closed as part of a flood"),
    Action.TAKE_UP: _("Taken up again"),
    Action.ASK_IDENTITY: _("Identity asked for"),
    Action.CONFIRM_IDENTITY: _("Identity confirmed"),
    Action.CLOSE_NOT_IDENTIFIED: _("Closed, identity not confirmed"),
    Action.ASK_CLARIFICATION: _("Detail asked for"),
    Action.ANSWER_CLARIFICATION: _("Detail answered"),
    Action.ACCEPT: _("Accepted"),
    Action.ANNOUNCE_FEE: _("Fee announced"),
    Action.FEE_SETTLED: _("Fee settled"),
    Action.START_COLLECTION: _("Collection started"),
    Action.FINISH_COLLECTION: _("Collection finished"),
    Action.COLLECT_AGAIN: _("Sent back to collection"),
    Action.SUBMIT_FOR_REVIEW: _("Submitted for review"),
    Action.RETURN_TO_DRAFTING: _("Returned with a comment"),
    Action.APPROVE: _("Approved"),
    Action.RESTRICT_NOW: _("Restricted at once"),
    Action.STOP_NOW: _("Stopped at once"),
    Action.RESUME_ASSESSMENT: _("Stop in force, decision follows"),
    Action.START_EXECUTION: _("Execution started"),
    Action.PLAN_STALE: _("Plan became stale"),
    Action.FINISH_EXECUTION: _("Execution finished"),
    Action.NOTIFY: _("Release prepared"),
    Action.COMPLETE: _("Answer released"),
    Action.COMPLETE_PARTLY: _("Partial answer released"),
    Action.REFUSE: _("Refused"),
    Action.EXTEND: _("Extended"),
    Action.WITHDRAW: _("Withdrawn"),
    Action.CONTEST: _("Contested"),
    Action.REASSESS: _("Assessed again"),
    Action.UPHOLD: _("Outcome upheld"),
    Action.ANNOUNCE_LIFT: _("Lifting of the restriction announced"),
    Action.LIFT_RESTRICTION: _("Restriction lifted"),
    Action.REPORT_OVERDUE: _("Reported as overdue"),
    Action.CORRECT_RECEIPT: _("Receipt corrected"),
    Action.ARCHIVE: _("Archived"),
    Action.PURGE: _("Purged"),
}

# What is recorded without a change of state.
_RECORDED: Final[Mapping[str, _StrPromise]] = {
    "received": _("Request received"),
    "assigned": _("Assigned"),
    "scope_changed": _("The person changed what the request covers"),
    "wishes_changed": _("The person wants the answer in another language or format"),
    "held": _("Held as part of a flood"),
    "let_through": _("Let through after being held"),
    "transmission_decided": _("Decided whether another controller gets the data"),
    "transmitted": _("Data sent to another controller"),
    "transmission_declined": _("Data not sent to another controller"),
    "downloaded": _("Downloaded by the subject"),
    "attachment_opened": _("A file of the person opened by staff"),
    "upload_received": _("A file arrived"),
    "upload_refused": _("A file was not kept: it was harmful"),
    "upload_opened": _("A file that was sent to us opened by staff"),
    "upload_seen": _("A proof was looked at and deleted"),
    "upload_removed": _("A file that was sent to us deleted"),
    "delivery_reminded": _("Person reminded that the time to download ends"),
    "delivery_confirmed": _("Person says that she has the answer"),
    "delivery_revoked": _("Answer taken back"),
    "delivery_offered_again": _("Answer offered again"),
    "letter_code_made": _("Letter with a code printed"),
    "copy_made": _("Protected copy for the post made"),
    "opened_by_letter": _("Opened with the code of a letter"),
    "escalated": _("People told that time is running out"),
    "reminded": _("Person reminded of our question"),
    "dates_recomputed": _("Dates computed anew with a changed calendar"),
    "draft_requested": _("New draft requested"),
    "file_removed": _("File removed"),
    "plan_requested": _("Plan asked for"),
    "plan_made": _("Plan made"),
    "apply_started": _("Changing a system begun"),
    "at_once_reviewed": _("Looked at what worked at once"),
    "suppression_lifted": _("The person undid the marketing stop"),
    "recipients_settled": _("Recipients noted"),
    "hold_set": _("Put on legal hold"),
    "hold_lifted": _("Legal hold lifted"),
    "package_built": _("Answer built"),
    "identified": _("Identity proven"),
    "identity_failed": _("Proof of identity failed"),
    "identity_way": _("A way to prove the identity was chosen"),
    "identity_partly": _("Identity partly proven"),
    "match_decided": _("Ambiguous match decided"),
    "letter_drafted": _("Letter drafted"),
    "letter_sent": _("Letter sent"),
    "letter_discarded": _("Draft of a letter given up"),
    "letter_read": _("Letter read by the subject"),
    "letter_downloaded": _("Letter downloaded by the subject"),
    "mail_bounced": _("A mail came back"),
    "mail_failed": _("A mail could not be delivered"),
    "mail_posted": _("Letter posted instead of a mail"),
    "mail_sent_again": _("A mail is sent once more"),
    "message": _("Message"),
    "task_done": _("Store answered"),
    "task_failed": _("Store failed"),
    "task_retried": _("Store asked again"),
    "task_waived": _("Store waived"),
    "task_cancelled": _("Task cancelled"),
}

EVENTS: Final[Mapping[str, _StrPromise]] = {
    **{action.value: words for action, words in _PERFORMED.items()},
    **_RECORDED,
}
