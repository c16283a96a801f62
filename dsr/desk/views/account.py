"""Signing in and out of the desk; the check itself is allauth's, the accounts are the controller's staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.views import LoginView
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic.edit import FormView

from dsr import limits
from dsr.accounts import demo_logins, signed_in_as
from dsr.limits import limited
from dsr.models import Kind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


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
        found = demo_logins(self.request.controller, Kind.STAFF)
        sent = self.request.POST.get("next") or self.request.GET.get("next", "")
        return {**FormView.get_context_data(self, **kwargs), "next": sent, "demo_logins": found}


login = limited(limits.sign_in)(DeskLogin.as_view())


@require_POST
def _sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("desk:login")


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; by a form only, so that no link signs anybody out."""
    if not request.user.is_authenticated:
        return redirect(reverse("desk:login"))
    return _sign_out(request)
