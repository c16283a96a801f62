"""Answers a program can keep as proof: JSON with an end, and a detached Ed25519 signature over its exact bytes in a header.

The key is the one that signs packages, published under /keys/. What is signed begins with DOMAIN, so that no signature of
a package can be shown as one of an answer, or the other way round.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.http import HttpResponse

from dsr.fulfil.signing import signer_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.models import Controller

DOMAIN: Final = b"DSR machine interface, version 1\x00"
HEADER: Final = "DSR-Signature"
VALID_FOR: Final = timedelta(minutes=15)
"""How long a program may act on an answer; after that it asks again."""


def answer(controller: Controller, said: Mapping[str, Any], *, now: datetime, **headers: str) -> HttpResponse:
    """`said` with controller, `answered_at` and `valid_until` (UTC) as signed JSON; nothing of it is cached on the way."""
    whole = {
        "controller": controller.slug,
        "answered_at": stamp(now),
        "valid_until": stamp(now + VALID_FOR),
        **said,
    }
    body = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    signer = signer_of(controller, now=now)
    signature = base64.b64encode(Ed25519PrivateKey.from_private_bytes(signer.private).sign(DOMAIN + body)).decode()
    signed = f'alg="ed25519", keyid="{signer.key_id}", sig="{signature}"'
    caching = {"Cache-Control": "no-store", HEADER: signed}
    return HttpResponse(body, content_type="application/json", headers=caching | headers)


def stamp(at: datetime) -> str:
    """A moment in UTC to the second: `2026-06-15T08:00:00Z`."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
