"""allauth's forms of second factors in our words and components, with our count of wrong codes."""

from __future__ import annotations

import time
import unicodedata
from typing import TYPE_CHECKING, Any

from allauth.account.forms import ConfirmLoginCodeForm as LoginCode
from allauth.account.forms import ReauthenticateForm as PasswordAgain
from allauth.account.forms import RequestLoginCodeForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal import auth as totp_auth
from allauth.mfa.webauthn import forms as webauthn
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import factors
from dsr.forms import dress
from dsr.limits import WRONG_PASSWORD, Limit
from dsr.signin import EMAIL_ERRORS, plain
from dsr.tenancy import kind_of_path
from portal.forms.account import _account_of, _CodeForm

if TYPE_CHECKING:
    from django import forms

CODES_ASKED = Limit("sign_in_codes", 6, 60 * 60)
_NAME_LENGTH = 60


def digits(text: str) -> str:
    """The code without blanks and hyphens, whichever digits it was typed with."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in folded if c.isalnum())


class AskCodeForm(RequestLoginCodeForm):  # type: ignore[misc]
    """The address to which a code to sign in goes; an address without an account gets a mail that says so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["email"], _("E-mail address"), EMAIL_ERRORS)
        dress(self)

    def clean_email(self) -> str:
        """Only an active subscriber of this controller; the count is the same for addresses without an account."""
        email = str(self.cleaned_data["email"])
        if CODES_ASKED.take(f"{context.request.controller.pk}:{email.casefold()}", at=time.time()):
            raise ValidationError(_("Too many codes went to this address. Use the newest one, or wait an hour."))
        found = _account_of(email)
        self._user = found if found and found.is_active else None
        return email


class SignInCodeForm(_CodeForm, LoginCode):  # type: ignore[misc]
    """The code that signs in."""


class PasswordAgainForm(PasswordAgain):  # type: ignore[misc]
    """The password once more, before something about the account changes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["password"], _("Password"), {"required": _("Enter your password")})
        dress(self)

    def clean_password(self) -> str:
        """The same brake as at the sign-in."""
        if WRONG_PASSWORD.reached(self.user.handle, at=time.time()):
            raise ValidationError(_("Too many wrong passwords. Wait 15 minutes, or choose a new password."))
        try:
            return str(super().clean_password())
        except ValidationError:
            WRONG_PASSWORD.take(self.user.handle, at=time.time())
            raise


class _FactorCode:
    """The field and the check that signing in and showing oneself again have in common."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]
    user: Any

    def _dress_code(self, help_text: Any) -> None:
        plain(self.fields["code"], _("Code"), {"required": _("Enter the code")}, help_text)
        self.fields["code"].widget.attrs |= {"class": "input-code", "inputmode": "numeric", "maxlength": 40}
        dress(self)


class _Authenticate(_FactorCode, base.BaseAuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dress_code(_("6 digits from your app, or one of your recovery codes."))

    def clean_code(self) -> str:
        """Each code once; ten wrong ones are the most in a quarter of an hour."""
        if factors.too_many(self.user):
            raise ValidationError(_("Too many wrong codes. Wait 15 minutes and try again."))
        code = digits(self.cleaned_data["code"])
        found = factors.check(user=self.user, code=code, at=time.time())
        if found is None:
            factors.wrong(self.user)
            raise get_adapter().validation_error("incorrect_code")
        found.user = self.user
        self.authenticator = found
        return code


class FactorForm(_Authenticate, base.AuthenticateForm):  # type: ignore[misc]
    """The second step of a sign-in."""


class FactorAgainForm(_Authenticate, base.ReauthenticateForm):  # type: ignore[misc]
    """The same before something about the account changes."""


class AppForm(_FactorCode, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that was just set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dress_code(_("6 digits. You can paste them."))

    def clean_code(self) -> str:
        """Right if the app knows the secret that this page showed."""
        totp.validate_can_add_authenticator(self.user)
        if factors.too_many(self.user):
            raise ValidationError(_("Too many wrong codes. Wait 15 minutes and try again."))
        code = digits(self.cleaned_data["code"])
        if factors.matching_step(totp_auth.get_totp_secret(), code, at=time.time()) is None:
            factors.wrong(self.user)
            raise get_adapter().validation_error("incorrect_code")
        return code


class PasskeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey: what the browser made, and a name to know it by."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        _name_field(self.fields["name"])
        self.fields["credential"].error_messages["required"] = str(_NO_PASSKEY)
        self.fields["credential"].error_messages["invalid"] = str(_NO_PASSKEY)
        dress(self)

    def clean(self) -> dict[str, Any]:
        """Only one that asks for a finger, a face or a PIN: it opens the account by itself."""
        if not self.cleaned_data.get("credential"):
            return dict(self.cleaned_data)
        credential = self.cleaned_data["credential"]
        webauthn_auth.parse_registration_response(credential)
        if not webauthn_auth.complete_registration(credential).is_user_verified():
            raise ValidationError(_NO_PASSKEY)
        return dict(self.cleaned_data)


_NO_PASSKEY = gettext_lazy("Your device did not give us a passkey. Try again, or use an authenticator app.")
_WRONG_PASSKEY = gettext_lazy("This passkey does not open an account here. Sign in another way.")


def _name_field(field: Any) -> None:
    plain(field, _("Name"), {"required": _("Enter a name")}, _("So that you know it again, for example “My phone”."))
    field.max_length = _NAME_LENGTH
    field.widget.attrs |= {"maxlength": _NAME_LENGTH, "autocomplete": "off"}


class PasskeyNameForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_field(self.fields["name"])
        dress(self)

    def clean_name(self) -> str:
        """As long as a line."""
        return str(self.cleaned_data["name"])[:_NAME_LENGTH]


class _PasskeyUsed:
    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Any:
        """A passkey of this site, of this person, for this challenge; anything else is one sentence."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except (ValidationError, ValueError, TypeError, AttributeError, KeyError):
            # Whatever was sent instead of a browser's answer: the parsers below raise what they like.
            raise ValidationError(_WRONG_PASSKEY) from None


class PasskeySignInForm(_PasskeyUsed, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    """Sign in with a passkey alone."""

    def clean_credential(self) -> Any:
        """Only an account of this controller and this interface, whoever else has a passkey on this installation."""
        found = super().clean_credential()
        if not _here(found.user):
            raise ValidationError(_WRONG_PASSKEY)
        return found


def _here(user: Any) -> bool:
    request = context.request
    return bool(user.controller_id == request.controller.pk and user.kind == kind_of_path(request.path))


class PasskeySecondForm(_PasskeyUsed, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The second step of a sign-in with a passkey."""


class PasskeyAgainForm(_PasskeyUsed, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something about the account changes."""
