"""Sealed files that belong to nobody: what an attempt had written when it was cancelled, overtaken or killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.storage import default_storage

from dsr.models import Artifact, Task

if TYPE_CHECKING:
    from dsr.models import RowId


def sweep(case_id: RowId) -> int:
    """Delete the files of a case that no row names, unless one of its tasks runs and may be making them; returns how many.

    Nobody can read them any more, because the key of a file stands in its row; but what is not kept is to be gone.
    """
    folder = str(case_id)
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    # In this order: a file that was there before we saw that nothing runs has its row by now, or never gets one.
    if Task.objects.filter(case_id=case_id, status=Task.Status.RUNNING).exists():
        return 0
    named = set(
        Artifact.objects.filter(case_id=case_id).exclude(storage_name="").values_list("storage_name", flat=True)
    )
    left = [name for name in names if name.endswith(".sealed") and f"{folder}/{name}" not in named]
    for name in left:
        default_storage.delete(f"{folder}/{name}")
    return len(left)
