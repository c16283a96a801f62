"""Who is at the page of a department: a session that showed a token, and then a code that went to the token's address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from dsr.cases import hand_links

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from dsr.cases.hand_links import Opened
    from dsr.models import HandLink

PROVED_FOR: Final = timedelta(hours=2)
"""How long a code opens the page, however busy the session is."""
_SHOWN, _PROVED, _MOST = "by_hand_shown", "by_hand_proved", 20


def show_token(session: SessionBase, link: HandLink) -> None:
    """Remember that this session has the token of a link, so that it need not stand in another address."""
    known = [one for one in session.get(_SHOWN, []) if one != str(link.pk)]
    session[_SHOWN] = [*known, str(link.pk)][-_MOST:]


def link_of(request: Any, link_id: object, *, now: datetime) -> Opened | None:
    """The link with this id, if this session has shown its token; an id in an address opens nothing by itself."""
    if str(link_id) not in request.session.get(_SHOWN, []):
        return None
    return hand_links.by_id(controller=request.controller, link_id=str(link_id), now=now)


def prove(session: SessionBase, link: HandLink, *, now: datetime) -> None:
    """Remember that the code was right; the session's key changes (session fixation)."""
    session.cycle_key()
    session[_PROVED] = {**session.get(_PROVED, {}), str(link.pk): now.isoformat()}


def proved(session: SessionBase, link: HandLink, *, now: datetime) -> bool:
    """Whether the code for this link was right in this session, at most PROVED_FOR ago."""
    at = session.get(_PROVED, {}).get(str(link.pk))
    return bool(at) and now - datetime.fromisoformat(str(at)) < PROVED_FOR
