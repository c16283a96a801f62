"""Forms for receiving controllers, and for what becomes of a person's wish to have her data sent to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from dsr.cases.receivers import Details
from dsr.desk.forms.steps import CaseForm
from dsr.forms import UiForm
from dsr.law.portability import NoTransmission
from dsr.wording.portability import NO_TRANSMISSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsr.models import Receiver

# At which field the verb's refusal stands.
FIELD_OF: Final[Mapping[str, str]] = {
    "receiver_incomplete": "contact",
    "receiver_secret_clear": "secret",
    "receiver_secret_place": "secret",
    "receiver_host_key": "host_key",
    "receiver_key": "recipient_key",
}
# What a person may give as the reason; the others are found by the program.
REASONS: Final = (
    NoTransmission.UNKNOWN_RECEIVER,
    NoTransmission.NO_INTERFACE,
    NoTransmission.NO_HOST_KEY,
    NoTransmission.NO_ENCRYPTION_KEY,
    NoTransmission.UNPROVEN,
)
_DECLINE: Final = "decline:"


def _text(label: Any, *, hint: Any = "", length: int = 200, required: bool = False) -> forms.CharField:
    words = {"required": gettext_lazy("Fill this in.")}
    return forms.CharField(label=label, help_text=hint, max_length=length, required=required, error_messages=words)


class ReceiverForm(UiForm):
    """What is kept about a receiver; the same name again changes it."""

    name = _text(gettext_lazy("Name of the controller"), length=120, required=True)
    contact = forms.EmailField(
        label=gettext_lazy("E-mail of its privacy office"),
        error_messages={
            "required": gettext_lazy("Enter an e-mail address."),
            "invalid": gettext_lazy("Enter an e-mail address, like privacy@example.com."),
        },
    )
    host = _text(gettext_lazy("SFTP server"), length=253)
    port = forms.IntegerField(
        label=gettext_lazy("Port"),
        min_value=1,
        max_value=65535,
        initial=22,
        error_messages={name: gettext_lazy("Enter a port, like 22.") for name in ("required", "invalid")},
    )
    username = _text(gettext_lazy("User name there"), length=64)
    sign_in = forms.ChoiceField(
        label=gettext_lazy("How we sign in"),
        choices=[("key", gettext_lazy("With a key")), ("password", gettext_lazy("With a password"))],
    )
    secret = _text(
        gettext_lazy("Where the key or password stands"),
        hint=gettext_lazy(
            "file:NAME for a key, env:DSR_RECEIVER_NAME or file:NAME for a password. Files stand in the folder receivers."
        ),
    )
    folder = _text(gettext_lazy("Folder there"))
    host_key = _text(
        gettext_lazy("Fingerprint of the server"), hint=gettext_lazy("As ssh-keygen -lf prints it: SHA256:…"), length=64
    )
    recipient_key = _text(
        gettext_lazy("Public key for encryption"), hint=gettext_lazy("As age-keygen prints it: age1…"), length=120
    )
    key_expires_on = forms.DateField(
        label=gettext_lazy("The key is good until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input-short"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a day, like 2026-06-15.")},
    )

    def details(self) -> Details:
        """What was entered; after is_valid()."""
        return Details(**self.cleaned_data)


class VerifyForm(UiForm):
    """That somebody checked both keys, and how; `seen` names what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    by = _text(gettext_lazy("Who compared both keys?"), length=120, required=True)
    proof = _text(
        gettext_lazy("How?"),
        hint=gettext_lazy("For example: called the number in the public register, both fingerprints read aloud."),
        length=400,
        required=True,
    )


class TransmissionForm(CaseForm):
    """One of the receivers that can get the data today, or why nobody gets them."""

    decision = forms.ChoiceField(
        label=gettext_lazy("What do we do?"),
        widget=forms.RadioSelect,
        error_messages={name: gettext_lazy("Choose one.") for name in ("required", "invalid_choice")},
    )

    def offer(self, receivers: Iterable[Receiver]) -> None:
        """Put the choices in: the receivers first, then the reasons, which the person will read as they stand."""
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [
            *(
                (str(row.pk), gettext_lazy("Send them, encrypted, to %(name)s") % {"name": row.name})
                for row in receivers
            ),
            *((f"{_DECLINE}{code.value}", NO_TRANSMISSION[code]) for code in REASONS),
        ]

    @property
    def declined(self) -> NoTransmission | None:
        """The reason not to send, or None; after is_valid()."""
        chosen = str(self.cleaned_data["decision"])
        return NoTransmission(chosen.removeprefix(_DECLINE)) if chosen.startswith(_DECLINE) else None
