"""What goes into the clock and what comes out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from dsr.law.calendars import Scope
from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Mapping


class ClockError(ValueError):
    """The input makes no sense; the message is one sentence for whoever typed it."""


class SuspensionKind(StrEnum):
    """Why the ball is with the subject (T-10)."""

    IDENTITY = "identity"
    CLARIFICATION = "clarification"
    FEE = "fee"


class ClockCode(StrEnum):
    """Lines of the arithmetic; dsr.wording has a sentence for each."""

    RECEIVED = "received"
    CONTESTED = "contested"  # the first line of an internal clock (4.1)
    MONTHS = "months"
    MONTHS_EXTENDED = "months_extended"
    DAYS = "days"
    DAYS_EXTENDED = "days_extended"
    BUSINESS_DAYS = "business_days"
    NO_SUCH_DAY = "no_such_day"
    SUSPENDED = "suspended"
    SHIFTED = "shifted"
    RESTARTED = "restarted"
    COOLING = "cooling_time"
    QUESTION_WITHOUT_EFFECT = "question_without_effect"
    QUESTION_TOO_LATE = "question_too_late"
    PAUSED = "paused"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    NEXT_WORKING_DAY = "next_working_day"
    DATE_NAMED = "date_named"
    TOLD = "told"
    DUE = "due"
    ACT_BY = "act_by"


class WarningCode(StrEnum):
    """Doubts about the date, for staff; dsr.wording has a sentence for each."""

    AUTHORITIES_DIFFER = "authorities_differ"
    REGIONAL_HOLIDAY = "regional_holiday"
    DISPUTED_DAY = "disputed_day"
    QUERY_LATE = "query_late"
    QUERY_RISKY = "query_risky"
    QUERY_AFTER_END = "query_after_end"


_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation: a code and what fills its sentence."""

    code: str
    params: Mapping[str, str | int | date] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; dates become ISO dates."""
        params = {k: v.isoformat() if isinstance(v, date) else v for k, v in self.params.items()}
        return {"code": str(self.code), "params": params}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Line:
        """The line back from `as_json`."""
        params = {
            k: date.fromisoformat(v) if isinstance(v, str) and _ISO_DATE.fullmatch(v) else v
            for k, v in data["params"].items()
        }
        return cls(data["code"], params)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A question and its sufficient answer, as local days; `end` None while it is open (T-10, T-11)."""

    start: date
    end: date | None
    kind: SuspensionKind

    def __post_init__(self) -> None:
        """Accept the kind as a plain word, as it comes from a row or a command line."""
        try:
            object.__setattr__(self, "kind", SuspensionKind(self.kind))
        except ValueError as wrong:
            kinds = ", ".join(SuspensionKind)
            raise ClockError(f"{self.kind!r} is no kind of question; known are {kinds}") from wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockInput:
    """Everything a due date depends on; nothing else does.

    `received_at` is aware; `jurisdiction` is the place that answers ("DE-BY"); `buffer_days` are calendar days.
    `extended_to` is needed only where the controller names its own date (CH).
    """

    received_at: datetime
    timezone: str
    jurisdiction: str
    regime: str = "EU_GDPR"
    right: Right = Right.ACCESS
    suspensions: tuple[Suspension, ...] = ()
    extended: bool = False
    extended_to: date | None = None
    buffer_days: int = 0
    scope: Scope = Scope.SUBDIVISION
    extra_holidays: tuple[date, ...] = ()
    removed_holidays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The dates of a case; each None while it cannot be known because a question is open.

    `first_month_due_on` is the date without extension: the last day for an extension notice and for a refusal.
    `notice_by_on` is the same before roll-over, our internal limit for notices (T-22); `post_by_on` the last day to post an
    answer (T-24); `query_by_on` the last day for a question (T-13); `ack_by_on` the acknowledgement limit where one exists.
    """

    received_on: date
    due_on: date | None
    first_month_due_on: date | None
    act_by_on: date | None
    paused: bool
    notice_by_on: date | None
    query_by_on: date
    post_by_on: date | None
    ack_by_on: date | None
    alternative_due_on: date | None
    suspended_days: int
    explanation: tuple[Line, ...]
    warnings: tuple[Line, ...]
    regime_version: str
    calendar_version: str
