"""Who is here, and which requests are hers: the portal's only door to a request.

A request opens to the account it belongs to, to the session that sent it, and to the session that proved the contact
given with it. An id or reference in an address never opens anything by itself.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from dsr.accounts import signed_in_as
from dsr.cases import proofs, purge
from dsr.law.workflow import State
from dsr.models import Case, Kind, Request
from portal import draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.sessions.backends.base import SessionBase
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from dsr.models import RowId, User

_FOLLOWED, _FRESH, _PROVED_BY, _ASKER = "followed", "fresh", "proved_by", "asker"
# A proved contact opens the request for this long, however busy the session is.
FOLLOW_FOR = timedelta(hours=2)
# A fresh proof opens the answer for this long (ux.md 1.7).
FRESH_FOR = timedelta(minutes=10)


def asker(session: SessionBase) -> str:
    """A hash of a secret that only this session has: codes are judged for whoever asked for them (dsr.cases.codes).

    Not the session's key, which changes with a sign-in while the person stays the same.
    """
    if _ASKER not in session:
        session[_ASKER] = secrets.token_urlsafe(24)
    return hashlib.sha256(str(session[_ASKER]).encode()).hexdigest()


def subscriber(request: Any) -> User | None:
    """The signed-in subscriber of this controller; staff and other brands' subscribers count as nobody here."""
    return signed_in_as(request, Kind.SUBSCRIBER)


def _within(session: SessionBase, name: str, request_id: str, limit: timedelta, now: datetime) -> bool:
    at = session.get(name, {}).get(request_id)
    return bool(at) and now - datetime.fromisoformat(str(at)) < limit


def _note(session: SessionBase, name: str, request_id: str, now: datetime) -> None:
    session[name] = {**session.get(name, {}), request_id: now.isoformat()}


def follow(session: SessionBase, asked: Request, *, now: datetime) -> None:
    """Remember that this session proved the contact given with a request; its key changes (session fixation)."""
    session.cycle_key()
    _note(session, _FOLLOWED, str(asked.pk), now)


def freshen(session: SessionBase, asked: Request, *, now: datetime, by: str = "code") -> None:
    """Remember that this session proved the contact on file a moment ago, and by what: a mailed `code` or a `letter`."""
    _note(session, _FRESH, str(asked.pk), now)
    session[_PROVED_BY] = {**session.get(_PROVED_BY, {}), str(asked.pk): by}


def proved_by(session: SessionBase, asked: Request) -> str:
    """By what the answer was opened in this session, for the record of a download."""
    return str(session.get(_PROVED_BY, {}).get(str(asked.pk), "code"))


def is_fresh(session: SessionBase, asked: Request, *, now: datetime) -> bool:
    """Whether the answer may be opened: proved in this session at most FRESH_FOR ago."""
    return _within(session, _FRESH, str(asked.pk), FRESH_FOR, now)


def _proved_ids(session: SessionBase, now: datetime) -> set[str]:
    followed = {pk for pk in session.get(_FOLLOWED, {}) if _within(session, _FOLLOWED, pk, FOLLOW_FOR, now)}
    return followed | set(draft.sent_requests(session).values())


def requests_of(request: Any, *, now: datetime) -> QuerySet[Request]:
    """The requests that open to whoever is here, newest first."""
    user, ids = subscriber(request), _proved_ids(request.session, now)
    hers = Q(pk__in=ids)
    if user is not None:
        hers |= Q(account=user)
    # 4.0.8: an archived request has no page any more.
    shown = Case.objects.of(request.controller).filter(request=OuterRef("pk")).exclude(state=State.ARCHIVED)
    rows = Request.objects.of(request.controller).filter(hers, Exists(shown)).select_related("controller", "account")
    return cast("QuerySet[Request]", rows.order_by("-received_at", "-reference"))


def no_longer_kept(request: Any, reference: str) -> bool:
    """Whether there was a request of this reference that is archived or purged (4.0.8).

    References are running numbers, so that saying so tells nothing about anybody; what was in it is shown to nobody.
    """
    if purge.purged(request.controller, reference):
        return True
    wanted = "".join(reference.split()).upper()
    asked = Request.objects.of(request.controller).filter(reference=wanted)
    states = set(asked.values_list("cases__state", flat=True))
    return states == {State.ARCHIVED.value}


def gone(request: HttpRequest) -> HttpResponse:
    """The page for a reference whose file is closed for good or deleted."""
    return render(request, "portal/no_longer_kept.html", {"nav": "requests"}, status=410)


def sees_found(request: Any, asked: Request, *, now: datetime) -> bool:
    """Whether what stores said about the person may be shown: her account proved it, or a fresh code to the contact on file."""
    user = subscriber(request)
    hers = user is not None and asked.account_id == user.pk and proofs.covered_by(request=asked, user=user)
    return hers or is_fresh(request.session, asked, now=now)


def unknown(request: HttpRequest) -> HttpResponse:
    """The same plain page for a reference that is somebody else's and for one that does not exist."""
    return render(request, "portal/unknown.html", {"nav": "requests"}, status=404)


def own(view: Callable[[Any, Request], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Hand the request behind `reference` to a view, if it opens to whoever is here.

    Somebody not signed in is led to prove it (mails carry the reference only); whoever is signed in gets `unknown`.
    """

    @functools.wraps(view)
    def guarded(request: Any, reference: str) -> HttpResponseBase:
        return _opened(request, reference, lambda asked: view(request, asked))

    return guarded


def own_proof(view: Callable[[Any, Request], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """The same for pages on which whoever is here proves who she is: closed where she asked for somebody else.

    Her own number, letter or electronic identity would identify the request of a person it says nothing about (H-04, 072).
    """

    def herself(request: Any, asked: Request) -> HttpResponse:
        if asked.content().get("scope", {}).get("for"):
            return HttpResponseRedirect(reverse("portal:identity", args=[asked.reference]))
        return view(request, asked)

    return functools.wraps(view)(own(herself))


def own_part(view: Callable[[Any, Request, RowId], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The same for one letter of a request, which the view looks up among hers."""

    @functools.wraps(view)
    def guarded(request: Any, reference: str, part_id: RowId) -> HttpResponseBase:
        return _opened(request, reference, lambda asked: view(request, asked, part_id))

    return guarded


def _opened(request: Any, reference: str, view: Callable[[Request], HttpResponseBase]) -> HttpResponseBase:
    asked = requests_of(request, now=timezone.now()).filter(reference=reference).first()
    if asked is not None:
        return view(asked)
    if no_longer_kept(request, reference):
        return gone(request)
    if subscriber(request) is None:
        return HttpResponseRedirect(f"{reverse('portal:find')}?{urlencode({'reference': reference})}")
    return unknown(request)


def to_sign_in(request: HttpRequest, back: str) -> HttpResponse:
    """To the sign-in page, and from there to `back`. Whoever is signed in as staff is told to sign out first."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


def signed_in(view: Callable[[Any, User], HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the signed-in subscriber to a view; others sign in first and come back."""

    @functools.wraps(view)
    def guarded(request: Any) -> HttpResponse:
        user = subscriber(request)
        if user is not None:
            return view(request, user)
        return to_sign_in(request, request.get_full_path())

    return guarded
