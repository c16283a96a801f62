"""Who may hold which roles at once, and which role a controller cannot be without (rules 4.3; Art. 38(6)). Pure tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dsr.law.terms import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STAFF_ROLES: Final = frozenset(set(Role) - {Role.SUBJECT, Role.SYSTEM, Role.EXECUTOR})
"""The roles a person at the desk can hold."""
_WORKS: Final = frozenset({Role.INTAKE, Role.HANDLER, Role.REVIEWER, Role.LEAD})
_DECIDES: Final = frozenset({Role.HANDLER, Role.REVIEWER, Role.LEAD})
CONFLICTS: Final[Mapping[Role, frozenset[Role]]] = {
    # Art. 38(6): no tasks that lead to a conflict of interests; who decides, or runs the systems, cannot watch over it.
    Role.DPO: _DECIDES | {Role.ADMINISTRATOR, Role.AUDITOR, Role.DEPUTY},
    # She stands in for the officer, and reads what her role does not show only by breaking the glass.
    Role.DEPUTY: _DECIDES | {Role.ADMINISTRATOR, Role.AUDITOR, Role.DPO},
    # The auditor reads the log and not the packages, and audits nobody's own work.
    Role.AUDITOR: _WORKS | {Role.ADMINISTRATOR, Role.DPO, Role.DEPUTY},
    # The administrator operates and does not read contents.
    Role.ADMINISTRATOR: _WORKS | {Role.DPO, Role.AUDITOR, Role.DEPUTY},
}
KEPT: Final = (Role.LEAD, Role.ADMINISTRATOR)
"""Where somebody holds one of these, the last one cannot be taken away: nobody would decide, or let anybody in."""


def conflict(roles: Iterable[Role]) -> tuple[Role, Role] | None:
    """Two of these roles that one person cannot hold at once, the one that stands in the table first; None when they fit together."""
    held = sorted(set(roles), key=list(Role).index)
    for one in held:
        for other in held:
            if other in CONFLICTS.get(one, frozenset()):
                return one, other
    return None
