"""Forms of the page Reports: which month, which period of the register."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases.figures import months_back
from dsr.forms import UiForm
from dsr.wording import dates

MONTHS: Final = 24
LONGEST: Final = timedelta(days=366 * 5)


class OrderForm(UiForm):
    """The month of a report: this one so far, or one of the two years before."""

    month = forms.ChoiceField(
        label=gettext_lazy("Month"),
        error_messages={
            "required": gettext_lazy("Choose a month."),
            "invalid_choice": gettext_lazy("Choose a month of the list."),
        },
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("month", months_back(today, 1).isoformat())
        super().__init__(*args, **kwargs)
        box = self.fields["month"]
        assert isinstance(box, forms.ChoiceField)  # noqa: S101 -- for the type checker
        firsts = [months_back(today, back) for back in range(MONTHS)]
        box.choices = [
            (first.isoformat(), dates.month(first) if back else _("%(month)s so far") % {"month": dates.month(first)})
            for back, first in enumerate(firsts)
        ]

    @property
    def chosen(self) -> date:
        """The first day of the month."""
        return date.fromisoformat(self.cleaned_data["month"])


def _day(label: Any, missing: Any) -> forms.DateField:
    words = {"required": missing, "invalid": gettext_lazy("Enter a day, like 2026-06-15.")}
    widget = forms.DateInput(attrs={"type": "date", "class": "input-short"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=words)


class RegisterForm(UiForm):
    """The period of the register, by day of receipt, both days included."""

    first_on = _day(gettext_lazy("Received from"), gettext_lazy("Enter the first day of the period."))
    last_on = _day(gettext_lazy("Received until"), gettext_lazy("Enter the last day of the period."))

    def clean(self) -> dict[str, Any]:
        """Both days in order, and not more than five years."""
        said = super().clean() or {}
        first, last = said.get("first_on"), said.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", ValidationError(_("Enter a last day that is not before the first.")))
        elif first and last and last - first > LONGEST:
            self.add_error("first_on", ValidationError(_("Choose a period of five years at most.")))
        return said
