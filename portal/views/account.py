"""The subscribers' sign-in page; in the demo it names the log-ins that exist."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView

from dsr.accounts import demo_logins
from dsr.models import Kind


class SignIn(LoginView):  # type: ignore[misc]
    """allauth's view with our template."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The demo's log-ins, if this is the demo."""
        found = demo_logins(self.request.controller, Kind.SUBSCRIBER)
        return {**super().get_context_data(**kwargs), "demo_logins": found}


sign_in = SignIn.as_view()
