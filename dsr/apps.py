"""The desk as a Django app: domain, staff interface, commands."""

from __future__ import annotations

from django.apps import AppConfig


class DsrConfig(AppConfig):
    """Registers the system checks and the list of sign-ins; nothing else happens at start."""

    name = "dsr"
    verbose_name = "DSR Desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr import checks, staff_sessions  # noqa: F401, PLC0415 -- both need the app registry
