"""The questions of each right: as few as the law and the work need, never a reason where none may be asked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.forms import Hinted
from dsr.wording import asked
from portal.forms.ask import StepForm, choice_field, line_field, text_field

OLDEST_YEAR = 1990


class DataForm(StepForm):
    """Access: everything or parts. Everything stands first and is not chosen beforehand."""

    extent = choice_field(
        gettext_lazy("Which data do you want?"), asked.DATA, gettext_lazy("Select all the data, or only some of it")
    )


class KindsForm(StepForm):
    """Access: which parts. Recordings need something to search by, so they ask for it in the box."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Which kinds of data?"),
        choices=[
            (code, Hinted(words, gettext_lazy("Tell us the day or the number below, so that we find them")))
            if code == "recordings"
            else (code, words)
            for code, words in asked.KINDS.items()
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Select at least one kind of data")},
    )
    words = text_field(gettext_lazy("Anything that helps us find it"), "", optional=True, rows=3)

    def clean(self) -> dict[str, Any]:
        """`Something else` alone says nothing."""
        data = dict(super().clean() or {})
        if "other" in data.get("kinds", []) and not str(data.get("words", "")).strip():
            self.add_error("words", _("Tell us what else you are looking for"))
        return data


class PeriodForm(StepForm):
    """Access: all the time or part of it."""

    period = choice_field(
        gettext_lazy("From which time?"),
        [("all", gettext_lazy("All the time")), ("part", gettext_lazy("Only a certain time"))],
        gettext_lazy("Select all the time, or only a certain time"),
    )


class MonthField(forms.CharField):
    """A month, typed as `03 2025`, `3/2025` or `2025-03`; kept as `2025-03`. A text box: month boxes of browsers differ too much."""

    def __init__(self, *, required_words: Any, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.TextInput(attrs={"class": "input-short", "inputmode": "numeric", "autocomplete": "off"}),
            error_messages={"required": required_words},
            max_length=20,
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        """Month and year in either order."""
        text = str(super().clean(value) or "").strip()
        if not text:
            return ""
        parts = [part for part in text.replace("-", " ").replace("/", " ").replace(".", " ").split() if part]
        numbers = [int(part) for part in parts if part.isdecimal()]
        if len(parts) != 2 or len(numbers) != 2:  # noqa: PLR2004 -- a month and a year
            raise forms.ValidationError(_("Enter month and year, like 03 2025"))
        month, year = sorted(numbers)
        if not 1 <= month <= 12:  # noqa: PLR2004 -- months
            raise forms.ValidationError(_("Month must be between 1 and 12"))
        if not OLDEST_YEAR <= year <= timezone.localdate().year:
            raise forms.ValidationError(
                _("Year must be between %(first)s and %(last)s")
                % {"first": OLDEST_YEAR, "last": timezone.localdate().year}
            )
        return f"{year:04d}-{month:02d}"


class MonthsForm(StepForm):
    """Access: from which month to which."""

    start = MonthField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("Month and year, for example 03 2025"),
        required=False,
        required_words="",
    )
    end = MonthField(
        label=gettext_lazy("To"),
        help_text=gettext_lazy("Leave it empty if you mean until today"),
        required=False,
        required_words="",
    )

    def say(self, name: str, value: Any) -> str:
        """`March 2025`."""
        return asked.month(value)

    def clean(self) -> dict[str, Any]:
        """At least one end, in the right order."""
        data = dict(super().clean() or {})
        start, end = data.get("start", ""), data.get("end", "")
        if not self.errors and not start and not end:
            self.add_error("start", _("Enter the month it starts"))
        if start and end and date.fromisoformat(f"{end}-01") < date.fromisoformat(f"{start}-01"):
            self.add_error("end", _("“To” must not be before “From”"))
        return data


class RectificationForm(StepForm):
    """What is wrong, and what is right."""

    wrong = text_field(
        gettext_lazy("What is wrong or missing?"),
        gettext_lazy("Tell us what is wrong or missing"),
        hint=gettext_lazy("For example: my name on the bill is Maria Example."),
        rows=3,
    )
    right_value = text_field(
        gettext_lazy("What is right?"),
        gettext_lazy("Enter the correct value"),
        hint=gettext_lazy("For example: it should be Mary Example."),
        rows=3,
    )


class PauseForm(StepForm):
    """Rectification: whether 18(1)(a) applies at the same time."""

    pause = choice_field(
        gettext_lazy("Should we stop using the disputed data until this is settled?"),
        asked.YES_NO,
        gettext_lazy("Select whether we should stop using the disputed data"),
    )


class DeleteForm(StepForm):
    """Erasure: how much."""

    delete = choice_field(
        gettext_lazy("What should we delete?"),
        asked.DELETE,
        gettext_lazy("Select what we should delete"),
        hint=gettext_lazy(
            "A contract that is running goes on. We tell you what the law makes us keep, and until when."
        ),
    )


class DeleteSomeForm(StepForm):
    """Erasure: which parts."""

    words = text_field(
        gettext_lazy("Which data should we delete?"), gettext_lazy("Tell us which data we should delete")
    )


class CopyFirstForm(StepForm):
    """Erasure: asked once, neutrally."""

    copy_first = choice_field(
        gettext_lazy("Do you want a copy before we delete?"),
        asked.YES_NO,
        gettext_lazy("Select whether you want a copy"),
        hint=gettext_lazy("Afterwards there is nothing left to copy."),
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


class ObjectionForm(StepForm):
    """Objection 21(1): which use, and what is special about the situation."""

    use = text_field(
        gettext_lazy("Which use of your data do you object to?"),
        gettext_lazy("Tell us which use you object to"),
        hint=gettext_lazy("For example: the credit check, or statistics about my connection."),
        rows=3,
    )
    situation = text_field(
        gettext_lazy("What is special about your situation?"),
        gettext_lazy("Tell us about your situation"),
        hint=gettext_lazy("A sentence or two are enough. We must stop unless we can show a stronger reason."),
    )


class RestrictionForm(StepForm):
    """Restriction: which of the four grounds of 18(1)."""

    ground = choice_field(
        gettext_lazy("Why should we pause the use of your data?"),
        asked.GROUNDS,
        gettext_lazy("Select why we should pause"),
    )


class RestrictionWhatForm(StepForm):
    """Restriction: which data or use."""

    words = text_field(
        gettext_lazy("Which data, or which use of it?"), gettext_lazy("Tell us which data or which use we should pause")
    )


class PortabilityForm(StepForm):
    """Portability: to whom."""

    to_whom = choice_field(
        gettext_lazy("Who should get your data?"),
        [
            ("me", Hinted(asked.TO_WHOM["me"], gettext_lazy("As files that programs can read (JSON and CSV)"))),
            (
                "provider",
                Hinted(asked.TO_WHOM["provider"], gettext_lazy("If we cannot send it safely, you get it yourself")),
            ),
        ],
        gettext_lazy("Select who should get your data"),
        hint=gettext_lazy("This does not end or move your contract."),
    )


class ProviderForm(StepForm):
    """Portability: the other provider."""

    words = text_field(
        gettext_lazy("Which provider, and how do we reach it?"), gettext_lazy("Enter the name of the provider"), rows=3
    )


class ConsentForm(StepForm):
    """Consent withdrawal: which one."""

    words = text_field(
        gettext_lazy("Which consent do you take back?"),
        gettext_lazy("Tell us which consent you take back"),
        hint=gettext_lazy("For example: the newsletter, or the use of my location. A few words are enough."),
        rows=3,
    )


class DecisionForm(StepForm):
    """Automated decision: which one, and the person's own view."""

    decision = text_field(
        gettext_lazy("Which decision should a person look at?"),
        gettext_lazy("Tell us which decision it is"),
        hint=gettext_lazy("For example: my order was refused on 3 March."),
        rows=3,
    )
    view = text_field(gettext_lazy("What is your view of it?"), "", optional=True)
