"""What somebody prepared to send on a data carrier: password and address, half an hour in her sealed session, in no row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from dsr.output.locked import new_password

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsr.desk.access import DeskRequest
    from dsr.models import Case

_NAME: Final = "carrier"
LASTS: Final = timedelta(minutes=30)


def keep(request: DeskRequest, case: Case, address: Sequence[str], *, now: datetime) -> None:
    """Draw a password for a copy of this case's answer; an earlier one of this session is forgotten."""
    ready = {"password": new_password(), "address": list(address), "at": now.isoformat()}
    request.session[_NAME] = {**request.session.get(_NAME, {}), str(case.pk): ready}


def kept(request: DeskRequest, case: Case, *, now: datetime) -> dict[str, Any] | None:
    """`password`, `address` and `at` (the instant of drawing), while they last."""
    found = request.session.get(_NAME, {}).get(str(case.pk))
    if not found or now - datetime.fromisoformat(str(found["at"])) > LASTS:
        return None
    return dict(found)
