"""Why not, in a sentence the person can act on; the same words at the button, in the form, in the answer of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from dsr.law.workflow import RefusalCode as Code
from dsr.wording import refusals_after as after
from dsr.wording import refusals_approval as approval
from dsr.wording import refusals_recipients as recipients

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

_TABLE: Final[Mapping[Code, _StrPromise]] = {
    Code.WRONG_STATE: _("This is not possible while the case is “%(state)s”."),
    Code.NOT_FOR_RIGHT: _("This step does not exist for the right “%(right)s”."),
    Code.ROLE: _("Your role does not allow this. It takes: %(roles)s."),
    Code.NOT_CLASSIFIED: _(
        "Nobody has sorted this request yet. Read the words of the person and say which right it is."
    ),
    Code.CLASSIFIED_ALREADY: _("This request is sorted already."),
    Code.UNSORTED_ALREADY: _("The request was sorted anew once already. Write a message instead."),
    Code.HELD: _("This request is held because it came with many others. Let it through first."),
    Code.NOT_HELD: _("This request is not held as part of a flood."),
    Code.NOT_DISMISSED: _("This request was not closed as part of a flood."),
    Code.IDENTITY_TOO_LOW: _("The identity is not proven enough. Known: %(level)s. Needed: %(needed)s."),
    Code.REASON_MISSING: _("Enter a reason."),
    Code.ID_COPY_FIRST: _("Choose a milder way first. A copy of an identity document is the last resort."),
    Code.ID_COPY_HELD: _(
        "Destroy the copy of the identity document first; keep only how, by whom and when it was checked."
    ),
    Code.QUERY_TOO_LATE: _(
        "Day %(day)s after receipt is too late to stop the clock with a question; from day %(limit)s on the data protection"
        " officer has to confirm it. You can ask by message without stopping the clock."
    ),
    Code.SUSPENSION_OPEN: _("A question to the person is already open. Close it before you ask another one."),
    Code.REMINDER_MISSING: _(
        "The person has not been reminded yet. That happens by itself half way to the day of closing."
    ),
    Code.SILENCE_TOO_SHORT: _("The person has been silent for %(days)s days. Wait until it is %(needed)s."),
    Code.NOT_LARGE: _(
        "Only a large quantity of data allows this question. Confirm that it is one, or go on without asking."
    ),
    Code.NOT_SPECIFIC: _("Ask a specific question the person can answer, with options."),
    Code.EVIDENCE_MISSING: _(
        "Fill in the evidence form for Art. 12(5) first. The number of requests alone is not enough."
    ),
    Code.FEE_BASIS_MISSING: _("Enter the amount of the fee and how it was computed."),
    Code.SCOPE_OPEN: _("The list of stores to ask is not settled. Add a store to this controller first."),
    Code.TASKS_OPEN: ngettext_lazy(
        "One store has not answered yet.", "%(count)s stores have not answered yet.", "count"
    ),
    Code.TASKS_MANUAL: ngettext_lazy(
        "One task waits for a person. Do it, retry it or waive it.",
        "%(count)s tasks wait for a person. Do, retry or waive them.",
        "count",
    ),
    Code.PACKAGE_NOT_READY: _("The package is not finished yet."),
    Code.REDACTION_OPEN: ngettext_lazy(
        "One text or file of the answer is not checked yet. Read it under “Redaction” and mark it as checked.",
        "%(count)s texts or files of the answer are not checked yet. Read them under “Redaction” and mark them as checked.",
        "count",
    ),
    Code.MANIFEST_MISSING: _("There is nothing to approve yet: the package has no manifest."),
    Code.NOT_APPROVED: _("Nothing has been approved yet."),
    Code.CHANGED_SINCE_APPROVAL: _("The content changed after the approval. Have it approved again."),
    Code.COOLING: _("The waiting time before an irreversible step is not over yet."),
    Code.RESIDUE: _("The search for remains is not clear yet. Look at its findings first."),
    Code.DECIDED_ALREADY: _("This case is already decided. Finish the execution instead."),
    Code.RESTRICTED_ALREADY: _("The data are restricted already."),
    Code.NOT_RESTRICTED: _("The data are not restricted."),
    Code.RESTRICTION_RUNS: _("A restriction is still in force. Lift it before the case is archived."),
    Code.RESTRICTION_GROUND_MISSING: _("Choose one of the grounds of Art. 18(1)."),
    Code.POLICY_MISSING: _("Name the policy under which this works without a second person."),
    Code.LETTER_NOT_READY: _("The letter is not ready. Fill in what is missing in it."),
    Code.RECIPIENTS_OPEN: _("Not all recipients have been told. Tell them, or give the reason why not."),
    Code.REMAINDER_KEPT: _("Something has been kept. Release a partial answer that says what, why and until when."),
    Code.NOTHING_KEPT: _("Nothing has been kept. Release the full answer."),
    Code.REMAINDER_TOLD_LATE: _(
        "What is kept had to be told by %(limit)s. Now it takes the mark “late refusal” and the data protection officer."
    ),
    Code.GROUND_MISSING: _("Choose the ground of the refusal."),
    Code.GROUND_NOT_FOR_RIGHT: _("This ground cannot carry the refusal of this right. Choose another one."),
    Code.DPO_MISSING: _("Consult the data protection officer first and put the consultation on file."),
    Code.FIRST_MONTH_OVER: _(
        "A refusal had to be sent by %(limit)s. Now it takes the mark “late refusal” and the data protection officer."
    ),
    Code.LATE_REFUSAL_NEEDS_DPO: _(
        "The first month ended on %(limit)s. Put the consultation of the data protection officer on file first."
    ),
    Code.DUE_DATE_UNKNOWN: _("The due date of this case is not known. Correct its receipt first."),
    Code.APPLIED_ALREADY: _("Something has already been changed in a store, so this is no longer possible."),
    Code.EXTENDED_ALREADY: _("The case has been extended. A second extension does not exist."),
    Code.NO_EXTENSION: _("The law that applies here knows no extension."),
    Code.EXTENSION_REASON: _(
        "Choose a reason the law accepts. Holidays of staff or many requests of other people are none."
    ),
    Code.EXTENSION_TOO_LATE: _("The notice had to reach the person by %(limit)s. An extension is no longer possible."),
    Code.WITHDRAWAL_UNPROVEN: _("Attach the written withdrawal of the person first."),
    Code.OUTCOME_UNKNOWN: _("The first outcome of this case is not known, so it cannot be upheld. Assess it again."),
    Code.LIFT_NOT_ANNOUNCED: _("Tell the person first that the restriction will be lifted."),
    Code.LIFT_TOO_EARLY: _(
        "The person was told less than a week ago. The restriction can be lifted from %(earliest)s."
    ),
    Code.RELEASE_NOT_REACHED: _("The restriction was promised until %(after)s."),
    Code.NOT_OVERDUE: _("The case is not overdue."),
    Code.OVERDUE_REPORTED: _("The case has already been reported as overdue."),
    Code.LATER_THAN_TOLD: _(
        "The person was told %(told)s. A later date, %(proposed)s, takes a new letter that says so."
    ),
    Code.CLOSED_TOO_RECENTLY: _("The case was closed %(days)s days ago. It is archived after %(needed)s."),
    Code.AFTERCARE_OPEN: _("The package is still on offer or a last search is outstanding."),
    Code.RETENTION_UNKNOWN: _("The end of the file's retention is not known."),
    Code.RETENTION_RUNS: _("The file is kept until %(until)s."),
    Code.LEGAL_HOLD: _("A legal hold is set on this case. Lift it first."),
}

# Reasons given by verbs beside the table.
_VERBS: Final[Mapping[str, _StrPromise]] = {
    "tag_words": _("A tag is a few plain words about the work, without addresses and numbers of a person."),
    "tag_too_many": _(
        "There are %(most)s tags already. Take one off its cases first; a tag without cases goes by itself."
    ),
    "nobody_to_remind": _("No department is asked for anything in this case."),
    "case_closed": _("The case is closed."),
    "view_name": _("Give the view a name of at most 60 characters that no other view has."),
    "view_too_many": _("You have %(most)s views already. Delete one first."),
    "not_own_view": _("Only whoever saved this view, or a privacy lead if it is shared, changes it."),
    "absence_days": _(
        "Choose a first and a last day: the last not before the first and not in the past, a year at most."
    ),
    "absence_of_others": _("Only a lead or an administrator enters absences of others."),
    "absence_overlaps": _("There is an absence on some of these days already. Remove it first."),
    "stand_in_unknown": _("Choose a colleague of this controller who is not the person herself."),
    "address_unusable": _("Enter an e-mail address in the form name@example.com."),
    "mail_settled": _("This mail does not wait for anybody any more. Look at it again."),
    "scope_fixed": _("This request cannot be made narrower or wider. Send us a message, or make another request."),
    "scope_too_late": _(
        "Our answer is being prepared already, so this cannot be changed here any more. Send us a message, or make another"
        " request."
    ),
    "answer_is_out": _("The answer has been sent already. Send us a message, and we see what we can do."),
    "language_not_offered": _("We do not write in this language. Choose another one."),
    "format_unknown": _("Choose one of the formats."),
    "assignee_unknown": _("Choose a member of staff of this controller."),
    "channel_unknown": _("Choose how the request arrived."),
    "name_missing": _("Enter the name of the person."),
    "received_in_future": _("The date of receipt lies in the future. Enter the day the request reached you."),
    "right_asked_already": _("The person asked for this already, in the same request. Choose the others."),
    "classified_already": _("This request is sorted already."),
    "unsorted_already": _("This cannot be sorted anew any more. Write us a message instead."),
    "words_missing": _("Tell us in your own words what you meant."),
    "colour_unknown": _("Write a colour as # and six digits from 0 to f, like #0b4f6c."),
    "colour_light_first": _(
        "Choose the colour for light pages first. Without one for dark pages we make a shade of it."
    ),
    "colour_unreadable_light": _(
        "%(colour)s cannot be read on light pages: its contrast is %(measured)s to 1, and it has to be %(needed)s. The nearest colour"
        " that can be read is %(nearest)s."
    ),
    "colour_unreadable_dark": _(
        "%(colour)s cannot be read on dark pages: its contrast is %(measured)s to 1, and it has to be %(needed)s. The nearest colour"
        " that can be read is %(nearest)s."
    ),
    "language_missing": _("Choose at least one language."),
    "right_demanded": _("The law of this controller demands a form for “%(right)s”. It cannot be left out."),
    "logo_too_large": _("The picture is too large. Use one of at most 1 MB and 4,000 pixels a side."),
    "logo_unknown": _("This is no picture that we can read. Use a PNG, a JPEG or a WebP file."),
    "partner_unknown": _("Choose to whom the request is passed on, and how."),
    "partner_incomplete": _("Enter a name, what we are to the partner, and how details reach it."),
    "partner_name": _("There is a partner of this name already."),
    "joint_answers_too": _(
        "A joint controller does not answer alone: the person may turn to either, so this case goes on."
    ),
    "mail_without_sender": _("The mail has no sender that we can answer. Register the request by hand."),
    "reference_unknown": _("There is no request with this reference. Check it for a typing mistake."),
    "request_archived": _("This request is archived. Register what the mail says as a new request."),
    "address_missing": _("Enter the e-mail address or phone number that should get no marketing."),
    "rights_missing": _("Choose what the person wants."),
    "candidates_changed": _("The candidates changed meanwhile. Look at them again."),
    "date_impossible": _("This day lies outside the years the calendars know."),
    "dpo_only": _("Only the data protection officer may do this."),
    "lead_only": _("Only a privacy lead may do this."),
    "not_released": _("There is no answer to do this with: it is not released, or it is closed already."),
    "not_downloaded": _("Download the file first."),
    "file_removed": _(
        "The file is deleted. Register a new request for the person; the systems are then asked as they are today."
    ),
    "letter_changed": _(
        "The letter would say something else now than what was on the screen. Look at it again before you send it."
    ),
    "opinion_on_other_text": _(
        "The data protection officer's opinion is about another text of this letter. Ask her again: she reads this draft."
    ),
    "enclosure_gone": _("This file is not kept any more, or it cannot go along with a letter. Choose another one."),
    "enclosures_many": _("At most %(most)s files go along with one letter. Take one off first."),
    "letter_settled": _("This letter was sent or given up meanwhile. Look at the letters of the case."),
    "letter_not_laid_out": _("The letter is still being laid out. Look at it before you send it."),
    "letter_unknown": _("Choose one of the letters."),
    "language_unknown": _("Choose one of the languages of this controller."),
    "wording_too_long": _("Shorten each text to at most %(limit)s characters."),
    "manifest_changed": _("The package was built anew meanwhile. Look at the new one before you approve."),
    "copy_first": _("The person also asked for a copy. It is made and released before anything is erased."),
    "call_time_unknown": _("Choose when we may call."),
    "checked_in_future": _("The identity cannot have been checked in the future."),
    "method_unknown": _("Choose how the identity was checked."),
    "not_portability": _("Only a request to take data along (Art. 20) can be sent to another controller."),
    "receiver_refused": _("Nothing may be sent to this receiver: %(reason)s"),
    "receiver_incomplete": _("Enter the name of the receiver and an e-mail address."),
    "receiver_secret_clear": _(
        "Do not enter a secret here. Write env:NAME or file:PATH, where the password stands; a key is always a file."
    ),
    "receiver_secret_place": _(
        "Write env:DSR_RECEIVER_NAME, or file:NAME for a file in the folder receivers beside the store file. Secrets of anything"
        " else are never sent to another controller."
    ),
    "receiver_same_person": _(
        "You entered what is to be compared. Somebody else compares both keys: one person alone does not decide where data go."
    ),
    "receiver_host_key": _("Write the fingerprint of the server as ssh-keygen -lf prints it: SHA256:…"),
    "receiver_key": _("Write the public key of the receiver as age prints it: age1…"),
    "own_account": _("You cannot change your own account here. Ask a colleague who manages people."),
    "roles_missing": _("Choose at least one role."),
    "roles_unknown": _("Choose roles from the list."),
    "roles_conflict": _("One person cannot be both: %(one)s, and %(other)s. Choose one of the two."),
    "last_of_role": _("This is the last person with the role “%(role)s”. Give the role to somebody else first."),
    "address_taken": _("This address has an account here already."),
    "not_invited": _("No invitation is open for this account."),
    "not_closed": _("This account is not a closed one."),
    "glass_open": _("You have opened the files already. Close that first."),
    "glass_over": _("This access has ended already."),
    "glass_settled": _("This access was reviewed already."),
    "glass_own": _("You opened the files yourself. Somebody else reviews it."),
    "glass_lasts": _("This access has not ended yet. Review it afterwards."),
    "right_has_no_decision": _("This right is not answered by a decision in words."),
    "all_refused": _(
        "Nothing is granted here. Use the step “Refuse”, which asks for the ground and sends the reasons."
    ),
    "instruction_missing": _("Enter what the people who look after the systems have to do."),
    "claims_undecided": _("Decide each claim, and name values only where something is corrected."),
    "value_missing": _("Enter what shall stand there, in at most 2,000 characters."),
    "corrected_twice": _("The same value is to be corrected twice. Choose it for one claim only."),
    "correction_plan_missing": _(
        "The plan for the stores is not made yet. Wait for it, or see why it could not be made."
    ),
    "not_came_back": _("The value stands as it was corrected. Nothing has to be written again."),
    "recipients_missing": _("Enter who received the data and was told, or why nobody was told."),
    "program_name": _("Enter which program it is for, in at most 80 characters."),
    "scope_empty": _("Choose at least one kind of data, or restrict everything."),
    "opinion_unknown": _("Choose what you were asked about."),
    "addressee_missing": _("Enter to whom the letter goes."),
    "letter_not_possible": _("This letter cannot be sent in this state of the case."),
    "redaction_undecided": _("A suggestion in this text is not decided yet. Accept or dismiss it first."),
    "redaction_outside": _("This place is not in the text. Select the words again."),
    "redaction_whole_only": _("Nothing can be taken out of this file but all of it. Withhold it as a whole."),
    "not_drafting": _("A new draft is possible only while the answer is being drafted."),
    "setting_wrong": _("One of the values cannot be used. Check them and save again."),
    "setting_range": _("Enter a number from %(least)s to %(most)s."),
    "place_unknown": _(
        "%(place)s is no place whose holidays we know. Write a country like DE and a part of it like BY."
    ),
    "statement_incomplete": _("Fill in every part of each statement, or choose that there is none."),
    "ladder_days": _(
        "Each step comes later than the one before it: from %(earliest)s days to one day before the day to act by."
    ),
    "ladder_nobody": _("Choose at least one role for each step."),
    "retention_days": _("The last day of a row cannot be before its first day."),
    "retention_overlaps": _(
        "Another row of yours covers some of the same days. Remove it first, or choose other days."
    ),
    "hand_over": _("This is settled already, or the link does not work any more. Nothing was changed."),
    "hand_outcome": _("Choose what came of it."),
    "hand_name_missing": _("Enter the name of whoever answers."),
    "hand_files_missing": _("Add at least one file, or say that nothing was found."),
    "hand_reminded_lately": _("The department had a mail within the last twelve hours. Remind it again later."),
    "note_missing": _("Write a note."),
    "link_unknown": _("There is no other request with this reference."),
    "task_not_waiting": _("This task does not wait for a person any more."),
}

REFUSALS: Final[Mapping[str, _StrPromise]] = {
    **{code.value: words for code, words in {**_TABLE, **approval.TABLE}.items()},
    **_VERBS,
    **after.VERBS,
    **approval.VERBS,
    **recipients.VERBS,
}
