"""Where a client may connect to: listed hosts, and of their addresses only public ones or networks that are listed.

A name that suddenly resolves to the metadata service or to a machine of the office is refused at the moment of
connecting, with the very address that was checked, so that a second look-up cannot slip in another.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any, TypeAlias

import httpcore
import httpx

from exporters.http.deadline import DeadlineStream

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from exporters.http.deadline import Deadline

Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"
_Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"


class ForbiddenAddressError(Exception):
    """The host resolves to an address this store may not use."""


class GuardedBackend(httpcore.SyncBackend):
    """Connects to checked addresses only."""

    def __init__(self, networks: tuple[Network, ...], deadline: Deadline | None = None) -> None:
        """`networks`: private ones that are allowed besides public addresses; `deadline`: the end of all its connections."""
        self._networks, self._deadline = networks, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check every address, connect to the first that answers."""
        failed: Exception = httpcore.ConnectError("no address")
        for address in self._addresses(host, port):
            wait = self._deadline.left(timeout, httpcore.ConnectTimeout) if self._deadline else timeout
            try:
                stream = super().connect_tcp(str(address), port, wait, local_address, socket_options)
                return DeadlineStream(stream, self._deadline) if self._deadline else stream
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def _addresses(self, host: str, port: int) -> list[_Address]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(type(error).__name__) from None
        addresses = list(dict.fromkeys(ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found))
        for address in addresses:
            if not self.allows(address):
                raise ForbiddenAddressError
        return addresses

    def allows(self, address: _Address) -> bool:
        """Public addresses (also inside an IPv4-mapped one) and those of the listed networks."""
        plain = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        seen = plain or address
        listed = any(seen in network for network in self._networks if network.version == seen.version)
        return listed or (seen.is_global and not seen.is_multicast)


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over a guarded backend; no proxies and nothing from the environment."""

    def __init__(
        self, *, networks: tuple[Network, ...], verify: ssl.SSLContext, deadline: Deadline | None = None
    ) -> None:
        super().__init__(verify=verify, trust_env=False)
        # httpx has no argument for the backend; a test proves that this one is asked.
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=verify,
            max_connections=4,
            keepalive_expiry=15,
            network_backend=GuardedBackend(networks, deadline),
        )
