"""The request a person is writing, in her session: sealed there (dsr.sessions), kept until it is sent or the session ends.

`key` is drawn once per draft and travels with the last button, so that a double click makes one request.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.sessions.backends.base import SessionBase

_DRAFT, _SENT = "draft", "sent"
_KEEP_SENT = 10


def answers(session: SessionBase) -> dict[str, dict[str, Any]]:
    """What was answered so far, by page."""
    return dict(session.get(_DRAFT, {}).get("answers", {}))


def keep(session: SessionBase, step: str, answer: Mapping[str, Any]) -> None:
    """Keep the answers of one page."""
    draft = session.get(_DRAFT) or {"key": secrets.token_urlsafe(24), "answers": {}}
    draft["answers"][step] = dict(answer)
    session[_DRAFT] = draft


def key(session: SessionBase) -> str:
    """The key of the draft; empty without one."""
    return str(session.get(_DRAFT, {}).get("key", ""))


def sent(session: SessionBase, submission_key: str, request_id: str) -> None:
    """The draft has become a request: forget it, and remember what its key became, for the second click."""
    session.pop(_DRAFT, None)
    done = dict(session.get(_SENT, {}))
    done[submission_key] = request_id
    session[_SENT] = dict(list(done.items())[-_KEEP_SENT:])


def sent_requests(session: SessionBase) -> dict[str, str]:
    """Requests sent in this session: submission key -> id of the request."""
    return dict(session.get(_SENT, {}))


def discard(session: SessionBase) -> None:
    """Throw the draft away."""
    session.pop(_DRAFT, None)
