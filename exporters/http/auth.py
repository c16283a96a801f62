"""Ways to sign in that billing and ticket systems use. Secrets stay out of every `repr`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from exporters.contract import Permanent, Temporary
from exporters.http.message import Request, at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.http.message import Reply


_MARGIN = 30
"""Seconds before its end in which a session is not used any more."""


class Auth(Protocol):
    """Adds credentials to requests."""

    def sign(self, request: Request, send: Callable[[Request], Reply], place: str) -> Request:
        """The request with credentials; `send` for those who must log in first."""
        ...

    def rejected(self) -> bool:
        """The server said 401: forget what was learned; whether another try can help."""
        ...


class NoAuth:
    """Nothing is added."""

    def sign(self, request: Request, send: Callable[[Request], Reply], place: str) -> Request:
        """Nothing to add."""
        return request

    def rejected(self) -> bool:
        """Nothing to renew."""
        return False


@dataclass(frozen=True, slots=True)
class Headers(NoAuth):
    """Fixed headers: a bearer token, UISP's `x-auth-token`, Zammad's `Token token=…`, BillMax's `api_key`."""

    headers: Mapping[str, str] = field(repr=False)

    def sign(self, request: Request, send: Callable[[Request], Reply], place: str) -> Request:
        """Add the headers."""
        return replace(request, headers=(*request.headers, *self.headers.items()))


def basic(user: str, password: str) -> Headers:
    """HTTP Basic: user and password in UTF-8."""
    return Headers({"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()})


@dataclass(frozen=True, slots=True)
class FormFields(NoAuth):
    """Credentials as form fields of each call (WHMCS: `identifier`, `secret`)."""

    fields: Mapping[str, str] = field(repr=False)

    def sign(self, request: Request, send: Callable[[Request], Reply], place: str) -> Request:
        """Add the fields; a call without a form gets one."""
        return replace(request, form=(*(request.form or ()), *self.fields.items()))


@dataclass(frozen=True, slots=True)
class Signed(NoAuth):
    """HMAC-SHA256 per call. Templates know {key}, {nonce}, {method}, {path}, {body} (its SHA-256) and, in `value`, {signature}.

    The defaults are Splynx's. Nonces grow within a process and, by the clock (microseconds since 1970), across restarts.
    """

    key: str = field(repr=False)
    secret: str = field(repr=False)
    message: str = "{nonce}{key}"
    header: str = "Authorization"
    value: str = "Splynx-EA (key={key}&nonce={nonce}&signature={signature})"
    upper: bool = True
    clock: Callable[[], float] = time.time
    _last: list[int] = field(default_factory=lambda: [0], repr=False)

    def sign(self, request: Request, send: Callable[[Request], Reply], place: str) -> Request:
        """Add the signature header."""
        facts = self.facts(request)
        return replace(request, headers=(*request.headers, (self.header, self.value.format(**facts))))

    def facts(self, request: Request) -> dict[str, str]:
        """What templates know about one call: key, a fresh nonce, the signature and what it covers."""
        self._last[0] = max(self._last[0] + 1, int(self.clock() * 1_000_000))
        facts = {
            "key": self.key,
            "nonce": str(self._last[0]),
            "method": request.method,
            "path": request.path,
            "body": hashlib.sha256(request.body() or b"").hexdigest(),
        }
        digest = hmac.new(self.secret.encode(), self.message.format(**facts).encode(), "sha256").hexdigest()
        return {**facts, "signature": digest.upper() if self.upper else digest}


@dataclass(slots=True)
class Login:
    """A session: log in, carry the token the answer holds, log in once more when a call is answered with 401."""

    request: Request = field(repr=False)
    token_at: str
    header: str = "Authorization"
    value: str = "Bearer {token}"
    also: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers every call carries, the login too (BillMax's `api_key`)."""
    _token: str = field(default="", repr=False)

    def sign(self, request: Request, send: Callable[[Request], Reply], place: str) -> Request:
        """Log in when there is no session yet, then add its token."""
        headers = (*request.headers, *self.also.items())
        if not self._token:
            reply = send(replace(self.request, headers=(*self.request.headers, *self.also.items())))
            self._token = session_of(reply, self.token_at, place)
        return replace(request, headers=(*headers, (self.header, self.value.format(token=self._token))))

    def rejected(self) -> bool:
        """The session has ended: another one may do."""
        ended = bool(self._token)
        self._token = ""
        return ended


@dataclass(slots=True)
class SignedLogin:
    """A session opened with a signature instead of a password (Splynx): key, nonce and signature go in the body of the log-in.

    `body` is a template as `Signed` knows them; `expires_at` is where the answer says when the session ends (seconds since 1970).
    A session about to end is replaced before it does, one that ended after the 401; a new log-in needs no second token kept.
    """

    signer: Signed
    path: str
    body: Mapping[str, str] = field(repr=False)
    token_at: str
    expires_at: str = ""
    header: str = "Authorization"
    value: str = "Splynx-EA (access_token={token})"
    _token: str = field(default="", repr=False)
    _until: float = field(default=0.0, init=False)

    def sign(self, request: Request, send: Callable[[Request], Reply], place: str) -> Request:
        """Log in when there is no session or it is about to end, then add its token."""
        if not self._token or (self._until and self.signer.clock() + _MARGIN > self._until):
            plain = Request("POST", self.path)
            facts = self.signer.facts(plain)
            reply = send(replace(plain, json={name: text.format(**facts) for name, text in self.body.items()}))
            self._token = session_of(reply, self.token_at, place)
            until = at(reply.data(place), self.expires_at) if self.expires_at else 0
            self._until = float(until) if str(until).isdigit() else 0.0
        return replace(request, headers=(*request.headers, (self.header, self.value.format(token=self._token))))

    def rejected(self) -> bool:
        """The session has ended: another one may do."""
        ended = bool(self._token)
        self._token = ""
        return ended


def session_of(reply: Reply, token_at: str, place: str) -> str:
    """The session a log-in gave. Raises Temporary where nobody could answer, Permanent("access_denied") where it was refused."""
    if reply.status >= 500 or reply.status in {408, 425, 429}:  # noqa: PLR2004
        raise Temporary("store_down", place)
    found = at(reply.data(place), token_at) if reply.status < 300 else None  # noqa: PLR2004
    if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
        raise Permanent("access_denied", place)
    return str(found)
