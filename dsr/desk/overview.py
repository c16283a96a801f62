"""Who reads what lies above the single case (rules 4.3, 4.6): counts and dates, the workload of colleagues, reports and register.

No content of a case stands on these pages, so auditors and administrators, who read none, may see some of them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied

from dsr.cases.register import READERS
from dsr.law.workflow import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.law.workflow import Actor


class Overview(StrEnum):
    """What can be read."""

    FIGURES = "figures"  # dashboard and calendar
    WORKLOAD = "workload"  # what each colleague has on the desk
    REPORTS = "reports"  # monthly reports and the register of requests (Art. 5(2))


READS: Final[Mapping[Overview, frozenset[Role]]] = {
    Overview.FIGURES: frozenset({Role.HANDLER, Role.REVIEWER, Role.LEAD, Role.DPO, Role.AUDITOR, Role.ADMINISTRATOR}),
    Overview.WORKLOAD: frozenset({Role.LEAD, Role.DPO}),
    Overview.REPORTS: READERS,
}


def reads(actor: Actor, what: Overview) -> bool:
    """Whether one of the actor's roles may read this."""
    return bool(actor.roles & READS[what])


def insist_reads(actor: Actor, what: Overview) -> None:
    """Answer 403 unless the actor may read this."""
    if not reads(actor, what):
        raise PermissionDenied
