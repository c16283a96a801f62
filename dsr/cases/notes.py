"""Notes of the staff on a case: an event each, the text sealed beside it; nobody can change or remove one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, record
from dsr.law.workflow import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Case, RowId

MAX_NOTE: Final = 4000


def add(*, case_id: RowId, text: str, actor: Actor, now: datetime) -> Case:
    """Keep a note with the case. RefusedError: a role that writes none, or nothing written."""
    insist(actor, Duty.NOTE)
    if not text.strip():
        raise RefusedError(Refusal("note_missing"))
    return record(case_id=case_id, kind="note", actor=actor, now=now, note=text.strip()[:MAX_NOTE])
