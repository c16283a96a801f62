"""The forms of a controller's set-up: what answers say of it, its periods, its place, what it states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from dsr.cases.controller_setup import DECISION, LONGEST_TEXT, SECTIONS, TRANSFER, Section
from dsr.cases.letter_facts import FACTS
from dsr.desk.forms.letters import FactsForm
from dsr.forms import UiForm, dress
from dsr.law.calendars import Scope
from dsr.models import Controller
from dsr.wording.setup import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NUMBER: Final = {"invalid": gettext_lazy("Enter a whole number."), "required": gettext_lazy("Enter a number.")}
MOST_STATEMENTS: Final = 20


class SectionForm(UiForm):
    """A form of one section: knows its columns and fills itself from the controller."""

    section: Section

    @classmethod
    def of(cls, controller: Controller, data: Any = None) -> SectionForm:
        """The form with what stands there now, or with what was sent."""
        names = SECTIONS[cls.section].fields
        return cls(data, initial={name: getattr(controller, name) for name in names})

    def values(self) -> dict[str, Any]:
        """What was chosen, by column; after is_valid()."""
        return {name: self.cleaned_data[name] for name in SECTIONS[self.section].fields}

    @property
    def note(self) -> str:
        """The reason, where the section asks for one."""
        return str(self.cleaned_data.get("reason", ""))


class ControllerFactsForm(FactsForm):
    """What every letter says of the controller, and which version of the privacy notice is in force."""

    section = Section.FACTS
    note = ""

    class Meta(FactsForm.Meta):
        fields = (*FACTS, "notice_version")  # type: ignore[assignment]  # one more than its parent
        labels = {name: FIELDS[name] for name in fields}
        help_texts = {
            "privacy_email": gettext_lazy("Answers and mails say it; requests that come here by mail are opened."),
            "dpo_email": gettext_lazy("Every acknowledgement names it, and the daily anchor is sent to her account."),
            "authority_name": gettext_lazy("Every refusal and every answer names where to complain (Art. 12(4))."),
            "notice_version": gettext_lazy("Answers say which version was in force."),
        }

    @classmethod
    def of(cls, controller: Controller, data: Any = None) -> ControllerFactsForm:
        """The form with what stands there now, or with what was sent."""
        return cls(data, instance=Controller.objects.get(pk=controller.pk))

    def values(self) -> dict[str, str]:
        """What was typed, by column."""
        return {name: str(self.cleaned_data[name]) for name in SECTIONS[self.section].fields}


def _number(name: str, hint: Any, least: int, most: int) -> forms.IntegerField:
    field = forms.IntegerField(
        label=FIELDS[name], help_text=hint, min_value=least, max_value=most, error_messages=NUMBER
    )
    field.widget.attrs["class"] = "input-short"
    return field


class PeriodsForm(SectionForm):
    """Policy within what the law allows."""

    section = Section.PERIODS
    buffer_days = _number(
        "buffer_days",
        gettext_lazy("The queue and the escalation count to the last day minus these days. The last day itself stays."),
        0,
        27,
    )
    cooling_hours = _number(
        "cooling_hours",
        gettext_lazy("An approved erasure waits so long before it is carried out."),
        0,
        168,
    )
    approval_days = _number(
        "approval_days",
        gettext_lazy("What is approved and not carried out in these days goes back and has to be approved again."),
        1,
        60,
    )
    package_days = _number(
        "package_days",
        gettext_lazy("After these days, or a week after the first download, the file is deleted."),
        7,
        90,
    )
    backup_days = _number(
        "backup_days",
        gettext_lazy(
            "So long the ledger of erasures remembers who was erased: the longest life of a backup of any store."
        ),
        1,
        3660,
    )


class PlaceForm(SectionForm):
    """Where the controller answers: every last day hangs on it (T-08, T-09)."""

    section = Section.PLACE
    country = forms.CharField(
        label=FIELDS["country"], min_length=2, max_length=2, help_text=gettext_lazy("Two letters, like DE.")
    )
    subdivision = forms.CharField(
        label=FIELDS["subdivision"],
        max_length=6,
        required=False,
        help_text=gettext_lazy("Its own code, like BY. Its holidays count, too."),
    )
    holiday_scope = forms.ChoiceField(
        label=FIELDS["holiday_scope"],
        choices=[
            (Scope.SUBDIVISION.value, gettext_lazy("Those of the country and of its part")),
            (Scope.NATIONAL.value, gettext_lazy("Those of the whole country only, the cautious reading")),
        ],
        widget=forms.RadioSelect,
    )
    timezone = forms.CharField(
        label=FIELDS["timezone"],
        max_length=64,
        help_text=gettext_lazy("Like Europe/Berlin. A day ends at midnight there."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("It stands in the changes. No data of a person who asked."),
        error_messages={"required": gettext_lazy("Enter a reason.")},
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_TEXT}),
    )

    def values(self) -> dict[str, Any]:
        """Codes in capitals, as the calendar knows them."""
        found = super().values()
        return {**found, **{name: found[name].strip().upper() for name in ("country", "subdivision")}}


_SAID: Final = [
    ("unsaid", gettext_lazy("Nobody has said anything yet. No answer can be sent.")),
    ("none", gettext_lazy("There are none")),
    ("these", gettext_lazy("These:")),
]
_PARTS: Final[Mapping[str, Any]] = {
    "name": gettext_lazy("What is decided"),
    "logic": gettext_lazy("How it is decided, in plain words"),
    "effect": gettext_lazy("What it means for the person"),
    "recipient": gettext_lazy("Who gets the data"),
    "country": gettext_lazy("In which country"),
    "safeguard": gettext_lazy("What protects them there"),
    "copy_from": gettext_lazy("Where to get a copy of it"),
}
_LISTS: Final[Mapping[str, Sequence[str]]] = {"automated_decisions": DECISION, "transfers": TRANSFER}


class StatementsForm(SectionForm):
    """What the controller states beside the data: Art. 15(1)(h), Art. 15(2), and how long backups keep what was erased."""

    section = Section.STATEMENTS
    automated_decisions = forms.ChoiceField(
        label=gettext_lazy("Automated decisions, Art. 15(1)(h)"), choices=_SAID, widget=forms.RadioSelect
    )
    transfers = forms.ChoiceField(
        label=gettext_lazy("Transfers to other countries, Art. 15(2)"), choices=_SAID, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, languages: Sequence[str], counts: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages, self.counts = languages, counts
        order: list[str] = []
        for name, keys in _LISTS.items():
            order.append(name)
            for number in range(counts[name]):
                for key in keys:
                    self.fields[f"{name}-{number}-{key}"] = _text(f"{_PARTS[key]} ({number + 1})")
                    order.append(f"{name}-{number}-{key}")
        for code in languages:
            label = gettext_lazy("Backups, in %(language)s") % {"language": dict(settings.LANGUAGES).get(code, code)}
            self.fields[f"backups-{code}"] = _text(label)
        self.order_fields(order)
        dress(self)

    @classmethod
    def of(cls, controller: Controller, data: Any = None) -> StatementsForm:
        """One empty statement more than there are, so that another can be added."""
        initial: dict[str, Any] = {}
        counts: dict[str, int] = {}
        for name, keys in _LISTS.items():
            held = getattr(controller, name)
            initial[name] = "unsaid" if held is None else "these" if held else "none"
            counts[name] = min(MOST_STATEMENTS, len(held or ()) + 1)
            for number, one in enumerate(held or ()):
                initial |= {f"{name}-{number}-{key}": one.get(key, "") for key in keys}
        initial |= {f"backups-{code}": text for code, text in (controller.backups or {}).items()}
        return cls(data, initial=initial, languages=controller.languages, counts=counts)

    def values(self) -> dict[str, Any]:
        """Lists of statements; None where nobody has said anything. An empty statement is none."""
        found: dict[str, Any] = {}
        for name, keys in _LISTS.items():
            said = self.cleaned_data[name]
            rows = [self._row(name, number, keys) for number in range(self.counts[name])]
            found[name] = {"unsaid": None, "none": []}.get(said, [row for row in rows if any(row.values())])
        backups = {code: self.cleaned_data[f"backups-{code}"].strip() for code in self.languages}
        found["backups"] = {code: text for code, text in backups.items() if text} or None
        return found

    def _row(self, name: str, number: int, keys: Sequence[str]) -> dict[str, str]:
        return {key: self.cleaned_data[f"{name}-{number}-{key}"].strip() for key in keys}

    def clean(self) -> dict[str, Any]:
        """Whoever says "These" states at least one."""
        data = super().clean() or self.cleaned_data
        for name, keys in _LISTS.items():
            if data.get(name) == "these" and not any(
                self.data.get(f"{name}-{n}-{k}") for n in range(self.counts[name]) for k in keys
            ):
                self.add_error(name, gettext_lazy("Fill in at least one, or choose that there are none."))
        return data


def _text(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_TEXT}),
    )


FORMS: Final[Mapping[Section, Any]] = {
    Section.FACTS: ControllerFactsForm,
    Section.PERIODS: PeriodsForm,
    Section.PLACE: PlaceForm,
    Section.STATEMENTS: StatementsForm,
}
