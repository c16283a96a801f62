"""Building the answer to an access request from what was collected: letter, report, data files, manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.contract import Permanent

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dsr.models import Task


def package(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `package`."""
    raise Permanent("not_built", "package")
