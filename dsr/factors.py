"""Second factors of accounts: authenticator apps, passkeys and recovery codes, kept by allauth, sealed and counted by us.

What opens an account lies sealed under the key ring; a code of an authenticator app works once, also when the cache that
allauth would remember it in is down or belongs to another process.
"""

from __future__ import annotations

import base64
import binascii
import time
from typing import TYPE_CHECKING, Any, Final

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import vault
from dsr.limits import Limit

if TYPE_CHECKING:
    from dsr.models import User

CONTEXT: Final = "second factor"
"""What the sealed secrets are bound to."""
SECRETS: Final = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}
"""Where allauth keeps the secret of each type, in the row's JSON."""
STEP: Final = 30
"""Seconds for which an app shows one code (RFC 6238)."""
DRIFT: Final = 1
"""How many steps a phone's clock may be off, each way."""
WRONG_FACTOR: Final = Limit("wrong_factor", 10, 15 * 60)
_LAST = "last_step"


def seal(text: str) -> str:
    """Seal a secret: `ring id:wrapped key.content`, as sessions are, so that a rotation moves both in the same way."""
    key = vault.new_key()
    content = base64.b64encode(vault.seal(key, text, context=CONTEXT)).decode()
    return f"{vault.wrap(key, context=CONTEXT)}.{content}"


def unseal(text: str) -> str:
    """Open what `seal` made. MissingKeyError, TamperedError."""
    wrapped, _dot, content = text.partition(".")
    try:
        raw = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise vault.TamperedError("a sealed secret of a second factor is cut short") from None
    return str(vault.open_sealed(vault.unwrap(wrapped, context=CONTEXT), raw, context=CONTEXT))


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks us about second factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That code is not right. Wait for the next one in your app and try again."),
        "unverified_email": gettext_lazy("Confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        """Seal the secret of an app, or the seed of recovery codes."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it again."""
        return unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        """The name that the app shows beside the codes."""
        return self._get_site_name()

    def get_totp_label(self, user: Any) -> str:
        """Whose codes they are: the address, or words where the account has none."""
        return str(user.email or _("My account"))

    def _get_site_name(self) -> str:
        return str(context.request.controller.name)

    def _get_user_identifier(self, user: Any) -> str:
        return self.get_totp_label(user)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 -- allauth's name
        """A name for a passkey nobody named."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return str(_("Passkey %(number)d") % {"number": count + 1})


def matching_step(secret: str, code: str, *, at: float) -> int | None:
    """The 30-second step whose code this is, at Unix time `at`; None when it is none of the steps that may be."""
    now = int(at) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step))):
            return step
    return None


@transaction.atomic
def check(*, user: User, code: str, at: float) -> Authenticator | None:
    """The factor that this code belongs to, and the code is spent; None for a wrong one, or one that was used already.

    An app's code is good once: the step it belongs to is noted in the row, and neither it nor an older one works again
    (RFC 6238, section 5.2). Two requests with the same code queue up at the row.
    """
    rows = Authenticator.objects.select_for_update().filter(user=user, type__in=SECRETS)
    for row in rows.order_by("type"):
        if row.type == Authenticator.Type.RECOVERY_CODES:
            if row.wrap().validate_code(code):
                return row
            continue
        step = matching_step(unseal(row.data["secret"]), code, at=at)
        if step is not None and step > int(row.data.get(_LAST, 0)):
            row.data[_LAST] = step
            row.save(update_fields=["data"])
            return row
    return None


def spend(*, user: User, code: str, at: float) -> None:
    """Note the code with which an app was set up as used."""
    check(user=user, code=code, at=at)


def too_many(user: User) -> bool:
    """Whether this account had as many wrong codes as it may in a quarter of an hour."""
    return WRONG_FACTOR.reached(str(user.pk), at=time.time())


def wrong(user: User) -> None:
    """Count a wrong code."""
    WRONG_FACTOR.take(str(user.pk), at=time.time())
