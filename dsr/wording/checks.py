"""Words of the checklist before an answer is handed on or approved: what a content guard says, and what the approver ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from dsr.law.attest import Attest
from dsr.law.codes import Guard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

CONTENT: Final[Mapping[Guard, _StrPromise]] = {
    Guard.IDENTITY_SUFFICIENT: _("The identity is proven well enough for this right."),
    Guard.STORES_ANSWERED: _("Every store has answered, or was left out with a reason."),
    Guard.REDACTED: _("Every text and file of the answer was read, and every suggestion is decided."),
    Guard.PACKAGE_READY: _("What is to be approved is there, with every element the law asks of its letter."),
    Guard.MANIFEST_BOUND: _("The approval is bound to the hash of exactly what is shown."),
    Guard.SECOND_PERSON: _("You did not work on it yourself."),
    Guard.OTHER_REVIEWER: _("You did not decide it before it was contested."),
    Guard.NOT_RULE_OWNER: _("You did not configure the rule behind the decision."),
    Guard.LEAD_OR_DPO: _("A privacy lead approves the erasure, or the data protection officer was consulted."),
    Guard.RETENTION_ADVISED: _(
        "Nothing is kept under an uncertain period without the word of the data protection officer."
    ),
    Guard.REMAINDER_IN_TIME: _("What is not done can be told in time, or the data protection officer was asked."),
    Guard.TASKS_DONE: _("Every task in the stores is done, or was explained by a lead."),
    Guard.UNCHANGED_SINCE_APPROVAL: _("Exactly what was approved is released."),
    Guard.POLICY_OR_APPROVAL: _("It rests on a standing policy, or on exactly what was approved."),
    Guard.LETTER_READY: _("The letter is laid out, with every element the law asks of it."),
    Guard.RECIPIENTS_TOLD: _("Every recipient was told, or there is a reason why not (Art. 19)."),
    Guard.NOTHING_KEPT: _("Nothing of what was asked for is left undone."),
    Guard.REMAINDER_TOLD: _("What stays is told in time, or late with the word of the data protection officer."),
}
"""One sentence for each guard that is a line of a checklist; the words of its refusal say the opposite, and what to do."""

ATTESTS: Final[Mapping[Attest, _StrPromise]] = {
    Attest.HERS: _("I looked at it: it is this person’s, and nobody else’s customer number is among it."),
    Attest.NOBODY_ELSE: _("I looked for other people in it, and found none that should not be there."),
    Attest.WORDS_READ: _("I read the letter. It answers what was asked, and the person will understand it."),
    Attest.KEPT_READ: _("I read what stays, under which law and until when, and it is right."),
    Attest.WEIGHED: _("I read the reasons. They are about this person and her situation."),
}
