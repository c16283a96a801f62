"""The questions of the two rights whose answer is a copy: access (Art. 15) and portability (Art. 20)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases.clock import local_date
from dsr.cases.receivers import refusal_of
from dsr.forms import Hinted, dress
from dsr.models import Receiver
from dsr.wording import asked, choices
from portal.forms.ask import StepForm, choice_field, line_field, text_field

OLDEST_YEAR = 1990
ANOTHER = "another"


class DataForm(StepForm):
    """Access: everything or parts. Everything stands first and is not chosen beforehand; paper only on request (15(3))."""

    extent = choice_field(
        gettext_lazy("Which data do you want?"), asked.DATA, gettext_lazy("Select all the data, or only some of it")
    )
    paper = forms.MultipleChoiceField(
        label=gettext_lazy("Do you want it on paper?"),
        help_text=gettext_lazy(
            "Without this you get files: a report to read (PDF), and your data for programs (CSV and JSON)."
        ),
        required=False,
        choices=list(choices.PAPER.items()),
        widget=forms.CheckboxSelectMultiple,
    )


class KindsForm(StepForm):
    """Access: which parts. Recordings and camera pictures can be found only by a day and a number or place (ux.md 1.5)."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Which kinds of data?"),
        choices=[
            (code, Hinted(words, gettext_lazy("Tell us the day and the number below, so that we find them")))
            if code == "recordings"
            else (code, Hinted(words, gettext_lazy("Tell us the place and the time below, so that we find them")))
            if code == "footage"
            else (code, words)
            for code, words in asked.KINDS.items()
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Select at least one kind of data")},
    )
    recordings = line_field(
        gettext_lazy("For recordings: the day of the call, and the number you called"),
        "",
        optional=True,
        hint=gettext_lazy("For example: 3 March 2026, 07700 900123"),
        autocomplete="off",
    )
    footage = line_field(
        gettext_lazy("For camera pictures: the place, the day and the time"),
        "",
        optional=True,
        hint=gettext_lazy("For example: your shop in Example Street, 3 March 2026, about 10 in the morning"),
        autocomplete="off",
    )
    words = text_field(gettext_lazy("Anything that helps us find it"), "", optional=True, rows=3)

    def clean(self) -> dict[str, Any]:
        """Whatever is chosen that cannot be found without a word more needs that word."""
        data = dict(super().clean() or {})
        needed = (
            ("recordings", "recordings", _("Enter the day of the call and the number you called")),
            ("footage", "footage", _("Enter the place, the day and the time of the pictures")),
            ("other", "words", _("Tell us what else you are looking for")),
        )
        for kind, name, message in needed:
            if kind in data.get("kinds", []) and not str(data.get(name, "")).strip():
                self.add_error(name, message)
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


class PortabilityForm(StepForm):
    """Portability: which of what Article 20 covers (P-02), and to whom."""

    origins = choice_field(
        gettext_lazy("Which data?"),
        choices.ORIGINS,
        gettext_lazy("Select which data you want"),
        hint=gettext_lazy("What we concluded about you ourselves is not part of this. A copy of your data has it."),
    )
    to_whom = choice_field(
        gettext_lazy("Who should get your data?"),
        [
            ("me", Hinted(asked.TO_WHOM["me"], gettext_lazy("As files that programs can read (JSON and CSV)"))),
            (
                "provider",
                Hinted(
                    asked.TO_WHOM["provider"],
                    gettext_lazy("We check if we can send it safely. If not, you get it yourself"),
                ),
            ),
        ],
        gettext_lazy("Select who should get your data"),
        hint=gettext_lazy("This does not end or move your contract."),
    )


class ProviderForm(StepForm):
    """Portability: the other provider, one that we can send to already or any other (P-05)."""

    receiver = choice_field(
        gettext_lazy("Which provider?"),
        [],
        gettext_lazy("Select the provider, or that it is another one"),
        hint=gettext_lazy("To these providers we can send data already. We check it once more before we send."),
    )
    name = line_field(
        gettext_lazy("Name of the provider"), gettext_lazy("Enter the name of the provider"), optional=True
    )
    contact = line_field(
        gettext_lazy("How do we reach it?"),
        "",
        optional=True,
        hint=gettext_lazy("An e-mail address, a website or a postal address, if you know one"),
    )

    def prepare(self) -> None:
        """Those on file that may receive today; without any there is nothing to choose from."""
        today = local_date(self.controller, timezone.now())
        known = [
            (str(row.pk), row.name)
            for row in Receiver.objects.of(self.controller).filter(ended_at__isnull=True).order_by("name")
            if refusal_of(row, today=today) is None
        ]
        if known:
            field: Any = self.fields["receiver"]
            field.choices = [*known, (ANOTHER, gettext_lazy("Another provider"))]
            return
        del self.fields["receiver"]
        self.fields["name"].required = True
        dress(self)

    def clean(self) -> dict[str, Any]:
        """A known one needs no more words; another one needs its name."""
        data = dict(super().clean() or {})
        chosen = data.get("receiver", ANOTHER)
        field: Any = self.fields.get("receiver")
        if chosen != ANOTHER:
            data |= {"name": dict(field.choices)[chosen], "contact": ""}
        elif "name" not in self.errors and not data.get("name", "").strip() and not self.errors:
            self.add_error("name", _("Enter the name of the provider"))
        return data
