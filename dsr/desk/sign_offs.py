"""The decision of a case on one page: who prepared it, who signed what off and when, on what ground, under which hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dsr.desk.history import Entry, entries, events_of
from dsr.law.workflow import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Case

KINDS: Final = (
    Action.SUBMIT_FOR_REVIEW.value,
    Action.RETURN_TO_DRAFTING.value,
    Action.APPROVE.value,
    Action.PLAN_STALE.value,
    Action.REFUSE.value,
    Action.COMPLETE.value,
    Action.COMPLETE_PARTLY.value,
    Action.CLOSE_NOT_IDENTIFIED.value,
    Action.CONTEST.value,
    Action.REASSESS.value,
    Action.UPHOLD.value,
    "draft_requested",
    "plan_requested",
    "decision_drafted",
    "dpo_asked",
    "dpo_opinion",
    "dpo_not_followed",
    "closeness_declared",
    "closeness_withdrawn",
    "task_waived",
    "recipients_settled",
    "at_once_reviewed",
)
"""Events with which somebody answers for a part of the decision."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was prepared and what was approved. `same` says whether the approval is of what stands there now."""

    prepared: str
    approved: str
    lines: tuple[Entry, ...]

    @property
    def same(self) -> bool:
        """Whether exactly what is prepared has been approved."""
        return bool(self.approved) and self.approved == self.prepared


def decision_of(case: Case, *, language: str, with_notes: bool, names: Mapping[str, str] | None = None) -> Decision:
    """The hashes on the case, and every sign-off, the newest first; `names` are colleagues by account id, if read."""
    rows = [event for event in events_of(case) if event.action in KINDS]
    lines = entries(case, rows, language=language, with_notes=with_notes, names=names)
    return Decision(case.manifest_sha256, case.approved_sha256, tuple(lines))
