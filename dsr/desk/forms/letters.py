"""The forms of the page "Letters": the controller's own words on top of a letter, and what letters say of the controller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases.letter_facts import FACTS
from dsr.cases.letter_wordings import EVERY, MAX_TEXT
from dsr.desk.letter_sample import WORDED
from dsr.forms import UiForm
from dsr.law.letter_standing import Slot
from dsr.models import Controller

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _box(label: _StrPromise, hint: _StrPromise, *, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"maxlength": MAX_TEXT, "rows": rows}),
    )


class WhichForm(UiForm):
    """Which letter, in which language."""

    letter = forms.ChoiceField(label=gettext_lazy("Letter"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"))

    def __init__(self, *args: Any, controller: Controller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(settings.LANGUAGES)
        letters = [(code.value, f"{wording.letter(code.value)} ({code.value})") for code in WORDED]
        for name, choices in (
            ("letter", [(EVERY, gettext_lazy("Every letter")), *letters]),
            ("language", [(code, names.get(code, code)) for code in controller.languages]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
            field.choices = choices


class WordingForm(UiForm):
    """The three places where words can be added. They add; what the law wants stays as it is."""

    intro = _box(
        gettext_lazy("After the first paragraph"), gettext_lazy("A sentence or two. Plain text, no data of anybody.")
    )
    outro = _box(gettext_lazy("Before the closing"), gettext_lazy("For example opening hours of your shops."))
    signature = _box(gettext_lazy("Below the closing"), gettext_lazy("For example the names of your privacy team."))

    def texts(self) -> dict[Slot, str]:
        """What was typed, by place."""
        return {slot: str(self.cleaned_data[slot.value]) for slot in Slot}


class FactsForm(UiForm, forms.ModelForm):  # type: ignore[type-arg]
    """Names and addresses that every letter prints; a letter that needs one that is missing is not written."""

    authority_url = forms.URLField(
        label=gettext_lazy("Website of the supervisory authority"), required=False, assume_scheme="https"
    )
    notice_url = forms.URLField(label=gettext_lazy("Privacy notice"), required=False, assume_scheme="https")

    class Meta:
        model = Controller
        fields = FACTS
        labels = {
            "legal_name": gettext_lazy("Company"),
            "address": gettext_lazy("Address of the company"),
            "phone": gettext_lazy("Telephone"),
            "privacy_email": gettext_lazy("E-mail of the privacy office"),
            "dpo_name": gettext_lazy("Data protection officer"),
            "dpo_email": gettext_lazy("E-mail of the data protection officer"),
            "authority_name": gettext_lazy("Supervisory authority"),
            "authority_address": gettext_lazy("Address of the supervisory authority"),
        }
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("address", "authority_address")}

    def values(self) -> dict[str, str]:
        """What was typed, by column."""
        return {name: str(self.cleaned_data[name]) for name in FACTS}
