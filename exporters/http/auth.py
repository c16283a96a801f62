"""Ways to sign in that billing and ticket systems use. Secrets stay out of every `repr`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from exporters.contract import Permanent
from exporters.http.message import Request, at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.http.message import Reply


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
        self._last[0] = max(self._last[0] + 1, int(self.clock() * 1_000_000))
        facts = {
            "key": self.key,
            "nonce": str(self._last[0]),
            "method": request.method,
            "path": request.path,
            "body": hashlib.sha256(request.body() or b"").hexdigest(),
        }
        digest = hmac.new(self.secret.encode(), self.message.format(**facts).encode(), "sha256").hexdigest()
        signature = digest.upper() if self.upper else digest
        return replace(
            request, headers=(*request.headers, (self.header, self.value.format(**facts, signature=signature)))
        )


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
            found = at(reply.data(place), self.token_at) if reply.status < 300 else None  # noqa: PLR2004
            if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
                raise Permanent("access_denied", place)
            self._token = str(found)
        return replace(request, headers=(*headers, (self.header, self.value.format(token=self._token))))

    def rejected(self) -> bool:
        """The session has ended: another one may do."""
        ended = bool(self._token)
        self._token = ""
        return ended
