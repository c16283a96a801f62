"""Signing in and out of the desk, and my account: how it opens, and where it is open. The check itself is allauth's."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.generic.edit import FormView

from dsr import limits, staff_sessions, wording
from dsr.accounts import FACTORS, demo_logins, signed_in_as
from dsr.cases import notices
from dsr.desk.doors import colleague, fresh, lacks_factor
from dsr.desk.shell import page
from dsr.law.workflow import Role
from dsr.limits import limited
from dsr.models import Kind, StaffSession, User
from dsr.outside import staff_directory

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.desk.access import DeskRequest
    from dsr.models import RowId

LISTED = 10


class DeskLogin(LoginView):  # type: ignore[misc]
    """The sign-in page of staff. Somebody signed in as a subscriber may sign in here; that ends the other session."""

    template_name = "desk/login.html"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """To the queue when signed in already; any other account counts as nobody here."""
        if signed_in_as(request, Kind.STAFF):
            return redirect("desk:queue")
        request.user = AnonymousUser()
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """No sign-up here: staff accounts are made by an administrator. In the demo, the log-ins that exist."""
        controller = self.request.controller
        sent = self.request.POST.get("next") or self.request.GET.get("next", "")
        ways = {"directory": staff_directory(controller), "demo_logins": demo_logins(controller, Kind.STAFF)}
        relaxed = settings.DSR_DEMO and settings.DSR_STAFF_FACTOR == "optional"
        return {**FormView.get_context_data(self, **kwargs), "next": sent, "relaxed": relaxed, **ways}


login = limited(limits.sign_in)(DeskLogin.as_view())


@require_POST
def _sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("desk:login")


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, or a sign-in that stands half way; by a form only, so that no link signs anybody out."""
    if not request.user.is_authenticated and request.method != "POST":
        return redirect(reverse("desk:login"))
    return _sign_out(request)


@colleague
@require_safe
def home(request: DeskRequest) -> HttpResponse:
    """My account. A colleague who still has to set up her second factor sees that and nothing else."""
    user, now = request.staff, timezone.now()
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    by_type = {row.type: row for row in rows}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    factors = {
        "me": user,
        "app": by_type.get(Authenticator.Type.TOTP),
        "passkeys": [{"row": row, "name": row.wrap().name} for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
    }
    if lacks_factor(request, user):
        return render(request, "desk/account_factor.html", factors)
    living = list(staff_sessions.living(user, now=now))
    here = staff_sessions.this_one(request)
    past = StaffSession.objects.of(request.controller).filter(user=user).exclude(pk__in=[row.pk for row in living])
    context = {
        **factors,
        "roles": [wording.say(Role(role)) for role in user.roles],
        "password": user.has_usable_password(),
        "sessions": [{"row": row, "here": str(row.pk) == here} for row in living],
        "past": past.order_by("-began_at")[:LISTED],
    }
    return page(request, "account_home", context, current="account")


def keeps_a_factor(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Where a second factor is required the last one cannot be taken away: another one comes first."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        have = Authenticator.objects.filter(user=request.user, type__in=FACTORS).count()
        if settings.DSR_STAFF_FACTOR == "required" and have < 2:  # noqa: PLR2004 -- this one and another
            messages.error(request, _("This is your only second factor. Add another one before you remove it."))
            return HttpResponseRedirect(reverse("account_home"))
        return view(request, *args, **kwargs)

    return guarded


@fresh
@require_POST
def end_one(request: DeskRequest, session_id: RowId) -> HttpResponse:
    """Sign out one other device."""
    rows = StaffSession.objects.of(request.controller).filter(user=request.staff, ended_at__isnull=True)
    row = get_object_or_404(rows, pk=session_id)
    if str(row.pk) == staff_sessions.this_one(request):
        return _sign_out(request)
    staff_sessions.end([row], now=timezone.now())
    messages.success(request, _("That device is signed out."))
    return redirect("desk:account")


@fresh
@require_POST
def end_others(request: DeskRequest) -> HttpResponse:
    """Sign out all other devices; this session goes on under another key."""
    user, now = request.staff, timezone.now()
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    update_session_auth_hash(request, user)
    rows = StaffSession.objects.of(request.controller).filter(user=user, ended_at__isnull=True)
    staff_sessions.end(rows.exclude(pk=staff_sessions.this_one(request) or None), now=now)
    notices.to_account(user=user, what="signed_out_elsewhere", now=now)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("desk:account")
