"""Sign-in within one controller and one interface, on top of django-allauth.

The same address may exist in two brands, and a subscriber and a member of staff may share one; an account is found by
controller and kind first, by address second (house.md "Controllers", "Sign-in").
"""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.backends import BaseBackend
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dsr.models import Kind, User
from dsr.tenancy import controller_for_host, kind_of_path

if TYPE_CHECKING:
    from django.http import HttpRequest

    from dsr.models import Controller

log = logging.getLogger(__name__)


class ScopedBackend(BaseBackend):
    """Checks a password against the one account that the address has here."""

    def authenticate(self, request: Any, **credentials: Any) -> User | None:
        """The account, or None; takes the same time whether or not the address is known."""
        email, password = credentials.get("email") or credentials.get("username"), credentials.get("password")
        if request is None or not email or not password:
            return None
        controller = getattr(request, "controller", None) or controller_for_host(request.get_host())
        kind = kind_of_path(request.path)
        handle = User.handle_for(controller.pk, kind, email)
        user = User.objects.filter(handle=handle).first()
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: Any) -> User | None:
        """The signed-in account; inactive ones are signed out at once."""
        return User.objects.filter(pk=user_id, is_active=True).select_related("controller").first()


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks us: whose account this is, where to go next, what to say, and which mail leaves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail address or password is not right. Check both and try again."),
        "incorrect_code": _("That code is not right. Look at the newest mail from us and try again."),
        "too_many_login_attempts": _("That was not right too many times. Please start again."),
        "rate_limited": _("Wait a few seconds before you ask for another code."),
    }

    def new_user(self, request: Any) -> User:
        """A subscriber of this controller; staff accounts are made by an administrator, never by sign-up."""
        return User(controller=request.controller, kind=Kind.SUBSCRIBER)

    def populate_username(self, request: Any, user: User) -> None:
        """Nothing to do: the handle follows from controller, kind and address."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Subscribers may make an account themselves; it opens nothing until a link is proven."""
        return kind_of_path(request.path) == Kind.SUBSCRIBER

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff to their queue, subscribers to their requests."""
        user = request.user
        return reverse("desk:queue") if isinstance(user, User) and user.is_staff_member else reverse("portal:requests")

    def get_from_email(self) -> str:
        """The privacy office of the controller whose page this is."""
        controller: Any = context.request.controller
        return f'"{controller.name}" <{controller.privacy_email}>'

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a code; a mail server that is down becomes a sentence on the page, never an error page."""
        try:
            super().send_mail(template_prefix, email, {**context, "controller": self.request.controller})
        except (SMTPException, OSError) as error:
            log.warning("a mail of the sign-in could not be sent (%s)", type(error).__name__)
            words = _("We cannot send mails right now. Please try again in a few minutes.")
            self.add_message(self.request, messages.ERROR, message=str(words))

    def format_email_subject(self, subject: str) -> str:
        """No site prefix: the controller's name stands in the sender."""
        return str(subject).strip()


def confirm_address(*, user: User) -> None:
    """Mark the account's address as confirmed (hand-over from the ISP's own portal, staff accounts, the demo)."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def demo_logins(controller: Controller, kind: str) -> list[User]:
    """The accounts that the demo made, to show on its sign-in pages; empty anywhere else (DSR_DEMO)."""
    return (
        list(User.objects.in_scope(controller=controller, kind=kind).order_by("date_joined")[:5])
        if settings.DSR_DEMO
        else []
    )


def signed_in_as(request: Any, kind: str) -> User | None:
    """The signed-in account if it belongs to this controller and this interface; None otherwise."""
    user = request.user
    if isinstance(user, User) and user.kind == kind and user.controller_id == request.controller.pk:
        return user
    return None
