"""Operation `rescan`: one store is read again some days after the erasure, with the identifiers the sealed file still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases import rescans
from dsr.fulfil import erase
from dsr.fulfil.locate import NeedsPersonError
from dsr.models import Task
from exporters.contract import HitClass

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def rescan(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Read the store as after the erasure; what stands there now goes to a person, with the place and never the value.

    The search counts as made either way: what it found waits as a task, and is searched for again when somebody has
    removed it. NeedsPersonError: `residue`, `not_capable`.
    """
    try:
        result, effect = erase.verify(task, check, now=now)
    except NeedsPersonError as error:
        if error.code == "residue":
            said = Task.objects.values_list("result", flat=True).get(pk=task.pk)
            left = sum(int(said.get(kind.value, 0)) for kind in (HitClass.HERS, HitClass.UNLINKED))
            rescans.searched(case=task.case, store=task.store, found=max(1, left), now=now)
        raise

    def noted() -> None:
        effect()
        rescans.searched(case=task.case, store=task.store, found=0, now=now)

    return result, noted
