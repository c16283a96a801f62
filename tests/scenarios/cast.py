"""What the scenarios share: controllers of their countries, local times, colleagues, and a short way to a refused step."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pytest

from dsr.cases import actors, consultation
from dsr.cases.perform import RefusedError
from dsr.models import Case, Controller
from tests.factories import make_controller, make_request, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsr.law.rights import Right

ZONES: Final = {
    "AT": "Europe/Vienna",
    "BE": "Europe/Brussels",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "IT": "Europe/Rome",
    "NL": "Europe/Amsterdam",
    "PL": "Europe/Warsaw",
    "PT": "Europe/Lisbon",
    "SE": "Europe/Stockholm",
}


def controller_in(place: str) -> Controller:
    """A provider in a country or a part of it (`DE-BY`), made once."""
    country, _, subdivision = place.partition("-")
    regime = {"regime": "UK_GDPR"} if country == "GB" else {}
    return make_controller(
        f"net-{place.lower()}", country=country, subdivision=subdivision, timezone=ZONES[country], **regime
    )


def local(place: str, year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """An instant by the clock of the place."""
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(ZONES[place[:2]]))


def received(place: str, right: Right, at: datetime, **fields: Any) -> Case:
    """A case of this right, received at `at`; nobody has proven anything."""
    request = make_request(controller=controller_in(place), rights=(right,), at=at, **fields)
    case: Case = request.cases.select_related("controller", "request").get()
    return case


def staff(case: Case, name: str = "mara", *roles: str) -> Any:
    """A colleague of the case's controller as an actor."""
    return actors.staff(make_staff(name, *roles, controller=case.controller))


def lead(case: Case, name: str = "otto") -> Any:
    """Somebody who decides."""
    return staff(case, name, "lead")


def advise(case: Case, about: str, words: str, *, now: datetime) -> None:
    """The data protection officer agrees, on file."""
    dora = staff(case, "dora", "dpo")
    consultation.give(case_id=case.pk, about=about, stance="agrees", text=words, actor=dora, now=now)


def prepared_by(case: Case, name: str = "mara") -> Case:
    """The case in the hands of a colleague, so that somebody else can decide (4.0.7)."""
    Case.objects.filter(pk=case.pk).update(handler=make_staff(name, controller=case.controller))
    return again(case)


def again(case: Case) -> Case:
    """The case as it stands now."""
    found: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    return found


def refusal(act: Callable[[], object]) -> str:
    """The code with which `act` is refused."""
    with pytest.raises(RefusedError) as error:
        act()
    return str(error.value.refusal.code)
