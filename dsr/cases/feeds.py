"""Secret addresses of calendars: one a colleague, made new or ended by herself; only a digest of the secret is kept (ux.md 2.5)."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from django.db import transaction

from dsr.cases.setup import record_setup
from dsr.models import CalendarFeed, Kind

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Controller, User

SECRET_BYTES: Final = 32


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def begin(*, user: User, actor: Actor, now: datetime) -> str:
    """Give the colleague a new secret and end the one before; returns it, for this once: nothing here can show it again."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    CalendarFeed.objects.update_or_create(
        user=user,
        defaults={"controller_id": user.controller_id, "digest": _digest(secret), "created_at": now},
    )
    data = {"user": str(user.pk)}
    record_setup(controller=user.controller, kind="calendar_feed_begun", actor=actor, now=now, data=data)
    return secret


@transaction.atomic
def end(*, user: User, actor: Actor, now: datetime) -> bool:
    """Make the colleague's address worthless; False when there was none."""
    if not CalendarFeed.objects.filter(user=user).delete()[0]:
        return False
    data = {"user": str(user.pk)}
    record_setup(controller=user.controller, kind="calendar_feed_ended", actor=actor, now=now, data=data)
    return True


def of(user: User) -> CalendarFeed | None:
    """The colleague's address: since when there is one."""
    return CalendarFeed.objects.filter(user=user).first()


def owner(controller: Controller, secret: str) -> User | None:
    """Whose secret this is: a colleague of this controller who still has an account, or nobody."""
    rows = CalendarFeed.objects.of(controller).filter(
        digest=_digest(secret), user__is_active=True, user__kind=Kind.STAFF
    )
    found = rows.select_related("user").first()
    return found.user if found else None
