"""Forms that prove something: find a request, enter a code, name a customer number."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases.codes import LockedError, TooManyCodesError
from dsr.forms import UiForm
from dsr.law import identity as law
from dsr.wording.identity import CALL_TIMES

if TYPE_CHECKING:
    from collections.abc import Sequence


class FindForm(UiForm):
    """The reference that stands on every mail and letter."""

    reference = forms.CharField(
        label=gettext_lazy("Your reference"),
        help_text=gettext_lazy("It looks like DSR-2026-001207 and stands in every mail and letter from us."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={
            "required": gettext_lazy("Enter your reference, like DSR-2026-001207"),
            "max_length": gettext_lazy("That is too long for a reference. It looks like DSR-2026-001207"),
        },
    )


class CodeForm(UiForm):
    """One field for all eight digits; blanks and hyphens do not matter, it can be pasted (WCAG 3.3.8)."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("8 digits. You can paste it."),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "class": "input-code",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "spellcheck": "false",
            }
        ),
        error_messages={
            "required": gettext_lazy("Enter the code"),
            "max_length": gettext_lazy("The code has 8 digits"),
        },
    )


class LetterForm(FindForm):
    """What stands on a letter with a code: the reference and twelve digits in three groups."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("12 digits in three groups, as the letter shows them."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "input-code", "inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={
            "required": gettext_lazy("Enter the code"),
            "max_length": gettext_lazy("The code has 12 digits"),
        },
    )


class NumberForm(UiForm):
    """A customer number, where it is from when several systems give such numbers, and how the code is to come.

    `channels` are the ways a code can travel; with one of them nothing is asked. Nothing is chosen beforehand.
    """

    store = forms.ChoiceField(
        label=gettext_lazy("Which contract is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Select which contract it is")},
    )
    number = forms.CharField(
        label=gettext_lazy("Customer number"),
        help_text=gettext_lazy("It stands at the top of every bill."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Enter your customer number"),
            "max_length": gettext_lazy("That is too long for a customer number"),
        },
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How do you want to get the code?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Select how you want to get the code")},
    )

    def __init__(
        self, *args: Any, stores: Sequence[tuple[str, str]], channels: Sequence[str] = ("mail",), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._only = stores[0][0] if len(stores) == 1 else ""
        self._channel = channels[0] if len(channels) == 1 else ""
        self._offer("store", [] if self._only else list(stores))
        self._offer("channel", [] if self._channel else [(name, _CHANNELS[name]) for name in channels])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        if choices:
            field: Any = self.fields[name]
            field.choices = choices
        else:
            del self.fields[name]

    def clean_number(self) -> str:
        """Blanks are how people write long numbers down, not part of them; digits of any width are digits."""
        return "".join(unicodedata.normalize("NFKC", str(self.cleaned_data["number"])).split())

    @property
    def store_name(self) -> str:
        """The store the number is from."""
        return self._only or str(self.cleaned_data["store"])

    @property
    def way(self) -> str:
        """How the code travels: `mail` or `sms`."""
        return self._channel or str(self.cleaned_data["channel"])


_CHANNELS = {
    "mail": gettext_lazy("By e-mail to the address on my contract"),
    "sms": gettext_lazy("By text message to the mobile number on my contract"),
}


class CallForm(UiForm):
    """When we may call. No number is asked for: we call the one on the contract and no other (I-03)."""

    time = forms.ChoiceField(
        label=gettext_lazy("When can we call you?"),
        help_text=gettext_lazy("We call on the next working day."),
        widget=forms.RadioSelect,
        choices=[(name, CALL_TIMES[name]) for name in law.CALL_TIMES],
        error_messages={
            "required": gettext_lazy("Select when we can call you"),
            "invalid_choice": gettext_lazy("Select when we can call you"),
        },
    )


def code_error(status: str, tries_left: int) -> str:
    """What a page says about an entered code; `status` as in dsr.cases.codes.Checked. `ok` raises KeyError."""
    return {
        "wrong": _("That code is not right. Tries left: %(count)s.") % {"count": tries_left},
        "expired": _("This code does not work any more. We can send you a new one."),
        "locked": _("That was not right five times. Codes work again after an hour; all other ways work now."),
    }[status]


def no_code_now(error: TooManyCodesError | LockedError) -> str:
    """Said when six codes in an hour did not help, or five tries were wrong; the page offers the other ways."""
    if isinstance(error, LockedError):
        return _("A wrong code was entered five times. Codes work again at %(time)s; all other ways work now.") % {
            "time": time_format(timezone.localtime(error.until), "TIME_FORMAT")
        }
    return _("We have sent six codes in the last hour. Please wait an hour, or choose another way.")
