"""Sessions of staff: each sign-in is a row its owner can see and end; none lasts longer than a working day.

The idle time is the session's own (SESSION_COOKIE_AGE); here are the absolute time, the list, and how fresh a sign-in is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db.models import F
from django.dispatch import receiver
from django.utils import timezone

from dsr.accounts import has_factor
from dsr.models import StaffSession, User
from dsr.sessions import row_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

LONGEST: Final = 12 * 60 * 60
"""Seconds from the sign-in after which a session of staff ends, however busy it is."""
FRESH_FOR: Final = 15 * 60
"""Seconds for which a sign-in, or a factor shown again, opens what only the colleague herself may do."""
FRESH_FOR_FORM: Final = 25 * 60
"""The same for a form that was opened in time."""
KEPT: Final = timedelta(days=90)
"""How long past sign-ins are listed."""
_SEEN_STEP: Final = 60
_BEGAN, _ROW = "staff_began", "staff_session"

_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_of(agent: str) -> str:
    """Which browser on which system, in the two words a person recognises; empty when it is none we know."""
    found = (next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS))
    return ", ".join(one for one in found if one)


@receiver(user_logged_in, dispatch_uid="dsr.staff_sessions.began")
def began(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """Note a sign-in of staff; what is older than KEPT goes."""
    if not isinstance(user, User) or not user.is_staff_member:
        return
    now = timezone.now()
    row = StaffSession(
        controller_id=user.controller_id,
        user=user,
        name=row_name(str(request.session.session_key)),
        device=device_of(str(request.META.get("HTTP_USER_AGENT", ""))),
        began_at=now,
        seen_at=now,
    )
    row.save(force_insert=True)
    cache.set(f"staff-seen:{row.pk}", 1, timeout=_SEEN_STEP)
    request.session[_BEGAN], request.session[_ROW] = now.timestamp(), str(row.pk)
    StaffSession.objects.filter(user=user, began_at__lt=now - KEPT).delete()


@receiver(user_logged_out, dispatch_uid="dsr.staff_sessions.left")
def left(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """Note the end of it."""
    row = request.session.get(_ROW)
    if row:
        StaffSession.objects.filter(pk=row, ended_at__isnull=True).update(ended_at=timezone.now())


def over(request: Any, *, at: float) -> bool:
    """Whether this session of staff has lasted its twelve hours, at Unix time `at`, or was ended from another device.

    The row is written at most once a minute, so that a page of the desk costs no write.
    """
    begun = request.session.get(_BEGAN)
    if begun is None:  # a session from before sessions were listed
        request.session[_BEGAN] = begun = at
    if at - float(begun) > LONGEST:
        return True
    row = request.session.get(_ROW)
    if row and cache.add(f"staff-seen:{row}", 1, timeout=_SEEN_STEP):
        name = row_name(str(request.session.session_key))
        seen = datetime.fromtimestamp(at, tz=UTC)
        return not StaffSession.objects.filter(pk=row, ended_at__isnull=True).update(seen_at=seen, name=name)
    return False


def is_fresh(request: Any, *, within: int, at: float) -> bool:
    """Whether the colleague signed in, or showed again that it is she, at most `within` seconds before `at`.

    Where the account has a second factor, a password alone shows nothing again: it may have been stolen with the session.
    """
    if at - float(request.session.get(_BEGAN, 0)) < within:
        return True
    wanted = {"mfa", "outside"} if has_factor(request.user) else {"mfa", "outside", "password"}
    shown = (
        float(record["at"])
        for record in get_authentication_records(request, request.user)
        if record["method"] in wanted and record.get("reauthenticated")
    )
    return any(at - moment < within for moment in shown)


def living(user: User, *, now: datetime) -> QuerySet[StaffSession]:
    """Where this account is signed in now, the newest first."""
    idle = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    rows: QuerySet[StaffSession] = StaffSession.objects.filter(user=user, ended_at__isnull=True, seen_at__gte=idle)
    return rows.filter(began_at__gte=now - timedelta(seconds=LONGEST)).order_by("-began_at")


def end(rows: Iterable[StaffSession], *, now: datetime) -> int:
    """End these sessions at once; returns how many rows."""
    found = list(rows)
    Session.objects.filter(session_key__in=[row.name for row in found]).delete()
    return StaffSession.objects.filter(pk__in=[row.pk for row in found]).update(ended_at=now)


def end_all(user: User, *, now: datetime) -> None:
    """Sign a colleague out everywhere: roles changed, the account was closed, its factors were reset."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    end(StaffSession.objects.filter(user=user, ended_at__isnull=True), now=now)


def this_one(request: Any) -> str:
    """The id of the row of this session; empty for one from before."""
    return str(request.session.get(_ROW, ""))
