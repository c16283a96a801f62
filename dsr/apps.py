"""The desk as a Django app: domain, staff interface, commands."""

from __future__ import annotations

from django.apps import AppConfig


class DsrConfig(AppConfig):
    """Registers the system checks; nothing else happens at start."""

    name = "dsr"
    verbose_name = "DSR Desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr import checks  # noqa: F401, PLC0415 -- checks need the app registry
