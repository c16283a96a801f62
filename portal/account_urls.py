"""allauth's pages that a subscriber needs, under allauth's own names, and no others."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import path

from dsr import limits
from dsr.limits import limited
from portal.views.account import sign_in

urlpatterns = [
    path("login/", limited(limits.sign_in)(sign_in), name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", limited(limits.new_account)(allauth.signup), name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path(
        "confirm-email/",
        limited(limits.code_entry)(allauth.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("password/reset/", limited(limits.new_account)(allauth.password_reset), name="account_reset_password"),
    path(
        "password/reset/confirm/",
        limited(limits.code_entry)(allauth.confirm_password_reset_code),
        name="account_confirm_password_reset_code",
    ),
    path(
        "password/reset/complete/",
        limited(limits.code_entry)(allauth.complete_password_reset),
        name="account_complete_password_reset",
    ),
    path("password/reset/done/", allauth.password_reset_from_key_done, name="account_password_reset_completed"),
]
