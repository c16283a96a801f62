"""The forms about a department that works by hand: whom to ask, why its links are taken back."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from dsr.desk.forms.steps import words_field
from dsr.forms import UiForm

MOST_DAYS = 28


class AskForm(UiForm):
    """Whom to ask: as the store's entry says, or somebody else for this one task."""

    name = forms.CharField(label=_("Department"), max_length=120, error_messages={"required": _("Enter a name")})
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The link goes there, and so does the code that opens it."),
        error_messages={
            "required": _("Enter an e-mail address"),
            "invalid": _("Enter an e-mail address in the form name@example.com"),
        },
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    escalation = forms.EmailField(
        label=_("Escalation address"),
        required=False,
        max_length=254,
        help_text=_("Whoever is told when two reminders were of no use. May stay empty."),
        error_messages={"invalid": _("Enter an e-mail address in the form name@example.com")},
    )
    days = forms.IntegerField(
        label=_("Days to answer"),
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(attrs={"class": "input-short"}),
        error_messages={"required": _("Enter the number of days, from 1 to 28")},
    )


class TakeBackForm(UiForm):
    """Why the links end."""

    reason = words_field(_("Reason"), _("Write why the links are taken back"))
