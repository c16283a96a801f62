"""What a row of the table of stores opens: the keys it was searched by, who did what when, and the proof (ux.md 2.3)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from dsr.desk.history import Entry, entries
from dsr.models import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Case, Task

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
    """The logs of all stores of a case, in two queries."""

    def __init__(self, case: Case, *, language: str) -> None:
        self._lines: Mapping[tuple[str, str], list[Entry]] = _by_task(case, language)
        self._content = _found(case)

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


def _by_task(case: Case, language: str) -> dict[tuple[str, str], list[Entry]]:
    rows = list(case.events.filter(action__in=KINDS).order_by("-seq")[:_NEWEST])
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries(case, rows, language=language, with_notes=False):
        found[entry.task].append(entry)
    return found


def _found(case: Case) -> dict[str, Any]:
    row = Subject.objects.of(case.controller).filter(request=case.request).select_related("request").first()
    return row.content() if row else {}
