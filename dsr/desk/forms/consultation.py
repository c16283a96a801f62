"""The forms of the consultation: the question, the data protection officer's word, and a lead's reason against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from dsr.desk.forms.steps import CaseForm, words_field
from dsr.law.decisions import Opinion, Stance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.functional import _StrPromise

OPINIONS: Final[Mapping[Opinion, _StrPromise]] = {
    Opinion.EXCESSIVE: _("Whether the request is unfounded or excessive (Art. 12(5))"),
    Opinion.FEE: _("A fee for the request (Art. 12(5))"),
    Opinion.LATE_REFUSAL: _("A refusal after the first month (Art. 12(4))"),
    Opinion.LATE_QUESTION: _("A question that stops the clock late"),
    Opinion.ERASURE: _("An erasure"),
    Opinion.RETENTION: _("Data whose period seems over under a rule that is not certain"),
}
STANCES: Final[Mapping[Stance, _StrPromise]] = {
    Stance.AGREES: _("I agree"),
    Stance.OBJECTS: _("I object"),
    Stance.REMARK: _("I have a remark and neither agree nor object"),
}
_CHOOSE: Final = {"required": _("Choose one.")}


def _about(label: _StrPromise) -> forms.ChoiceField:
    choices = [(about.value, words) for about, words in OPINIONS.items()]
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=_CHOOSE)


class AskForm(CaseForm):
    """What is asked; words are not needed."""

    about = _about(_("What do you ask about?"))
    words = forms.CharField(
        label=_("Your question"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("She gets a mail without any of it, and reads it here."),
    )


class OpinionForm(CaseForm):
    """4.0.7: what the data protection officer was asked, what she says to it, and why."""

    kind = _about(_("What you were asked about"))
    stance = forms.ChoiceField(
        label=_("What you say to it"),
        choices=[(stance.value, words) for stance, words in STANCES.items()],
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    text = words_field(_("Your opinion"), _("Enter your opinion. It stays in the file."))


class AgainstForm(CaseForm):
    """4.0.7: the lead decides, and says why."""

    about = forms.ChoiceField(label=_("Which objection?"), widget=forms.RadioSelect, error_messages=_CHOOSE)
    reason = words_field(_("Why do you decide against it?"), _("Enter a reason."))

    def __init__(self, *args: Any, standing: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(about, OPINIONS[Opinion(about)]) for about in sorted(standing)]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]
