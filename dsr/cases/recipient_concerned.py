"""What the stores of a case were changed in, and which recipients of the register that concerns (Art. 19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dsr.cases import by_hand
from dsr.models import Plan, Task
from exporters.contract import AMENDING, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsr.models import Case, Recipient

_WRITES: Final = frozenset(one.value for one in (Treatment.DELETE, Treatment.ANONYMISE, *AMENDING))


@dataclass(frozen=True, slots=True)
class Changed:
    """`places`: "store.dataset", or "store.*" for work by hand; `named`: the recipients that the maps of the changed name."""

    places: frozenset[str]
    named: frozenset[str]

    @property
    def stores(self) -> frozenset[str]:
        """The stores something was changed in."""
        return frozenset(place.partition(".")[0] for place in self.places)

    def of(self, recipients: Iterable[Recipient]) -> list[Recipient]:
        """Those of the recipients that get something of what was changed."""
        return [row for row in recipients if row.name in self.named or self._reaches(row)]

    def _reaches(self, recipient: Recipient) -> bool:
        whole = {place.partition(".")[0] for place in self.places if place.endswith(".*")}
        for dataset in recipient.datasets:
            store, _dot, name = str(dataset).partition(".")
            if dataset in self.places or store in whole or (name == "*" and store in self.stores):
                return True
        return False


def changed_by(summary: Iterable[Mapping[str, Any]], done: Iterable[str] = ()) -> Changed:
    """What the lines of a plan write; `done` are stores that people changed by hand."""
    lines = [line for line in summary if line["treatment"] in _WRITES]
    places = {f"{line['store']}.{line['dataset']}" for line in lines} | {f"{store}.*" for store in done}
    return Changed(frozenset(places), frozenset(name for line in lines for name in line.get("recipients", [])))


def changed_in(case: Case) -> Changed:
    """What the plans of the case itself and the people who confirmed have changed."""
    alive = (Plan.Status.APPROVED, Plan.Status.APPLIED)
    plans = Plan.objects.filter(case=case, occasion="", status__in=alive)
    done = [task.store for task in by_hand.tasks_of(case) if task.status == Task.Status.DONE and task.store]
    return changed_by([line for plan in plans for line in plan.summary], done)
