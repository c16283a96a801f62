"""One call to a store without transactions: journaled before and after, and proven by reading again.

A crash leaves one row in doubt. The journal says which; the store says what became of it. A call is repeated only when
the row still is as it was before (house.md, stores without transactions).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.anonymise.scrub import Scrubber
from exporters.contract import Permanent, Temporary
from exporters.journal import Journal, Step, StepState
from exporters.mapped.source import FateUnknown, Row
from exporters.mapped.wanted import image

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Source
    from exporters.mapped.walk import Key

_TRIES = 2
"""Writes of one row when somebody else changes it meanwhile and the store notices (optimistic locks)."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What shall happen to one row: `values` says the new ones for the row as it is; None: the row goes."""

    dataset: Dataset
    key: Key = field(repr=False)
    columns: tuple[str, ...]
    values: Callable[[Row], Mapping[str, str | None]] | None


@dataclass(slots=True)
class Run:
    """One application of a plan: the source, the journal, and what the journal already knows."""

    source: Source
    journal: Journal
    store: str
    check: Callable[[], None]
    scrubber: Scrubber = field(default_factory=lambda: Scrubber(()), repr=False)
    """Her identifiers, which scrubbed texts lose."""
    secret: bytes = field(init=False, repr=False)
    known: dict[tuple[int, Key], Step] = field(init=False, repr=False)
    done_before: Counter[int] = field(init=False)
    """By line: rows that earlier runs of the same plan changed."""

    def __post_init__(self) -> None:
        """Read the journal."""
        self.secret = self.journal.secret()
        self.known = {(step.line, tuple(step.data["key"])): step for step in self.journal.steps()}
        self.done_before = Counter(
            step.line for step in self.known.values() if step.state is StepState.DONE and step.data.get("changed")
        )

    def carry_out(self, line: int, intent: Intent) -> int:
        """Change one row; 1 when it was changed, 0 when nothing was left to do. See `apply_lines` for what it raises."""
        step = self.known.get((line, intent.key))
        if step is not None and step.state in {StepState.SENT, StepState.UNKNOWN} and self._happened(step, intent):
            return 1
        for _ in range(_TRIES):
            row = self.source.one(intent.dataset, intent.key)
            values = None if row is None or intent.values is None else intent.values(row)
            if row is None or (values is not None and not values):
                self._put(line, intent, StepState.DONE, changed=False)
                return 0
            try:
                self._send(line, intent, row, values)
            except Permanent as error:
                if error.code != "conflict":
                    raise
            else:
                return 1
        raise Permanent("plan_stale", self._place(intent))

    def _happened(self, step: Step, intent: Intent) -> bool:
        """What became of a call whose answer never came: True when it took effect, False when the row is as before."""
        stands = self._image(intent, self.source.one(intent.dataset, intent.key))
        if stands == step.data["post"]:
            self._put(step.line, intent, StepState.DONE, changed=True, **_images(step))
            return True
        if stands != step.data["pre"]:
            self._put(step.line, intent, StepState.UNKNOWN, **_images(step))
            raise Permanent("unknown_outcome", self._place(intent))
        return False

    def _send(self, line: int, intent: Intent, row: Row, values: Mapping[str, str | None] | None) -> None:
        after = None if values is None else Row({**row.values, **values})
        images = {"pre": self._image(intent, row), "post": self._image(intent, after)}
        self._put(line, intent, StepState.PENDING, **images)
        self.check()
        step = self._put(line, intent, StepState.SENT, **images)
        try:
            if values is None:
                self.source.delete(intent.dataset, row)
            else:
                self.source.change(intent.dataset, row, values)
        except FateUnknown:
            # Too early to send again even where the row is as before: the store may still be working on it.
            if self._image(intent, self.source.one(intent.dataset, intent.key)) != images["post"]:
                raise
        except (Permanent, Temporary):
            self._put(line, intent, StepState.PENDING, **images)
            raise
        if not self._happened(step, intent):
            # The store said yes and did nothing: a parameter it ignores, a field it guards.
            self._put(line, intent, StepState.PENDING, **images)
            raise Permanent("not_changed", self._place(intent))

    def _image(self, intent: Intent, row: Row | None) -> str:
        return image(self.secret, intent.dataset, intent.columns, row)

    def _put(self, line: int, intent: Intent, state: StepState, **data: object) -> Step:
        known = self.known.get((line, intent.key))
        number = known.number if known else sum(1 for at, _ in self.known if at == line)
        step = Step(line, number, state, {"key": list(intent.key), **data})
        self.journal.put(step)
        self.known[line, intent.key] = step
        return step

    def _place(self, intent: Intent) -> str:
        return f"{self.store}.{intent.dataset.name}"


def _images(step: Step) -> dict[str, object]:
    return {name: step.data[name] for name in ("pre", "post")}
