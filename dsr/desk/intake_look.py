"""What the page of a new request says while it is filled in: when it is due, and whether this person has asked before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import clock, known
from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict
    from django.utils.functional import _StrPromise

    from dsr.models import Case, Controller

OLD_DAYS: Final = 7
"""From so many days on the page says how much of the month is gone."""
_SHARES: Final[Mapping[str, _StrPromise]] = {
    "customer_number": gettext_lazy("same customer number"),
    "email": gettext_lazy("same e-mail address"),
    "phone": gettext_lazy("same telephone number"),
    "name": gettext_lazy("same name"),
}
_FROM_REQUEST: Final = ("name", "contact_email", "contact_post")


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier request of perhaps the same person."""

    id: str
    reference: str
    received_on: date
    rights: str
    shares: str
    case: Case | None = field(repr=False, default=None)
    open: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """`due_on` None: no day yet. `gone` are days since receipt when they are many; `left` are days to the due date, from today."""

    due_on: date | None = None
    gone: int = 0
    left: int = 0
    future: bool = False
    before: list[Before] = field(default_factory=list)
    account: bool = False

    @property
    def late(self) -> int:
        """By how many days it is overdue already."""
        return max(0, -self.left)


def typed(post: QueryDict, *, controller: Controller) -> dict[str, Any]:
    """What was typed, as initial values; with `use`, empty boxes get the contact of that request."""
    if not post:
        return {}
    values: dict[str, Any] = {name: post.get(name, "") for name in post if name not in {"csrfmiddlewaretoken", "look"}}
    values["rights"] = post.getlist("rights")
    values["stop"] = bool(post.get("stop"))
    values["covers"] = bool(post.get("covers"))
    return _used(values, post.get("use", ""), controller) if post.get("use") else values


def _used(values: dict[str, Any], reference: str, controller: Controller) -> dict[str, Any]:
    """The contact of an earlier request that what was typed leads to: a reference alone opens nobody's (4.5)."""
    known_by = {one.request.reference: one.request for one in _found(controller, values)}
    found = known_by.get(reference)
    if found is None:
        return values
    content = found.content()
    told = {name: content.get(name, "") for name in _FROM_REQUEST} | dict(content.get("identifiers", []))
    for name in (*_FROM_REQUEST, "customer_number", "phone"):
        values[name] = values.get(name) or told.get(name, "")
    return values | {"language": found.language}


def look(controller: Controller, values: Mapping[str, Any], *, now: datetime) -> Looked:
    """The due date of what is typed so far and the earlier requests by the same identifiers."""
    today = clock.local_date(controller, now)
    before, account = _before(controller, values)
    day = _day(values.get("received_on"))
    if day is None or day > today:
        return Looked(future=day is not None, before=before, account=account)
    due = _due(controller, values, day, today)
    gone = (today - day).days
    return Looked(
        due_on=due,
        gone=gone if gone >= OLD_DAYS else 0,
        left=(due - today).days if due else 0,
        before=before,
        account=account,
    )


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None


def _due(controller: Controller, values: Mapping[str, Any], day: date, today: date) -> date | None:
    """The earliest due date of the rights that are ticked; of access while none is (T-01)."""
    at = datetime.combine(day, time(12), ZoneInfo(controller.timezone))
    known_rights = {right.value for right in Right}
    rights = [Right(one) for one in values.get("rights", []) if one in known_rights] or [Right.ACCESS]
    if not 1990 < day.year < 2200:  # noqa: PLR2004 -- outside the years the calendars know
        return None
    found = [
        clock.columns(clock.clock_input(controller=controller, received_at=at, right=right), today=today)["due_on"]
        for right in rights
    ]
    return min((one for one in found if one), default=None)


def _before(controller: Controller, values: Mapping[str, Any]) -> tuple[list[Before], bool]:
    account = known.has_account(controller=controller, email=str(values.get("contact_email", "")))
    return [_earlier(one, controller) for one in _found(controller, values)], account


def _found(controller: Controller, values: Mapping[str, Any]) -> list[known.Earlier]:
    identifiers = [
        ("customer_number", str(values.get("customer_number", ""))),
        ("phone", str(values.get("phone", ""))),
        ("email", str(values.get("contact_email", ""))),
    ]
    return known.earlier(controller=controller, identifiers=identifiers, name=str(values.get("name", "")))


def _earlier(one: known.Earlier, controller: Controller) -> Before:
    cases = sorted(one.request.cases.all(), key=lambda case: str(case.right))
    return Before(
        id=str(one.request.pk),
        reference=one.request.reference,
        received_on=clock.local_date(controller, one.request.received_at),
        rights=", ".join(wording.right(case.right) for case in cases),
        shares=", ".join(str(_SHARES[kind]) for kind in one.shares if kind in _SHARES),
        case=cases[0] if cases else None,
        open=any(case.is_open for case in cases),
    )
