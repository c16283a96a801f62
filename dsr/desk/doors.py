"""Doors of the desk: whose page this is, whether her session still counts, and whether it is surely she."""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from dsr import staff_sessions
from dsr.accounts import has_factor, outside_with_factor, signed_in_as, ways_to_freshen
from dsr.cases import actors
from dsr.models import Kind, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase

    from dsr.desk.access import DeskRequest

    View = Callable[..., HttpResponseBase]

_PROVEN = "staff_factor_of"


def who(request: Any) -> User | HttpResponseBase:
    """The colleague whose request this is, or the way to the sign-in; PermissionDenied for a signed-in subscriber."""
    user = signed_in_as(request, Kind.STAFF)
    back = request.get_full_path() if request.method == "GET" else reverse("desk:queue")
    if user is None:
        if signed_in_as(request, Kind.SUBSCRIBER):
            raise PermissionDenied
        return redirect_to_login(back, reverse("desk:login"))
    if staff_sessions.over(request, at=time.time()):
        logout(request)
        messages.info(request, _("Your session has ended: it was signed out, or it had lasted twelve hours."))
        return redirect_to_login(back, reverse("desk:login"))
    return user


def lacks_factor(request: Any, user: User) -> bool:
    """Whether this colleague must set up a second factor before she sees anything (DSR_STAFF_FACTOR).

    A single sign-on that says it used one counts for its session. What was found once is remembered in the session: a factor
    that somebody else takes away ends it anyway.
    """
    if settings.DSR_STAFF_FACTOR != "required" or request.session.get(_PROVEN) == str(user.pk):
        return False
    if not has_factor(user) and not outside_with_factor(request):
        return True
    request.session[_PROVEN] = str(user.pk)
    return False


def colleague(view: View) -> View:
    """Only for signed-in staff of this controller, with or without a second factor: the pages of her own account."""

    @wraps(view)
    def guarded(http: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = who(http)
        if not isinstance(found, User):
            return found
        cast("DeskRequest", http).staff, cast("DeskRequest", http).actor = found, actors.staff(found)
        return view(http, *args, **kwargs)

    return guarded


def fresh(view: View, *, back: str = "") -> View:
    """The same, and she signed in or showed herself within fifteen minutes; otherwise she does that now and comes back.

    `back` names the page to come back to where the view itself is only for sending.
    """

    @colleague
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = ask_again(request, where=reverse(back) if back else request.get_full_path())
        return response if response is not None else view(request, *args, **kwargs)

    return guarded


def ask_again(request: Any, *, where: str) -> HttpResponseBase | None:
    """The way to show again that it is she, and from there to `where`; None when her sign-in is fresh enough."""
    reading = request.method in {"GET", "HEAD"}
    within = staff_sessions.FRESH_FOR if reading else staff_sessions.FRESH_FOR_FORM
    if staff_sessions.is_fresh(request, within=within, at=time.time()):
        return None
    ways = ways_to_freshen(request.user)
    if not ways:  # neither factor nor password: she came by single sign-on, or signs in anew
        logout(request)
        return redirect_to_login(where, reverse("desk:login"))
    return HttpResponseRedirect(f"{ways[0]['url']}?{urlencode({'next': where})}")
