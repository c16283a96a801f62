"""How far an approved plan has come in a store that changes in several steps (house.md, stores without transactions)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from dsr.models.base import KeyedRow, OwnedRow, Sealed

if TYPE_CHECKING:
    from dsr.models.plan import Plan


class _OfPlan(Sealed, OwnedRow):
    """A sealed row of one plan and one store; bound to the plan and not to a task, which may be made again."""

    plan: Plan
    store = models.CharField(max_length=60)

    class Meta:
        abstract = True

    def key_owner(self) -> KeyedRow:
        return self.plan.case


class JournalStep(_OfPlan):
    """One step; sealed are the keys of rows it concerns. `line` is -1 for what all lines share."""

    plan = models.ForeignKey("dsr.Plan", on_delete=models.CASCADE, related_name="steps")
    line = models.SmallIntegerField()
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "store", "line", "number"], name="journal_step_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "sent", "done", "unknown"]), name="journal_state_known"
            ),
        ]


class JournalSecret(_OfPlan):
    """The key of keyed tokens while a plan is under way; gone with the last step, so that nobody can make them again."""

    plan = models.ForeignKey("dsr.Plan", on_delete=models.CASCADE, related_name="secrets")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "store"], name="journal_secret_once")]
