"""An office of two, each signed in at a browser of her own by keyboard; and journeys on the day of their scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from tests.browser.journeys.people import Journey
from tests.browser.office import Colleague, Office
from tests.factories import make_controller, make_staff
from tests.scenarios.cast import ZONES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.harness import Browse


@pytest.fixture
def office(browse: Browse, demo_stores: Any) -> Callable[..., Office]:
    """`office()` signs in a handler and a lead; the modes are those of the harness."""

    def opened(handler: str = "desktop", second: str = "desktop") -> Office:
        make_controller(customer_stores=["billing"], cooling_hours=0)
        people: list[Colleague] = []
        for name, roles, mode in (("mara", (), handler), ("otto", ("lead",), second)):
            colleague = Colleague(browse.page(mode))
            colleague.sign_in(make_staff(name, *roles))
            people.append(colleague)
        return Office(people[0], people[1])

    return opened


@pytest.fixture
def journey(browse: Browse, demo_stores: Any) -> Iterator[Callable[..., Journey]]:
    """`journey("SC-01", "DE-BE", 6, 15)`: a provider of that place on that day of 2026; the clock goes on from there."""
    travels: list[time_machine.travel] = []

    def begun(
        code: str, place: str, month: int, day: int, hour: int = 10, minute: int = 0, **controller: Any
    ) -> Journey:
        country, _, subdivision = place.partition("-")
        own = {"country": country, "subdivision": subdivision, "timezone": ZONES[country]}
        travel = time_machine.travel(0, tick=True)
        travels.append(travel)
        clock = travel.start()
        made = make_controller(customer_stores=["billing"], cooling_hours=0, **own, **controller)
        one = Journey(code, browse, made, clock)
        one.at(month, day, hour, minute)
        return one

    yield begun
    for travel in travels:
        travel.stop()
