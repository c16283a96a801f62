"""The questions of each right: as few as the law and the work need, never a reason where none may be asked.

Erasure (Art. 17), restriction (Art. 18) and the marketing stop are here, the others in modules beside this one.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.wording import asked, choices
from portal.forms.ask import StepForm, choice_field, line_field, text_field
from portal.forms.copies import DataForm, KindsForm, MonthsForm, PeriodForm, PortabilityForm, ProviderForm
from portal.forms.corrections import EvidenceForm, PauseForm, RectificationForm
from portal.forms.uses import ConsentForm, DecisionForm, ObjectionForm

__all__ = [
    "ConsentForm",
    "CopyFirstForm",
    "DataForm",
    "DecisionForm",
    "DeleteForm",
    "DeleteSomeForm",
    "EvidenceForm",
    "KindsForm",
    "MarketingForm",
    "MonthsForm",
    "ObjectionForm",
    "PauseForm",
    "PeriodForm",
    "PortabilityForm",
    "ProviderForm",
    "RectificationForm",
    "RestrictionForm",
    "RestrictionWhatForm",
]

# Who received data is no data that could go or be paused by itself.
KINDS = [(code, words) for code, words in asked.KINDS.items() if code != "recipients"]


def kinds_field(label: Any) -> forms.MultipleChoiceField:
    """Kinds of data to choose from; own words may stand instead."""
    return forms.MultipleChoiceField(label=label, required=False, choices=KINDS, widget=forms.CheckboxSelectMultiple)


class DeleteForm(StepForm):
    """Erasure: how much. A reason only helps to find the right ground of 17(1), so nobody has to give one."""

    delete = choice_field(
        gettext_lazy("What should we delete?"), asked.DELETE, gettext_lazy("Select what we should delete")
    )
    reason = text_field(
        gettext_lazy("Why should we delete it?"),
        "",
        hint=gettext_lazy("You need not say. A reason can help us find the rule that fits best."),
        optional=True,
        rows=2,
    )

    def prepare(self) -> None:
        """What becomes of the contract, and where it is ended: a plain link, no call in between (ux.md 1.5)."""
        text = _("A contract that is running goes on: we delete what it does not need.")
        url = getattr(self.controller, "contract_url", "")
        if url:
            link = _("How to end the contract")
            self.fields["delete"].help_text = format_html('{} <a href="{}">{}</a>', text, url, link)
        else:
            self.fields["delete"].help_text = text


class _KindsOrWords(StepForm):
    """Kinds of data, own words, or both; `Something else` alone says nothing."""

    missing: Any = ""

    def get_context(self) -> dict[str, Any]:
        """One of the two is needed, so the first one is not called optional; `clean` decides."""
        self.fields["kinds"].required = True
        context: dict[str, Any] = super().get_context()
        return context

    def clean(self) -> dict[str, Any]:
        """At least one of the two."""
        data = dict(super().clean() or {})
        words = str(data.get("words", "")).strip()
        if "words" not in self.errors and not words and set(data.get("kinds", [])) <= {"other"}:
            self.add_error("words", self.missing)
        return data


class DeleteSomeForm(_KindsOrWords):
    """Erasure: which parts."""

    missing = gettext_lazy("Tell us which data we should delete")

    kinds = kinds_field(gettext_lazy("Which data should we delete?"))
    words = text_field(
        gettext_lazy("In your own words"),
        "",
        hint=gettext_lazy("What else should go, or what exactly of it."),
        optional=True,
        rows=3,
    )


class CopyFirstForm(StepForm):
    """Erasure: asked once, neutrally."""

    copy_first = choice_field(
        gettext_lazy("Do you want a copy before we delete?"),
        asked.YES_NO,
        gettext_lazy("Select whether you want a copy"),
        hint=gettext_lazy(
            "With a copy, you get it first and we delete after that. The same law sets the time for both."
        ),
    )


class RestrictionForm(StepForm):
    """Restriction: which of the four grounds of 18(1)."""

    ground = choice_field(
        gettext_lazy("Why should we pause the use of your data?"),
        asked.GROUNDS,
        gettext_lazy("Select why we should pause"),
    )


class RestrictionWhatForm(_KindsOrWords):
    """Restriction: which data or use."""

    missing = gettext_lazy("Tell us which data or which use we should pause")

    kinds = kinds_field(gettext_lazy("Which data?"))
    words = text_field(
        gettext_lazy("Which data or which use, in your own words"),
        "",
        hint=gettext_lazy("For example: my old address, or the use of my call records for a credit check."),
        optional=True,
        rows=3,
    )
    until = forms.MultipleChoiceField(
        label=gettext_lazy("How long?"),
        help_text=gettext_lazy("You need not say. We tell you at least seven days before we lift the pause."),
        choices=list(choices.PAUSE_UNTIL.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class MarketingForm(StepForm):
    """Marketing objection: one address or number is enough, no proof, no reason (I-06, O-03)."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address that should get no marketing"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("E-mail address must have an @ sign, like name@example.org")},
    )
    phone = line_field(
        gettext_lazy("Phone number that should get no marketing"), "", optional=True, autocomplete="tel", type="tel"
    )
    address = forms.CharField(
        label=gettext_lazy("Address that should get no marketing by post"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )

    def prepare(self) -> None:
        """The address of the account is known already."""
        if self.user:
            self.fields["email"].initial = self.user.email

    def clean(self) -> dict[str, Any]:
        """One of three."""
        data = dict(super().clean() or {})
        if not any(data.get(way) for way in ("email", "phone", "address")) and not self.errors:
            self.add_error("email", _("Enter the e-mail address, phone number or address that should get no marketing"))
        return data
