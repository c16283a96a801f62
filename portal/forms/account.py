"""allauth's forms in our words, each scoped to the subscribers of one controller: the same address in two brands is two accounts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.core import context
from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.forms import dress
from dsr.limits import Limit
from dsr.models import User
from dsr.signin import EMAIL_ERRORS, plain
from dsr.tenancy import kind_of_path

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GUESSES: Final = Limit("mailed_code_guesses", 10, 30 * 60)
"""Guesses at one mailed code, over all requests of all sessions: twice what a session has."""
PASSWORD_HELP = gettext_lazy("At least 10 characters. Three or four words in a row are easy to remember.")


def _account_of(email: str) -> User | None:
    """The account with this address at the controller of the current request: staff's at the desk, a subscriber's elsewhere."""
    request: Any = context.request
    return User.objects.filter(handle=User.handle_for(request.controller.pk, kind_of_path(request.path), email)).first()


def _new_password(field: Any) -> None:
    plain(field, _("New password"), {"required": _("Enter a new password")}, PASSWORD_HELP)


class SignUpForm(allauth.SignupForm):  # type: ignore[misc]
    """A new account. An address that has one already gets a mail that says so; the page shows no difference."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["email"], _("E-mail address"), EMAIL_ERRORS, _("We send you a code to this address."))
        plain(
            self.fields["password1"],
            _("Choose a password"),
            {"required": _("Choose a password")},
            PASSWORD_HELP,
        )
        dress(self)

    def validate_unique_email(self, value: str) -> str:
        """Unique among the subscribers of this controller, not among everybody."""
        self.account_already_exists = _account_of(value) is not None
        return value

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the account; who loses the race for an address is told by mail like everybody whose address is taken."""
        try:
            with transaction.atomic():
                saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError:
            return None, flows.signup.prevent_enumeration(request, email=self.cleaned_data["email"])
        return saved


class ResetForm(allauth.ResetPasswordForm):  # type: ignore[misc]
    """Asks for a code to set a new password; an address without an account gets a mail that says so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["email"], _("E-mail address"), EMAIL_ERRORS)
        dress(self)

    def clean_email(self) -> str:
        """Only an active account of this controller and this interface: the portal resets no password of staff."""
        email = str(self.cleaned_data["email"])
        found = _account_of(email)
        self.users = [found] if found and found.is_active else []
        return email


class NewPasswordForm(allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password, asked once: whoever mistypes it asks for another code, which is rarer than two fields that differ."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _new_password(self.fields["password1"])
        dress(self)


def guessed_too_often(code: str) -> bool:
    """Count one guess at a code that was mailed; whether there were more than GUESSES.

    The session counts as well, but requests at the same instant, and a slow one that saves what it read before, forget that.
    """
    return bool(GUESSES.take(f"{context.request.controller.pk}:{code}", at=time.time()))


class _CodeForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        plain(code, _("Code"), {"required": _("Enter the code")}, _("8 digits. You can paste it."))
        code.widget.attrs |= {"class": "input-code", "inputmode": "numeric", "autocomplete": "one-time-code"}
        dress(self)

    def clean_code(self) -> str:
        """Guessed too often, even the right code is wrong."""
        expected = getattr(self, "expected_code", "")
        if expected and guessed_too_often(expected):
            raise get_adapter().validation_error("incorrect_code")
        return str(super().clean_code())  # type: ignore[misc]


class ResetCodeForm(_CodeForm, allauth.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The code of a password reset."""


class AddressCodeForm(_CodeForm, allauth.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code that confirms the address of an account."""
