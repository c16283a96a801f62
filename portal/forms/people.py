"""The questions about people: for whom the request is, and who sends it (ux.md 1.4 "Who", rules.md 3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.forms import DayField, FilesField, Hinted
from dsr.law import persons
from dsr.law.persons import Person
from dsr.models import Upload
from dsr.signin import EMAIL_ERRORS
from dsr.wording import asked
from portal.forms.ask import TOO_LONG, StepForm, choice_field, line_field

if TYPE_CHECKING:
    from datetime import date

_HINTS = {
    Person.REPRESENTED: gettext_lazy("With a written authority, as a guardian, lawyer or association"),
    Person.OTHER_USER: gettext_lazy("We reply to that person, not to you"),
}
_NOT_YET = gettext_lazy("That day is still to come")
_ORDER = (Person.ME, Person.CHILD, Person.REPRESENTED, Person.DECEASED, Person.OTHER_USER)


class WhoForm(StepForm):
    """For whom. Somebody who died only where national law gives anybody a right (H-06); elsewhere a page says so."""

    who = choice_field(
        gettext_lazy("Who is this request for?"), asked.WHO, gettext_lazy("Select who this request is for")
    )

    def prepare(self) -> None:
        """Offer what the controller's country knows."""
        dead = bool(persons.rights_after_death(self.controller.country))
        cast("forms.ChoiceField", self.fields["who"]).choices = [
            (who.value, Hinted(asked.WHO[who], _HINTS[who]) if who in _HINTS else asked.WHO[who])
            for who in _ORDER
            if dead or who is not Person.DECEASED
        ]


def _day(label: Any, required: Any) -> DayField:
    return DayField(label=label, help_text=gettext_lazy("For example 27 3 2012"), error_messages={"required": required})


def _past(day: date) -> date:
    """Refuse a day to come; `today` as the page shows it (the controller's time zone is active)."""
    if day > timezone.localdate():
        raise forms.ValidationError(str(_NOT_YET))
    return day


def _address(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"max_length": TOO_LONG},
    )


class ChildForm(StepForm):
    """A child, its age, and how the parent shows that she may ask (H-01)."""

    name = line_field(
        gettext_lazy("Full name of the child"), gettext_lazy("Enter the full name of the child"), autocomplete="off"
    )
    born_on = _day(gettext_lazy("Date of birth"), gettext_lazy("Enter the date of birth of the child"))
    relation = line_field(
        gettext_lazy("What are you to the child?"),
        gettext_lazy("Tell us what you are to the child"),
        hint=gettext_lazy("For example: mother, father, guardian."),
        autocomplete="off",
    )
    shown = choice_field(
        gettext_lazy("How will you show us that you may ask?"),
        asked.SHOWN,
        gettext_lazy("Select how you will show us that you may ask"),
        hint=gettext_lazy("You can send the request first and show it later."),
    )

    def clean_born_on(self) -> date:
        """Born already, and still a child."""
        day = _past(self.cleaned_data["born_on"])
        if persons.of_age(born_on=day, today=timezone.localdate()):
            raise forms.ValidationError(
                _("This person is an adult. Go back and choose “Someone I act for”: an adult gives you an authority.")
            )
        return day


class RepresentedForm(StepForm):
    """Whom somebody represents, and what the authority covers (H-04, H-05)."""

    name = line_field(
        gettext_lazy("Full name of that person"), gettext_lazy("Enter the full name of that person"), autocomplete="off"
    )
    contact = line_field(
        gettext_lazy("E-mail address, phone number or address of that person"),
        gettext_lazy("Enter the e-mail address, phone number or address of that person"),
        autocomplete="off",
    )
    customer_number = line_field(gettext_lazy("Customer number"), "", optional=True, autocomplete="off")
    organisation = line_field(
        gettext_lazy("Your organisation"),
        "",
        optional=True,
        hint=gettext_lazy("If you act as a lawyer, an association or an office."),
        autocomplete="organization",
    )
    covers = forms.MultipleChoiceField(
        label=gettext_lazy("What does the authority cover?"),
        help_text=gettext_lazy("Select everything it names."),
        choices=list(asked.COVERS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Select what the authority covers")},
    )
    shown = choice_field(
        gettext_lazy("How will you show us the authority?"),
        asked.SHOWN_PAPER,
        gettext_lazy("Select how you will show us the authority"),
    )


class DeceasedForm(StepForm):
    """Somebody who died, and by which right the sender asks (H-06 to H-08)."""

    name = line_field(
        gettext_lazy("Full name of the person who died"),
        gettext_lazy("Enter the full name of the person who died"),
        autocomplete="off",
    )
    died_on = _day(gettext_lazy("Date of death"), gettext_lazy("Enter the date of death"))
    relation = choice_field(
        gettext_lazy("What are you to that person?"),
        asked.RELATIONS,
        gettext_lazy("Select what you are to that person"),
    )
    customer_number = line_field(gettext_lazy("Customer number"), "", optional=True, autocomplete="off")
    address = _address(gettext_lazy("Address of the connection"))
    shown = choice_field(
        gettext_lazy("How will you show us the proof?"),
        asked.SHOWN_PAPER,
        gettext_lazy("Select how you will show us the proof"),
        hint=gettext_lazy("The death certificate, and a paper that shows what you are to that person."),
    )

    def prepare(self) -> None:
        """Whom the country's law entitles."""
        found = persons.after_death(self.controller.country)
        cast("forms.ChoiceField", self.fields["relation"]).choices = [
            (code, words) for code, words in asked.RELATIONS.items() if found is None or code in found.relations
        ]

    def clean_died_on(self) -> date:
        """Not to come, and not longer ago than the country's law looks back."""
        day, found = _past(self.cleaned_data["died_on"]), persons.after_death(self.controller.country)
        over = persons.years_between(day, timezone.localdate())
        if found is not None and found.years is not None and over >= found.years:
            raise forms.ValidationError(
                _("The law gives this right for %(years)s years after the death. Ask our privacy office what is left.")
                % {"years": found.years}
            )
        return day


class OtherUserForm(StepForm):
    """Somebody else who uses the connection: hers are the rights, and to her goes the reply (H-09)."""

    name = line_field(
        gettext_lazy("Full name of that person"), gettext_lazy("Enter the full name of that person"), autocomplete="off"
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of that person"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=EMAIL_ERRORS,
    )
    address = _address(
        gettext_lazy("Postal address of that person"), gettext_lazy("If there is no e-mail address, we write a letter.")
    )

    def clean(self) -> dict[str, Any]:
        """One way to reach that person."""
        data = dict(super().clean() or {})
        if not data.get("email") and not data.get("address") and not self.errors.keys() & {"email", "address"}:
            self.add_error("email", _("Enter the e-mail address or the postal address of that person"))
        return data


class AuthorityForm(StepForm):
    """What shows that the sender may ask; it may also follow later, because the month runs already (T-02)."""

    authority = FilesField(
        Upload.Purpose.AUTHORITY,
        required=False,
        label=gettext_lazy("Add the paper that shows that you may ask, now or later"),
    )


class SenderForm(StepForm):
    """Who asks for somebody else, without an account."""

    name = line_field(gettext_lazy("Your full name"), gettext_lazy("Enter your full name"), autocomplete="name")
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=EMAIL_ERRORS,
    )
