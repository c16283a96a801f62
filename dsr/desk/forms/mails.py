"""The form behind `Send again`."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from dsr.forms import UiForm

_WORDS = gettext_lazy("Enter an e-mail address in the form name@example.com.")


class AgainForm(UiForm):
    """Where the mail goes: the address it went to, or a corrected one."""

    to = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy(
            "Compare it with what the person wrote. A corrected address is used for this request from now on."
        ),
        max_length=254,
        error_messages={"required": _WORDS, "invalid": _WORDS},
    )
