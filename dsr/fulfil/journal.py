"""The journal of an approved plan in our own database: what exporters write down between two steps (house.md)."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from dsr.models import JournalSecret, JournalStep
from exporters.journal import SECRET_BYTES, Step, StepState

if TYPE_CHECKING:
    from dsr.models import Plan


class RowJournal:
    """`exporters.journal.Journal` on rows: every step is its own committed transaction, its keys are sealed."""

    def __init__(self, plan: Plan, store: str) -> None:
        self._plan, self._store = plan, store
        self._mine = Q(plan=plan, store=store)

    def steps(self) -> tuple[Step, ...]:
        """Every step in its last state."""
        rows = JournalStep.objects.filter(self._mine).select_related("plan__case").order_by("line", "number")
        return tuple(Step(row.line, row.number, StepState(row.state), row.content()) for row in rows)

    @transaction.atomic(durable=True)
    def put(self, step: Step) -> None:
        """Write a step in place of what stood there. RuntimeError inside a transaction: it would not outlive a crash."""
        row = JournalStep.objects.filter(self._mine, line=step.line, number=step.number).first() or JournalStep(
            controller_id=self._plan.controller_id,
            plan=self._plan,
            store=self._store,
            line=step.line,
            number=step.number,
        )
        row.plan, row.state = self._plan, step.state.value
        row.put(dict(step.data))
        row.save()

    @transaction.atomic(durable=True)
    def secret(self) -> bytes:
        """32 random bytes, made at the first call, kept sealed until `forget`."""
        row = JournalSecret.objects.filter(self._mine).select_related("plan__case").first()
        if row is None:
            row = JournalSecret(controller_id=self._plan.controller_id, plan=self._plan, store=self._store)
            row.put({"secret": base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()})
            row.save(force_insert=True)
        return base64.b64decode(row.content()["secret"])

    def forget(self) -> None:
        """Destroy the secret; the steps stay."""
        JournalSecret.objects.filter(self._mine).delete()
