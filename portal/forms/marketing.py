"""Where marketing should stop, and through which channels: everything, unless the person wants it otherwise (O-03)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases import contacts
from dsr.cases.contacts import BadContactError, Kind
from dsr.forms import UiForm
from dsr.law.policies import ALL_CHANNELS
from dsr.wording.marketing import CHANNELS

if TYPE_CHECKING:
    from dsr.cases.contacts import Contact
    from dsr.models import Controller

KEY_CHARS = 32


class ChannelsForm(UiForm):
    """Through which channels. `key` makes a double click one objection."""

    everything = forms.BooleanField(
        label=gettext_lazy("Everything: e-mail, text messages, phone calls and post"), required=False, initial=True
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Or take the tick away above, and stop only"),
        required=False,
        choices=list(CHANNELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    key = forms.CharField(required=False, max_length=KEY_CHARS, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4().hex

    def clean_key(self) -> str:
        """Whole, or a new one: somebody who changes it hurts nobody but her own second click."""
        key = str(self.cleaned_data["key"])
        return key if len(key) == KEY_CHARS else uuid.uuid4().hex

    @property
    def chosen(self) -> list[str]:
        """The channels to stop: all of them unless the tick is gone and some are named."""
        named = list(self.cleaned_data["channels"])
        if self.cleaned_data["everything"] or not named:
            return sorted(ALL_CHANNELS)
        return named


class StopForm(ChannelsForm):
    """An address or number, and the channels; one of the two places to write in is enough."""

    reach = forms.CharField(
        label=gettext_lazy("E-mail address or phone number"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Enter the e-mail address or phone number that should get no marketing")
        },
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Address, for marketing by post"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    field_order = ("reach", "address", "everything", "channels", "key")

    def __init__(self, *args: Any, controller: Controller, **kwargs: Any) -> None:
        self.controller = controller
        super().__init__(*args, **kwargs)
        if self.data.get("address", "").strip():
            self.fields["reach"].required = False

    def clean_reach(self) -> str:
        """An e-mail address has an @ sign, everything else must be a phone number."""
        text = str(self.cleaned_data["reach"]).strip()
        if text:
            self._reached(text)
        return text

    def _reached(self, text: str) -> Contact:
        kind = Kind.EMAIL if "@" in text else Kind.PHONE
        try:
            return contacts.contact(self.controller, kind, text)
        except BadContactError:
            words = (
                _("Enter an e-mail address in the correct format, like name@example.com")
                if kind == Kind.EMAIL
                else _("Enter a phone number like +44 7700 900001, or an e-mail address like name@example.com")
            )
            raise forms.ValidationError(words) from None

    def clean_address(self) -> str:
        """A street and a place at least."""
        text = str(self.cleaned_data["address"]).strip()
        if text:
            try:
                contacts.contact(self.controller, Kind.POST, text)
            except BadContactError:
                raise forms.ValidationError(_("Enter the street and the town, as on an envelope")) from None
        return text

    @property
    def given(self) -> list[tuple[Contact, str]]:
        """What was named, in its normal form and as it was typed."""
        reach, address = self.cleaned_data["reach"], self.cleaned_data["address"]
        found = [(self._reached(reach), reach)] if reach else []
        if address:
            found.append((contacts.contact(self.controller, Kind.POST, address), address))
        return found
