"""Why not, about what comes after an answer: erased people, ends of periods, holds, contests, authorities, evidence, receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

VERBS: Final[Mapping[str, _StrPromise]] = {
    "already_erased": _(
        "Nothing of this person is left that could be restricted: an earlier request had everything erased. Refuse this one"
        " with the ground that no reason for a restriction applies, and say so. If a backup was restored or she is a customer"
        " again, choose to look in the systems all the same."
    ),
    "line_gone": _("This is not kept any more."),
    "end_passed": _("Choose a day that has not passed."),
    "end_before_law": _("The law wants it kept until %(day)s. Choose a later day."),
    "hold_scope": _("Say what is to be held: the case, the person, or a store that is configured."),
    "hold_lifted": _("This hold has been lifted already."),
    "lift_day_too_early": _(
        "The person needs a week's notice, and the restriction lasts as promised. Choose %(earliest)s or later."
    ),
    "lift_day_not_reached": _("The person was told that the restriction lasts until %(day)s."),
    "evidence_incomplete": _("Fill in every part of the evidence form. The number of requests alone is no evidence."),
    "contest_in_future": _("This day lies in the future. Enter the day on which the objection reached us."),
    "contest_before_answer": _("The answer left on %(day)s. An objection to it cannot have come before."),
    "authority_missing": _("Enter which authority it is and under which reference it writes."),
    "authority_in_future": _("This day lies in the future. Enter the day on which it happened."),
    "authority_due_before": _("Choose %(day)s or a later day: nothing can be due before it was asked."),
    "authority_outcome": _("Choose how it ended."),
    "authority_open": _("A supervisory authority has an open matter about this request. Close that first."),
    "evidence_reference_missing": _("Enter which authority asks and under which reference."),
    "evidence_no_answer": _("The answer as it was sent is not kept any more. Order the case file without it."),
    "evidence_gone": _("This file is not kept any more. Order it again."),
    "receipt_same": _("The request is registered as received on this day already."),
    "receipt_after_registration": _("The request was registered on %(day)s, so it cannot have come later."),
    "receipt_too_early": _("This is more than %(days)s days before the request was registered. Check the year."),
    "receipt_while_asked": _(
        "The person is asked for a detail or a fee, so no day of the answer can be named. Correct it after that."
    ),
}
