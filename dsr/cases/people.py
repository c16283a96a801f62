"""Who hears of a case: the roles of the ladder become persons; who is away is stood in for; nobody to tell is never silent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsr.law.terms import Role
from dsr.models import Absence, Kind, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from dsr.models import Case, Controller, RowId

# Whoever is to hear and is not there: the next in this order hears instead.
_UPWARDS = {Role.HANDLER: Role.LEAD, Role.REVIEWER: Role.LEAD, Role.INTAKE: Role.LEAD, Role.LEAD: Role.DPO}
_LONGEST_CHAIN = 10


@dataclass(frozen=True, slots=True)
class Hearer:
    """A person to tell, and for whom she stands in (ids of accounts)."""

    user_id: RowId
    stands_in_for: RowId | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """The staff of one controller on one day: who has which role, who is away, who stands in. Read once, asked often."""

    roles: dict[Role, tuple[RowId, ...]] = field(default_factory=dict)
    active: frozenset[RowId] = frozenset()
    away: dict[RowId, RowId | None] = field(default_factory=dict)

    def hearers(self, case: Case, roles: Iterable[Role]) -> tuple[Hearer, ...]:
        """Who hears of this case in these roles, each person once; empty only when the controller has no staff for it."""
        found: dict[RowId, Hearer] = {}
        for role in roles:
            for hearer in self._of_role(case, role):
                found.setdefault(hearer.user_id, hearer)
        return tuple(found.values())

    def _of_role(self, case: Case, role: Role) -> Iterator[Hearer]:
        if role in {Role.SYSTEM, Role.SUBJECT, Role.EXECUTOR}:
            return
        wanted = self._named(case, role)
        there = [hearer for user in wanted if (hearer := self._present(user)) is not None]
        if there:
            yield from there
        elif role in _UPWARDS:
            yield from self._of_role(case, _UPWARDS[role])
        else:
            # Nobody is there and nobody stands in: better a mail that waits for her return than none.
            yield from (Hearer(user) for user in wanted)

    def _named(self, case: Case, role: Role) -> tuple[RowId, ...]:
        """A handler is the one who has the case, every other role all who hold it."""
        if role is Role.HANDLER:
            own = case.assignee_id or case.handler_id
            return (own,) if own in self.active else ()
        return self.roles.get(role, ())

    def _present(self, user: RowId) -> Hearer | None:
        """The person herself, or whoever stands in for her and is there."""
        now: RowId | None = user
        for _ in range(_LONGEST_CHAIN):
            if now is None or now not in self.active:
                return None
            if now not in self.away:
                return Hearer(now, None if now == user else user)
            now = self.away[now]
        return None


def directory(controller: Controller, today: date) -> Directory:
    """The controller's active staff and its absences on a day in the controller's calendar; two queries."""
    staff = list(
        User.objects.in_scope(controller=controller, kind=Kind.STAFF).filter(is_active=True).order_by("handle")
    )
    absent = Absence.objects.of(controller).filter(first_on__lte=today, last_on__gte=today).order_by("first_on")
    return Directory(
        roles={role: tuple(user.pk for user in staff if role.value in user.roles) for role in Role},
        active=frozenset(user.pk for user in staff),
        away=dict(absent.values_list("user_id", "stand_in_id")),
    )
