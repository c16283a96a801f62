"""The forms that begin and end a restriction (Art. 18), and the pause while an objection is weighed (18(1)(d), 21(1))."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import restricted_who, restrictions
from dsr.cases.clock import local_date
from dsr.desk.forms.decisions import CHOOSE, StoresForm
from dsr.desk.forms.steps import CaseForm, own_paragraph, words_field
from dsr.forms import dress
from dsr.fulfil import switches
from dsr.law.restricting import RestrictionScope
from dsr.law.rights import RestrictionGround
from dsr.wording import asked

SCOPES = (
    (RestrictionScope.PERSON.value, gettext_lazy("Everything about the person")),
    (RestrictionScope.DATASETS.value, gettext_lazy("Only the records chosen below")),
    (RestrictionScope.ITEM.value, gettext_lazy("One item, named above; people see to it in each system")),
)


def _day(label: Any, *, required: bool, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose a day."), "invalid": gettext_lazy("Choose a day.")},
    )


class RestrictForm(StoresForm):
    """Q-01: one of the grounds, which data, how long; what the systems have to do."""

    ground = forms.ChoiceField(label=gettext_lazy("Ground"), widget=forms.RadioSelect, error_messages=CHOOSE)
    what = words_field(
        gettext_lazy("Which data are only stored now, for the person"),
        gettext_lazy("Enter which data. The person reads it."),
        rows=2,
    )
    duration = words_field(
        gettext_lazy("How long it lasts, for the person"), gettext_lazy("Enter how long it lasts."), rows=2
    )
    release_after = _day(
        gettext_lazy("It lasts at least until"),
        required=False,
        hint=gettext_lazy("Leave it empty where no day is known."),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("How much is restricted"),
        widget=forms.RadioSelect,
        choices=SCOPES,
        initial=RestrictionScope.PERSON.value,
        help_text=gettext_lazy("Programs that ask are told this, and what must not be done meanwhile."),
        error_messages=CHOOSE,
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Records that a program can restrict"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    look_again = forms.BooleanField(
        label=gettext_lazy("Look in the systems all the same"),
        required=False,
        help_text=gettext_lazy(
            "An earlier request had everything of this person erased. Choose this where a backup was restored since, or she"
            " is a customer again."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not restricted_who.erased_before(self.case.request):
            del self.fields["look_again"]
        self._offer(switches.datasets(self.case.controller, self.language))
        content = self.case.request.content()
        field = self.fields["ground"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [(one.value, wording.say(one)) for one in RestrictionGround]
        field.initial = asked.of_right(content, self.case.right).get("ground", "")
        self.fields["instruction"].initial = _("Store these data only. Do not use, change or delete them.")
        with translation.override(self.case.request.language):
            self.fields["duration"].initial = _("It lasts as long as the reason for it.")
        self.last("scope", "parts", "instruction", "stores", "look_again")

    def _offer(self, found: tuple[switches.Switch, ...]) -> None:
        field = self.fields["parts"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [(one.code, one.label) for one in found]
        if not found:
            del self.fields["parts"]

    def clean(self) -> dict[str, Any]:
        """Records are chosen where only some of them are restricted."""
        cleaned = super().clean() or self.cleaned_data
        some = cleaned.get("scope") == RestrictionScope.DATASETS
        if some and not cleaned.get("parts"):
            self.add_error("parts" if "parts" in self.fields else "scope", _("Choose at least one kind of record."))
        if not some and "scope" in self.fields:
            cleaned["parts"] = []
        return cleaned


class PauseForm(RestrictForm):
    """18(1)(d): what is objected to is paused while it is weighed; the ground follows from the right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["ground"], self.fields["release_after"], self.fields["scope"]
        uses = switches.purposes(self.case.controller, self.language)
        if uses:
            field = forms.MultipleChoiceField(
                label=_("Uses that a program can pause"),
                help_text=_("Leave all empty where the objection is about something else; people see to it then."),
                widget=forms.CheckboxSelectMultiple,
                required=False,
                choices=[(one.code, one.label) for one in uses],
            )
            self.fields["parts"] = field
            dress(self)
        else:
            self.fields.pop("parts", None)
        self.last("parts", "instruction", "stores")
        self.fields["instruction"].initial = _("Stop this use until we have decided. Do not delete anything.")
        with translation.override(self.case.request.language):
            self.fields["duration"].initial = _("It lasts until we have decided on your objection.")


class AnnounceLiftForm(CaseForm):
    """18(3), Q-06: told a week before, with the result of the check and the ways to object."""

    lift_on = _day(
        gettext_lazy("The day on which it ends"),
        required=True,
        hint=gettext_lazy("At least a week from today, and not before the day it was promised for."),
    )
    result = words_field(
        gettext_lazy("What you checked and what came out, for the person"),
        gettext_lazy("Enter what you checked and what came out."),
    )
    reason = words_field(
        gettext_lazy("Why it ends, for the person"), gettext_lazy("Enter why it ends. The person reads it.")
    )
    law = words_field(
        gettext_lazy("What the law says, for the person"), gettext_lazy("Enter what the law says."), rows=2
    )
    paragraph = own_paragraph()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = restrictions.open_of(self.case)
        today = local_date(self.case.controller, self.now)
        self.fields["lift_on"].initial = restrictions.at_earliest(row, today)
        with translation.override(self.case.request.language):
            self.fields["law"].initial = _(
                "A restriction lasts as long as its reason. We have to tell you before it ends (Article 18(3) GDPR)."
            )


class LiftForm(CaseForm):
    """#22: on or after the day that was announced."""

    instruction = words_field(
        gettext_lazy("What has to be done in the systems"), gettext_lazy("Enter what has to be done in the systems.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instruction"].initial = _("The restriction ends: the data may be used again as before.")
