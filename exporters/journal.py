"""What was begun and what was finished while a plan is applied in several steps, so that no step is done twice.

A store that cannot do everything in one transaction (a million rows, a REST interface) writes each step down before it
acts and again when the store has confirmed it. After a crash a step that was begun and not confirmed is read again in
the store and decided, never repeated blindly (house.md, stores without transactions).

The caller keeps the journal of one approved plan and one store; `data` holds keys of rows, so it is sealed there.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECRET_BYTES = 32
"""Length of the key of keyed tokens."""


class StepState(StrEnum):
    """How far one step has come."""

    PENDING = "pending"
    """Intended; nothing has left for the store."""
    SENT = "sent"
    """It may have reached the store; whether it did is not known until it is DONE."""
    DONE = "done"
    """The store confirmed it, or was read again and had it."""
    UNKNOWN = "unknown"
    """Read again, and it could not be decided: a person must look."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `line` is the position in the lines given to `apply`, `number` counts the steps of that line from 0.

    `data` is JSON: what is needed to decide the step after a crash (range of keys, count, hash before and after).
    """

    line: int
    number: int
    state: StepState
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Journal(Protocol):
    """Kept by the caller for one approved plan and one store; survives a crash of the process."""

    def steps(self) -> tuple[Step, ...]:
        """Every step written so far in its last state, in the order of (line, number)."""
        ...

    def put(self, step: Step) -> None:
        """Write a step, in place of what stood under the same (line, number). Durable when this returns."""
        ...

    def secret(self) -> bytes:
        """32 random bytes, the same at every call until `forget`: the key of keyed tokens. Kept wrapped, if at all."""
        ...

    def forget(self) -> None:
        """Destroy the secret: the last step is done. The steps stay. Harmless when there is none."""
        ...


class MemoryJournal:
    """A journal that ends with the process: enough where a step that is repeated finds nothing left to do."""

    def __init__(self) -> None:
        """Empty."""
        self._steps: dict[tuple[int, int], Step] = {}
        self._secret: bytes | None = None

    def steps(self) -> tuple[Step, ...]:
        """See Journal."""
        return tuple(self._steps[at] for at in sorted(self._steps))

    def put(self, step: Step) -> None:
        """See Journal."""
        self._steps[step.line, step.number] = step

    def secret(self) -> bytes:
        """See Journal."""
        self._secret = self._secret or secrets.token_bytes(SECRET_BYTES)
        return self._secret

    def forget(self) -> None:
        """See Journal."""
        self._secret = None


class FileJournal:
    """A journal in a file of JSON lines, readable by its owner alone; the secret stands in a second file beside it.

    For scripts and tests. A last line that was cut off by a crash was never confirmed to anybody and does not count.
    """

    def __init__(self, path: Path) -> None:
        """Read what is there; raises OSError."""
        self._path = path
        self._key = path.with_name(f"{path.name}.key")
        self._steps = MemoryJournal()
        written = path.read_bytes() if path.exists() else b""
        whole, cut, _ = written.rpartition(b"\n")
        if len(written) > len(whole) + len(cut):
            with path.open("r+b") as file:
                file.truncate(len(whole) + len(cut))
        for line in whole.splitlines():
            one = json.loads(line)
            self._steps.put(Step(one["line"], one["number"], StepState(one["state"]), one["data"]))

    def steps(self) -> tuple[Step, ...]:
        """See Journal."""
        return self._steps.steps()

    def put(self, step: Step) -> None:
        """See Journal; raises OSError."""
        entry = {"line": step.line, "number": step.number, "state": step.state.value, "data": dict(step.data)}
        _write(self._path, os.O_APPEND, json.dumps(entry).encode() + b"\n")
        self._steps.put(step)

    def secret(self) -> bytes:
        """See Journal; raises OSError."""
        if not self._key.exists():
            part = self._key.with_suffix(".part")
            _write(part, os.O_TRUNC, secrets.token_bytes(SECRET_BYTES))
            part.rename(self._key)
        return self._key.read_bytes()

    def forget(self) -> None:
        """See Journal; raises OSError."""
        self._key.unlink(missing_ok=True)


def _write(path: Path, how: int, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)
