"""The form that corrects the day of receipt (4.2 no. 26)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dsr.cases.clock import local_date
from dsr.desk.forms.steps import CaseForm, words_field

_DAY = gettext_lazy("Enter the day on which the request reached us.")


class CorrectReceiptForm(CaseForm):
    """The right day, and how it is known."""

    received_on = forms.DateField(
        label=gettext_lazy("The request reached us on"),
        help_text=gettext_lazy("The day it came to any part of the company: a shop, a mailbox, the post (T-03)."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _DAY, "invalid": _DAY},
    )
    reason = words_field(
        gettext_lazy("How you know that, for the file"), gettext_lazy("Enter how you know the right day.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        controller = self.case.controller
        field = self.fields["received_on"]
        field.initial = local_date(controller, self.case.request.received_at)
        field.widget.attrs["max"] = local_date(controller, self.case.request.created_at).isoformat()
