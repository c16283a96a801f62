"""Addresses of the machine interface."""

from __future__ import annotations

from django.urls import path

from dsr.api import description, restricted, stop_links, suppression

app_name = "api"

urlpatterns = [
    path("stop-links", stop_links.mint, name="stop-links"),
    path("restricted", restricted.restricted, name="restricted"),
    path("suppressed", suppression.suppressed, name="suppressed"),
    path("import-guard", suppression.guarded, name="import-guard"),
    path("openapi.json", description.show, name="openapi"),
]
