"""The subscribers' self-care portal."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """No models of its own: it reaches requests only through the person who is signed in or has proved a code."""

    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """What somebody is writing goes with her into her account, and stays there when she signs out."""
        from allauth.account.signals import email_confirmed  # noqa: PLC0415 -- apps must be ready
        from django.contrib.auth.signals import user_logged_in, user_logged_out  # noqa: PLC0415 -- apps must be ready

        from portal import draft_cookie, planted  # noqa: PLC0415

        user_logged_in.connect(draft_cookie.take_along, dispatch_uid="portal.draft.take_along")
        user_logged_out.connect(draft_cookie.leave_behind, dispatch_uid="portal.draft.leave_behind")
        email_confirmed.connect(planted.forget_planted, dispatch_uid="portal.planted.forget_planted")
