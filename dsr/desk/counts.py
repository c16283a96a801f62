"""The numbers in the side bar, counted once in a few seconds for all colleagues of a controller (decision 090).

Counting twenty thousand open cases is most of what a page of the desk costs, and eight colleagues open several pages a second. So each
process keeps what it counted for DSR_COUNTS_SECONDS. Whoever does something sees the numbers counted anew, whichever process
answers her: a cookie says for as long that she did. Numbers only: no row, no role and no alarm is kept.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http.response import HttpResponseBase

    from dsr.cases.queue import Numbers
    from dsr.desk.access import DeskRequest

Value = TypeVar("Value")
COOKIE: Final = "dsr_acted"
_MOST: Final = 200
"""Entries a process keeps: a few for each controller and colleague who saved views."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted for a controller: `checks` of identity and `mails` that wait, and the cases of the views."""

    checks: int
    mails: int
    numbers: Numbers


class Kept(Generic[Value]):
    """What this process counted in the last seconds, by what it was counted for."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], tuple[float, Value]] = {}

    def get(self, request: DeskRequest, key: tuple[str, ...]) -> Value | None:
        """What is kept for `key`; None where it must be counted: also when the reader has just done something."""
        until, value = self._kept.get(key, (0.0, None))
        return None if until < time.monotonic() or COOKIE in request.COOKIES else value

    def put(self, key: tuple[str, ...], value: Value, *, times: int = 1) -> Value:
        """Keep `value` for DSR_COUNTS_SECONDS, or so many times as long, and give it back."""
        if settings.DSR_COUNTS_SECONDS:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = (time.monotonic() + times * settings.DSR_COUNTS_SECONDS, value)
        return value


VIEWS: Final[Kept[Counted]] = Kept()
SAVED: Final[Kept[Mapping[str, int]]] = Kept()
LISTS: Final[Kept[int]] = Kept()
"""How long lists are that no number of the side bar knows: closed cases, and views narrowed by filters."""
LONG: Final = 10_000
LONG_TIMES: Final = 12
"""A list of so many rows is counted a twelfth as often: counting costs its length, and one case more or less is no news in it."""


def acted(request: DeskRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Remember on the way out that this colleague did something, so that her next pages count anew."""
    if request.method == "POST" and settings.DSR_COUNTS_SECONDS:
        response.set_cookie(
            COOKIE,
            "1",
            max_age=settings.DSR_COUNTS_SECONDS,
            path="/desk/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
