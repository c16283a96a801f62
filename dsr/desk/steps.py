"""The steps of the workflow table that the desk can take: which form asks for what, and which verb does it.

Whether a step is possible now, and for whom, is the table's word alone (`buttons`). A step without a row here has no
verb yet, or is the machine's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import answer, at_once, clarifications, contests, endings, flood, identity, receipts, triage
from dsr.cases.duties import Duty, duty_refusal
from dsr.cases.facts import facts_of
from dsr.desk.doing import Doing, on_request, plain, with_fields
from dsr.desk.forms import after
from dsr.desk.forms import steps as forms
from dsr.desk.forms import triage as triage_forms
from dsr.desk.forms.at_once import StopNowForm
from dsr.desk.forms.receipt import CorrectReceiptForm
from dsr.desk.ways import FEES, WAYS
from dsr.fulfil.locate import COPIES
from dsr.law.letter_approval import Approval, approval
from dsr.law.letters import LetterCode
from dsr.law.rights import SEARCHES_FIRST, Right
from dsr.law.workflow import Action, offered, refusal, step_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.law.workflow import Actor, Facts, Refusal
    from dsr.models import Case


DOINGS: Final[Mapping[Action, Doing]] = {
    Action.CLASSIFY: Doing(
        run=with_fields(triage.classify, "rights", "note"),
        form=triage_forms.ClassifyForm,
        done=gettext_lazy("Sorted. The person has been told what you understood."),
        explains=gettext_lazy(
            "Read the words of the person and choose. Several rights become a case each. The day of receipt stays."
        ),
        concerns=lambda facts: facts.unclassified,
    ),
    Action.ANSWER_QUESTION: Doing(
        run=with_fields(triage.answer_question, "text"),
        form=triage_forms.AnswerForm,
        done=gettext_lazy("Answered and closed."),
        explains=gettext_lazy(
            "Only when the words are a question about something else. Whatever touches personal data is a request: sort it."
        ),
        concerns=lambda facts: facts.unclassified,
    ),
    Action.DISMISS: Doing(
        run=on_request(flood.dismiss, "reason"),
        form=triage_forms.DismissForm,
        done=gettext_lazy("Closed as automated. The sender can take it up again."),
        concerns=lambda facts: facts.held,
    ),
    Action.TAKE_UP: Doing(
        run=on_request(flood.take_up),
        done=gettext_lazy("Taken up again. The clock runs from receipt."),
        concerns=lambda facts: facts.dismissed,
    ),
    Action.ACCEPT: Doing(run=plain(Action.ACCEPT), done=gettext_lazy("Accepted.")),
    Action.STOP_NOW: Doing(
        run=with_fields(at_once.begin_named, "reach"),
        form=StopNowForm,
        rights=frozenset({Right.MARKETING_OBJECTION}),
        done=gettext_lazy("Stopped. The address is on the suppression list, and every store is told."),
        explains=gettext_lazy(
            "No proof and no second person: the policy stands in for it. It is looked at afterwards."
        ),
    ),
    Action.START_COLLECTION: Doing(
        run=with_fields(answer.start_collection),
        rights=SEARCHES_FIRST,
        done=gettext_lazy("All stores are being asked."),
        explains=gettext_lazy("Every store is searched for this person. You can follow it on this page."),
    ),
    Action.SUBMIT_FOR_REVIEW: Doing(
        run=with_fields(answer.submit),
        done=gettext_lazy("Handed to a second person."),
        explains=gettext_lazy("A second person looks at the answer. You cannot approve it yourself."),
    ),
    Action.APPROVE: Doing(
        run=with_fields(answer.approve, "manifest_sha256", "attested"),
        form=forms.ApproveForm,
        rights=COPIES,
        done=gettext_lazy("Approved. The answer can be released."),
        page="review",
    ),
    Action.RETURN_TO_DRAFTING: Doing(
        run=with_fields(answer.send_back, "comment"),
        form=forms.ReturnForm,
        done=gettext_lazy("Returned with your comment."),
    ),
    Action.NOTIFY: Doing(
        run=with_fields(answer.release),
        rights=COPIES,
        label=Action.COMPLETE,
        done=gettext_lazy("Released. The person has been told by mail."),
        explains=gettext_lazy(
            "The answer appears in the portal and the person is told by mail. This cannot be undone."
        ),
    ),
    Action.COMPLETE: Doing(
        run=with_fields(answer.release),
        rights=frozenset({Right.PORTABILITY}),  # after the transmission; a copy for her alone is released in one step
        done=gettext_lazy("Released. The person has been told by mail."),
    ),
    Action.COLLECT_AGAIN: Doing(
        run=with_fields(answer.collect_again, "note"),
        form=forms.CollectAgainForm,
        done=gettext_lazy("All stores are being asked again."),
    ),
    Action.ASK_IDENTITY: Doing(
        run=with_fields(identity.ask, "doubt", "paragraph"),
        form=forms.AskIdentityForm,
        letter=LetterCode.IDENTITY_REQUEST,
        done=gettext_lazy("The person has been asked. The clock stands still until she answers."),
        explains=gettext_lazy("The person is asked by mail to confirm who she is. The clock stops until she does."),
    ),
    Action.CLOSE_NOT_IDENTIFIED: Doing(
        run=with_fields(endings.close_not_identified, "doubt", "paragraph"),
        form=forms.NotIdentifiedForm,
        letter=LetterCode.NOT_IDENTIFIED,
        supplies={"letter_ready": True},  # the letter is written from the form
        done=gettext_lazy("Closed. The person has the letter that says how to go on."),
        explains=gettext_lazy(
            "The letter says what we asked and when, why we cannot answer, how to go on, and where to complain."
        ),
    ),
    Action.EXTEND: Doing(
        run=with_fields(endings.extend, "reason", "text", "meanwhile", "paragraph"),
        form=forms.ExtendForm,
        letter=LetterCode.EXTENSION_NOTICE,
        done=gettext_lazy("Extended. The person has been told the new date and the reasons."),
        explains=gettext_lazy("Once, to three months from receipt. The person gets the reasons in a letter at once."),
    ),
    Action.WITHDRAW: Doing(
        run=with_fields(endings.withdraw, "proof", "paragraph"),
        form=forms.WithdrawForm,
        letter=LetterCode.WITHDRAWAL_CONFIRMED,
        done=gettext_lazy("Withdrawn. The person has a confirmation."),
        explains=gettext_lazy("Only when the person herself has written that she takes her request back."),
    ),
    Action.REFUSE: Doing(
        run=with_fields(endings.refuse, "ground", "reason", "advice", "balancing", "paragraph", "late_refusal"),
        form=forms.RefuseForm,
        letter=LetterCode.REFUSAL,
        supplies={"late_refusal": True},  # T-20: the mark is on the form; the consultation is on file
        done=gettext_lazy("Refused. The person has the letter with reasons and remedies."),
        explains=gettext_lazy("The letter with ground, reasons, authority and court goes out at once."),
    ),
    Action.ASK_CLARIFICATION: Doing(
        run=with_fields(clarifications.ask, "why", "options", "meanwhile", "large", "paragraph"),
        form=after.AskClarificationForm,
        letter=LetterCode.CLARIFICATION_REQUEST,
        supplies={"large_quantity": True, "clarification_specific": True},
        done=gettext_lazy("The person has been asked. The clock stands still until she answers."),
        explains=gettext_lazy("Only for a large quantity of data. If she wants everything, she gets everything."),
    ),
    Action.ANSWER_CLARIFICATION: Doing(
        run=with_fields(clarifications.answer, "text"),
        form=after.AnswerClarificationForm,
        done=gettext_lazy("Noted. The clock runs again, and the person is told the new date."),
        explains=gettext_lazy("For an answer by phone or letter. Her own answer in the portal is noted by itself."),
    ),
    Action.CONTEST: Doing(
        run=with_fields(contests.contest, "reason", "received_on", "paragraph"),
        form=after.ContestForm,
        letter=LetterCode.CONTEST_ACKNOWLEDGEMENT,
        done=gettext_lazy("Contested. The person has a letter that says by when she gets an answer."),
        explains=gettext_lazy("For an objection that came by letter or phone, or through the authority or a court."),
    ),
    Action.REASSESS: Doing(
        run=with_fields(contests.reassess, "note"),
        form=after.ReassessForm,
        done=gettext_lazy("Open again. Nothing of the first approval counts any more."),
        explains=gettext_lazy("The case goes back to assessment. Whoever decided the first time does not decide now."),
    ),
    Action.UPHOLD: Doing(
        run=with_fields(contests.uphold, "reason", "law", "advice", "paragraph"),
        form=after.UpholdForm,
        letter=LetterCode.REFUSAL,
        done=gettext_lazy("The outcome stays. The person has the letter with reasons and remedies."),
        explains=gettext_lazy("The case is closed as it was. The letter with authority and court goes out at once."),
    ),
    **FEES,
    Action.CORRECT_RECEIPT: Doing(
        run=with_fields(receipts.correct, "received_on", "reason"),
        form=CorrectReceiptForm,
        done=gettext_lazy("Corrected. The person gets a new receipt with the day by which she has the answer."),
        explains=gettext_lazy(
            "Every open right of the request is reckoned anew from that day. A later day of the answer counts only because the new"
            " receipt tells the person."
        ),
    ),
}
ACTIONS: Final = tuple(dict.fromkeys((*DOINGS, *(action for action, _right in WAYS))))
"""Every step that some form of the desk takes, in the order of the buttons."""


def doing_of(action: Action, right: Right | str) -> Doing | None:
    """How a case of this right takes the step; None when the desk has no form for it."""
    own = WAYS.get((action, Right(right)))
    if own is not None:
        return own
    doing = DOINGS.get(action)
    return doing if doing is not None and Right(right) in doing.rights else None


@dataclass(frozen=True, slots=True)
class Button:
    """A step as the page shows it: pressed at once, opened as a form, or greyed with the reason."""

    action: Action
    label: str
    url: str
    asks: bool
    why_not: str = ""

    @property
    def why_id(self) -> str:
        """The id of the reason, for aria-describedby."""
        return f"why-{self.action.value}"


def label_of(action: Action, right: Right | str) -> str:
    """The words on the button."""
    doing = doing_of(action, right)
    return wording.action((doing.label if doing else None) or action)


def step_refusal(
    case: Case, action: Action, actor: Actor, *, now: datetime, facts: Facts | None = None
) -> Refusal | None:
    """Why the button may not be pressed, or None; what its form asks for is not held against it. `facts` where they are known."""
    return _why_not(facts or facts_of(case, now=now), action, actor)


def _why_not(facts: Facts, action: Action, actor: Actor) -> Refusal | None:
    doing = doing_of(action, facts.right)
    known = replace(facts, **doing.supplies) if doing else facts
    for step, refused in offered(known, actor):
        if step.action is action:
            return refused
    return refusal(known, action, actor)


def buttons(case: Case, actor: Actor, *, now: datetime, facts: Facts | None = None) -> list[Button]:
    """Every step that exists in this state for this right, the impossible ones greyed with the table's reason."""
    facts = facts or facts_of(case, now=now)
    found = []
    for action in ACTIONS:
        doing = doing_of(action, facts.right)
        if doing is None or step_for(facts, action) is None or not doing.concerns(facts):
            continue
        refused = _why_not(facts, action, actor)
        found.append(
            Button(
                action=action,
                label=label_of(action, facts.right),
                url=url_of(case, action),
                asks=doing.form is not forms.CaseForm,
                why_not=wording.refusal(refused) if refused else "",
            )
        )
    return found


def may_draft(doing: Doing, refused: Refusal | None, actor: Actor) -> bool:
    """Whether the actor may write the letter of a step that only somebody else may take: a lead decides on her draft."""
    letter = doing.letter
    waits = letter is not None and approval(letter) in {Approval.LEAD, Approval.CASE}
    barred = refused is not None and refused.code == "role"
    return waits and barred and duty_refusal(actor, Duty.DRAFT) is None


def url_of(case: Case, action: Action) -> str:
    """Where the step is taken."""
    doing = doing_of(action, case.right)
    if doing is not None and doing.page:
        return reverse(f"desk:{doing.page}", args=[case.pk])
    return reverse("desk:step", args=[case.pk, action.value])
