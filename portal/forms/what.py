"""The first question of a request: which right, or her own words for whoever is not sure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from dsr.forms import Hinted
from dsr.law import offers
from dsr.law.rights import ALL_RIGHTS, Right
from dsr.wording import cases
from portal.forms.ask import StepForm, choice_field, text_field

UNSURE = "unsure"


def rights() -> list[tuple[str, Any]]:
    """The rights in plain words, by use, all of equal size; `I am not sure` at the end."""
    hints = {
        Right.ACCESS: gettext_lazy("All of it, or only the parts you choose"),
        Right.ERASURE: gettext_lazy("Your contract goes on until you end it"),
        Right.MARKETING_OBJECTION: gettext_lazy("It stops in any case. No reason needed"),
        Right.RESTRICTION: gettext_lazy("While we check a dispute"),
    }
    order = (
        Right.ACCESS,
        Right.RECTIFICATION,
        Right.ERASURE,
        Right.MARKETING_OBJECTION,
        Right.OBJECTION,
        Right.RESTRICTION,
        Right.PORTABILITY,
        Right.CONSENT_WITHDRAWAL,
        Right.AUTOMATED_DECISION,
    )
    known: list[tuple[str, Any]] = [
        (right.value, Hinted(cases.RIGHTS_ASKED[right], hints[right]) if right in hints else cases.RIGHTS_ASKED[right])
        for right in order
    ]
    return [*known, (UNSURE, Hinted(gettext_lazy("I am not sure"), gettext_lazy("We help you find out")))]


class WhatForm(StepForm):
    """Which right."""

    right = choice_field(
        gettext_lazy("What do you want us to do?"),
        rights(),
        gettext_lazy("Select what you want us to do"),
        hint=gettext_lazy("You can add another request later."),
    )

    def prepare(self) -> None:
        """Only the rights this brand has a form for; whatever else she wants, she says in her own words."""
        left_out = ALL_RIGHTS - set(offers.offered(self.controller.regime, self.controller.rights_offered))
        field: Any = self.fields["right"]
        field.choices = [choice for choice in field.choices if choice[0] not in left_out]


class OwnWordsForm(StepForm):
    """What she wants, for whoever does not know which right it is; the office sorts it, and the month runs (4.1)."""

    words = text_field(
        gettext_lazy("Tell us in your own words"),
        gettext_lazy("Tell us what you want. A few words are enough."),
        hint=gettext_lazy(
            "We find out which right it is and tell you what we understood. Your month starts when you send this."
        ),
        rows=6,
    )
