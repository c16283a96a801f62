"""The subscribers' sign-in page, and the page of her account: how it opens, what is linked to it, where it is open."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db.models import F
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr.accounts import Adapter, demo_logins, ways_to_freshen
from dsr.cases import identity, notices, outside
from dsr.fulfil.stores import customer_number_stores
from dsr.models import AccountLink, Kind, User
from dsr.outside import handover_portal, oidc_portal
from portal.forms.account import guessed_too_often
from portal.forms.factors import digits
from portal.forms.proof import CodeForm
from portal.fresh import owner

if TYPE_CHECKING:
    from uuid import UUID

_FRESH_CODE, _TRIES, _CODE_SECONDS = "fresh_code", 5, 30 * 60


class SignIn(LoginView):  # type: ignore[misc]
    """allauth's view with our template."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The other ways in, and the demo's log-ins if this is the demo."""
        found = demo_logins(self.request.controller, Kind.SUBSCRIBER)
        ways = {"oidc": oidc_portal(self.request.controller), "handover": handover_portal(self.request.controller)}
        return {**super().get_context_data(**kwargs), "demo_logins": found, **ways}


sign_in = SignIn.as_view()


@owner
@require_safe
def home(request: Any) -> HttpResponse:
    """My account."""
    user: User = request.user
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    by_type = {row.type: row for row in rows}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "nav": "account",
        "user_here": user,
        "password": user.has_usable_password(),
        "app": by_type.get(Authenticator.Type.TOTP),
        "passkeys": [{"row": row, "name": row.wrap().name} for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "links": _links(request),
        "several": len(_stores(request)) > 1,
        "portals": outside.known_at(user),
        "oidc": oidc_portal(request.controller),
        "handover": handover_portal(request.controller),
    }
    return render(request, "account/home.html", context)


def _stores(request: Any) -> dict[str, str]:
    return dict(customer_number_stores(request.controller, request.LANGUAGE_CODE))


def _links(request: Any) -> list[dict[str, Any]]:
    names = _stores(request)
    rows = request.user.links.filter(revoked_at__isnull=True).select_related("user").order_by("store", "proven_at")
    return [
        {"row": row, "store": names.get(row.store, row.store), "number": str(row.content()["customer_number"])}
        for row in rows
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def unlink(request: Any, link_id: UUID) -> HttpResponse:
    """Take a proven customer number away from the account."""
    rows = AccountLink.objects.of(request.controller).filter(user=request.user, revoked_at__isnull=True)
    row = get_object_or_404(rows.select_related("user"), pk=link_id)
    if request.method != "POST":
        number = str(row.content()["customer_number"])
        return render(request, "account/unlink.html", {"nav": "account", "number": number})
    now = timezone.now()
    if identity.unlink(user=request.user, link_id=link_id, now=now):
        notices.to_account(user=request.user, what="number_unlinked", now=now)
        messages.success(request, _("The customer number is not linked to your account any more."))
    return HttpResponseRedirect(reverse("account_home"))


@require_POST
def elsewhere(request: Any) -> HttpResponse:
    """End every other session of this account; this one goes on under another key."""
    user: User = request.user
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    update_session_auth_hash(request, user)
    notices.to_account(user=user, what="signed_out_elsewhere", now=timezone.now())
    messages.success(request, _("You are signed out everywhere but here."))
    return HttpResponseRedirect(reverse("account_home"))


@require_http_methods(["GET", "HEAD", "POST"])
@owner
def fresh_code(request: Any) -> HttpResponse:
    """Show again that one is the owner of the account, by a code to its address; for accounts without a second factor."""
    user: User = request.user
    here = reverse("account_fresh_code")
    if not any(way["url"] == here for way in ways_to_freshen(user)):
        return HttpResponseRedirect(reverse("account_home"))
    where = get_next_redirect_url(request) or reverse("account_home")
    kept = request.session.get(_FRESH_CODE)
    form = CodeForm(request.POST if request.method == "POST" and "code" in request.POST else None)
    if request.method == "POST" and "code" not in request.POST:
        _send_code(request, user)
        return HttpResponseRedirect(f"{request.path}?next={where}")
    if form.is_bound and form.is_valid():
        refused = _refused(request, kept, form.cleaned_data["code"])
        if not refused:
            record_authentication(request, user, "code", reauthenticated=True)
            return HttpResponseRedirect(where)
        form.add_error("code", refused)
    context = {"nav": "account", "form": form, "sent": bool(kept), "next": where, "user_here": user}
    return render(request, "account/fresh_code.html", context)


@require_safe
def stay(request: Any) -> HttpResponse:
    """Prolong the session, as any click does (ui/portal.js asks this); 410 when there is none any more."""
    return HttpResponse(status=204 if not request.session.is_empty() else 410)


def _send_code(request: Any, user: User) -> None:
    adapter = Adapter(request)
    code = adapter.generate_login_code()
    request.session[_FRESH_CODE] = {"code": code, "at": time.time(), "left": _TRIES}
    adapter.send_mail("account/email/fresh_code", user.email, {"code": code})


def _refused(request: Any, kept: dict[str, Any] | None, entered: str) -> str:
    """Why this code is not good; empty when it is, and it is used up then. The code lies in the sealed session."""
    if not kept or time.time() - float(kept["at"]) > _CODE_SECONDS:
        return _("This code has expired. We can send a new one.")
    if kept["left"] < 1 or guessed_too_often(kept["code"]):
        return _("That was not right too many times. We can send a new code.")
    if compare_user_code(actual=digits(entered), expected=kept["code"]):
        del request.session[_FRESH_CODE]
        return ""
    request.session[_FRESH_CODE] = {**kept, "left": kept["left"] - 1}
    return _("That code is not right. Look at the newest mail from us and try again.")
