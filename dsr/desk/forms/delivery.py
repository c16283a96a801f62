"""The forms about an answer that is out: take it back, offer it again, print a letter with a code."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.desk.forms.steps import MAX_REASON, CaseForm

MAX_LINES, MAX_LINE = 8, 80


class RevokeForm(CaseForm):
    """Why nobody may open the answer any more; kept sealed beside the event."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is taken back"),
        help_text=gettext_lazy("For the file only; the person reads that we took it back and write to her."),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_REASON}),
        error_messages={"required": gettext_lazy("Enter why it is taken back.")},
    )


class AgainForm(CaseForm):
    """Asks nothing: the same bytes for the same number of days."""


class CodeLetterForm(CaseForm):
    """Where the letter with the code goes."""

    address = forms.CharField(
        label=gettext_lazy("Address on file"),
        help_text=gettext_lazy(
            "As the billing system holds it today, a line each; the name is added. Never one that was only given with the "
            "request."
        ),
        max_length=MAX_LINES * MAX_LINE,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter the address on file.")},
    )

    def clean_address(self) -> tuple[str, ...]:
        """The lines of the address; an envelope has room for eight."""
        lines = tuple(line.strip() for line in str(self.cleaned_data["address"]).splitlines() if line.strip())
        if len(lines) > MAX_LINES or any(len(line) > MAX_LINE for line in lines):
            raise forms.ValidationError(_("At most eight lines of 80 characters fit on an envelope."))
        return lines


class CarrierForm(CodeLetterForm):
    """Where data carrier and password go, in two envelopes."""
