"""What the check page shows: every answer with its Change link, by right where there are several, and each date we promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

from dsr import wording
from dsr.cases.clock import local_date
from dsr.law.persons import Person
from dsr.law.rights import Right
from dsr.wording import asked
from portal import filing, questions, senders
from portal.prospects import outlook_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsr.law.persons import Behalf
    from dsr.models import Controller
    from portal.forms.ask import StepForm
    from portal.questions import About, Step


@dataclass(frozen=True, slots=True)
class Row:
    """One answer, and where it is changed."""

    label: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Answers that belong together: those of one right (`right` is its code), or those all rights share."""

    title: str
    right: str
    rows: Sequence[Row]


def page_of(
    about: About,
    form_of: Callable[[Step, About], StepForm],
    *,
    address: Callable[[Step, str], str],
    controller: Controller,
    now: datetime,
) -> dict[str, Any]:
    """The context of the page. One right is one list; several get a list each, and one for what they share."""
    behalf = senders.behalf_of(about, controller=controller, today=local_date(controller, now))
    dates = filing.due_dates(controller=controller, about=about, now=now)
    days = {day for _right, day in dates}
    rights = [right.value for right, _day in dates]
    return {
        "groups": _groups(about, form_of, address),
        "promises": [(wording.right_plain(right), day) for right, day in dates],
        "one_day": next(iter(days)) if len(days) == 1 else None,
        "several": len(dates) > 1,
        "can_add": len(about.chosen) < len(Right) and not about.unsure,
        "outlook": outlook_of(controller=controller, about=about, language=get_language() or "en", now=now),
        "behalf": behalf,
        "asked_too": _first_name(behalf) if behalf and behalf.ask else "",
        "uncovered": [str(asked.COVERS[Right(right)]) for right in (behalf.uncovered(rights) if behalf else ())],
        "replies_to": behalf.name if behalf and behalf.who in {Person.REPRESENTED, Person.OTHER_USER} else "",
    }


def _groups(
    about: About, form_of: Callable[[Step, About], StepForm], address: Callable[[Step, str], str]
) -> list[Group]:
    if not about.done:
        return [Group("", "", _rows(about, questions.path(about), form_of, address, ""))]
    found = []
    for part in questions.parts(about):
        right = part.right.value if part.right else ""
        own = [step for step in questions.path(part) if not step.common and step.name != "what"]
        rows = _rows(part, own, form_of, address, "" if part.right == about.right else right)
        found.append(Group(wording.right_plain(right), right, rows))
    shared = [step for step in questions.path(about) if step.common]
    return [*found, Group("", "", _rows(about, shared, form_of, address, ""))]


def _rows(
    about: About,
    steps: Sequence[Step],
    form_of: Callable[[Step, About], StepForm],
    address: Callable[[Step, str], str],
    right: str,
) -> list[Row]:
    return [
        Row(label, text, address(step, right))
        for step in steps
        for label, text in questions.words_of(about, step, form_of(step, about))
    ]


def _first_name(behalf: Behalf) -> str:
    return behalf.name.split()[0] if behalf.name.split() else ""
