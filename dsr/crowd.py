"""Whether a filing without an account comes in a crowd: sliding rates per network, per controller, per content, per contact.

Nothing is refused here. What is above a rate gets a mark, and `dsr.cases.flood` holds it for a person to look at. A whole
building or the customers of a mobile network may share an address, so the rates are high and a mark costs nobody a right:
the request is saved, has its reference, and its clock runs. Keys are counted under a keyed hash, in the cache of
`dsr.limits`; when that is away each process counts by itself.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dsr import limits
from dsr.cases import flood
from dsr.cases.flood import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from dsr.models import Request


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in any `seconds`: the fixed window now, and the part of the one before that still counts."""

    name: str
    most: int
    seconds: int

    def over(self, key: str, *, at: float) -> bool:
        """Count one at Unix time `at`; whether that is more than allowed."""
        window, gone = divmod(int(at), self.seconds)
        now = limits.counted(self._counter(window, key), 2 * self.seconds)
        before = limits.seen(self._counter(window - 1, key))
        return now + before * (1 - gone / self.seconds) > self.most

    def _counter(self, window: int, key: str) -> str:
        return f"rate:{self.name}:{window}:{limits.hidden(key)}"


NETWORK: Final = Rate("network", 10, 60)
CONTROLLER: Final = Rate("controller", 60, 60)
# The same filing word by word. A template that many people send carries other names and contacts.
SAME_CONTENT: Final = Rate("content", 3, 3600)
# Filings that name one e-mail address: more would make us send somebody a heap of mails she never asked for.
SAME_CONTACT: Final = Rate("contact", 5, 3600)


def network_of(request: HttpRequest) -> str:
    """The network the sender is in: the /24 of an IPv4, the /48 of an IPv6 address, or `unknown`."""
    try:
        address = ipaddress.ip_address(limits.client_address(request))
    except ValueError:
        return "unknown"
    bits = 24 if address.version == 4 else 48  # noqa: PLR2004 -- the versions of IP
    return str(ipaddress.ip_network((address, bits), strict=False))


def hidden(network: str) -> str:
    """How a held request remembers a network: a keyed hash of 32 hexadecimal digits, for counting."""
    return limits.hidden(f"network {network}")


def watch(*, http: HttpRequest, sent: Request, marks: Sequence[str], now: datetime) -> None:
    """Hold a request that was just sent when it comes in a crowd, or for the `marks` its form made; in the caller's transaction.

    Accounts and requests that were sent before (a double click) are left alone.
    """
    if sent.account_id is not None or sent.created_at != now:
        return
    network = network_of(http)
    for reason in (*marks, *reasons(sent=sent, network=network, at=now.timestamp())):
        flood.mark(request=sent, reason=reason, now=now, network=hidden(network))


def reasons(*, sent: Request, network: str, at: float) -> tuple[Mark, ...]:
    """Count one request at Unix time `at`; why it is to be held, or nothing.

    What one network or one content is held for is not counted against the controller: who asks beside a flood is not held.
    """
    slug, told = sent.controller.slug, sent.content()
    found = []
    if NETWORK.over(f"{slug} {network}", at=at):
        found.append(Mark.NETWORK)
    if SAME_CONTENT.over(f"{slug} {_content(told)}", at=at):
        found.append(Mark.SAME_CONTENT)
    contact = str(told.get("contact_email", "")).casefold()
    if contact and SAME_CONTACT.over(f"{slug} {contact}", at=at):
        found.append(Mark.SAME_CONTACT)
    if not found and CONTROLLER.over(slug, at=at):
        found.append(Mark.CONTROLLER)
    return tuple(found)


def _content(told: Mapping[str, Any]) -> str:
    parts = [str(told.get(name, "")) for name in ("name", "words", "contact_email", "contact_post")]
    parts += [f"{kind} {value}" for kind, value in told.get("identifiers", [])]
    return "\0".join(" ".join(part.casefold().split()) for part in parts)
