"""Keys of programs that call the machine interface: made once, shown once, kept as a digest, revoked at any time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F, Sum

from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist
from dsr.cases.setup import record_setup
from dsr.law.workflow import Refusal
from dsr.models import ApiKey, ApiUse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from dsr.law.workflow import Actor
    from dsr.models import Controller, RowId

MOST_NAME: Final = 80
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


@transaction.atomic
def make(
    *, controller: Controller, name: str, scopes: Iterable[str], now: datetime, actor: Actor = SYSTEM
) -> tuple[ApiKey, str]:
    """Make a key; returns its row and the key itself, which nobody can show again. An event of the set-up (rules 4.4).

    UnknownScopeError; RefusedError `role` for staff that operates nothing, `program_name` for a name that is empty or longer
    than 80 characters.
    """
    _insist(actor)
    wanted = sorted(set(scopes))
    if not wanted or set(wanted) - set(Scope):
        raise UnknownScopeError("the scopes are: " + ", ".join(Scope))
    if not 0 < len(name.strip()) <= MOST_NAME:
        raise RefusedError(Refusal("program_name", {}))
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(controller=controller, name=name.strip(), digest=_digest(secret), scopes=wanted, created_at=now)
    row.save(force_insert=True)
    data = {"key": str(row.pk), "program": row.name, "scopes": wanted}
    record_setup(controller=controller, kind="program_key_made", actor=actor, now=now, data=data)
    return row, secret


def _insist(actor: Actor) -> None:
    """Whoever has the shell has the keys anyway."""
    if actor.kind == "staff":
        insist(actor, Duty.SIGNING_KEY)


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


@transaction.atomic
def revoke(*, controller: Controller, key_id: RowId, now: datetime, actor: Actor = SYSTEM) -> bool:
    """End a key at once, an event of the set-up; False when there is no living one of this id. RefusedError `role`."""
    _insist(actor)
    rows = ApiKey.objects.of(controller).filter(pk=key_id, revoked_at__isnull=True)
    if not rows.update(revoked_at=now):
        return False
    row = ApiKey.objects.of(controller).get(pk=key_id)
    data = {"key": str(row.pk), "program": row.name}
    record_setup(controller=controller, kind="program_key_revoked", actor=actor, now=now, data=data)
    return True


@transaction.atomic
def count(*, key: ApiKey, scope: Scope, rows: int, stopped: int, now: datetime) -> None:
    """Add one call in bulk to the figures of this key and day (UTC): an import that asks nothing is seen, and so is one that asks
    for everybody. One upsert for up to ten thousand rows.
    """
    use, made = ApiUse.objects.get_or_create(
        key=key,
        scope=scope.value,
        day=now.date(),
        defaults={"controller": key.controller, "calls": 1, "rows": rows, "stopped": stopped},
    )
    if not made:
        more = {"calls": F("calls") + 1, "rows": F("rows") + rows, "stopped": F("stopped") + stopped}
        ApiUse.objects.filter(pk=use.pk).update(**more)


def uses(keys: Iterable[ApiKey], *, since: date) -> dict[RowId, tuple[int, int]]:
    """Rows that each key asked in bulk since a day (UTC), and how many of them were stopped; one query."""
    found = ApiUse.objects.filter(key__in=[key.pk for key in keys], day__gte=since).values("key")
    sums = found.annotate(asked=Sum("rows"), kept=Sum("stopped")).order_by("key")
    return {one["key"]: (one["asked"], one["kept"]) for one in sums}
