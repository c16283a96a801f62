"""Signed questions to a service of the provider's own, answered at once or later (docs/stores/webhook.md is the protocol).

Every call carries an id made from what is asked, the same at every try: a question that is asked again while its answer is
still being made finds its job, and an order that was carried out is not carried out twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from exporters.contract import Permanent, Temporary
from exporters.http.auth import Signed
from exporters.http.message import Request
from exporters.mapped.source import FateUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.http.client import HttpClient
    from exporters.http.message import Reply

PROTOCOL: Final = "dsr-webhook/1"
HEADER: Final = "DSR-Signature"
_LONGEST_PAUSE: Final = 5.0
"""Seconds between two looks at a job that is not done."""


def request_signing(secret: str) -> Signed:
    """How calls are signed: HMAC-SHA256 over protocol, microseconds since 1970 and the SHA-256 of the body."""
    message = f"{PROTOCOL} request\n{{nonce}}\n{{body}}"
    return Signed("", secret, message, header=HEADER, value="t={nonce},v1={signature}", upper=False)


def reply_signature(secret: bytes, status: int, body: bytes) -> str:
    """What the header of a reply must say; the body repeats the `call` it answers, so that no reply fits two calls."""
    message = f"{PROTOCOL} reply\n{status}\n{hashlib.sha256(body).hexdigest()}"
    return "v1=" + hmac.new(secret, message.encode(), "sha256").hexdigest()


@dataclass(slots=True)
class Service:
    """One service. `wait`: seconds one call waits for a job before the work is put off to a later try."""

    client: HttpClient
    secret: bytes = field(repr=False)
    store: str
    wait: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def ask(self, verb: str, about: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The answer to a question that changes nothing.

        Raises Temporary("timeout") when the service is still at it, Permanent("refused", "bad_answer", …).
        """
        number = self._id(verb, about)
        said = self._said({"verb": verb, "id": number, **about}, place)
        said = self._finished(number, said, place)
        match said["state"]:
            case "done":
                return said
            case "running":
                raise Temporary("timeout", place)
            case "failed":
                raise Temporary("server_error", place)
            case _:
                raise Permanent("refused", place)

    def order(self, verb: str, about: Mapping[str, Any], approval: str, place: str) -> None:
        """Have something changed; the same order under the same approval is one order, however often it is sent.

        Raises FateUnknown when it may be under way, Permanent("conflict") when the row is not as expected, Permanent("refused").
        """
        number = self._id(verb, {**about, "approval": approval})
        call = self._call({"verb": verb, "id": number, **about})
        reply = self.client.write(call, place)
        try:
            said = self._finished(number, self._checked(reply, call, place), place)
        except (Permanent, Temporary):
            # The order has left; what a proxy says instead of the service does not tell what became of it.
            raise FateUnknown(place) from None
        match said["state"]:
            case "done":
                return
            case "conflict" | "refused":
                raise Permanent(said["state"], place)
            case _:
                raise FateUnknown(place)

    def _finished(self, number: str, said: dict[str, Any], place: str) -> dict[str, Any]:
        """What a job says in the end, or `running` when the time to wait is over."""
        until, pause = self.clock() + self.wait, 0.1
        while said["state"] == "running" and self.clock() + pause < until:
            self.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            said = self._said({"verb": "status", "id": number}, place)
        return said

    def _said(self, body: dict[str, Any], place: str) -> dict[str, Any]:
        call = self._call(body)
        return self._checked(self.client.read(call, place), call, place)

    def _call(self, body: dict[str, Any]) -> Request:
        own = {"protocol": PROTOCOL, "store": self.store, "call": secrets.token_hex(16)}
        return Request("POST", "", json={**own, **body})

    def _checked(self, reply: Reply, call: Request, place: str) -> dict[str, Any]:
        """The reply's content when the service signed it for this very call. Raises Permanent("bad_answer")."""
        signed = reply_signature(self.secret, reply.status, reply.content)
        if not hmac.compare_digest(signed.encode(), reply.headers.get(HEADER.lower(), "").encode()):
            raise Permanent("bad_answer", place)
        said = reply.data(place)
        asked: Any = call.json
        if not isinstance(said, dict) or any(said.get(name) != asked[name] for name in ("call", "id")):
            raise Permanent("bad_answer", place)
        if said.get("state") not in {"done", "running", "failed", "refused", "conflict"}:
            raise Permanent("bad_answer", place)
        return said

    def _id(self, verb: str, about: Mapping[str, Any]) -> str:
        """64 hex digits: keyed, since it is kept by the service longer than the values it was made from."""
        text = json.dumps([PROTOCOL, self.store, verb, about], sort_keys=True, ensure_ascii=False)
        return hmac.new(self.secret, text.encode(), "sha256").hexdigest()
