"""Who acts: a member of staff with roles, the data subject herself, or the system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.law.workflow import Actor, Role

if TYPE_CHECKING:
    from dsr.models import User

SYSTEM = Actor(kind="system", id="system", roles=frozenset({Role.SYSTEM, Role.EXECUTOR}))


def staff(user: User) -> Actor:
    """A member of staff; a lead is also a reviewer (rules.md 4.0.7)."""
    roles = {Role(role) for role in user.roles}
    if Role.LEAD in roles:
        roles.add(Role.REVIEWER)
    return Actor(kind="staff", id=str(user.pk), roles=frozenset(roles))


def subject(account_id: str = "") -> Actor:
    """The data subject; `account_id` is empty when she follows a request by code."""
    return Actor(kind="subject", id=account_id, roles=frozenset({Role.SUBJECT}))
