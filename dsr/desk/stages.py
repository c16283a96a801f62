"""The bar of stages above a case: where it is on the way that its right takes (ux.md 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from dsr import wording
from dsr.fulfil.locate import COPIES
from dsr.law.rights import CHANGES_NO_STORE, SEARCHES_FIRST, Right
from dsr.law.workflow import ANSWERED, CLOSED, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsr.models import Case

_RECEIVED: Final = frozenset({State.RECEIVED})
_IDENTITY: Final = frozenset(
    {State.ID_PENDING, State.CLARIFY_PENDING, State.FEE_PENDING, State.ASSESSING, State.CONTESTED}
)
_GOOD_ENDS: Final = frozenset({State.COMPLETED, State.PARTLY_COMPLETED})


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; `state`: done, now or next."""

    label: str
    state: str


def _way(case: Case, progress: str) -> Iterator[tuple[str, frozenset[State]]]:
    right = Right(case.right)
    yield _("Receipt"), _RECEIVED
    yield _("Assessment"), _IDENTITY
    if right in SEARCHES_FIRST:
        collect = (_("Collect %(progress)s") % {"progress": progress}).strip()
        yield collect if right in COPIES else _("Search"), frozenset({State.COLLECTING})
        yield _("Draft"), frozenset({State.DRAFTING})
        yield _("Second person"), frozenset({State.REVIEW})
    if right not in CHANGES_NO_STORE:
        yield _("Carry out"), frozenset({State.APPROVED, State.EXECUTING})
        yield _("Answer"), frozenset({State.NOTIFYING}) | _GOOD_ENDS
    else:
        yield _("Release"), frozenset({State.APPROVED, State.NOTIFYING}) | _GOOD_ENDS


def stages(case: Case, *, done: int, total: int) -> list[Stage]:
    """The way of the case; `done` of `total` stores have answered. An early end shows the way so far and its name."""
    state = State(case.state)
    progress = f"{done}/{total}" if total else ""
    way = list(_way(case, progress))
    if state in CLOSED - _GOOD_ENDS:
        return [Stage(way[0][0], "done"), Stage(wording.state(state), "done" if state in ANSWERED else "now")]
    at = next((number for number, (_label, states) in enumerate(way) if state in states), len(way))
    return [
        Stage(label, "done" if number < at or state in _GOOD_ENDS else "now" if number == at else "next")
        for number, (label, _states) in enumerate(way)
    ]
