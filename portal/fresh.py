"""Doors to pages about the account: for its owner only, and for what changes how one signs in, only while she is surely here."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from dsr.accounts import FRESH_FOR, FRESH_FOR_FORM, is_fresh, ways_to_freshen
from dsr.outside import handover_portal, oidc_portal
from portal.access import subscriber, to_sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase

    View = Callable[..., HttpResponseBase]


def owner(view: View) -> View:
    """Only for a signed-in subscriber of this controller; others sign in first and come back, staff signs out first."""

    @functools.wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if subscriber(request) is None:
            return to_sign_in(request, request.get_full_path() if request.method == "GET" else reverse("account_home"))
        return view(request, *args, **kwargs)

    return guarded


def fresh(view: View, *, back: str = "") -> View:
    """The same, and she signed in or showed herself a moment ago; otherwise she does that now and comes back.

    `back` names the page to come back to where the view itself is only for sending. A form that was opened in time may be
    sent a little later.
    """

    @owner
    @functools.wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        within = FRESH_FOR if request.method in {"GET", "HEAD"} else FRESH_FOR_FORM
        if is_fresh(request, within=within):
            return view(request, *args, **kwargs)
        ways = ways_to_freshen(request.user)
        if not ways:
            portal = oidc_portal(request.controller) or handover_portal(request.controller)
            return render(request, "account/fresh_none.html", {"portal": portal}, status=403)
        where = reverse(back) if back else request.get_full_path()
        return HttpResponseRedirect(f"{ways[0]['url']}?{urlencode({'next': where})}")

    return guarded
