"""Passing a request on, and the register of partners it may be passed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy

from dsr.cases.forwarding import Bond, Means
from dsr.desk.forms.steps import CaseForm
from dsr.forms import Hinted, UiForm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise

    from dsr.models import Partner

BONDS: Final[Mapping[str, _StrPromise]] = {
    Bond.PROCESSOR_FOR: gettext_lazy("We process for it (Art. 28)"),
    Bond.JOINT: gettext_lazy("We decide together with it (Art. 26)"),
}
MEANS: Final[Mapping[str, _StrPromise]] = {
    Means.FETCH: gettext_lazy("It asks us, by the way agreed"),
    Means.PORTAL: gettext_lazy("Through its portal for partners"),
    Means.PHONE: gettext_lazy("By telephone"),
    Means.POST: gettext_lazy("By letter"),
    Means.HAND: gettext_lazy("Handed over in person"),
}


class ForwardForm(CaseForm):
    """To whom, how, why, and whether the case ends here."""

    partner = forms.ChoiceField(
        label=gettext_lazy("Whom does it concern?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose whom the request concerns."),
            "invalid_choice": gettext_lazy("Choose whom the request concerns."),
        },
    )
    means = forms.ChoiceField(
        label=gettext_lazy("How does it get the words of the person and the files?"),
        help_text=gettext_lazy("The mail we send has the reference and the dates only."),
        choices=list(MEANS.items()),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why, in one sentence to the person"),
        help_text=gettext_lazy("In her language. What happens next is added by itself."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why the request is passed on.")},
    )
    closes = forms.ChoiceField(
        label=gettext_lazy("Do we answer as well?"),
        widget=forms.RadioSelect,
        choices=[
            ("", Hinted(gettext_lazy("Yes, both answer"), gettext_lazy("The case goes on here."))),
            (
                "yes",
                Hinted(
                    gettext_lazy("No, it answers alone"),
                    gettext_lazy(
                        "Only where we do nothing but process for it. The case is closed; a privacy lead decides."
                    ),
                ),
            ),
        ],
        required=False,
    )

    def __init__(self, *args: Any, partners: Sequence[Partner] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), Hinted(one.name, str(BONDS[one.bond]))) for one in partners]
        cast("forms.ChoiceField", self.fields["partner"]).choices = choices


class PartnerForm(UiForm):
    """A controller we process for, or decide together with."""

    name = forms.CharField(
        label=gettext_lazy("Name of the controller"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    bond = forms.ChoiceField(
        label=gettext_lazy("What are we to it?"),
        widget=forms.RadioSelect,
        choices=list(BONDS.items()),
        error_messages={"required": gettext_lazy("Choose what we are to it.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail of its privacy office"),
        help_text=gettext_lazy("Gets the reference and the dates, never personal data. May be empty."),
        required=False,
        error_messages={"invalid": gettext_lazy("Enter an e-mail address, like privacy@example.com.")},
    )
    way = forms.CharField(
        label=gettext_lazy("How do the details reach it?"),
        help_text=gettext_lazy("As agreed in the contract: its portal, a contact, an address."),
        max_length=300,
        error_messages={"required": gettext_lazy("Enter how the details reach it.")},
    )
    about = forms.CharField(
        label=gettext_lazy("What the person is told about the arrangement"),
        help_text=gettext_lazy("One or two sentences: who does what (Art. 26(2)). May be empty."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
