"""Words for what is taken out of an answer: in the text itself, in the report, and at the desk (rules X-02, X-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.law.redaction import ARTICLES, SPOKEN_OF, Reason
from dsr.wording.provisions import provision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

# In the text, in place of what was there.
MARKS: Final[Mapping[Reason, _StrPromise]] = {
    Reason.OTHER_PERSON: gettext_lazy("other person"),
    Reason.HOUSEHOLD_MEMBER: gettext_lazy("member of the household"),
    Reason.CALLED_NUMBER: gettext_lazy("number of another person"),
    Reason.SECURITY: gettext_lazy("protects our systems or yours"),
    Reason.STAFF_PRIVATE: gettext_lazy("private life of an employee"),
    Reason.TRADE_SECRET: gettext_lazy("trade secret"),
}

# In the report, beside the number of places.
SENTENCES: Final[Mapping[Reason, _StrPromise]] = {
    Reason.OTHER_PERSON: gettext_lazy(
        "It speaks of another person, whose rights we have to protect (Article 15(4) GDPR)."
    ),
    Reason.HOUSEHOLD_MEMBER: gettext_lazy(
        "It speaks of another member of your household, who has rights of their own (Article 15(4) GDPR)."
    ),
    Reason.CALLED_NUMBER: gettext_lazy("It is the number of another person (Article 15(4) GDPR)."),
    Reason.SECURITY: gettext_lazy(
        "Whoever knows it could break into a system, yours or ours (Article 15(4) and Article 32 GDPR)."
    ),
    Reason.STAFF_PRIVATE: gettext_lazy("It speaks of the private life of one of our employees (Article 15(4) GDPR)."),
    Reason.TRADE_SECRET: gettext_lazy("It is a trade secret (Article 15(4) and Recital 63 GDPR)."),
}

# At the desk, where a reason is chosen.
CHOICES: Final[Mapping[Reason, _StrPromise]] = {
    Reason.OTHER_PERSON: gettext_lazy("Another person"),
    Reason.HOUSEHOLD_MEMBER: gettext_lazy("Member of the household"),
    Reason.CALLED_NUMBER: gettext_lazy("Number that was called"),
    Reason.SECURITY: gettext_lazy("Security"),
    Reason.STAFF_PRIVATE: gettext_lazy("Private life of an employee"),
    Reason.TRADE_SECRET: gettext_lazy("Trade secret"),
    Reason.UNDISCLOSABLE: gettext_lazy("Must not be spoken of at all"),
}


def mark(reason: Reason) -> str:
    """What stands in the text instead, in the active language; nothing at all for what must not be spoken of (X-06)."""
    if reason not in SPOKEN_OF:
        return ""
    article = _("Art. %(article)s") % {"article": provision(ARTICLES[reason])}
    return _("[%(reason)s, %(article)s]") % {"reason": MARKS[reason], "article": article}


def sentence(reason: Reason) -> str:
    """Why, in a sentence to the person. KeyError for what must not be spoken of."""
    return str(SENTENCES[reason])
