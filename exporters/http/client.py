"""The one HTTP client of the exporters: bounded in time, size, rate and reach; repeats reads, never a write.

What a server or a driver says in words is dropped, since it may quote a person: errors carry a code and a place only.
"""

from __future__ import annotations

import logging
import ssl
import time
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import httpx

from exporters.contract import Permanent, Temporary
from exporters.http.auth import NoAuth
from exporters.http.body import decoded, read_all
from exporters.http.guard import ForbiddenAddressError, GuardedTransport
from exporters.http.limits import Bucket, Limits
from exporters.http.message import Reply, Request
from exporters.mapped.source import FateUnknown

__all__ = ["FateUnknown", "HttpClient", "Reach"]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from exporters.http.auth import Auth
    from exporters.http.guard import Network

# Both log URLs with every value in them, httpx already at INFO.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_AGAIN = frozenset({408, 425, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_LONGEST_RETRY_AFTER = 10**6


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a client may go: `hosts` by name besides that of the base URL, `networks` besides public addresses."""

    base_url: str
    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    ca_file: Path | None = None

    def allows(self, url: str) -> bool:
        """Whether a URL is https (http only where the base is) on an allowed host and without credentials."""
        base, parts = urlsplit(self.base_url), urlsplit(url)
        scheme = parts.scheme in {"https", base.scheme}
        return scheme and parts.username is None and (parts.hostname or "") in {base.hostname, *self.hosts}


@dataclass(slots=True)
class HttpClient:
    """Calls one store. `clock` and `sleep` are for tests that must not wait."""

    reach: Reach
    auth: Auth = field(default_factory=NoAuth)
    limits: Limits = field(default_factory=Limits)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _http: httpx.Client | None = field(default=None, repr=False)
    _bucket: Bucket = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Nothing is contacted yet."""
        self._bucket = Bucket(self.limits.rate, self.limits.burst, clock=self.clock, sleep=self.sleep)

    def read(self, request: Request, place: str, *, absent: bool = False) -> Reply:
        """Send a call that changes nothing, again if need be. `absent`: 404 and 410 are answers, not errors.

        Raises Temporary (`store_down`, `timeout`, `busy`, `server_error`) after all tries, Permanent (`access_denied`,
        `too_large`, `http_4xx` …) at once.
        """
        last: Temporary | None = None
        for attempt in range(self.limits.retries + 1):
            if attempt:
                self.sleep(self._pause(last, attempt))
            try:
                return self._answered(self._authenticated(request, place, self._followed), place, absent=absent)
            except Temporary as error:
                last = error
                if error.code == "server_error":
                    break
        raise last or Temporary("store_down", place)

    def write(self, request: Request, place: str) -> Reply:
        """Send a call that changes something, once.

        Raises FateUnknown when it may have happened, Temporary when it certainly did not (no connection, 429),
        Permanent when the store refused it.
        """
        reply = self._authenticated(request, place, self._sent_once)
        if reply.status >= 500 or reply.status == 408:  # noqa: PLR2004
            raise FateUnknown(place)
        if reply.status in _REDIRECTS:
            raise Permanent("redirected", place)
        return self._answered(reply, place, absent=True)

    def close(self) -> None:
        """Give back the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _authenticated(self, request: Request, place: str, send: Callable[[Request, str], Reply]) -> Reply:
        def plain(login: Request) -> Reply:
            return self._followed(login, place)

        reply = send(self.auth.sign(request, plain, place), place)
        # 401 says that nothing was done, so even a write may be sent again under a new session: once.
        if reply.status == 401 and self.auth.rejected():  # noqa: PLR2004
            reply = send(self.auth.sign(request, plain, place), place)
        return reply

    def _followed(self, request: Request, place: str) -> Reply:
        """A read with redirects that stay on the same host, scheme and port."""
        for _ in range(_MOST_REDIRECTS):
            try:
                reply = self._once(request, place)
            except (httpx.TimeoutException, httpx.PoolTimeout):
                raise Temporary("timeout", place) from None
            except httpx.TransportError:
                raise Temporary("store_down", place) from None
            if reply.status not in _REDIRECTS:
                return reply
            if request.method not in {"GET", "HEAD"}:
                raise Permanent("redirected", place)
            target = urljoin(reply.url, reply.headers.get("location", ""))
            if _origin(target) != _origin(reply.url):
                raise Permanent("redirected", place)
            request = replace(request, path=target, query=())
        raise Permanent("redirected", place)

    def _sent_once(self, request: Request, place: str) -> Reply:
        try:
            return self._once(request, place)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise Temporary("store_down", place) from None
        except httpx.TransportError:
            raise FateUnknown(place) from None
        except (Temporary, Permanent) as error:
            # The head of the answer was read, its body was not: too large, too slow, badly packed.
            raise error if error.code in {"wrong_host", "forbidden_address"} else FateUnknown(place) from None

    def _once(self, request: Request, place: str) -> Reply:
        url = urljoin(self.reach.base_url, request.path)
        if not self.reach.allows(url):
            raise Permanent("wrong_host", place)
        self._bucket.take()
        until = self.clock() + self.limits.total
        body = request.body()
        headers = {"Accept": "application/json", **self.headers, **dict(request.headers), "Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with self._client().stream(
                request.method,
                url,
                params=request.query or None,
                headers=headers,
                content=body,
                data=_form(request) if request.form is not None else None,
            ) as answer:
                chunks = decoded(
                    answer.iter_raw(), answer.headers.get("content-encoding", ""), limit=self.limits.size, place=place
                )
                content = read_all(chunks, limit=self.limits.size, until=until, clock=self.clock, place=place)
                return Reply(answer.status_code, dict(answer.headers), content, str(answer.url))
        except ForbiddenAddressError:
            raise Permanent("forbidden_address", place) from None
        except httpx.InvalidURL:
            raise Permanent("wrong_host", place) from None

    def _client(self) -> httpx.Client:
        if self._http is None:
            context = ssl.create_default_context(cafile=str(self.reach.ca_file) if self.reach.ca_file else None)
            self._http = httpx.Client(
                transport=GuardedTransport(networks=self.reach.networks, verify=context),
                timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect),
                follow_redirects=False,
                trust_env=False,
                headers={"User-Agent": "dsr-desk"},
            )
        return self._http

    def _answered(self, reply: Reply, place: str, *, absent: bool) -> Reply:
        """The reply, or the exception its status stands for."""
        status = reply.status
        if status < 300 or (absent and status in {404, 410}):  # noqa: PLR2004
            return reply
        if status == 429:  # noqa: PLR2004
            raise _Busy(place, self._asked_to_wait(reply))
        if status in _AGAIN:
            raise (
                _Busy(place, self._asked_to_wait(reply))
                if "retry-after" in reply.headers
                else Temporary("store_down", place)
            )
        if status >= 500:  # noqa: PLR2004
            raise Temporary("server_error", place)
        raise Permanent(_CODES.get(status, f"http_{status}"), place)

    def _asked_to_wait(self, reply: Reply) -> float:
        """Seconds of Retry-After, given as a number or as a date; 0 when it says nothing usable."""
        text = reply.headers.get("retry-after", "").strip()
        if text.isdigit():
            return float(min(int(text[:7]), _LONGEST_RETRY_AFTER))
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
        except (ValueError, TypeError, OverflowError):
            return 0.0

    def _pause(self, last: Temporary | None, attempt: int) -> float:
        """Seconds before the next try. Raises `last` when the server wants us gone for longer than we wait."""
        asked = last.seconds if isinstance(last, _Busy) else 0.0
        if last is not None and asked > self.limits.retry_after:
            raise last from None
        return max(asked, self.limits.backoff * 2.0 ** (attempt - 1))


class _Busy(Temporary):
    """The server asked for patience, for so many seconds."""

    def __init__(self, place: str, seconds: float) -> None:
        super().__init__("busy", place)
        self.seconds = seconds


_CODES: Mapping[int, str] = {
    401: "access_denied",
    403: "access_denied",
    404: "not_found",
    410: "not_found",
    409: "conflict",
    412: "conflict",
    428: "conflict",
}


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _form(request: Request) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in request.form or ():
        fields.setdefault(name, []).append(value)
    return fields
