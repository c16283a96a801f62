"""An office of two, each signed in at a browser of her own by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.office import Colleague, Office
from tests.factories import make_controller, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable

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
