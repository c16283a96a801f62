"""Sessions in the database, sealed: what a person typed so far, and the codes of the sign-in, never lie there in clear.

Each write draws a data key of its own, wrapped by the key ring (house.md "Sealing"). The row is named by a hash of what the
cookie says, so that whoever reads the table can take over no session, and its content is bound to that name, so that
none can be moved to another one. The end stays plain, because sessions are cleared by it.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.sessions import middleware
from django.contrib.sessions.backends import db
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from dsr import vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

TOUCHED_EVERY: Final = timedelta(minutes=1)
"""A click within this time of the last one that was written prolongs nothing: most pages cost no write."""
_NAME_LENGTH = 40  # what Django's column holds: 160 bits of the hash
_MARK = "asked_by_itself"


def row_name(session_key: str) -> str:
    """The name of a session's row. The key is random and long enough (165 bits) that its plain hash gives nothing away."""
    return hashlib.sha256(f"dsr session {session_key}".encode()).hexdigest()[:_NAME_LENGTH]


def context_of(name: str) -> str:
    """What the content of the row called `name` is bound to."""
    return f"session:{name}"


class SessionStore(db.SessionStore):
    """Django's session table with hashed names and sealed content. Synchronous: this project serves no async view.

    `row_ends_at` is when the row that was read ends, in UTC; None for one that was not read.
    """

    row_ends_at: datetime | None = None

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Seal the content (JSON-able, as with Django's own serializer) for this session's row; its key is there by then."""
        context = context_of(row_name(str(self.session_key)))
        key = vault.new_key()
        sealed = vault.seal(key, session_dict, context=context)
        return f"{vault.wrap(key, context=context)}.{base64.b64encode(sealed).decode()}"

    def decode(self, session_data: Any) -> dict[str, Any]:
        """Open what is in this session's row; what cannot be opened (another key ring, tampered with, moved here from
        another row) is an empty session: she signs in again.
        """
        context = context_of(row_name(str(self.session_key)))
        wrapped, _, encoded = str(session_data).partition(".")
        try:
            key = vault.unwrap(wrapped, context=context)
            return dict(vault.open_sealed(key, base64.b64decode(encoded), context=context))
        except (vault.MissingKeyError, vault.TamperedError, binascii.Error, json.JSONDecodeError):
            return {}

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of this key."""
        return super().exists(row_name(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row to save, under its hashed name."""
        row = super().create_model_instance(data)
        row.session_key = row_name(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End the session of this key, or this one."""
        ended = session_key or self.session_key
        if ended is not None:
            super().delete(row_name(ended))

    def _get_session_from_db(self) -> Any:
        found = self.model.objects.filter(
            session_key=row_name(str(self.session_key)), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        else:
            self.row_ends_at = found.expire_date
        return found

    def is_fresh(self, *, now: datetime) -> bool:
        """Whether the row was prolonged within TOUCHED_EVERY, so that another page has nothing to write."""
        if self.modified or self.row_ends_at is None:
            return False
        return self.row_ends_at - now > timedelta(seconds=self.get_expiry_age()) - TOUCHED_EVERY


def by_itself(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Mark a view that pages ask by themselves: it does not prolong the session, or one left open would never end."""

    @functools.wraps(view)
    def marked(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        setattr(response, _MARK, True)
        return response

    return marked


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, except that only a person prolongs a session (see `by_itself`), and not with every click."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session and its cookie, unless nobody asked or it was just done, and nothing changed."""
        session = request.session
        by_nobody = getattr(response, _MARK, False) and not session.modified
        if by_nobody or (isinstance(session, SessionStore) and session.is_fresh(now=timezone.now())):
            patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
