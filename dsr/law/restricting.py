"""What a restriction covers and what must not happen meanwhile, as tables (Art. 18(2), Q-02 to Q-05).

The machine interface answers with these codes and nothing else; billing, dunning, marketing and BI act by them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.rights import RestrictionGround

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class RestrictionScope(StrEnum):
    """How much of a person's data is only stored (Q-04: record, field, purpose)."""

    PERSON = "person"  # everything about her
    DATASETS = "datasets"  # the datasets named
    ITEM = "item"  # one contested item, described in words
    USES = "uses"  # purposes she objected to, while that is weighed (18(1)(d))


class Use(StrEnum):
    """What must not be done with restricted data."""

    MARKETING = "marketing"
    PROFILING = "profiling"
    DUNNING = "dunning"
    DISCONNECTION = "disconnection"
    CREDIT_REPORT = "credit_report"
    CHANGE = "change"
    DELETION = "deletion"


_PURSUIT: Final = frozenset({Use.DUNNING, Use.DISCONNECTION, Use.CREDIT_REPORT})
_STORED_ONLY: Final = frozenset({Use.CHANGE, Use.DELETION})

# a running contract goes on with what is not affected; contested values carry no dunning, cut-off or credit report.
NOT_ALLOWED: Final[Mapping[RestrictionScope, frozenset[Use]]] = {
    RestrictionScope.PERSON: frozenset(Use),
    RestrictionScope.DATASETS: frozenset({Use.MARKETING, Use.PROFILING}) | _PURSUIT | _STORED_ONLY,
    RestrictionScope.ITEM: _PURSUIT | _STORED_ONLY,
    RestrictionScope.USES: frozenset(),
}
# Purposes as data maps name them, and what stops with them; any other purpose is some kind of evaluation.
_OF_PURPOSE: Final[Mapping[str, frozenset[Use]]] = {
    "marketing": frozenset({Use.MARKETING, Use.PROFILING}),
    "credit": frozenset({Use.PROFILING, Use.CREDIT_REPORT}),
    "dunning": _PURSUIT,
}
DELETION_PAUSED_FOR: Final = frozenset({RestrictionGround.NEEDED_FOR_CLAIM})
"""Q-04, SC-10: the grounds for which deletions that fall due wait until the restriction is lifted."""


def not_allowed(scope: RestrictionScope, uses: Iterable[str] = ()) -> tuple[Use, ...]:
    """The codes of what is not allowed, sorted; `uses` are the purposes of the scope USES, none means any use."""
    found = set(NOT_ALLOWED[scope])
    if scope is RestrictionScope.USES:
        named = list(uses)
        for use in named:
            found |= _OF_PURPOSE.get(use, frozenset({Use.PROFILING}))
        found |= set() if named else {Use.PROFILING}
    return tuple(sorted(found))
