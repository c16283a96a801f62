"""The subscribers' self-care portal."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """No models of its own: it reaches requests only through the person who is signed in or has proved a code."""

    name = "portal"
    verbose_name = "Portal"
