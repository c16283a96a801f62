"""The forms of calendar, ladder and retention: what a controller adds to the tables of the law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases.own_rules_setup import EARLIEST, MOVED, RETENTION, TOLD, TUNED
from dsr.desk.forms.changes import day_box
from dsr.desk.forms.setup import NUMBER
from dsr.forms import UiForm, dress
from dsr.law.ladder import RungCode
from dsr.law.retention import Bound, DocumentClass, StartRule
from dsr.law.terms import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise

    from dsr.law.ladder import Rung

RUNGS: Final[Mapping[RungCode, _StrPromise]] = {
    RungCode.ACKNOWLEDGE: gettext_lazy("Acknowledgement"),
    RungCode.QUERY_LIMIT: gettext_lazy("A question about identity or detail must have left"),
    RungCode.HALF: gettext_lazy("Half of the time is over and nothing is collected"),
    RungCode.DECIDE_EXTENSION: gettext_lazy("Decide whether to extend"),
    RungCode.LEAD: gettext_lazy("First alarm"),
    RungCode.DPO: gettext_lazy("Second alarm"),
    RungCode.LAST_DAY: gettext_lazy("Day to act by"),
    RungCode.OVERDUE: gettext_lazy("The day after the last day"),
}
"""The steps without the days and roles of the standard ladder: a controller may have others."""
STARTS: Final[Mapping[StartRule, _StrPromise]] = {
    StartRule.DOC_DATE: gettext_lazy("the date of the document"),
    StartRule.END_CALENDAR_YEAR: gettext_lazy("the end of the calendar year"),
    StartRule.END_FINANCIAL_YEAR: gettext_lazy("the end of the financial year"),
    StartRule.CALENDAR_YEAR_OF_FINANCIAL_YEAR: gettext_lazy(
        "the end of the calendar year in which the financial year ends"
    ),
    StartRule.JAN1_NEXT_YEAR: gettext_lazy("1 January of the next year"),
    StartRule.LAST_ENTRY: gettext_lazy("the last entry"),
    StartRule.TAX_DUE_YEAR_END: gettext_lazy("the end of the year in which the tax fell due"),
}
BOUNDS: Final[Mapping[Bound, _StrPromise]] = {
    Bound.AT_LEAST: gettext_lazy("at least"),
    Bound.AT_MOST: gettext_lazy("at most"),
}


class OwnDayForm(UiForm):
    """A day on which the calendar differs from that of the place."""

    day = day_box(gettext_lazy("Day"), missing=gettext_lazy("Enter the day."))
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is here"),
        choices=[
            ("holiday", gettext_lazy("A holiday")),
            ("workday", gettext_lazy("A working day")),
            ("clear", gettext_lazy("As in the calendar of the place again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what the day is.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Like: Peace Festival of Augsburg."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=1000,
        help_text=gettext_lazy("With the statute, where there is one. It stands in the changes."),
        error_messages={"required": gettext_lazy("Enter a reason.")},
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 1000}),
    )


class LadderForm(UiForm):
    """Days and roles of the steps that are policy; the others are law and are not asked for."""

    def __init__(self, *args: Any, ladder: Sequence[Rung], **kwargs: Any) -> None:
        kwargs["initial"] = {f"days-{rung.code.value}": -rung.days for rung in ladder} | {
            f"roles-{rung.code.value}": [role.value for role in rung.roles] for rung in ladder
        }
        super().__init__(*args, **kwargs)
        for code in TUNED:
            if code in MOVED:
                self.fields[f"days-{code.value}"] = _days(code)
            self.fields[f"roles-{code.value}"] = _roles(code)
        dress(self)

    def days(self) -> dict[RungCode, int]:
        """Days after the day to act by, so negative; after is_valid()."""
        return {code: -self.cleaned_data[f"days-{code.value}"] for code in MOVED}

    def roles(self) -> dict[RungCode, list[Role]]:
        """Who hears of each step; after is_valid()."""
        return {code: [Role(one) for one in self.cleaned_data[f"roles-{code.value}"]] for code in TUNED}


def _days(code: RungCode) -> forms.IntegerField:
    field = forms.IntegerField(
        label=gettext_lazy("%(step)s: days before the day to act by") % {"step": RUNGS[code]},
        min_value=1,
        max_value=-EARLIEST,
        error_messages=NUMBER,
    )
    field.widget.attrs["class"] = "input-short"
    return field


def _roles(code: RungCode) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("%(step)s: who hears of it") % {"step": RUNGS[code]},
        choices=[(role.value, wording.say(role)) for role in TOLD],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one role.")},
    )


class RetentionForm(UiForm):
    """An own retention row: what the data protection officer found, with its statute."""

    country = forms.CharField(
        label=gettext_lazy("Country"), min_length=2, max_length=2, help_text=gettext_lazy("Two letters, like DE.")
    )
    document_class = forms.ChoiceField(label=gettext_lazy("Document"))
    months = forms.IntegerField(
        label=gettext_lazy("Months"),
        min_value=0,
        max_value=1200,
        required=False,
        help_text=gettext_lazy("Empty where the law names an event instead of a length."),
        error_messages={"invalid": gettext_lazy("Enter a whole number.")},
    )
    start = forms.ChoiceField(
        label=gettext_lazy("Counted from"), choices=[(one.value, words) for one, words in STARTS.items()]
    )
    bound = forms.ChoiceField(
        label=gettext_lazy("Bound"), choices=[(one.value, words) for one, words in BOUNDS.items()]
    )
    statute = forms.CharField(
        label=gettext_lazy("Statute"), max_length=200, error_messages={"required": gettext_lazy("Enter the statute.")}
    )
    valid_from = day_box(gettext_lazy("For documents from"))
    valid_to = day_box(gettext_lazy("For documents until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        box = self.fields["document_class"]
        assert isinstance(box, forms.ChoiceField)  # noqa: S101 -- for the type checker
        box.choices = [(one.value, wording.say(one)) for one in DocumentClass]
        self.fields["months"].widget.attrs["class"] = "input-short"

    def values(self) -> dict[str, Any]:
        """What the verb takes."""
        found = {name: self.cleaned_data[name] for name in RETENTION}
        return {**found, "country": found["country"].upper()}
