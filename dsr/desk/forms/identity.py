"""What staff note of an identity that was checked outside the portal: how, what was seen, when, and who it is (I-04)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases.clock import local_date
from dsr.cases.identity import IN_PERSON_METHODS
from dsr.cases.scope import stores_of
from dsr.desk.forms.steps import CaseForm
from dsr.forms import DayField
from dsr.fulfil.stores import customer_number_stores, label_of
from dsr.law.identity import SEEN as SEEN_BY
from dsr.wording.filed import METHODS
from dsr.wording.identity import SEEN


def _one_of(words: Any) -> dict[str, Any]:
    """The same words for nothing chosen and for something that is not on the list."""
    return {"required": words, "invalid_choice": words}


class ConfirmIdentityForm(CaseForm):
    """I-04: how it was checked and what kind of thing was seen, never a copy or a number of a document."""

    method = forms.ChoiceField(
        label=gettext_lazy("How was the identity checked?"),
        widget=forms.RadioSelect,
        error_messages=_one_of(gettext_lazy("Choose how the identity was checked.")),
    )
    seen = forms.ChoiceField(
        label=gettext_lazy("What was looked at or heard?"),
        help_text=gettext_lazy("Only the kind. Never write down the number of a document."),
        error_messages=_one_of(gettext_lazy("Choose what was looked at or heard.")),
    )
    checked_on = DayField(
        label=gettext_lazy("On which day?"), help_text=gettext_lazy("Leave it empty for today."), required=False
    )
    store = forms.ChoiceField(label=gettext_lazy("Store of the customer number"), required=False)
    customer_number = forms.CharField(
        label=gettext_lazy("Customer number"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("The number of this person, as you found it. The search in the stores starts from it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("method", [(name, METHODS[name]) for name in IN_PERSON_METHODS])
        groups = [(METHODS[name], [(one, SEEN[one]) for one in SEEN_BY[name]]) for name in IN_PERSON_METHODS]
        self._choose("seen", [("", _("Choose")), *groups])
        first = [name for name, _label in customer_number_stores(self.case.controller, self.language)]
        stores = sorted(stores_of(self.case.controller).items(), key=lambda item: item[0] not in first)
        self._tell_claim()
        self._choose("store", [(name, label_of(config, self.language)) for name, config in stores])

    def _tell_claim(self) -> None:
        """Beside the field stands the number that the person gave: only a look into the store makes it hers (I-04)."""
        given = dict(self.case.request.content().get("identifiers", [])).get("customer_number")
        if given:
            self.fields["customer_number"].help_text = _(
                "The person gave %(number)s. Enter the number once you have seen in the store that it is hers: "
                "the search in the stores starts from it."
            ) % {"number": given}

    def _choose(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """What was seen has to fit how it was checked; a day to come was mistyped."""
        given = super().clean() or self.cleaned_data
        seen, method, day = given.get("seen"), str(given.get("method", "")), given.get("checked_on")
        if seen and method and seen not in SEEN_BY[method]:
            self.add_error("seen", _("Choose something that fits how the identity was checked."))
        if day and day > local_date(self.case.controller, self.now):
            self.add_error("checked_on", _("The day must be today or earlier."))
        return dict(given)

    def checked_at(self) -> datetime:
        """When it was checked (aware): now, or noon of an earlier day in the controller's time zone."""
        day, zone = self.cleaned_data.get("checked_on"), ZoneInfo(self.case.controller.timezone)
        if not day or day == local_date(self.case.controller, self.now):
            return self.now
        return datetime.combine(day, time(12), tzinfo=zone)

    def known(self) -> tuple[tuple[str, str], ...]:
        """The (store, customer number) pair, if a number was entered."""
        number = str(self.cleaned_data["customer_number"]).strip()
        return ((str(self.cleaned_data["store"]), number),) if number else ()
