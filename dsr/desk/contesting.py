"""What the person wrote after the answer may be that she does not agree: one click makes a contest of it (4.2 no. 20, T-02).

A mail that joins a closed case is a message and nothing more, because no program can tell thanks from an objection. Whoever
reads it decides; the day on which it reached us counts, not the day on which somebody read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dsr import wording
from dsr.cases.clock import local_date
from dsr.desk.forms.steps import MAX_REASON
from dsr.desk.steps import step_refusal
from dsr.law.workflow import ANSWERED, Action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from dsr.desk.conversation import Line
    from dsr.law.workflow import Actor
    from dsr.models import Case


@dataclass(frozen=True, slots=True)
class Offer:
    """A message that can be made a contest: the day it reached us, its words; or why this member of staff may not."""

    day: date
    reason: str = field(repr=False)
    why_not: str = ""


def with_offers(case: Case, lines: Sequence[Line], actor: Actor, *, now: datetime) -> list[Line]:
    """The conversation; what she wrote since the answer of this case carries the offer to make it a contest."""
    if case.closed_at is None or case.state not in ANSWERED:
        return list(lines)
    late = {at for at, line in enumerate(lines) if not line.own and line.text and line.at >= case.closed_at}
    if not late:
        return list(lines)
    refused = step_refusal(case, Action.CONTEST, actor, now=now)
    why_not = wording.refusal(refused) if refused else ""
    return [_offered(line, case, why_not) if at in late else line for at, line in enumerate(lines)]


def _offered(line: Line, case: Case, why_not: str) -> Line:
    offer = Offer(local_date(case.controller, line.at), _fitting(line.text), why_not)
    return replace(line, contest=offer)


def _fitting(words: str) -> str:
    """What fits into the form; a browser sends each end of a line as two characters. The whole stays in the message."""
    lines = "\n".join(words.splitlines()).strip()
    return lines[: MAX_REASON - lines[:MAX_REASON].count("\n")]
