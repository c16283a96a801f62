"""A store and a job whose errors quote what they were reading, as foreign libraries do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from exporters.contract import Subject

QUOTED = "Zebulon Quagmire, zebulon@canary.example.com, +447700900199, K-7788001"


class LeakyStore:
    """Fails with a sentence full of personal data."""

    def __init__(self, config: Any) -> None:
        self._config = config

    def locate(self, subject: Subject) -> NoReturn:
        """Quote a row."""
        raise ValueError(f"duplicate key value: ({QUOTED})")

    def check(self) -> NoReturn:
        """Quote a row here as well."""
        raise LookupError(f"cannot convert {QUOTED}")


def fails(row_id: str) -> NoReturn:
    """A job that dies with the same sentence."""
    raise RuntimeError(QUOTED)
