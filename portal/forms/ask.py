"""The questions every request has in common: what, for whom, who are you, how do we reply, is all of this right."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from dsr import wording
from dsr.forms import DayField, Hinted, UiForm
from dsr.signin import EMAIL_ERRORS
from dsr.wording import asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Controller, User

MAX_TEXT = 2000
TOO_LONG = gettext_lazy("That must be %(limit_value)s characters or fewer")


def text_field(label: Any, required: Any, *, hint: Any = "", optional: bool = False, rows: int = 5) -> forms.CharField:
    """A box for the person's own words, up to MAX_TEXT characters."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=not optional,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": MAX_TEXT}),
        error_messages={"required": required, "max_length": TOO_LONG},
    )


def line_field(label: Any, required: Any, *, hint: Any = "", optional: bool = False, **attrs: str) -> forms.CharField:
    """One line of text."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=not optional,
        max_length=200,
        widget=forms.TextInput(attrs={"spellcheck": "false", **attrs}),
        error_messages={"required": required, "max_length": TOO_LONG},
    )


def choice_field(label: Any, choices: Any, required: Any, *, hint: Any = "") -> forms.ChoiceField:
    """Radios without a preselected answer (EDPB 03/2022: nothing that narrows a right is chosen beforehand)."""
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=list(choices.items()) if hasattr(choices, "items") else choices,
        widget=forms.RadioSelect,
        error_messages={"required": required, "invalid_choice": required},
    )


class StepForm(UiForm):
    """A page of the new request; it knows whose office and whose account. Answers are plain JSON."""

    def __init__(self, *args: Any, controller: Controller, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.controller, self.user = controller, user
        self.initial = {name: self._opened(name, value) for name, value in self.initial.items()}
        self.prepare()

    def _opened(self, name: str, value: Any) -> Any:
        """A kept answer as its field wants it: days are kept as ISO text."""
        return date.fromisoformat(value) if value and isinstance(self.fields.get(name), DayField) else value

    def answer(self) -> dict[str, Any]:
        """What to keep of a valid form, as JSON."""
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in self.cleaned_data.items()
        }

    def prepare(self) -> None:
        """What depends on controller or account."""

    def say(self, name: str, value: Any) -> str:
        """An answer in words, for the check page."""
        if isinstance(self.fields[name], DayField):
            return wording.day(date.fromisoformat(value)) if value else ""
        choices = {str(code): str(label) for code, label in getattr(self.fields[name], "choices", ())}
        if isinstance(value, list):
            return ", ".join(choices.get(str(code), str(code)) for code in value)
        return choices.get(str(value), str(value))

    def lines(self, answer: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The rows of the check page for a kept answer, as (label, words); optional fields left empty are left out."""
        rows = []
        for name, field in self.fields.items():
            text = self.say(name, answer.get(name, ""))
            if text or field.required:
                rows.append((str(field.label), text or _("Not answered yet")))
        return rows

    @property
    def single(self) -> bool:
        """Whether the only field is the page's heading."""
        return len(self.fields) == 1


class AccountForm(StepForm):
    """Sign in first, or go on without an account."""

    account = choice_field(
        "",
        [
            ("yes", Hinted(gettext_lazy("Yes, I sign in"), gettext_lazy("Then we know you already and ask less"))),
            ("no", gettext_lazy("No, or I cannot sign in")),
            ("former", gettext_lazy("I am no longer a customer")),
        ],
        gettext_lazy("Select whether you have an account"),
        hint=gettext_lazy("You do not need one."),
    )

    def prepare(self) -> None:
        """Name the controller in the question."""
        self.fields["account"].label = _("Do you have a %(name)s account?") % {"name": self.controller.name}


class NameForm(StepForm):
    """The name of somebody whose account does not have one."""

    name = line_field(
        gettext_lazy("What is your full name?"), gettext_lazy("Enter your full name"), autocomplete="name"
    )


class DetailsForm(StepForm):
    """Name, and at least one way to find the person in our systems."""

    name = line_field(gettext_lazy("Full name"), gettext_lazy("Enter your full name"), autocomplete="name")
    customer_number = line_field(
        gettext_lazy("Customer number"),
        "",
        optional=True,
        hint=gettext_lazy("It stands at the top of every bill."),
        autocomplete="off",
    )
    phone = line_field(gettext_lazy("Phone"), "", optional=True, autocomplete="tel", type="tel")
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=EMAIL_ERRORS,
    )
    address = forms.CharField(
        label=gettext_lazy("Address of your connection"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        error_messages={"max_length": TOO_LONG},
    )
    ip = forms.GenericIPAddressField(
        label=gettext_lazy("IP address"),
        required=False,
        help_text=gettext_lazy("Only if you ask about one connection."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "input-short"}),
        error_messages={"invalid": gettext_lazy("Enter an IP address, like 192.0.2.44 or 2001:db8::44")},
    )
    ip_at = line_field(
        gettext_lazy("Date and time of that connection"),
        "",
        optional=True,
        hint=gettext_lazy("For example 3 March 2026, about 20:15. Addresses move on from one customer to the next."),
        autocomplete="off",
    )

    def clean_customer_number(self) -> str:
        """Blanks are how people write numbers down."""
        return "".join(str(self.cleaned_data["customer_number"]).split())

    def clean_phone(self) -> str:
        """A number has digits; how they are grouped does not matter."""
        phone = str(self.cleaned_data["phone"]).strip()
        if phone and not any(character.isdigit() for character in phone):
            raise forms.ValidationError(_("Phone must be a number, like 07700 900123"))
        return phone

    def clean(self) -> dict[str, Any]:
        """At least one of four."""
        data = dict(super().clean() or {})
        ways = ("customer_number", "phone", "email", "address")
        if not any(data.get(way) for way in ways) and not any(way in self.errors for way in ways):
            self.add_error(
                "customer_number", _("Enter at least one of customer number, phone, e-mail address or address")
            )
        if data.get("ip") and not data.get("ip_at"):
            self.add_error("ip_at", _("Enter the date and time, because an IP address alone does not say who used it"))
        return data


class FormerForm(StepForm):
    """Where and until when somebody was a customer: old records are found by what was true then."""

    address = forms.CharField(
        label=gettext_lazy("Address of your connection at that time"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"max_length": TOO_LONG},
    )
    until = line_field(
        gettext_lazy("Until when, roughly?"),
        gettext_lazy("Tell us roughly until when you were a customer"),
        hint=gettext_lazy("For example: summer 2023. If you do not know, write that."),
        autocomplete="off",
    )


def language_choices(controller: Controller) -> list[tuple[str, str]]:
    """The languages the controller answers in, each in its own name."""
    known = [code for code, _name in settings.LANGUAGES]
    offered = [code for code in controller.languages or known if code in known]
    return [(code, own_name(code)) for code in offered]


def own_name(code: str) -> str:
    """The name a language gives itself, as a choice on a page: `Français`."""
    name: str = get_language_info(code)["name_local"]
    return name[:1].upper() + name[1:]


class ContactForm(StepForm):
    """How we reply, in which language, in which form."""

    reply = choice_field(
        gettext_lazy("How should we reply?"),
        [
            (
                "portal",
                Hinted(gettext_lazy("Here on this website"), gettext_lazy("An e-mail tells you when there is news")),
            ),
            ("letter", asked.REPLY["letter"]),
        ],
        gettext_lazy("Select how we should reply"),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the answer"),
        error_messages={"required": gettext_lazy("Select the language of the answer")},
    )
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Do you need another format?"),
        required=False,
        choices=list(asked.FORMATS.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def prepare(self) -> None:
        """Offer the controller's languages, the page's own first."""
        languages: Any = self.fields["language"]
        languages.choices = language_choices(self.controller)
        current = (get_language() or "en").partition("-")[0]
        languages.initial = current if current in dict(languages.choices) else None


class EmailForm(StepForm):
    """Where the news go, when nothing said so yet."""

    email = forms.EmailField(
        label=gettext_lazy("Which e-mail address should we use?"),
        help_text=gettext_lazy("We write when there is news. What we write is shown here, not in the e-mail."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=EMAIL_ERRORS,
    )


class PostForm(StepForm):
    """Where letters go."""

    post = forms.CharField(
        label=gettext_lazy("Where should we send the letter?"),
        help_text=gettext_lazy("Street, postcode, town, and country if it is another one."),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
        error_messages={"required": gettext_lazy("Enter the address for the letter"), "max_length": TOO_LONG},
    )
