"""Passwords that somebody else chose: an account is made with an address before anybody proved that address.

Where its owner proves it later by another way than the code of that very sign-up (a code to sign in, a forgotten
password), whoever chose the password may be a stranger who waits for her. It opens nothing from then on.
"""

from __future__ import annotations

from typing import Any, Final

_SIGN_UP: Final = "account_email_verification_sent"
"""The only page where whoever proves the address has just typed the password, in the same session."""


def forget_planted(sender: object, request: Any, email_address: Any, **_more: Any) -> None:
    """An address was proved for the first time: a password that was not chosen in this very step goes."""
    here = getattr(request, "resolver_match", None)
    user = email_address.user
    if (here is None or here.url_name != _SIGN_UP) and user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])
