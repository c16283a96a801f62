"""The small forms of a case: a note, and which other request is of the same person."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from dsr.cases.notes import MAX_NOTE
from dsr.desk.forms.steps import words_field
from dsr.forms import UiForm


class NoteForm(UiForm):
    """A note for colleagues."""

    text = words_field(
        _("Note"),
        _("Write a note"),
        hint=_("It stays in the history for good and cannot be changed. The person may get to read it one day."),
        maximum=MAX_NOTE,
    )


class LinkForm(UiForm):
    """Another request, shown as one of the same person or not, and why."""

    reference = forms.CharField(
        label=_("Reference of the other request"),
        max_length=24,
        error_messages={"required": _("Enter the reference")},
    )
    reason = words_field(_("Reason"), _("Write the reason"), rows=2)
