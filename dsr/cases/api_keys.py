"""Keys of programs that call the machine interface: made once, shown once, kept as a digest, revoked at any time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.models import ApiKey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from dsr.models import Controller

PREFIX: Final = "dsr_"
# How exactly it is known when a key was last used: a write for every call would be one too many.
_USE_STEP: Final = timedelta(minutes=1)


class Scope(StrEnum):
    """What a key may do."""

    STOP_LINKS = "stop_links"
    RESTRICTED = "restricted"
    SUPPRESSED = "suppressed"
    IMPORT_GUARD = "import_guard"


class UnknownScopeError(ValueError):
    """A scope that does not exist; the message names those that do."""


def make(*, controller: Controller, name: str, scopes: Iterable[str], now: datetime) -> tuple[ApiKey, str]:
    """Make a key; returns its row and the key itself, which nobody can show again. UnknownScopeError."""
    wanted = sorted(set(scopes))
    if not wanted or set(wanted) - set(Scope):
        raise UnknownScopeError("the scopes are: " + ", ".join(Scope))
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(controller=controller, name=name.strip(), digest=_digest(secret), scopes=wanted, created_at=now)
    row.save(force_insert=True)
    return row, secret


def _digest(secret: str) -> str:
    """The key is 256 random bits, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check(*, controller: Controller, secret: str, now: datetime) -> ApiKey | None:
    """The living key of this controller, or None for a wrong, revoked or foreign one."""
    digest = _digest(secret)
    found: ApiKey | None = ApiKey.objects.of(controller).filter(digest=digest, revoked_at__isnull=True).first()
    if found is None or not hmac.compare_digest(found.digest, digest):
        return None
    if found.last_used_at is None or now - found.last_used_at >= _USE_STEP:
        ApiKey.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def revoke(*, controller: Controller, key_id: str, now: datetime) -> bool:
    """End a key at once; False when there is no living one of this id."""
    rows = ApiKey.objects.of(controller).filter(pk=key_id, revoked_at__isnull=True)
    return bool(rows.update(revoked_at=now))
