"""The form of a brand: name, contacts, colours, logo, languages, rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.forms import Hinted, UiForm, dress
from dsr.law.offers import required
from dsr.law.rights import Right

if TYPE_CHECKING:
    from dsr.models import Controller

_COLOUR_HINT = gettext_lazy("# and six digits from 0 to f. Leave it empty for the colours of the portal.")
_HOURS = "office_hours_"


class BrandForm(UiForm):
    """What subscribers see of a brand. The checks that need more than a field are the verb's (`dsr.cases.brand`)."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, error_messages={"required": gettext_lazy("Enter the name.")}
    )
    phone = forms.CharField(label=gettext_lazy("Telephone of the privacy office"), max_length=40, required=False)
    colour_light = forms.CharField(
        label=gettext_lazy("Colour on light pages"), max_length=7, required=False, help_text=_COLOUR_HINT
    )
    colour_dark = forms.CharField(
        label=gettext_lazy("Colour on dark pages"),
        max_length=7,
        required=False,
        help_text=gettext_lazy("Leave it empty for the nearest readable shade of the other one."),
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        allow_empty_file=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 1 MB. We draw it anew, 320 by 96 pixels at most."),
    )
    no_logo = forms.BooleanField(label=gettext_lazy("Take the logo away"), required=False)
    account_url = forms.URLField(label=gettext_lazy("Where customers sign in"), required=False, assume_scheme="https")
    contract_url = forms.URLField(
        label=gettext_lazy("Where customers end their contract"), required=False, assume_scheme="https"
    )
    notice_url = forms.URLField(label=gettext_lazy("Privacy notice"), required=False, assume_scheme="https")
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one language.")},
    )
    rights_offered = forms.MultipleChoiceField(
        label=gettext_lazy("Rights with a form of their own"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen means all. Whatever has no form can still be asked for in free words."),
    )

    def __init__(self, *args: Any, controller: Controller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.controller = controller
        languages: Any = self.fields["languages"]
        languages.choices = [(code, str(name)) for code, name in settings.LANGUAGES]
        demanded = required(controller.regime)
        rights: Any = self.fields["rights_offered"]
        rights.choices = [
            (right.value, Hinted(wording.right(right), gettext_lazy("Demanded by law") if right in demanded else ""))
            for right in Right
        ]
        for code in controller.languages:
            self.fields[f"{_HOURS}{code}"] = _hours(code)
        self.order_fields(["name", "phone", *(f"{_HOURS}{code}" for code in controller.languages)])
        dress(self)

    @classmethod
    def of(cls, controller: Controller, data: Any = None, files: Any = None) -> BrandForm:
        """The form filled with what stands there now, or with what was sent."""
        names = (
            "name", "phone", "colour_light", "colour_dark", "account_url", "contract_url", "notice_url", "languages", "rights_offered",
        )  # fmt: skip
        initial = {name: getattr(controller, name) for name in names}
        initial |= {f"{_HOURS}{code}": text for code, text in controller.office_hours.items()}
        return cls(data, files, controller=controller, initial=initial)

    def values(self) -> dict[str, Any]:
        """What the verb takes; the order of the languages is that of before, new ones at the end."""
        data = dict(self.cleaned_data)
        hours = {code: data[f"{_HOURS}{code}"].strip() for code in self.controller.languages}
        old = [code for code in self.controller.languages if code in data["languages"]]
        return {
            **{
                name: data[name]
                for name in ("name", "phone", "account_url", "contract_url", "notice_url", "rights_offered")
            },
            **{name: data[name].strip().lower() for name in ("colour_light", "colour_dark")},
            "languages": [*old, *(code for code in data["languages"] if code not in old)],
            "office_hours": {code: text for code, text in hours.items() if text},
        }

    def logo_bytes(self) -> bytes | None:
        """The picture that was sent; empty to take it away, None to leave it."""
        if self.cleaned_data["no_logo"]:
            return b""
        sent = self.cleaned_data["logo"]
        return bytes(sent.read()) if sent else None


def _hours(code: str) -> forms.CharField:
    name = dict(settings.LANGUAGES).get(code, code)
    field = forms.CharField(max_length=200, required=False)
    field.label = gettext_lazy("Office hours, in %(language)s") % {"language": name}
    return field
