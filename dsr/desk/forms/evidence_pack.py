"""The form that orders evidence for a supervisory authority (rules 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from dsr.cases.duties import duty_refusal
from dsr.cases.evidence import MAX_WORDS, NEEDED, Extent, sent_answer
from dsr.desk.forms.steps import CaseForm

if TYPE_CHECKING:
    from dsr.law.workflow import Actor

_LABELS = {
    Extent.LOG: gettext_lazy("Log and metadata: dates, steps, hashes, systems; no words of anybody"),
    Extent.FILE: gettext_lazy("The case file: also the request, messages, letters, decisions and their reasons"),
    Extent.ANSWER: gettext_lazy("The case file with the answer as it was sent"),
}


def _line(label: Any, hint: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=MAX_WORDS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": missing},
    )


class EvidencePackForm(CaseForm):
    """Which authority asks, under which reference, and how much it gets."""

    authority = _line(
        gettext_lazy("Authority or court that asks"), "", gettext_lazy("Enter which authority or court asks.")
    )
    reference = _line(
        gettext_lazy("Its reference"),
        gettext_lazy("The number on its letter. It is kept sealed with the case."),
        gettext_lazy("Enter the reference of its letter."),
    )
    extent = forms.ChoiceField(
        label=gettext_lazy("How much goes in"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose how much goes in."),
            "invalid_choice": gettext_lazy("Choose how much goes in."),
        },
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].initial = self.case.controller.authority_name
        allowed = [one for one in Extent if duty_refusal(actor, NEEDED[one]) is None]
        if sent_answer(self.case) is None:
            allowed = [one for one in allowed if one is not Extent.ANSWER]
        field = self.fields["extent"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [(one.value, _LABELS[one]) for one in allowed]
        field.initial = allowed[0].value if len(allowed) == 1 else Extent.FILE.value
