"""Sign-in within one controller and one interface, on top of django-allauth.

The same address may exist in two brands, and a subscriber and a member of staff may share one; an account is found by
controller and kind first, by address second (house.md "Controllers", "Sign-in").
"""

from __future__ import annotations

import logging
import time
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dsr.cases import notices
from dsr.limits import Limit
from dsr.models import Kind, User
from dsr.tenancy import controller_for_host, kind_of_path

if TYPE_CHECKING:
    from django.http import HttpRequest

    from dsr.models import Controller

log = logging.getLogger(__name__)
MAILS: Final = Limit("account_mails", 12, 60 * 60)
"""Mails of sign-in, sign-up and forgotten passwords to one address in an hour, from wherever they are asked for: anybody can
type anybody's address.
"""


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
        return User.objects.filter(pk=user_id, is_active=True).select_related("controller", "desk_settings").first()


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks us: whose account this is, where to go next, what to say, and which mail leaves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail address or password is not right. Check both and try again."),
        "incorrect_code": _("That code is not right. Look at the newest mail from us and try again."),
        "too_many_login_attempts": _("That was not right too many times. Please start again."),
        "rate_limited": _("Wait a few seconds before you ask for another code."),
        "incorrect_password": _("That password is not right. Try again."),
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

    def login(self, request: Any, user: User) -> None:
        """Nobody comes in at another controller's page, at the other interface, or after the account was closed in between,
        whichever way it was proved and however many steps that took.
        """
        if user.controller_id != request.controller.pk or user.kind != kind_of_path(request.path):
            raise PermissionDenied
        if not User.objects.filter(pk=user.pk, is_active=True).exists():
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Never by allauth: `portal.fresh` asks before the view runs, and knows ways that allauth does not."""
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How this account can show again that it is its owner (`ways_to_freshen`)."""
        return ways_to_freshen(user)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Something about the account changed, says allauth: a mail row of our own, in our words."""
        what = template_prefix.rpartition("/")[2]
        if what in notices.ACCOUNT_CHANGES:
            notices.to_account(user=user, what=what, now=timezone.now())

    def get_from_email(self) -> str:
        """The privacy office of the controller whose page this is."""
        controller: Any = context.request.controller
        name = str(controller.name).replace("\\", "/").replace('"', "'")
        return f'"{name}" <{controller.privacy_email}>'

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a code; a mail server that is down, or more mails than a person needs, is a sentence on the page and no error."""
        controller: Any = self.request.controller
        if MAILS.take(f"{controller.pk}:{email.casefold()}", at=time.time()):
            self._not_sent("TooManyMails")
            return
        try:
            super().send_mail(template_prefix, email, {**context, "controller": controller})
        except (SMTPException, OSError) as error:
            self._not_sent(type(error).__name__)

    def _not_sent(self, code: str) -> None:
        log.warning("a mail of the sign-in could not be sent (%s)", code)
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


# How long ago a sign-in may be for a page that changes how one signs in, in seconds; and for the form on that page.
FRESH_FOR, FRESH_FOR_FORM = 10 * 60, 20 * 60
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(user: User) -> bool:
    """Whether a password or a mailed code alone does not open this account."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def ways_to_freshen(user: Any) -> list[dict[str, Any]]:
    """How this account can show again that its owner is here, the usual one first; what is weaker than its sign-in is not among them."""
    if not isinstance(user, User):
        return []
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    ways = []
    if Authenticator.Type.TOTP in types:
        ways.append(_way("mfa_reauthenticate", _("Use a code from my authenticator app")))
    if Authenticator.Type.WEBAUTHN in types:
        ways.append(_way("mfa_reauthenticate_webauthn", _("Use my passkey")))
    if ways and Authenticator.Type.TOTP not in types:
        ways.append(_way("mfa_reauthenticate", _("Use a recovery code")))
    if ways:
        return ways
    if user.has_usable_password():
        ways.append(_way("account_reauthenticate", _("Use my password")))
    if user.is_staff_member:
        return (
            ways if ways or not user.outside_logins.exists() else [_way("account_oidc_again", _("Sign in once more"))]
        )
    if user.email:
        ways.append(_way("account_fresh_code", _("Send me a code by e-mail")))
    return ways


def _way(name: str, words: Any) -> dict[str, Any]:
    return {"id": name, "description": words, "url": reverse(name)}


def _records(request: Any) -> list[dict[str, Any]]:
    user = request.user
    return get_authentication_records(request, user) if isinstance(user, User) else []


def is_fresh(request: Any, *, within: int = FRESH_FOR) -> bool:
    """Whether the owner of the signed-in account showed at most `within` seconds ago that she is here.

    Where the account has a second factor, only that counts: a stolen password must not remove what protects against it.
    """
    wanted = {"mfa"} if isinstance(request.user, User) and has_factor(request.user) else None
    now = time.time()
    return any(
        now - float(record["at"]) < within and (wanted is None or record["method"] in wanted)
        for record in _records(request)
    )


def outside_with_factor(request: Any) -> bool:
    """Whether this session came by a single sign-on that says it used a second factor."""
    return any(record["method"] == "outside" and record.get("strong") for record in _records(request))


def second_factor(request: Any) -> bool:
    """Whether this session is one with a second factor (I-02): used in it, and older than it.

    A factor that was set up after the sign-in says nothing about who signed in, so it counts from the next sign-in on. A
    portal of the controller that says it used one counts as well (`outside` with `strong`).
    """
    records = _records(request)
    if not records:
        return False
    if outside_with_factor(request):
        return True
    begun = min(float(record["at"]) for record in records)
    used = [record.get("id") for record in records if record["method"] == "mfa"]
    made = Authenticator.objects.filter(user=request.user, pk__in=used).values_list("created_at", flat=True)
    return any(at.timestamp() < begun for at in made)
