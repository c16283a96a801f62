"""Forms for requests nobody has sorted yet, and for those that are held as part of a flood."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases.messages import MAX_WORDS
from dsr.desk.forms.steps import CaseForm, words_field
from dsr.forms import Hinted, UiForm
from dsr.law.rights import Right


class ClassifyForm(CaseForm):
    """4.1: which of the nine rights her words are about; several become a case each (T-26)."""

    rights = forms.MultipleChoiceField(
        label=gettext_lazy("What does the person want?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what the person wants.")},
    )
    note = forms.CharField(
        label=gettext_lazy("A sentence of your own to the person"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy(
            "She is told by message what you understood. Add what is not clear, or what happens next."
        ),
        widget=forms.Textarea(attrs={"maxlength": 1000, "rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["rights"]
        field.choices = [(right.value, Hinted(wording.right_asked(right), wording.article(right))) for right in Right]

    def clean_rights(self) -> list[Right]:
        """The rights themselves, in the order of the list."""
        return [Right(value) for value in self.cleaned_data["rights"]]


class AnswerForm(CaseForm):
    """The answer to a question that is no data request."""

    text = words_field(
        gettext_lazy("Your answer"),
        gettext_lazy("Enter the answer. The person reads it."),
        hint=gettext_lazy(
            "Authority and court are added by themselves, because a request is closed without being carried out."
        ),
        maximum=MAX_WORDS - 1000,
        rows=8,
    )


class DismissForm(CaseForm):
    """Why a held request is closed as automated."""

    reason = words_field(
        gettext_lazy("Why you are sure that nobody stands behind it"),
        gettext_lazy("Enter a reason. It stays on file, and nobody outside reads it."),
        hint=gettext_lazy(
            "No letter is sent. Whoever follows the reference reads that it was closed and can take it up again."
        ),
    )


class WaveForm(UiForm):
    """The same for what is left of a whole wave."""

    since = forms.DateTimeField(widget=forms.HiddenInput)
    reason = words_field(
        gettext_lazy("Why you are sure that nobody stands behind these requests"),
        gettext_lazy("Enter a reason. It stays on file with each of them."),
    )
