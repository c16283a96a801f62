"""What a row of the table of stores opens: the keys it was searched by, who did what when, and the proof (ux.md 2.3)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from dsr.desk.history import Entry, entries, events_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Case, Subject, Task

KINDS: Final = (
    "task_done",
    "task_failed",
    "task_retried",
    "task_waived",
    "task_cancelled",
    "apply_started",
    "match_decided",
    "hand_done",
    "hand_asked",
    "hand_reminded",
    "hand_escalated",
    "hand_silent",
    "hand_unreached",
    "hand_taken_back",
    "hand_link_renewed",
    "hand_opened",
    "hand_file_added",
    "hand_file_removed",
    "hand_file_refused",
    "hand_answered",
)
"""Events of a store."""
_NEWEST: Final = 80
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class StoreLog:
    """What is behind one row; `keys` are the kinds of identifiers with how many of the store's own keys they led to."""

    keys: tuple[str, ...]
    proof: str
    lines: tuple[Entry, ...]


class Logs:
    """The logs of all stores of a case, of its events as the page read them, with the `names` of colleagues by account id."""

    def __init__(self, case: Case, *, language: str, names: Mapping[str, str]) -> None:
        self._lines: Mapping[tuple[str, str], list[Entry]] = _by_task(case, language, names)
        self._content = found(case)

    def of(self, task: Task) -> StoreLog:
        """The log of one task."""
        lines = self._lines.get((task.operation, task.store), [])
        proof = str(task.result.get("proof_sha256") or task.result.get("sha256") or "")
        return StoreLog(keys=self._keys(task.store), proof=proof, lines=tuple(lines[:_SHOWN]))

    def _keys(self, store: str) -> tuple[str, ...]:
        kinds = {
            "customer_number": _("customer number"),
            "username": _("user name"),
            "email": _("e-mail address"),
            "phone": _("telephone"),
            "record": _("a choice of staff"),
        }
        known = self._content.get("identifiers", [])
        used = [i["kind"] for i in known if not i.get("shared") and i.get("store", "") in {"", store}]
        return tuple(str(kinds.get(kind, kind)) for kind in dict.fromkeys(used))


def _by_task(case: Case, language: str, names: Mapping[str, str]) -> dict[tuple[str, str], list[Entry]]:
    rows = [event for event in events_of(case) if event.action in KINDS][:_NEWEST]
    by_task: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries(case, rows, language=language, with_notes=False, names=names):
        by_task[entry.task].append(entry)
    return by_task


def found(case: Case) -> dict[str, Any]:
    """What is known of the person of the case: identifiers and row keys; empty before the search."""
    row: Subject | None = getattr(case.request, "subject", None)
    return row.content() if row else {}
