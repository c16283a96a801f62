"""The table of what stays and what goes, for the answers of a draft; the check page of an erasure shows it (ux.md 1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.cases.clock import local_date
from dsr.fulfil.outlook import categories_of, outlook
from dsr.law.rights import Right

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.fulfil.outlook import Outlook
    from dsr.models import Controller
    from portal.questions import About


def outlook_of(*, controller: Controller, about: About, language: str, now: datetime) -> Outlook | None:
    """What the erasure that `about` asks for, among whatever else, would delete and keep; None without one."""
    if Right.ERASURE not in about.chosen:
        return None
    about = about.of(Right.ERASURE.value)
    delete = str(about.get("delete", "delete"))
    categories = categories_of(delete, about.get("delete-some", "kinds") or ())
    return outlook(controller, language, today=local_date(controller, now), categories=categories)
