"""The forms of letters that take no step: one box for each thing the letter must say and nobody else says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import restrictions
from dsr.cases.free_letters import TO_OTHERS
from dsr.desk.forms.steps import CaseForm, own_paragraph, words_field
from dsr.forms import dress
from dsr.law.letter_standing import to_write
from dsr.law.letters import LetterCode

if TYPE_CHECKING:
    from dsr.law.letter_elements import Element


class FreeForm(CaseForm):
    """Every element somebody has to write, in the order of the rule book, and the free paragraph."""

    code: LetterCode
    letter_language = forms.ChoiceField(
        label=gettext_lazy("Language of the letter"),
        help_text=gettext_lazy("The fixed words come in this language; write yours in it, too."),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the languages.")},
    )
    paragraph = own_paragraph()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["letter_language"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = list(settings.LANGUAGES)
        field.initial = self.case.request.language
        self.elements: tuple[Element, ...] = to_write(self.code, regime=self.case.regime)
        for element in self.elements:
            self.fields[element.value] = words_field(
                capfirst(wording.say(element)), _("Enter this. The letter has to say it."), rows=3
            )
        if self.code is LetterCode.RESTRICTION_SET and restrictions.open_of(self.case) is not None:
            with translation.override(self.case.request.language):
                for element, text in restrictions.elements_set(self.case).items():
                    self.fields[element.value].initial = text
        self.order_fields(
            ["version", "to_name", "to_address", "letter_language", *(one.value for one in self.elements), "paragraph"]
        )
        dress(self)

    def typed(self) -> dict[str, Any]:
        """What was typed, as `dsr.cases.free_letters.write` takes it."""
        data = self.cleaned_data
        found: dict[str, Any] = {
            "texts": {one: str(data[one.value]) for one in self.elements},
            "paragraph": data["paragraph"],
            "language": data["letter_language"],
        }
        return found | {name: data[name] for name in ("to_name", "to_address") if name in data}


class NoticeForm(FreeForm):
    """A notice to somebody else: whom it goes to stands first."""

    to_name = forms.CharField(
        label=gettext_lazy("To whom"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter to whom the letter goes.")},
    )
    to_address = forms.CharField(
        label=gettext_lazy("Address"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


def form_for(code: LetterCode) -> type[FreeForm]:
    """The form of one letter."""
    base = NoticeForm if code in TO_OTHERS else FreeForm
    return type(
        f"{base.__name__}{code.name.title().replace('_', '')}", (base,), {"code": code, "__doc__": base.__doc__}
    )
