"""How often one client address may try something: named limits, counted in the cache, answered by a page that says when to go on.

Addresses are counted under a keyed hash, IPv6 by its /64 network. When the cache is down each process counts by itself:
a request for one's data must not fail because Redis does.
"""

from __future__ import annotations

import functools
import ipaddress
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.shortcuts import render
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)
_MINUTE = 60
_own = LocMemCache("dsr-limits", {})


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries in a window of `seconds`; windows start at fixed instants, so one counter per key is enough."""

    name: str
    most: int
    seconds: int

    def take(self, key: str, *, at: float, units: int = 1) -> int:
        """Count one try (or `units` of what is limited) at Unix time `at`; 0 when it is allowed, else the seconds until the
        next window.
        """
        window, gone = divmod(int(at), self.seconds)
        counter = f"limit:{self.name}:{window}:{hidden(key)}"
        return 0 if counted(counter, self.seconds, units) <= self.most else self.seconds - gone

    def reached(self, key: str, *, at: float) -> bool:
        """Whether no try is left, without counting one."""
        counter = f"limit:{self.name}:{int(at) // self.seconds}:{hidden(key)}"
        return seen(counter) >= self.most


def hidden(key: str) -> str:
    """A keyed hash of what is counted, 32 hexadecimal digits: the cache and our rows never hold an address."""
    return salted_hmac("dsr.limits", key, algorithm="sha256").hexdigest()[:32]


def seen(counter: str) -> int:
    """What a counter stands at, without counting."""
    try:
        return int(cache.get(counter, 0))
    except Exception:  # noqa: BLE001 -- whatever the cache's client raises when its server is away
        return int(_own.get(counter, 0))


def counted(counter: str, seconds: int, units: int = 1) -> int:
    """Count one, or `units`, under this name, for so many seconds; what it stands at now."""
    try:
        return _increment(cache, counter, seconds, units)
    except Exception as error:  # noqa: BLE001 -- see `seen`
        log.warning("the cache is down (%s); limits count per process", type(error).__name__)
        return _increment(_own, counter, seconds, units)


def _increment(store: Any, counter: str, seconds: int, units: int) -> int:
    store.add(counter, 0, timeout=seconds)
    try:
        return int(store.incr(counter, units))
    except ValueError:  # it ended between the two lines
        store.set(counter, units, timeout=seconds)
        return units


def client_address(request: HttpRequest) -> str:
    """Where the request came from: the peer, or behind our own proxy the last address it added. IPv6 as its /64 network."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if settings.DSR_BEHIND_PROXY:
        peer = str(request.META.get("HTTP_X_FORWARDED_FOR", peer)).rsplit(",", 1)[-1].strip()
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


SIGN_IN = Limit("sign_in", 30, 5 * _MINUTE)
WRONG_PASSWORD = Limit("wrong_password", 10, 15 * _MINUTE)
NEW_ACCOUNT = Limit("new_account", 20, 60 * _MINUTE)
FIND = Limit("find", 20, 15 * _MINUTE)
CODE = Limit("code", 40, 15 * _MINUTE)
REQUEST = Limit("request", 30, 60 * _MINUTE)
BY_HAND = Limit("by_hand", 60, 15 * _MINUTE)
PAPER = Limit("paper", 20, 10 * _MINUTE)


def sign_in(request: HttpRequest) -> int:
    """Passwords sent from one address; a household or a shop shares one, hence the room."""
    return SIGN_IN.take(client_address(request), at=time.time())


def new_account(request: HttpRequest) -> int:
    """Accounts made and passwords reset from one address: each sends a mail."""
    return NEW_ACCOUNT.take(client_address(request), at=time.time())


def find(request: HttpRequest) -> int:
    """Codes asked for from one address, to follow a request or to prove who one is: each may send a mail."""
    return FIND.take(client_address(request), at=time.time())


def code_entry(request: HttpRequest) -> int:
    """Codes typed from one address; each code has its own five tries beside this."""
    return CODE.take(client_address(request), at=time.time())


def by_hand(request: HttpRequest) -> int:
    """Links of departments opened from one address: a token cannot be guessed, and nobody may try for long."""
    return BY_HAND.take(client_address(request), at=time.time())


def new_request(request: HttpRequest) -> int:
    """Requests and messages sent from one address."""
    return REQUEST.take(client_address(request), at=time.time())


def paper(request: HttpRequest) -> int:
    """Documents made for one address: each starts a renderer."""
    return PAPER.take(client_address(request), at=time.time())


def limited(
    count: Callable[[HttpRequest], int], *, methods: tuple[str, ...] = ("POST",)
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a view run only while `count` (one of the named limits) allows; above it the page with the time to wait, status 429."""

    def around(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def checked(request: Any, *args: Any, **kwargs: Any) -> Any:
            if request.method in methods and (wait := count(request)):
                return too_many(request, wait)
            return view(request, *args, **kwargs)

        return checked

    return around


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """The page that says how long to wait (`wait` in seconds) and which other ways are open."""
    response = render(request, "429.html", {"minutes": -(-wait // _MINUTE)}, status=429)
    response["Retry-After"] = str(wait)
    return response
