"""Who acts: a member of staff with roles, the data subject herself, a department that works by hand, or the system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.law.workflow import Actor, Role

if TYPE_CHECKING:
    from dsr.models import HandLink, User

SYSTEM = Actor(kind="system", id="system", roles=frozenset({Role.SYSTEM, Role.EXECUTOR}))


# Gives the open cases of a colleague who left to another one, whoever closed the account (an administrator assigns nothing).
HANDS_OVER = Actor(kind="system", id="system", roles=frozenset({Role.SYSTEM, Role.HANDLER}))


def staff(user: User) -> Actor:
    """A member of staff; a lead is also a reviewer (rules.md 4.0.7)."""
    roles = {Role(role) for role in user.roles}
    if Role.LEAD in roles:
        roles.add(Role.REVIEWER)
    return Actor(kind="staff", id=str(user.pk), roles=frozenset(roles))


def subject(account_id: str = "") -> Actor:
    """The data subject; `account_id` is empty when she follows a request by code."""
    return Actor(kind="subject", id=account_id, roles=frozenset({Role.SUBJECT}))


def owner(link: HandLink) -> Actor:
    """Somebody of a department, known by the link she holds and the code that went to its address; she has no account."""
    return Actor(kind="owner", id=str(link.pk), roles=frozenset())
