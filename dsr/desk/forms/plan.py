"""The forms of the plan page: a reason for what stops or starts something, the hash of what is approved, recipients."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsr.desk.forms.steps import MAX_REASON, AttestForm, CaseForm


class ApprovePlanForm(AttestForm):
    """Approves the plan that is on the screen: its hash travels with the form."""

    plan_sha256 = forms.CharField(widget=forms.HiddenInput)


class WhyForm(CaseForm):
    """Taking an approval back, putting on hold or lifting a hold: with a reason that is kept sealed."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"maxlength": MAX_REASON, "rows": 2}),
        error_messages={"required": _("Say why, in a few words")},
    )


class RecipientsForm(CaseForm):
    """For every recipient of erased data: told, or why not (Art. 19)."""

    def __init__(self, *args: Any, recipients: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recipients = recipients
        for number, name in enumerate(recipients):
            self.fields[f"told_{number}"] = forms.ChoiceField(
                label=name,
                choices=[("told", _("Has been told")), ("not", _("Is not told, because:"))],
                widget=forms.RadioSelect(attrs={"class": "choice-input"}),
                error_messages={"required": _("Say whether this recipient has been told")},
            )
            self.fields[f"why_{number}"] = forms.CharField(
                label=_("Reason, if not told"),
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"class": "input"}),
            )

    def clean(self) -> dict[str, Any]:
        """Whoever is not told needs a reason: impossible, or a disproportionate effort."""
        data = super().clean() or {}
        for number in range(len(self.recipients)):
            if data.get(f"told_{number}") == "not" and not str(data.get(f"why_{number}", "")).strip():
                self.add_error(f"why_{number}", _("Say why this recipient is not told"))
        return data

    def settled(self) -> tuple[list[str], dict[str, str]]:
        """The recipients told, and the reasons for the others."""
        told, reasons = [], {}
        for number, name in enumerate(self.recipients):
            if self.cleaned_data[f"told_{number}"] == "told":
                told.append(name)
            else:
                reasons[name] = str(self.cleaned_data[f"why_{number}"])
        return told, reasons
