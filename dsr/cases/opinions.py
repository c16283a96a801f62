"""Which words of the data protection officer count for what stands there now (4.0.7, T-20, 12(5), 4.0.11).

She is asked about something: a plan, an evidence form. What replaces it she has not seen. An opinion on an erasure or on kept
rows names the hash of what she saw, and one on 12(5) stands in the chain after the form; another round after a dispute
begins without any of them. An objection is different: it stands until a lead decides against it, or she says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dsr.law.decisions import Opinion, Stance
from dsr.law.workflow import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsr.models import Event

FILED: Final = "evidence_filed"
ASKED, GIVEN, NOT_FOLLOWED = "dpo_asked", "dpo_opinion", "dpo_not_followed"
ROUND: Final = Action.REASSESS.value
READ: Final = (FILED, GIVEN, NOT_FOLLOWED, ROUND)
"""The actions that `on_file` reads."""
OF_THE_PLAN: Final = frozenset({Opinion.ERASURE.value, Opinion.RETENTION.value})
_OF_THIS_ROUND: Final = OF_THE_PLAN | {Opinion.EXCESSIVE.value}


def on_file(events: Iterable[Event], *, manifest_sha256: str) -> dict[str, Any]:
    """The facts `evidence_form`, `advised` and `objected` from events in their order; `manifest_sha256` of what is to be approved.

    An opinion on a plan that names no hash was written before opinions named one: it counts for none.
    """
    form, objected = False, set[str]()
    seen: dict[str, str] = {}
    for event in events:
        about = str(event.data.get("kind", ""))
        if event.action == FILED:
            form = True
            seen.pop(Opinion.EXCESSIVE.value, None)
        elif event.action == ROUND:
            seen = {kind: sha256 for kind, sha256 in seen.items() if kind not in _OF_THIS_ROUND}
        elif event.action == NOT_FOLLOWED:
            objected.discard(about)
        elif event.action == GIVEN:
            seen[about] = str(event.data.get("manifest_sha256", ""))
            (objected.add if event.data.get("stance") == Stance.OBJECTS else objected.discard)(about)
    advised = {kind for kind, sha256 in seen.items() if kind not in OF_THE_PLAN or sha256 == manifest_sha256 != ""}
    return {"evidence_form": form, "advised": frozenset(advised), "objected": frozenset(objected)}
