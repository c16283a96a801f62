"""Who has a case open: a beat of the open page every 20 seconds, forgotten after a minute. A courtesy, never a lock (ux.md 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from dsr.cases.desk_rows import FRESH, forget
from dsr.models import Presence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.models import Case, Controller, RowId, User


@dataclass(frozen=True, slots=True)
class Here:
    """A colleague who has a case open; `editing` when she typed something that is not sent."""

    user_id: str
    name: str
    editing: bool


def beat(*, case: Case, user: User, mode: str, now: datetime) -> None:
    """Note that the colleague has the case open; an unknown mode counts as viewing. Forgets who is gone."""
    mode = mode if mode in Presence.Mode.values else Presence.Mode.VIEWING
    forget(now=now)
    try:
        with transaction.atomic():
            Presence.objects.update_or_create(
                controller=case.controller, case=case, user=user, defaults={"mode": mode, "seen_at": now}
            )
    except IntegrityError:  # two windows of one colleague: the other one has just said the same
        return


def leave(*, case_id: RowId, user: User) -> None:
    """Note that the colleague closed the case."""
    Presence.objects.of(user.controller).filter(case=case_id, user=user).delete()


def who_is_here(case: Case, now: datetime, *, but: User | None = None) -> list[Here]:
    """Who has the case open at this moment, those who edit first; without `but`."""
    return by_case(case.controller, [case.pk], now, but=but).get(case.pk, [])


def listed(rows: Iterable[Presence], *, but: User | None = None) -> list[Here]:
    """These rows with their users as people read them, those who edit first; without `but`."""
    ordered = sorted(rows, key=lambda row: (row.mode, row.user.display_name, str(row.pk)))
    return [_here(row) for row in ordered if but is None or row.user_id != but.pk]


def by_case(
    controller: Controller, case_ids: Iterable[RowId], now: datetime, *, but: User | None = None
) -> dict[RowId, list[Here]]:
    """The same for many cases in one query."""
    rows = fresh(controller, now).filter(case__in=list(case_ids)).select_related("user")
    found: dict[RowId, list[Presence]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return {case_id: listed(mine, but=but) for case_id, mine in found.items()}


def _here(row: Presence) -> Here:
    return Here(
        user_id=str(row.user_id),
        name=row.user.display_name or row.user.email,
        editing=row.mode == Presence.Mode.EDITING,
    )


def open_elsewhere(controller: Controller, user: User, now: datetime) -> QuerySet[Presence]:
    """Cases that somebody else has open, as a subquery of ids."""
    rows: QuerySet[Presence] = fresh(controller, now).exclude(user=user)
    return rows


def fresh(controller: Controller, now: datetime) -> QuerySet[Presence]:
    """The beats of the last minute in this controller."""
    rows: QuerySet[Presence] = Presence.objects.of(controller).filter(seen_at__gte=now - FRESH)
    return rows
