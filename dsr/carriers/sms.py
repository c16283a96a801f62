"""One text message through an HTTP gateway: which one, and how it is spoken to, is configuration (docs/identity.md).

Every gateway takes a number and a text in some body and answers with a status. Nothing of a message is logged: neither the
number nor the text, and no error repeats what the gateway said, because gateways quote both.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from dsr.work.mailer import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

_KNOWN: Final = frozenset({"url", "method", "json", "form", "headers", "timeout", "ok", "path", "values"})
_METHODS: Final = frozenset({"POST", "PUT"})
# What a gateway says of its own state, its pace or our account: somebody repairs that, so another try makes sense.
_NOT_ABOUT_THE_NUMBER: Final = frozenset({401, 402, 403, 404, 407, 408, 409, 425, 429})
_SERVER: Final = 500
_LARGEST: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Gateway:
    """How a gateway is spoken to. `{to}` (E.164) and `{text}` in the body are filled in; `timeout` is in seconds.

    `ok` are the statuses that say taken; with `path` (dots between names) the JSON of the answer has to hold one of
    `values` there as well.
    """

    url: str
    method: str = "POST"
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 10.0
    ok: tuple[int, ...] = (200, 201, 202, 204)
    path: str = ""
    values: tuple[str, ...] = ()


def gateway() -> Gateway | None:
    """The configured gateway; None when there is none, and the way is not offered. ImproperlyConfigured names what is odd."""
    given: dict[str, Any] = dict(settings.DSR_SMS)
    if not given:
        return None
    odd = sorted(set(given) - _KNOWN)
    if odd:
        raise ImproperlyConfigured(f"DSR_SMS does not know {', '.join(odd)}")
    if ("json" in given) == ("form" in given) or not isinstance(given.get("json", given.get("form")), dict):
        raise ImproperlyConfigured("DSR_SMS needs either json or form, an object with {to} and {text} in it")
    body = json.dumps(given.get("json", given.get("form")))
    if "{to}" not in body or "{text}" not in body:
        raise ImproperlyConfigured("the body in DSR_SMS needs {to} and {text}")
    url = urlsplit(str(given.get("url", "")))
    if not url.hostname or not (url.scheme == "https" or url.hostname in {"127.0.0.1", "localhost", "::1"}):
        raise ImproperlyConfigured("url in DSR_SMS must begin with https://")
    if str(given.get("method", "POST")) not in _METHODS:
        raise ImproperlyConfigured("method in DSR_SMS must be POST or PUT: addresses end in logs")
    if bool(given.get("path")) != bool(given.get("values")):
        raise ImproperlyConfigured("DSR_SMS needs both path and values, or neither")
    lists: dict[str, Any] = {name: tuple(given[name]) for name in ("ok", "values") if name in given}
    return Gateway(**(given | lists))


def send(to: str, text: str) -> Trouble | None:
    """Hand one message over; None when the gateway has taken it, else a code and whether another try is pointless."""
    found = gateway()
    if found is None:
        return Trouble("no_gateway", final=True)
    sent = (
        {"json": _filled(found.json, to, text)} if found.json is not None else {"data": _filled(found.form, to, text)}
    )
    try:
        with httpx.Client(timeout=found.timeout, follow_redirects=False) as client:
            answer = client.request(found.method, found.url, headers=dict(found.headers), **sent)
    except httpx.HTTPError as error:
        return Trouble(type(error).__name__, final=False)
    return _judge(found, answer)


def _filled(template: Any, to: str, text: str) -> Any:
    """The body with both places filled in: one pass, so that a text with `{to}` in it stays what it is."""
    if isinstance(template, dict):
        return {name: _filled(value, to, text) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, to, text) for value in template]
    if isinstance(template, str):
        return text.join(piece.replace("{to}", to) for piece in template.split("{text}"))
    return template


def _judge(found: Gateway, answer: httpx.Response) -> Trouble | None:
    status = answer.status_code
    if status not in found.ok:
        about_us = status >= _SERVER or status in _NOT_ABOUT_THE_NUMBER or answer.is_redirect
        return Trouble(f"HTTP{status}", final=not about_us)
    if not found.path or _at(answer, found.path) in found.values:
        return None
    return Trouble("not_taken", final=True)


def _at(answer: httpx.Response, path: str) -> str:
    """What stands at a place of the JSON answer, as text; empty when there is nothing of the kind."""
    try:
        here: Any = json.loads(answer.content[:_LARGEST])
        for name in path.split("."):
            here = here[int(name)] if isinstance(here, list) else here[name]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
    return str(here)
