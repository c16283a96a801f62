"""The routes as the desk sees them: all of them, and allauth's names mean the staff's own pages.

ControllerMiddleware chooses this for requests under /desk/: sign-in, second factors and re-authentication are the same views
as in the portal, and wherever allauth says `reverse("mfa_authenticate")` it means the page of this interface.
"""

from __future__ import annotations

from django.urls import include, path

from dsr.urls import urlpatterns as everything

urlpatterns = [*everything, path("desk/account/", include("dsr.desk.account_urls"))]
