"""Staff comes in by the directory of its employer (OpenID Connect, DSR_STAFF_OIDC). No account is made here: somebody with the
right invited the colleague, and her directory only says that it is she.
"""

from __future__ import annotations

import dataclasses
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from dsr import limits, oidc
from dsr.accounts import signed_in_as
from dsr.addresses import base_url
from dsr.cases import staff_login
from dsr.limits import limited
from dsr.models import Kind
from dsr.outside import staff_directory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import User
    from dsr.outside import StaffDirectory

log = logging.getLogger(__name__)
_KEPT: Final = "staff_oidc"
_AT_PROVIDER: Final = timedelta(minutes=15)
_NOW: Final = 60
"""Seconds since the colleague showed herself there, for a sign-in that is to be a fresh one."""


def _directory(request: Any) -> StaffDirectory:
    found = staff_directory(request.controller)
    if found is None:
        raise Http404
    return found


def _failed(request: Any, code: str, *, status: int) -> HttpResponse:
    return render(request, "desk/oidc_failed.html", {"code": code}, status=status)


@require_safe
def start(request: Any) -> HttpResponse:
    """Says where one is about to go; a plain link leads there, because a form may only be sent to this very site."""
    directory = _directory(request)
    going = reverse("account_oidc_go")
    if where := get_next_redirect_url(request):
        going += f"?{urlencode({'next': where})}"
    return render(request, "desk/oidc.html", {"directory": directory, "going": going})


@limited(limits.sign_in, methods=("GET",))
@require_safe
def go(request: Any) -> HttpResponse:
    """To the provider, with fresh secrets that this session remembers for one answer."""
    return _leave(request, again=False)


@require_safe
def again(request: Any) -> HttpResponse:
    """The same before something that only she may do: the provider has to ask her once more."""
    return _leave(request, again=True)


def _leave(request: Any, *, again: bool) -> HttpResponse:
    directory, pending, now = _directory(request), oidc.Pending.fresh(), timezone.now()
    more = {"prompt": "login", "max_age": "0"} if again else {}
    try:
        url = oidc.leave(directory.provider, pending, redirect_uri=_return_to(request), now=now, **more)
    except oidc.ProviderDownError as error:
        log.warning("the staff directory of %s does not answer (%s)", request.controller.slug, error)
        return _failed(request, "down", status=503)
    request.session[_KEPT] = {
        **dataclasses.asdict(pending),
        "controller": str(request.controller.pk),
        "again": again,
        "next": get_next_redirect_url(request) or "",
        "at": now.isoformat(),
    }
    return HttpResponseRedirect(url)


def _return_to(request: Any) -> str:
    return f"{base_url(request.controller)}{reverse('account_oidc_done')}"


@limited(limits.sign_in, methods=("GET",))
@require_safe
def done(request: Any) -> HttpResponse:
    """Back from the provider: check what it says, find whose account that is, and go on through the other steps of a sign-in."""
    directory, kept, now = _directory(request), request.session.pop(_KEPT, None), timezone.now()
    mine = kept is not None and kept.get("controller") == str(request.controller.pk)
    if not mine or now - datetime.fromisoformat(kept["at"]) > _AT_PROVIDER:
        return _failed(request, "again", status=400)
    pending = oidc.Pending(kept["state"], kept["nonce"], kept["verifier"])
    query = {name: str(request.GET.get(name)) for name in ("state", "code", "error", "iss") if name in request.GET}
    try:
        claims = oidc.come_back(directory.provider, pending, query, redirect_uri=_return_to(request), now=now)
    except oidc.ProviderDownError as error:
        log.warning("the staff directory of %s does not answer (%s)", request.controller.slug, error)
        return _failed(request, "down", status=503)
    except oidc.NotProvenError as error:
        log.warning("a sign-in of staff at %s was refused (%s)", request.controller.slug, error)
        return _failed(request, "again", status=400)
    user = staff_login.known_as(controller=request.controller, directory=directory, claims=claims, now=now)
    if user is None:
        return _failed(request, "unknown", status=403)
    return _enter(request, user, directory, claims, kept)


def _enter(
    request: Any, user: User, directory: StaffDirectory, claims: Mapping[str, Any], kept: Mapping[str, Any]
) -> HttpResponse:
    here, strong = signed_in_as(request, Kind.STAFF), directory.used_a_factor(claims)
    if here is not None:
        if here.pk != user.pk:
            return _failed(request, "other", status=403)
        shown = claims.get("auth_time")
        if kept["again"] and isinstance(shown, int | float) and timezone.now().timestamp() - shown < _NOW:
            record_authentication(request, user, "outside", strong=strong, reauthenticated=True)
        return HttpResponseRedirect(kept["next"] or reverse("desk:queue"))
    staff_login.take_over_roles(user=user, directory=directory, claims=claims, now=timezone.now())
    record_authentication(request, user, "outside", strong=strong)
    response: HttpResponse = perform_login(
        request, Login(user=user, email_verification="none", redirect_url=kept["next"] or reverse("desk:queue"))
    )
    return response
