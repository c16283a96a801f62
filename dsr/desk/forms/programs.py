"""The form for the key of a program: which program, and what it may ask."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy

from dsr.cases.api_keys import MOST_NAME, Scope
from dsr.forms import UiForm

SCOPES: Final = {
    Scope.RESTRICTED.value: gettext_lazy(
        "Ask whether somebody's data are restricted (billing, dunning, marketing, BI)"
    ),
    Scope.STOP_LINKS.value: gettext_lazy("Make stop links for a campaign"),
    "suppressed": gettext_lazy("Ask who wants no marketing"),
    "import_guard": gettext_lazy("Ask whether somebody may be taken in again"),
}
"""What a key may do, in words. A scope without words is offered by its name, so that none is missing here."""


class ProgramForm(UiForm):
    """One program, one key: so that each can be ended alone."""

    name = forms.CharField(
        label=gettext_lazy("Which program is it for?"),
        max_length=MOST_NAME,
        help_text=gettext_lazy("One key for each program, so that it can be ended alone."),
        error_messages={"required": gettext_lazy("Enter which program it is for.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(one.value, SCOPES.get(one.value, one.value)) for one in Scope],
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
