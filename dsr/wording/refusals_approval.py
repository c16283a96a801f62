"""Why an answer is not handed on or approved, in sentences the person can act on: the second person, closeness, the officer's word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from dsr.law.workflow import RefusalCode as Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

TABLE: Final[Mapping[Code, _StrPromise]] = {
    Code.BARRED: _(
        "You are too close to this person to work on the case. Ask the privacy lead to assign somebody else."
    ),
    Code.PREPARER_UNKNOWN: _(
        "Nobody is known to have prepared this, so there is no second person. Submit it for review first."
    ),
    Code.SAME_PERSON: _("You worked on this case yourself. Somebody else has to decide."),
    Code.SAME_REVIEWER: _("You decided this case the first time. Somebody else has to look at it now."),
    Code.RULE_OWNER: _("You configured the rule behind this decision. Somebody else has to review it."),
    Code.LEAD_OR_DPO: _(
        "An erasure is approved by a privacy lead, or after the data protection officer was consulted."
    ),
    Code.STORES_OPEN: ngettext_lazy(
        "One store has neither answered nor been left out.",
        "%(count)s stores have neither answered nor been left out.",
        "count",
    ),
    Code.RETENTION_NEEDS_DPO: _(
        "The plan keeps data whose period seems over under a rule that is not certain. Ask the data protection officer first"
        " and have her opinion put on file."
    ),
    Code.DPO_OBJECTS: _(
        "The data protection officer objects. A privacy lead can decide against it, with a reason, on the page “Consultation”."
    ),
    Code.NOT_ATTESTED: _("Look at what you approve, and tick what you say about it."),
}
VERBS: Final[Mapping[str, _StrPromise]] = {
    "assignee_barred": _("This colleague is too close to the person. Choose somebody else."),
    "closeness_known": _("It is known already that this colleague is too close to the person."),
    "own_closeness": _("You cannot lift a bar on yourself. Ask another lead."),
    "dpo_unknown": _(
        "Nobody here holds the role of the data protection officer. Ask an administrator to give it to her."
    ),
    "no_objection": _("No objection of the data protection officer stands here."),
}
