"""The one question of a marketing stop at the desk: where, when the file does not say it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases import at_once, contacts
from dsr.cases.contacts import BadContactError, Kind
from dsr.desk.forms.steps import CaseForm


class StopNowForm(CaseForm):
    """SC-06: the number or address is all that is needed."""

    reach = forms.CharField(
        label=gettext_lazy("E-mail address or phone number that should get no marketing"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Enter the e-mail address or phone number that should get no marketing.")
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reach"].required = not at_once.concerned(self.case)

    def clean_reach(self) -> str:
        """Something with an @ sign is an e-mail address, everything else a phone number."""
        text = str(self.cleaned_data["reach"]).strip()
        if text:
            try:
                contacts.contact(self.case.controller, Kind.EMAIL if "@" in text else Kind.PHONE, text)
            except BadContactError:
                raise forms.ValidationError(_("This is neither an e-mail address nor a phone number.")) from None
        return text
