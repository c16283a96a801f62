"""The sign-in form of both interfaces: our words, our components, and a brake on guessing one account's password."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account.forms import LoginForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.forms import dress
from dsr.limits import WRONG_PASSWORD
from dsr.models import User
from dsr.tenancy import kind_of_path

if TYPE_CHECKING:
    from django.forms import Field

EMAIL_ERRORS = {
    "required": gettext_lazy("Enter your e-mail address"),
    "invalid": gettext_lazy("E-mail address must have an @ sign, like name@example.org"),
}


def plain(field: Field, label: Any, errors: dict[str, Any], help_text: Any = "") -> None:
    """Give a field of allauth our label, our error texts and no placeholder (a placeholder is no label)."""
    field.label, field.help_text = label, help_text
    field.error_messages.update(errors)
    field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]
    """E-mail address and password. A wrong pair says nothing about which of the two is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["login"], _("E-mail address"), EMAIL_ERRORS)
        plain(self.fields["password"], _("Password"), {"required": _("Enter your password")})
        dress(self)

    def _handle(self) -> str:
        request = self.request
        return User.handle_for(
            request.controller.pk, kind_of_path(request.path), str(self.cleaned_data.get("login", ""))
        )

    def clean(self) -> dict[str, Any]:
        """Check the password unless this account had too many wrong ones; each wrong one counts."""
        if self.errors:
            return dict(self.cleaned_data)
        handle = self._handle()
        if WRONG_PASSWORD.reached(handle, at=time.time()):
            raise ValidationError(
                _("Too many wrong passwords. Wait 15 minutes, or choose a new password."),
                code="too_many_login_attempts",
            )
        try:
            return dict(super().clean())
        except ValidationError:
            WRONG_PASSWORD.take(handle, at=time.time())
            raise
