"""allauth's pages of second factors with what is ours: pictures without inline data, passkeys that open alone, ways back.

The portal and the desk show the same pages: under /desk/ allauth's names mean the desk's addresses (dsr.urls_desk).
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import qrcode
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.internal import auth as totp_auth
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from allauth.mfa.webauthn.internal import flows
from django.db import IntegrityError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from qrcode.image.svg import SvgPathFillImage

from dsr import factors
from dsr.sessions import by_itself

if TYPE_CHECKING:
    from django.forms import Form

_GROUP = 4


class AddApp(totp.ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator app: the picture comes from its own address, the secret stands beside it to be typed."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The secret in groups of four."""
        context = super(totp.ActivateTOTPView, self).get_context_data(**kwargs)
        secret = context["form"].secret
        groups = [secret[i : i + _GROUP] for i in range(0, len(secret), _GROUP)]
        # What changes with the secret keeps a browser from showing the picture of the last one.
        return {**context, "nav": "account", "groups": groups, "picture": reverse("account_app_picture")}

    def form_valid(self, form: Form) -> HttpResponse:
        """The code that set it up opens nothing any more."""
        try:
            response: HttpResponse = super().form_valid(form)
        except IntegrityError:
            return HttpResponseRedirect(reverse("account_home"))  # a second click, or another tab, was quicker
        _here(self.request, Authenticator.Type.TOTP)
        code = form.cleaned_data["code"]
        factors.spend(user=self.request.user, code=code, at=timezone.now().timestamp())
        return response


@require_safe
@by_itself
def app_picture(request: Any) -> HttpResponse:
    """The picture of the secret that the page on the screen shows; it lies in the sealed session until the app is set up."""
    secret = request.session.get(totp_auth.SECRET_SESSION_KEY)
    if not secret:
        raise Http404
    url = get_adapter().build_totp_url(request.user, secret)
    drawn = io.BytesIO()
    qrcode.make(url, image_factory=SvgPathFillImage, box_size=8).save(drawn)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


class AddPasskey(webauthn.AddWebAuthnView):  # type: ignore[misc]
    """Add a passkey: one that the device finds by itself and that asks for a finger, a face or a PIN."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the browser needs to make it."""
        context = super(webauthn.AddWebAuthnView, self).get_context_data(**kwargs)
        options = webauthn_auth.begin_registration(self.request.user, passwordless=True)
        return {**context, "nav": "account", "options": json.dumps(options)}

    def form_valid(self, form: Form) -> HttpResponse:
        """Whoever just made it has shown that she is here."""
        response: HttpResponse = super().form_valid(form)
        _here(self.request, Authenticator.Type.WEBAUTHN)
        return response


def _here(request: Any, kind: str) -> None:
    """A factor that was used to set itself up counts as seen a moment ago (and not as a second factor of this session)."""
    row = Authenticator.objects.filter(user=request.user, type=kind).order_by("-created_at").first()
    if row is not None:
        record_authentication(request, request.user, "mfa", id=row.pk, type=kind, reauthenticated=True)


class PasskeySignIn(webauthn.LoginWebAuthnView):  # type: ignore[misc]
    """Sign in with a passkey alone, and go on where one was."""

    def form_valid(self, form: Form) -> HttpResponse:
        """A passkey is two factors in one: what one has, and the finger, face or PIN that the device asked for."""
        found = form.cleaned_data["credential"]
        login = Login(user=found.user, redirect_url=get_next_redirect_url(self.request))
        response: HttpResponse = flows.perform_passwordless_login(self.request, found, login)
        return response


class SecondStep(base.AuthenticateView):  # type: ignore[misc]
    """The second step of a sign-in: a code, or a passkey where there is one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the browser needs to use a passkey; nothing when the account has none."""
        context = super().get_context_data(**kwargs)
        user = self.stage.login.user
        types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        options = context.pop("js_data", {}).get("request_options")
        passkey = Authenticator.Type.WEBAUTHN in types
        codes = bool(types - {Authenticator.Type.WEBAUTHN})
        return {**context, "options": json.dumps(options) if passkey else "", "codes": codes}


class PasskeyAgain(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]
    """A passkey before something about the account changes."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the browser needs."""
        context = super().get_context_data(**kwargs)
        return {**context, "nav": "account", "options": json.dumps(context.pop("js_data")["request_options"])}

    def form_invalid(self, form: Form) -> HttpResponse:
        """The same page says what is wrong."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response


second_step = SecondStep.as_view()
passkey_again = PasskeyAgain.as_view()
add_app = AddApp.as_view()
add_passkey = AddPasskey.as_view()
passkey_sign_in = PasskeySignIn.as_view()


@require_safe
def to_account(request: Any, **kwargs: Any) -> HttpResponse:
    """What allauth shows on overviews of its own: here all of it stands on one page."""
    return HttpResponseRedirect(reverse("account_home"))
