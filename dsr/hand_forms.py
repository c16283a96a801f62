"""What a department types: the code, its answer. The desk uses the same form when it answers in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsr.cases.hand_answers import MAX_NAME, MAX_NOTE, POSSIBLE
from dsr.forms import UiForm
from dsr.wording.hand import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsr.forms import Hinted


class CodeForm(UiForm):
    """The code from the mail."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "input-code", "inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": _("Enter the code from the mail")},
    )


class AnswerForm(UiForm):
    """What came of it, and who says so."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it")},
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=MAX_NAME,
        help_text=_("It stands in the history of the request, and nowhere else."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MAX_NOTE,
        help_text=_("What you did and where; or the reason why it cannot be done."),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MAX_NOTE}),
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str | Hinted]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A reason belongs to what cannot be done."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("outcome") == "cannot" and not str(cleaned.get("note", "")).strip():
            self.add_error("note", _("Write why it cannot be done"))
        return cleaned


def answer_form(operation: str, data: Any = None) -> AnswerForm:
    """The form with what can be said of a task of this operation."""
    choices: list[tuple[str, str | Hinted]] = [(one.value, str(OUTCOMES[one.value])) for one in POSSIBLE[operation]]
    return AnswerForm(data, choices=choices)
