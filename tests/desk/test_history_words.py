"""The words of events where the kind alone would say something wrong."""

from __future__ import annotations

from dsr.desk.history import _title
from dsr.models import Event


def test_a_department_that_was_never_asked_did_not_fail() -> None:
    """A store by hand waits for somebody from the beginning; a store that did not answer has failed."""
    words = {code: _title(Event(action="task_failed", data={"code": code})) for code in ("not_capable", "unreachable")}
    assert words["not_capable"] == "Waits for somebody: no program reaches this store"
    assert words["unreachable"] == "Store failed"
