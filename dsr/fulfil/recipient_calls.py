"""Calling a recipient that speaks OpenDSR: one signed POST, and an answer that has to be right in every part to count.

The other side may be slow, broken or hostile: only listed or public addresses, no redirects, a few kilobytes, a few seconds.
What it answers is never shown or kept, a code is. An answer that is not the one agreed on is no success (docs/recipients.md).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
from django.conf import settings

from dsr.cases.recipients import FOLDER, endpoint_allowed, secret_allowed
from exporters.contract import Permanent, Temporary
from exporters.http.body import decoded, read_all
from exporters.http.deadline import Deadline
from exporters.http.guard import ForbiddenAddressError, GuardedTransport
from exporters.registry import SecretError, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS: Final = 20.0
"""For the whole call from the connection to the last byte, headers included; each wait is half of it at most."""
BYTES: Final = 64 * 1024
SIGNATURE: Final = "X-DSR-Signature"
TIMESTAMP: Final = "X-DSR-Timestamp"
_CREATED: Final = 201
_BUSY: Final = frozenset({408, 425, 429})
_SERVER: Final = 500
_REDIRECTS: Final = range(300, 400)
_TAKEN: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a call does not count, as a code, and whether trying again is pointless; no code when it does."""

    code: str = ""
    final: bool = False


def call(content: Mapping[str, Any]) -> Answer:
    """Send one request of `dsr.cases.recipient_mails`. Never raises for what the other side does."""
    endpoint, body = str(content["endpoint"]), str(content["payload"]).encode()
    if not endpoint_allowed(endpoint):
        return Answer("endpoint_refused", final=True)
    try:
        key = _key(str(content["secret"]))
    except SecretError:
        return Answer("secret_missing")  # somebody repairs the set-up meanwhile
    try:
        return _posted(endpoint, body, key, str(json.loads(body)["subject_request_id"]))
    except (ForbiddenAddressError, Temporary, Permanent, httpx.InvalidURL, httpx.HTTPError) as error:
        return _trouble(error)


def _trouble(error: Exception) -> Answer:
    """An address nobody may use stays one; a server that is slow or away is asked again."""
    if isinstance(error, (Temporary, Permanent)):
        return Answer(error.code, final=isinstance(error, Permanent))
    if isinstance(error, ForbiddenAddressError):
        return Answer("forbidden_address", final=True)
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return Answer("endpoint_refused", final=True)
    return Answer("timeout" if isinstance(error, httpx.TimeoutException) else type(error).__name__[:40])


def _key(place: str) -> bytes:
    if not secret_allowed(place):
        raise SecretError("not a place for secrets of recipients")
    folder = (Path(settings.DSR_STORES).parent if settings.DSR_STORES else Path.cwd()) / FOLDER
    return secret(place, folder=folder).encode()


def signature(key: bytes, moment: str, body: bytes) -> str:
    """`sha256=` and the HMAC of moment, full stop and raw body in hex: what the recipient compares before it reads.

    `moment` is the hand-over in Unix seconds, as in its header: a call that somebody recorded cannot be played again later.
    """
    return f"sha256={hmac.new(key, moment.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def _posted(endpoint: str, body: bytes, key: bytes, request_id: str) -> Answer:
    networks = tuple(ipaddress.ip_network(one) for one in settings.DSR_RECIPIENT_NETWORKS)
    transport = GuardedTransport(networks=networks, verify=ssl.create_default_context(), deadline=Deadline(SECONDS))
    moment = str(int(time.time()))
    until = time.monotonic() + SECONDS
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "dsr-desk",
        TIMESTAMP: moment,
        SIGNATURE: signature(key, moment, body),
    }
    with (
        httpx.Client(
            transport=transport, timeout=httpx.Timeout(SECONDS / 2), follow_redirects=False, trust_env=False
        ) as client,
        client.stream("POST", endpoint, content=body, headers=headers) as reply,
    ):
        status = reply.status_code
        if status != _CREATED:
            return _refused(status)
        chunks = decoded(reply.iter_raw(), reply.headers.get("content-encoding", ""), limit=BYTES, place="recipient")
        said = read_all(chunks, limit=BYTES, until=until, clock=time.monotonic, place="recipient")
        return _read(said, request_id)


def _refused(status: int) -> Answer:
    if status in _REDIRECTS:
        return Answer("redirected", final=True)  # data go where somebody entered, and nowhere else
    if status in _TAKEN:
        return Answer("answer_not_created", final=True)
    return Answer(f"http_{status}", final=status < _SERVER and status not in _BUSY)


def _read(said: bytes, request_id: str) -> Answer:
    """Whether this is the answer to our request: JSON that names it."""
    try:
        told = json.loads(said)
    except (ValueError, RecursionError):
        return Answer("answer_not_json", final=True)
    if not isinstance(told, dict) or "received_time" not in told:
        return Answer("answer_incomplete", final=True)
    if told.get("subject_request_id") != request_id:
        return Answer("answer_other_request", final=True)
    return Answer()
