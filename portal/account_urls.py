"""allauth's pages that a subscriber needs, under allauth's own names, and no others; each behind the door it needs."""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from dsr import factor_pages as factors
from dsr import limits
from dsr.limits import limited
from portal.fresh import fresh, owner
from portal.views import account, outside

_signing_in, _code, _new = limited(limits.sign_in), limited(limits.code_entry), limited(limits.new_account)

urlpatterns = [
    path("", account.home, name="account_home"),
    path("login/", _signing_in(account.sign_in), name="account_login"),
    path("login/code/", _new(allauth.request_login_code), name="account_request_login_code"),
    path("login/code/confirm/", _code(allauth.confirm_login_code), name="account_confirm_login_code"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", _new(allauth.signup), name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("confirm-email/", _code(allauth.email_verification_sent), name="account_email_verification_sent"),
    path("password/reset/", _new(allauth.password_reset), name="account_reset_password"),
    path(
        "password/reset/confirm/",
        _code(allauth.confirm_password_reset_code),
        name="account_confirm_password_reset_code",
    ),
    path("password/reset/complete/", _code(allauth.complete_password_reset), name="account_complete_password_reset"),
    path("password/reset/done/", allauth.password_reset_from_key_done, name="account_password_reset_completed"),
    path("unlink/<uuid:link_id>/", fresh(account.unlink), name="account_unlink"),
    path("elsewhere/", fresh(account.elsewhere, back="account_home"), name="account_elsewhere"),
    # once more, before something changes
    path("again/password/", _code(owner(allauth.reauthenticate)), name="account_reauthenticate"),
    path("again/code/", _code(account.fresh_code), name="account_fresh_code"),
    path("again/app/", _code(owner(mfa.reauthenticate)), name="mfa_reauthenticate"),
    path("again/passkey/", _code(owner(factors.passkey_again)), name="mfa_reauthenticate_webauthn"),
    # second factors
    path("second/", _code(factors.second_step), name="mfa_authenticate"),
    path("second/all/", owner(factors.to_account), name="mfa_index"),
    path("app/", _code(fresh(factors.add_app)), name="mfa_activate_totp"),
    path("app/picture.svg", owner(factors.app_picture), name="account_app_picture"),
    path("app/remove/", fresh(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("codes/", fresh(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/new/", fresh(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("codes/recovery-codes.txt", fresh(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("passkeys/", owner(factors.to_account), name="mfa_list_webauthn"),
    path("passkeys/add/", _code(fresh(factors.add_passkey)), name="mfa_add_webauthn"),
    path("passkeys/sign-in/", _signing_in(factors.passkey_sign_in), name="mfa_login_webauthn"),
    path("passkeys/<int:pk>/", fresh(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", fresh(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    # from the controller's own portal
    path("oidc/", outside.oidc_start, name="account_oidc"),
    path("oidc/go/", outside.oidc_go, name="account_oidc_go"),
    path("oidc/done/", outside.oidc_done, name="account_oidc_done"),
    path("join/", outside.join, name="account_join"),
]
