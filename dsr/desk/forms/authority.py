"""The forms about a supervisory authority's matter: opening it, its days, our answer, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsr.cases.authority import MAX_NOTE, MAX_WORDS
from dsr.cases.clock import local_date
from dsr.desk.forms.steps import CaseForm
from dsr.files_field import FilesField
from dsr.models import Upload
from dsr.wording.filed import AUTHORITY_OUTCOMES

if TYPE_CHECKING:
    from dsr.inbox import Inbox


def _day(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    words = _("Enter a day.")
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": words, "invalid": words},
    )


def _line(label: Any, hint: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=MAX_WORDS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": missing},
    )


def _note() -> forms.CharField:
    return forms.CharField(
        label=_("Note"),
        help_text=_("What it is about and what was said. Kept sealed with the case."),
        required=False,
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"maxlength": MAX_NOTE, "rows": 3}),
    )


class MatterForm(CaseForm):
    """A step of a matter, with the letters it came or left with. `inbox`: where those go; without one none can be sent."""

    added = FilesField(
        Upload.Purpose.MATTER, required=False, label=_("Letters of the authority or to it, with what came along")
    )

    def __init__(self, *args: Any, inbox: Inbox | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "added"])
        if inbox is not None:
            self.open_inbox(inbox)


class OpenForm(MatterForm):
    """A complaint to an authority, or its inquiry, reached us."""

    authority = _line(_("Supervisory authority"), "", _("Enter which authority it is."))
    reference = _line(
        _("Its reference"), _("The number on its letter."), _("Enter the reference under which the authority writes.")
    )
    received_on = _day(_("Its letter reached us on"))
    answer_due_on = _day(
        _("It wants an answer by"), _("Leave it empty when the authority only informs us."), required=False
    )
    note = _note()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].initial = self.case.controller.authority_name
        self.fields["received_on"].initial = local_date(self.case.controller, self.now)


class DayMovedForm(MatterForm):
    """The authority gave us longer, or less time; also a second question after our answer."""

    answer_due_on = _day(_("It wants an answer by"))
    note = _note()


class AnsweredForm(MatterForm):
    """Our answer left."""

    answered_on = _day(_("Our answer left on"))
    note = _note()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answered_on"].initial = local_date(self.case.controller, self.now)


class CloseForm(MatterForm):
    """How it ended."""

    outcome = forms.ChoiceField(
        label=_("How it ended"),
        choices=[(one, words) for one, words in AUTHORITY_OUTCOMES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it ended."), "invalid_choice": _("Choose how it ended.")},
    )
    note = _note()
