"""Taking down a request that came by telephone, letter, mail or over the counter (T-02, T-03, T-27)."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases.clock import local_date
from dsr.cases.intake import MAX_WORDS, Told
from dsr.desk.forms.closeness import BONDS
from dsr.desk.forms.intake_behalf import BehalfFields
from dsr.forms import UiForm
from dsr.law.rights import Right
from dsr.law.workflow import Refusal
from dsr.models import Channel, Upload
from dsr.wording import uploads as upload_words

if TYPE_CHECKING:
    from dsr.models import Controller

CHANNELS = {
    Channel.EMAIL: gettext_lazy("E-mail"),
    Channel.PHONE: gettext_lazy("Telephone"),
    Channel.POST: gettext_lazy("Letter"),
    Channel.SHOP: gettext_lazy("In a shop"),
    Channel.PORTAL: gettext_lazy("Portal"),
    Channel.OTHER: gettext_lazy("Another way"),
}
NOON = time(12)
MOST_FILES: Final = 5
_KINDS: Final = ("customer_number", "phone")


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Several files at once; they are looked at by the pipeline of uploads, not here."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(given) > MOST_FILES:
            raise forms.ValidationError(_("Choose at most %(most)s files.") % {"most": MOST_FILES})
        return list(given)


class IntakeForm(BehalfFields, UiForm):
    """What somebody told us, and when it reached us: the day is asked for, because it is rarely today."""

    submission_key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    channel = forms.ChoiceField(
        label=gettext_lazy("How did it arrive?"),
        widget=forms.RadioSelect,
        choices=[(channel.value, label) for channel, label in CHANNELS.items() if channel != Channel.PORTAL],
        error_messages={
            "required": gettext_lazy("Choose how the request arrived."),
            "invalid_choice": gettext_lazy("Choose how the request arrived."),
        },
    )
    received_on = forms.DateField(
        label=gettext_lazy("On which day did it reach the company?"),
        help_text=gettext_lazy("Not the day you read it: the clock runs from the day it arrived, weekends included."),
        widget=forms.DateInput(attrs={"type": "date", "class": "input-short"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Enter the day on which the request reached the company."),
            "invalid": gettext_lazy("Enter a day, like 2026-06-15."),
        },
    )
    received_time = forms.TimeField(
        label=gettext_lazy("At what time, if you know it?"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "class": "input-short"}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("Enter a time, like 14:30.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the person who asks"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the name of the person.")},
    )
    rights = forms.MultipleChoiceField(
        label=gettext_lazy("What does the person want?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick everything; each becomes a case of its own. She need not name an article."),
        error_messages={
            "required": gettext_lazy("Choose what the person wants."),
            "invalid_choice": gettext_lazy("Choose what the person wants."),
        },
    )
    stop = forms.BooleanField(
        label=gettext_lazy("No more marketing: stop it at once"),
        help_text=gettext_lazy(
            "Works when you press Register, for the addresses and numbers below. Nobody has to approve it."
        ),
        required=False,
    )
    words = forms.CharField(
        label=gettext_lazy("In the person's own words"),
        required=False,
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"maxlength": MAX_WORDS, "rows": 5}),
    )
    scans = _FilesField(
        label=gettext_lazy("Scan or file"),
        help_text=gettext_lazy("The letter itself, or what came with it: PDF or pictures, up to five."),
        required=False,
        widget=_Files,
    )
    files_for = forms.ChoiceField(label=gettext_lazy("What is the file for?"), required=False)
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail address for the answer"),
        required=False,
        error_messages={"invalid": gettext_lazy("The e-mail address must have an @ sign, like name@example.org.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    contact_post = forms.CharField(
        label=gettext_lazy("Postal address for the answer"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    customer_number = forms.CharField(
        label=gettext_lazy("Customer number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input-short"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone number"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "class": "input-short"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the answer"))
    bond = forms.ChoiceField(
        label=gettext_lazy("Are you too close to this person?"),
        help_text=gettext_lazy("Then a colleague does the work, and the privacy leads have a mail."),
        required=False,
        choices=[("", gettext_lazy("No")), *((bond.value, words) for bond, words in BONDS.items())],
    )

    def __init__(self, *args: Any, controller: Controller, now: datetime, **kwargs: Any) -> None:
        self.controller, self.now = controller, now
        kwargs["initial"] = {"submission_key": uuid.uuid4().hex, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        rights = [
            (r.value, f"{wording.right(r)}, {wording.article(r)}") for r in Right if r is not Right.MARKETING_OBJECTION
        ]
        cast("forms.ChoiceField", self.fields["rights"]).choices = rights
        names = dict(settings.LANGUAGES)
        languages = [(code, names.get(code, code)) for code in controller.languages or ["en"]]
        cast("forms.ChoiceField", self.fields["language"]).choices = languages
        purposes = [(Upload.Purpose.EVIDENCE.value, _("What the person sent"))] + [
            (code.value, upload_words.purpose(code)) for code in (Upload.Purpose.IDENTITY, Upload.Purpose.AUTHORITY)
        ]
        cast("forms.ChoiceField", self.fields["files_for"]).choices = purposes
        self.fields["received_on"].widget.attrs["max"] = local_date(controller, now).isoformat()
        self.prepare_behalf(controller)

    def clean(self) -> dict[str, Any]:
        """A request nobody can answer is no use: something she wants, and at least one way to reach her."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        ways = ("contact_email", "contact_post", "phone")
        if not any(cleaned.get(way) for way in ways) and not set(ways) & set(self.errors):
            self.add_error("contact_email", _("Enter a way to reach the person: e-mail, postal address or telephone."))
        if cleaned.get("stop") and self.has_error("rights", "required"):
            del self.errors["rights"]  # to get no more marketing is what she wants
            cleaned["rights"] = []
        if cleaned.get("stop") and not cleaned.get("contact_email") and not cleaned.get("phone"):
            self.add_error("stop", _("Enter the e-mail address or telephone number that should get no marketing."))
        if "received_on" in cleaned and "received_time" in cleaned and self.received_at > self.now:
            self.add_error("received_time", wording.refusal(Refusal("received_in_future")))
        self.clean_behalf(cleaned, today=local_date(self.controller, self.now))
        return cleaned

    def clean_received_on(self) -> Any:
        """The future has sent nothing yet."""
        day = self.cleaned_data["received_on"]
        if day > local_date(self.controller, self.now):
            raise forms.ValidationError(wording.refusal(Refusal("received_in_future")))
        return day

    @property
    def received_at(self) -> datetime:
        """The instant of receipt where the controller answers: as told; without a time noon, or now before noon of today."""
        told = self.cleaned_data.get("received_time")
        at = datetime.combine(self.cleaned_data["received_on"], told or NOON, ZoneInfo(self.controller.timezone))
        return at if told else min(at, self.now)

    @property
    def rights_asked(self) -> list[Right]:
        """The rights, the marketing stop among them."""
        asked = [Right(value) for value in self.cleaned_data.get("rights", [])]
        return [*asked, Right.MARKETING_OBJECTION] if self.cleaned_data.get("stop") else asked

    def told(self) -> Told:
        """What the verb wants to know."""
        cleaned = self.cleaned_data
        behalf = self.behalf(self.controller, today=local_date(self.controller, self.now))
        return Told(
            name=cleaned["name"],
            words=cleaned["words"],
            contact_email=cleaned["contact_email"],
            contact_post=cleaned["contact_post"],
            identifiers=tuple((kind, cleaned[kind]) for kind in _KINDS if cleaned[kind]),
            scope={"for": behalf.scope()} if behalf else {},
        )
