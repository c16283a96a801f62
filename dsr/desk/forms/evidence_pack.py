"""The form that orders evidence for a supervisory authority (rules 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from dsr.cases import authority
from dsr.cases.duties import Duty, duty_refusal
from dsr.cases.evidence import MAX_WORDS, NEEDED, Extent, languages, sent_answer
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

    written_in = forms.ChoiceField(
        label=gettext_lazy("Language of the summary"),
        help_text=gettext_lazy("Letters and messages stay in the language they were written in."),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the languages.")},
        required=False,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An auditor orders the log and reads no words: for whom, she says herself.
        keeps = duty_refusal(actor, Duty.AUTHORITY) is None
        asks = authority.who_asks(self.case) if keeps else ("", "")
        self.fields["authority"].initial = asks[0] or self.case.controller.authority_name
        self.fields["reference"].initial = asks[1]
        names = dict(settings.LANGUAGES)
        written: Any = self.fields["written_in"]
        written.choices = [(code, str(names[code])) for code in languages(self.case.controller)]
        written.initial = written.choices[0][0]
        allowed = [one for one in Extent if duty_refusal(actor, NEEDED[one]) is None]
        if sent_answer(self.case) is None:
            allowed = [one for one in allowed if one is not Extent.ANSWER]
        field = self.fields["extent"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [(one.value, _LABELS[one]) for one in allowed]
        field.initial = allowed[0].value if len(allowed) == 1 else Extent.FILE.value
