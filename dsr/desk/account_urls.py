"""How staff signs in, under allauth's names (dsr.urls_desk): the same views as the portal's, each behind the desk's doors."""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from dsr import factor_pages, limits
from dsr.desk.doors import colleague, fresh
from dsr.desk.views import account, staff_oidc
from dsr.limits import limited

_signing_in, _code, _new = limited(limits.sign_in), limited(limits.code_entry), limited(limits.new_account)

urlpatterns = [
    path("", account.home, name="account_home"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.sign_out, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("password/reset/", _new(allauth.password_reset), name="account_reset_password"),
    path(
        "password/reset/confirm/",
        _code(allauth.confirm_password_reset_code),
        name="account_confirm_password_reset_code",
    ),
    path("password/reset/complete/", _code(allauth.complete_password_reset), name="account_complete_password_reset"),
    path("password/reset/done/", allauth.password_reset_from_key_done, name="account_password_reset_completed"),
    # once more, before something that only the colleague herself may do
    path("again/password/", _code(colleague(allauth.reauthenticate)), name="account_reauthenticate"),
    path("again/app/", _code(colleague(mfa.reauthenticate)), name="mfa_reauthenticate"),
    path("again/passkey/", _code(colleague(factor_pages.passkey_again)), name="mfa_reauthenticate_webauthn"),
    # second factors
    path("second/", _code(factor_pages.second_step), name="mfa_authenticate"),
    path("second/all/", colleague(factor_pages.to_account), name="mfa_index"),
    path("app/", _code(fresh(factor_pages.add_app)), name="mfa_activate_totp"),
    path("app/picture.svg", colleague(factor_pages.app_picture), name="account_app_picture"),
    path("app/remove/", fresh(account.keeps_a_factor(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path("codes/", fresh(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/new/", fresh(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("codes/recovery-codes.txt", fresh(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("passkeys/", colleague(factor_pages.to_account), name="mfa_list_webauthn"),
    path("passkeys/add/", _code(fresh(factor_pages.add_passkey)), name="mfa_add_webauthn"),
    path("passkeys/sign-in/", _signing_in(factor_pages.passkey_sign_in), name="mfa_login_webauthn"),
    path("passkeys/<int:pk>/", fresh(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "passkeys/<int:pk>/remove/",
        fresh(account.keeps_a_factor(webauthn.remove_webauthn)),
        name="mfa_remove_webauthn",
    ),
    # from the controller's own directory of staff
    path("oidc/", staff_oidc.start, name="account_oidc"),
    path("oidc/go/", staff_oidc.go, name="account_oidc_go"),
    path("oidc/done/", staff_oidc.done, name="account_oidc_done"),
    path("oidc/again/", colleague(staff_oidc.again), name="account_oidc_again"),
]
