"""Sessions in the database, sealed: what a person typed so far, and the codes of the sign-in, never lie there in clear.

Each write draws a data key of its own, wrapped by the key ring (house.md "Sealing"); the row's key and end stay plain,
because Django finds and clears sessions by them.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
from typing import TYPE_CHECKING, Any

from django.contrib.sessions import middleware
from django.contrib.sessions.backends import db
from django.utils.cache import patch_vary_headers

from dsr import vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_CONTEXT = "session"
_MARK = "asked_by_itself"


class SessionStore(db.SessionStore):
    """Django's session table with sealed content."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Seal the content (JSON-able, as with Django's own serializer)."""
        key = vault.new_key()
        sealed = vault.seal(key, session_dict, context=_CONTEXT)
        return f"{vault.wrap(key, context=_CONTEXT)}.{base64.b64encode(sealed).decode()}"

    def decode(self, session_data: Any) -> dict[str, Any]:
        """Open it; what cannot be opened (another key ring, tampered with) is an empty session: she signs in again."""
        wrapped, _, encoded = str(session_data).partition(".")
        try:
            key = vault.unwrap(wrapped, context=_CONTEXT)
            return dict(vault.open_sealed(key, base64.b64decode(encoded), context=_CONTEXT))
        except (vault.MissingKeyError, vault.TamperedError, binascii.Error, json.JSONDecodeError):
            return {}


def by_itself(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Mark a view that pages ask by themselves: it does not prolong the session, or one left open would never end."""

    @functools.wraps(view)
    def marked(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        setattr(response, _MARK, True)
        return response

    return marked


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, except that only a person prolongs a session (see `by_itself`)."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session and its cookie, unless nobody asked and nothing changed."""
        if getattr(response, _MARK, False) and not request.session.modified:
            patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
