"""What a person writes about a request that runs or is over: messages, the answer to our question, her objection, her wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.files_field import FilesField
from dsr.forms import UiForm
from dsr.models import Upload
from dsr.wording import asked as asked_words
from portal.forms.ask import own_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsr.law.rights import Right
    from portal.progress import Part

MOST = 2000


def _box(label: Any, required: Any, *, hint: Any = "", rows: int = 4, optional: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=not optional,
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": MOST}),
        error_messages={
            "required": required,
            "max_length": gettext_lazy("Your message must be 2,000 characters or fewer"),
        },
    )


class MessageForm(UiForm):
    """A message to the office; it does not stop the clock."""

    text = _box(
        gettext_lazy("Your message"),
        gettext_lazy("Enter your message"),
        hint=gettext_lazy("Asking a question does not stop the clock."),
    )
    attached = FilesField(Upload.Purpose.MESSAGE, required=False, label=gettext_lazy("Add files, if you like"))


class MeantForm(UiForm):
    """What she wants instead of what we understood."""

    text = _box(gettext_lazy("What do you want?"), gettext_lazy("Tell us in your own words what you meant"), rows=6)


class AnswerForm(UiForm):
    """The answer to a question that stopped the clock (T-15). Three buttons: my answer, everything, only a message."""

    text = _box(
        gettext_lazy("Your answer"),
        gettext_lazy("Enter your answer, or press “I want everything”"),
        hint=gettext_lazy("Our clock runs again from the day you answer."),
        optional=True,
    )
    attached = FilesField(Upload.Purpose.MESSAGE, required=False, label=gettext_lazy("Add files, if you like"))
    do = forms.ChoiceField(
        choices=[(code, code) for code in ("answer", "everything", "message")], required=False, widget=forms.HiddenInput
    )

    def clean(self) -> dict[str, Any]:
        """Only who wants everything need not say more."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["do"] = cleaned.get("do") or "answer"
        if cleaned["do"] != "everything" and not str(cleaned.get("text", "")).strip() and "text" not in self.errors:
            self.add_error("text", self.fields["text"].error_messages["required"])
        return cleaned


class ContestForm(UiForm):
    """4.2 no. 20: with which part of the answer she does not agree, and why, in her own words."""

    right = forms.ChoiceField(
        label=gettext_lazy("With which answer do you not agree?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Select the answer you do not agree with")},
    )
    reason = _box(
        gettext_lazy("What is wrong or missing?"),
        gettext_lazy("Enter what is wrong or missing"),
        hint=gettext_lazy("In your own words. You need not name a law."),
        rows=6,
    )
    attached = FilesField(Upload.Purpose.MESSAGE, required=False, label=gettext_lazy("Add files, if you like"))

    def __init__(self, *args: Any, parts: Sequence[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._only = parts[0].case.right if len(parts) == 1 else ""
        if self._only:
            del self.fields["right"]
        else:
            choice: Any = self.fields["right"]
            choice.choices = [(part.case.right, part.title) for part in parts]

    @property
    def chosen(self) -> str:
        """The right whose answer is meant."""
        return self._only or str(self.cleaned_data["right"])


class ScopeForm(UiForm):
    """What a request for a copy covers; opened with what it covers now."""

    extent = forms.ChoiceField(
        label=gettext_lazy("Which data do you want?"),
        choices=list(asked_words.DATA.items()),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Select which data you want")},
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Which kinds of data?"),
        help_text=gettext_lazy("Only if you want some of it."),
        choices=list(asked_words.KINDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    start = forms.CharField(
        label=gettext_lazy("From which month on?"),
        help_text=gettext_lazy("For example 2025-03. Leave it empty for all the time."),
        required=False,
        max_length=7,
        widget=forms.TextInput(attrs={"class": "input-short", "autocomplete": "off", "inputmode": "numeric"}),
    )
    end = forms.CharField(
        label=gettext_lazy("Until which month?"),
        required=False,
        max_length=7,
        widget=forms.TextInput(attrs={"class": "input-short", "autocomplete": "off", "inputmode": "numeric"}),
    )
    words = _box(gettext_lazy("Anything else about it"), "", optional=True)

    def clean(self) -> dict[str, Any]:
        """Some of it needs to say what; months are months, in their order."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        some = cleaned.get("extent") == "some"
        for name in ("start", "end"):
            if cleaned.get(name) and not asked_words.month(cleaned[name]):
                self.add_error(name, _("Enter a month like 2025-03"))
        given = [cleaned.get("kinds"), cleaned.get("start"), cleaned.get("end"), str(cleaned.get("words", "")).strip()]
        if some and not any(given) and not self.errors:
            self.add_error("kinds", _("Select what you want, or say it in your own words"))
        if not self.errors and cleaned.get("start") and cleaned.get("end") and cleaned["end"] < cleaned["start"]:
            self.add_error("end", _("The last month must not be before the first"))
        return cleaned

    @property
    def scope(self) -> dict[str, Any]:
        """The choices by the codes of dsr.wording.asked; everything has no kinds and no months."""
        cleaned = self.cleaned_data
        if cleaned["extent"] == "everything":
            return {"data": "everything"}
        return {"data": "some", "kinds": cleaned["kinds"], "from": cleaned["start"], "to": cleaned["end"]}


class DeleteScopeForm(UiForm):
    """What a request to delete covers."""

    delete = forms.ChoiceField(
        label=gettext_lazy("What do you want us to delete?"),
        choices=list(asked_words.DELETE.items()),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Select what you want us to delete")},
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Which data should we delete?"),
        help_text=gettext_lazy("Only if you want some of it."),
        choices=list(asked_words.KINDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = _box(gettext_lazy("Anything else about it"), "", optional=True)

    def clean(self) -> dict[str, Any]:
        """Some of it needs to say what."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        some = cleaned.get("delete") == "some"
        if some and not cleaned.get("kinds") and not str(cleaned.get("words", "")).strip():
            self.add_error("kinds", _("Select what you want, or say it in your own words"))
        return cleaned

    @property
    def scope(self) -> dict[str, Any]:
        """The choices by their codes."""
        cleaned = self.cleaned_data
        kinds = cleaned["kinds"] if cleaned["delete"] == "some" else []
        return {"delete": cleaned["delete"], "delete_kinds": kinds}


def scope_form(right: Right) -> type[ScopeForm | DeleteScopeForm]:
    """The form of a right that can be narrowed or widened."""
    return DeleteScopeForm if right == "erasure" else ScopeForm


class WishesForm(UiForm):
    """In which language and form the answer comes."""

    language = forms.ChoiceField(
        label=gettext_lazy("In which language do you want the answer?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Select a language")},
    )
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Do you need it in another form as well?"),
        choices=list(asked_words.FORMATS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["language"]
        choice.choices = [(code, own_name(code)) for code in languages]
