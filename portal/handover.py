"""The token with which a controller's self-care portal hands a customer over: signed, for two minutes, once.

A compact JWS (RFC 7515): HMAC-SHA256 or Ed25519, as the key says and never as the token says. docs/accounts.md has the
recipe for whoever mints it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from dsr.models import SpentToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Controller
    from dsr.outside import HandoverPortal

LONGEST: Final = 120
"""Seconds a token may live, from `iat` to `exp`."""
SKEW: Final = 30
"""Seconds that the two clocks may differ."""
DECIDE: Final = timedelta(minutes=10)
"""How long the person may take to press the button, after the token was good."""
_TEXT: Final = 255


class BadTokenError(Exception):
    """No good hand-over token. The message is a code for the log, never anything of the token."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What a good token says: the customer number, her address if the portal knows one, and until when `jti` must be remembered."""

    subject: str
    store: str
    email: str
    email_verified: bool
    amr: list[str]
    jti: str
    expires_at: datetime


def read(token: str, *, portal: HandoverPortal, controller: Controller, now: datetime) -> HandedOver:
    """Check a token; BadTokenError with a code. It is not spent by this: a preview of the link must not use it up."""
    try:
        key_id = str(jws.extract_compact(token.encode()).headers().get("kid", ""))
        key = portal.keys.get(key_id) or (next(iter(portal.keys.values())) if not key_id else None)
        if key is None:
            raise BadTokenError("key")
        algorithms = ["HS256"] if isinstance(key, OctKey) else ["Ed25519", "EdDSA"]
        claims = dict(jwt.decode(token, key, algorithms=algorithms).claims)
    except (JoseError, ValueError, TypeError, AttributeError):
        raise BadTokenError("signature") from None
    return _judged(claims, portal=portal, controller=controller, now=now)


def _judged(claims: Mapping[str, Any], *, portal: HandoverPortal, controller: Controller, now: datetime) -> HandedOver:
    at, iat, exp = now.timestamp(), claims.get("iat"), claims.get("exp")
    subject, jti = claims.get("sub"), claims.get("jti")
    texts = isinstance(subject, str) and isinstance(jti, str)
    times = isinstance(iat, int | float) and isinstance(exp, int | float)
    rules = {
        "issuer": claims.get("iss") == portal.issuer,
        "audience": claims.get("aud") in (controller.slug, [controller.slug]),
        "store": claims.get("store", portal.store) == portal.store,
        "subject": texts and 0 < len(str(subject).strip()) <= _TEXT and 0 < len(str(jti)) <= _TEXT,
        "times": times and 0 < exp - iat <= LONGEST,  # type: ignore[operator]
        "old": times and iat - SKEW <= at < exp + SKEW,  # type: ignore[operator]
    }
    for code, kept in rules.items():
        if not kept:
            raise BadTokenError(code)
    amr = claims.get("amr")
    return HandedOver(
        subject=str(subject).strip(),
        store=portal.store,
        email=str(claims.get("email") or "").strip(),
        email_verified=claims.get("email_verified") is True,
        amr=[str(one) for one in amr] if isinstance(amr, list) else [],
        jti=str(jti),
        expires_at=datetime.fromtimestamp(float(exp or 0) + SKEW, UTC),
    )


def spend(*, controller: Controller, jti: str, expires_at: datetime) -> None:
    """Use a token up. BadTokenError when it was used before, by whoever was quicker.

    The row outlives the last moment at which the token, or a page that was opened with it, could be used again.
    """
    digest = hashlib.sha256(f"{controller.pk}:{jti}".encode()).hexdigest()
    try:
        with transaction.atomic():
            SpentToken.objects.create(controller=controller, digest=digest, expires_at=expires_at + DECIDE)
    except IntegrityError:
        raise BadTokenError("used") from None
