"""What a person says about a mail the program could not place."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from dsr.forms import UiForm


class AddToForm(UiForm):
    """Which request a mail belongs to."""

    reference = forms.CharField(
        label=gettext_lazy("Reference of the request"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input-short"}),
        error_messages={"required": gettext_lazy("Enter the reference, like DSR-2026-000123.")},
    )


class DismissForm(UiForm):
    """Why a mail is no request."""

    reason = forms.CharField(
        label=gettext_lazy("Why is this not a request?"),
        help_text=gettext_lazy(
            "Whoever asks for her data need not name a law. When in doubt, make it a request: it can be answered as a question."
        ),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why this is not a request.")},
    )
