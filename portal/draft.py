"""The request a person is writing: a sealed row of its own for seven days, found by a random token in a cookie of its own.

It outlives the session (ux.md 1.3, WCAG 3.3.7), so it has rules of its own. A draft begun without an account opens to the
browser that holds the token; one begun in an account, or taken along into one, opens to that account and to nobody else.
A browser is not a person, however: where the session that typed is over, the next one is asked whether to go on before
anything is shown (`claimed`). What is posted while the account's session is over is kept unread until she has signed in.

Content: `key`, drawn once and sent with the last button, so that a double click makes one request; `begun_at`; `answers` by page;
`done`, the finished rights of the same sitting as `{"right", "answers"}`; `typed`, a page posted while the draft was closed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.accounts import signed_in_as
from dsr.cases import uploads
from dsr.law.persons import Person
from dsr.models import Draft, Kind
from dsr.vault import MissingKeyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from django.contrib.sessions.backends.base import SessionBase

    from dsr.models import Request

COOKIE: Final = "draft"
KEPT: Final = timedelta(days=7)
_CLAIM, _SENT, _HANDED_IN, _HELD = "draft", "sent", "handed_in", "_draft"
_KEEP_SENT = 10


# --- which draft opens here ---------------------------------------------------------------------------------------------


def _digest(token: str) -> str:
    """What names a draft at rest; the token is long enough (192 bits) that its plain hash gives nothing away."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(slots=True)
class _Held:
    """What one request of a browser knows about drafts, looked up once."""

    open: Draft | None
    locked: Draft | None  # the token is right, but the draft belongs to an account that is not signed in here


def _held(request: Any, now: datetime) -> _Held:
    found: _Held | None = getattr(request, _HELD, None)
    if found is None:
        found = _look(request, now)
        setattr(request, _HELD, found)
    return found


def _look(request: Any, now: datetime) -> _Held:
    rows = Draft.objects.of(request.controller).filter(expires_at__gt=now).select_related("user")
    user, token = signed_in_as(request, Kind.SUBSCRIBER), request.COOKIES.get(COOKIE, "")
    by_token: Draft | None = rows.filter(digest=_digest(token)).first() if token else None
    if by_token is not None and (by_token.user_id is None or (user is not None and by_token.user_id == user.pk)):
        return _Held(_adopted(request, by_token, user), None)
    if user is not None:  # another browser of hers, or somebody else's token
        return _Held(rows.filter(user=user).order_by("-updated_at").first(), None)
    return _Held(None, by_token)


def _adopted(request: Any, row: Draft, user: Any) -> Draft:
    """Bind a draft that was typed in this very session to the account that signed in meanwhile; from then on only she opens it."""
    if user is not None and row.user_id is None and request.session.get(_CLAIM) == str(row.pk):
        Draft.objects.filter(pk=row.pk, user=None).update(user=user)
        row.user = user
    return row


def current(request: Any, *, now: datetime) -> Draft | None:
    """The draft that opens to whoever is here; None without one, after seven days, or when it is another account's."""
    return _held(request, now).open


def locked(request: Any, *, now: datetime) -> Draft | None:
    """The draft of this browser whose account has to sign in again first; its content stays closed."""
    return _held(request, now).locked


def claimed(request: Any, *, now: datetime) -> bool:
    """Whether what the draft says may be shown without asking: this session typed it, or an account holds it."""
    row = current(request, now=now)
    return row is None or row.user_id is not None or request.session.get(_CLAIM) == str(row.pk)


def claim(request: Any, *, now: datetime) -> None:
    """The person said that the draft is hers: go on with it in this session, and in her account if she is signed in."""
    row = current(request, now=now)
    if row is not None:
        request.session[_CLAIM] = str(row.pk)
        _adopted(request, row, signed_in_as(request, Kind.SUBSCRIBER))


def look_again(request: Any) -> None:
    """Forget what was looked up for this request: somebody signed in meanwhile."""
    setattr(request, _HELD, None)


# --- reading and writing ------------------------------------------------------------------------------------------------


def content(request: Any, *, now: datetime) -> dict[str, Any]:
    """Everything in the draft; empty without one."""
    row = current(request, now=now)
    return _content(row) if row is not None else {}


def _content(row: Draft) -> dict[str, Any]:
    try:
        return row.content()
    except MissingKeyError:  # its key was destroyed: what was typed is gone
        return {}


def key(request: Any, *, now: datetime) -> str:
    """The submission key; empty without a draft."""
    return str(content(request, now=now).get("key", ""))


def begun(request: Any, *, now: datetime) -> bool:
    """Whether there is anything to go on with."""
    found = content(request, now=now)
    return bool(found.get("answers") or found.get("done"))


def change(request: Any, how: Callable[[dict[str, Any]], None], *, now: datetime) -> None:
    """Change the content under the row's lock, so that two tabs lose nothing; makes the draft on its first answer.

    Seven more days from `now`. Whoever writes goes on with it in this session.
    """
    row = current(request, now=now)
    if row is None or not _changed(row, how, now):
        row = _made(request, how, now)
    request.session[_CLAIM] = str(row.pk)


@transaction.atomic
def _changed(row: Draft, how: Callable[[dict[str, Any]], None], now: datetime) -> bool:
    fresh = Draft.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if fresh is None:  # sent or thrown away in another tab
        return False
    found = _content(fresh)
    found.setdefault("key", secrets.token_urlsafe(24))
    how(found)
    _save(fresh, found, now)
    row.sealed, row.wrapped_key = fresh.sealed, fresh.wrapped_key
    return True


def _made(request: Any, how: Callable[[dict[str, Any]], None], now: datetime) -> Draft:
    token = secrets.token_urlsafe(24)
    row = Draft(
        controller=request.controller,
        user=signed_in_as(request, Kind.SUBSCRIBER),
        digest=_digest(token),
        updated_at=now,
    )
    found: dict[str, Any] = {"key": secrets.token_urlsafe(24), "begun_at": now.isoformat(), "answers": {}, "done": []}
    how(found)
    _save(row, found, now)
    setattr(request, _HELD, _Held(row, None))
    request.COOKIES[COOKIE] = token
    request.draft_cookie = token
    return row


def _save(row: Draft, found: dict[str, Any], now: datetime) -> None:
    row.put(found)
    row.updated_at, row.expires_at = now, now + KEPT
    row.save()


def ensure(request: Any, *, now: datetime) -> Draft:
    """The draft that opens here, made when there is none: what a file that is sent along hangs on."""
    change(request, lambda _found: None, now=now)
    row = current(request, now=now)
    if row is None:  # cannot be: `change` made one
        raise LookupError
    return row


def keep(request: Any, step: str, answer: Mapping[str, Any], *, now: datetime, right: str = "") -> None:
    """Keep the answers of one page; with `right`, in the part of that finished right."""

    def put(found: dict[str, Any]) -> None:
        part = next((done for done in found.get("done", ()) if done["right"] == right), None) if right else None
        (part or found).setdefault("answers", {})[step] = dict(answer)
        found.pop("typed", None)

    change(request, put, now=now)


def keep_typed(row: Draft, step: str, data: Mapping[str, list[str]], *, right: str, now: datetime) -> None:
    """Keep a page as it was posted, unread, while the account of the draft is not signed in; she sees it when she is."""

    def put(found: dict[str, Any]) -> None:
        found["typed"] = {"step": step, "right": right, "data": dict(data)}

    _changed(row, put, now)


def finish_right(request: Any, right: str, steps: Iterable[str], *, now: datetime) -> None:
    """Set the answers of the current right (those of the pages `steps`) aside, and ask for another one."""

    def move(found: dict[str, Any]) -> None:
        known = set(steps)
        own = {step: answer for step, answer in found["answers"].items() if step in known}
        found["answers"] = {step: answer for step, answer in found["answers"].items() if step not in known}
        rest = [done for done in found.get("done", ()) if done["right"] != right]
        found["done"] = [*rest, {"right": right, "answers": own}]

    change(request, move, now=now)


def drop_right(request: Any, right: str, steps: Iterable[str], *, now: datetime) -> None:
    """Take one right out of the sitting. Without a current one, the last finished one becomes it."""

    def drop(found: dict[str, Any]) -> None:
        known = set(steps)
        found["done"] = [done for done in found.get("done", ()) if done["right"] != right]
        if found["answers"].get("what", {}).get("right", right) != right:
            return
        found["answers"] = {step: answer for step, answer in found["answers"].items() if step not in known}
        if found["done"]:
            found["answers"] |= found["done"].pop()["answers"]

    change(request, drop, now=now)


# --- the end of a draft -------------------------------------------------------------------------------------------------


def discard(request: Any, *, now: datetime) -> None:
    """Throw the draft away, its files first: their bytes lie outside the database."""
    row = current(request, now=now)
    if row is not None:
        for upload in row.uploads.filter(deleted_at=None):
            uploads.remove(upload=upload, now=now)
        Draft.objects.filter(pk=row.pk).delete()
    forget(request)


def forget(request: Any) -> None:
    """Let the browser forget its draft; the row stays whose it is."""
    request.session.pop(_CLAIM, None)
    request.COOKIES.pop(COOKIE, None)
    request.draft_cookie = ""
    setattr(request, _HELD, None)


def sent(request: Any, submission_key: str, asked: Request, *, now: datetime) -> None:
    """The draft has become a request: forget it, and remember what its key became, for the second click.

    What was handed in for somebody else who uses the connection does not open to this session (H-09): only its number stays.
    """
    discard(request, now=now)
    if not request.user.is_authenticated:
        # From here on the session opens a request: whoever put its cookie into this browser before has another one now.
        request.session.cycle_key()
    hers = asked.content().get("scope", {}).get("for", {}).get("who") == Person.OTHER_USER
    name, kept = (_HANDED_IN, asked.reference) if hers else (_SENT, str(asked.pk))
    request.session[name] = dict(list({**request.session.get(name, {}), submission_key: kept}.items())[-_KEEP_SENT:])


def sent_requests(session: SessionBase) -> dict[str, str]:
    """Requests sent in this session: submission key -> id of the request."""
    return dict(session.get(_SENT, {}))


def handed_in(session: SessionBase) -> dict[str, str]:
    """Requests handed in for others in this session: submission key -> reference, the newest last."""
    return dict(session.get(_HANDED_IN, {}))
