"""Coming from the controller's own self-care portal: single sign-on (OpenID Connect), signed hand-over links, joining accounts."""

from __future__ import annotations

import dataclasses
import logging
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from dsr import limits, oidc
from dsr.accounts import signed_in_as
from dsr.addresses import base_url
from dsr.cases import outside
from dsr.cases.outside import Vouched
from dsr.cases.perform import ConflictError
from dsr.law.rights import IdentityLevel
from dsr.limits import Limit, limited
from dsr.models import Kind, OutsideLogin, User
from dsr.outside import handover_portal, oidc_portal
from portal import handover
from portal.access import subscriber
from portal.fresh import fresh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.outside import OidcPortal, Outside

log = logging.getLogger(__name__)
Source = OutsideLogin.Source
_OIDC, _HANDOVER, _JOIN = "oidc", "handover", "join"
_AT_PROVIDER: Final = timedelta(minutes=15)
"""How long one may take at the provider's page."""
_NUMBER: Final = 60


# A household or a shop shares one address, and one person coming in is up to three pages.
_COMING: Final = Limit("outside", 120, 5 * 60)


def _coming(request: Any) -> int:
    return _COMING.take(limits.client_address(request), at=time.time())


def _no_staff(request: Any) -> None:
    """Staff signs out first: nothing here may end, or mix with, a session of the desk."""
    if request.user.is_authenticated and subscriber(request) is None:
        raise PermissionDenied


def _failed(request: Any, portal: Outside | None, *, status: int, down: bool = False) -> HttpResponse:
    context = {"nav": "account", "portal": portal, "down": down, "oidc": oidc_portal(request.controller)}
    return render(request, "account/outside_failed.html", context, status=status)


@require_safe
def oidc_start(request: Any) -> HttpResponse:
    """Says where one is about to go; a plain link leads there, because a form may only be sent to this very site."""
    _no_staff(request)
    portal = oidc_portal(request.controller)
    if portal is None:
        raise Http404
    going = reverse("account_oidc_go")
    if where := get_next_redirect_url(request):
        going += f"?{urlencode({'next': where})}"
    return render(request, "account/oidc.html", {"nav": "account", "portal": portal, "going": going})


@limited(_coming, methods=("GET",))
@require_safe
def oidc_go(request: Any) -> HttpResponse:
    """To the provider, with fresh secrets that this session remembers for one answer."""
    _no_staff(request)
    portal = oidc_portal(request.controller)
    if portal is None:
        raise Http404
    pending, now = oidc.Pending.fresh(), timezone.now()
    try:
        url = oidc.leave(portal.provider, pending, redirect_uri=_return_to(request), now=now)
    except oidc.ProviderDownError as error:
        log.warning("the OIDC provider of %s does not answer (%s)", request.controller.slug, error)
        return _failed(request, portal, status=503, down=True)
    request.session[_OIDC] = {
        **dataclasses.asdict(pending),
        "controller": str(request.controller.pk),
        "next": get_next_redirect_url(request) or "",
        "at": now.isoformat(),
    }
    return HttpResponseRedirect(url)


def _return_to(request: Any) -> str:
    return f"{base_url(request.controller)}{reverse('account_oidc_done')}"


@limited(_coming, methods=("GET",))
@require_safe
def oidc_done(request: Any) -> HttpResponse:
    """Back from the provider: check what it says, and go on as whoever it says. Each answer is looked at once."""
    _no_staff(request)
    portal, kept, now = oidc_portal(request.controller), request.session.pop(_OIDC, None), timezone.now()
    if portal is None:
        raise Http404
    if not _of_here(request, kept) or now - datetime.fromisoformat(kept["at"]) > _AT_PROVIDER:
        return _failed(request, portal, status=400)
    pending = oidc.Pending(kept["state"], kept["nonce"], kept["verifier"])
    query = {name: str(request.GET.get(name)) for name in ("state", "code", "error", "iss") if name in request.GET}
    try:
        claims = oidc.come_back(portal.provider, pending, query, redirect_uri=_return_to(request), now=now)
        vouched = _vouched_by_oidc(portal, claims)
    except oidc.ProviderDownError as error:
        log.warning("the OIDC provider of %s does not answer (%s)", request.controller.slug, error)
        return _failed(request, portal, status=503, down=True)
    except oidc.NotProvenError as error:
        log.warning("a sign-in by OIDC at %s was refused (%s)", request.controller.slug, error)
        return _failed(request, portal, status=400)
    return _go_on(request, vouched, where=kept["next"])


def _vouched_by_oidc(portal: OidcPortal, claims: Mapping[str, Any]) -> Vouched:
    number = claims.get(portal.number_claim)
    if not isinstance(number, str | int) or isinstance(number, bool) or not 0 < len(str(number).strip()) <= _NUMBER:
        raise oidc.NotProvenError("customer_number")
    return Vouched(
        source=Source.OIDC.value,
        issuer=portal.provider.issuer,
        subject=str(claims["sub"]),
        store=portal.store,
        customer_number=str(number).strip(),
        level=portal.level(claims),
        email=_address(claims.get("email")),
        email_verified=claims.get("email_verified") is True,
    )


def _address(value: Any) -> str:
    """The address if it is one; a portal may know none, or nonsense."""
    try:
        validate_email(str(value or ""))
    except ValidationError:
        return ""
    return str(value)


@limited(_coming, methods=("GET", "POST"))
@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: Any) -> HttpResponse:
    """A hand-over link. Opening it signs nobody in (previews, other people's links): it asks, and the button does it.

    The token leaves the address at once; the page that asks stands at a clean one.
    """
    _no_staff(request)
    portal = handover_portal(request.controller)
    if portal is None:
        raise Http404
    if request.method == "POST":
        return _take_over(request, portal)
    if "t" in request.GET:
        response = _kept_token(request, portal)
        # Only here: a page under this policy sends its forms without an origin, and the check of forms refuses those.
        response["Referrer-Policy"] = "no-referrer"
        return response
    told = _handed(request)
    if told is None:
        return _failed(request, portal, status=410)
    context = {"nav": "account", "ending": told["subject"][-2:], "portal": portal, "other": subscriber(request)}
    return render(request, "account/handover.html", context)


def _kept_token(request: Any, portal: Any) -> HttpResponse:
    request.session.pop(_HANDOVER, None)
    try:
        now = timezone.now()
        told = handover.read(str(request.GET["t"])[:4096], portal=portal, controller=request.controller, now=now)
    except handover.BadTokenError as error:
        log.warning("a hand-over to %s was refused (%s)", request.controller.slug, error)
    else:
        kept = {**dataclasses.asdict(told), "expires_at": told.expires_at.isoformat(), "at": now.isoformat()}
        request.session[_HANDOVER] = {**kept, "controller": str(request.controller.pk)}
    return HttpResponseRedirect(reverse("portal:handover"))


def _handed(request: Any) -> dict[str, Any] | None:
    kept = request.session.get(_HANDOVER)
    if not _of_here(request, kept) or timezone.now() - datetime.fromisoformat(kept["at"]) > handover.DECIDE:
        return None
    return dict(kept)


def _of_here(request: Any, kept: Any) -> bool:
    """Whether this controller's portal said it: a session taken along to another brand's host vouches for nobody there."""
    return kept is not None and kept.get("controller") == str(request.controller.pk)


def _take_over(request: Any, portal: Any) -> HttpResponse:
    told = _handed(request)
    request.session.pop(_HANDOVER, None)
    if told is None:
        return _failed(request, portal, status=410)
    try:
        handover.spend(
            controller=request.controller, jti=told["jti"], expires_at=datetime.fromisoformat(told["expires_at"])
        )
    except handover.BadTokenError as error:
        log.warning("a hand-over to %s was refused (%s)", request.controller.slug, error)
        return _failed(request, portal, status=410)
    vouched = Vouched(
        source=Source.HANDOVER.value,
        issuer=portal.issuer,
        subject=f"{told['store']}:{told['subject']}",
        store=told["store"],
        customer_number=told["subject"],
        level=portal.level(told),
        email=_address(told["email"]),
        email_verified=bool(told["email_verified"]),
    )
    return _go_on(request, vouched, where="")


def _go_on(request: Any, vouched: Vouched, *, where: str) -> HttpResponse:
    """Into the account the portal means; one that has the same address already is never opened by that."""
    user = outside.known_as(controller=request.controller, vouched=vouched)
    if user is not None:
        if user.is_active:
            outside.prove(user=user, vouched=vouched, now=timezone.now())
        return _enter(request, user, vouched, where=where)
    if outside.local_account(controller=request.controller, vouched=vouched) is not None:
        at = timezone.now().isoformat()
        kept = {"vouched": dataclasses.asdict(vouched), "next": where, "at": at}
        request.session[_JOIN] = {**kept, "controller": str(request.controller.pk)}
        return HttpResponseRedirect(reverse("account_join"))
    return _enter(request, _opened(request, vouched), vouched, where=where)


def _opened(request: Any, vouched: Vouched) -> User:
    try:
        return outside.open_account(controller=request.controller, vouched=vouched, now=timezone.now())
    except ConflictError:
        found = outside.known_as(controller=request.controller, vouched=vouched)
        if found is None:
            raise
        return found


def _enter(request: Any, user: User, vouched: Vouched, *, where: str) -> HttpResponse:
    here = subscriber(request)
    if here is not None and here.pk != user.pk:
        logout(request)
    record_authentication(request, user, "outside", strong=vouched.level >= IdentityLevel.STRONG)
    login = Login(user=user, email_verification="none", redirect_url=where or reverse("portal:requests"))
    if here is not None and here.pk == user.pk:
        return HttpResponseRedirect(login.redirect_url)
    response: HttpResponse = perform_login(request, login)
    return response


def _joining(request: Any) -> tuple[Vouched, str] | None:
    kept = request.session.get(_JOIN)
    if not _of_here(request, kept) or timezone.now() - datetime.fromisoformat(kept["at"]) > _AT_PROVIDER:
        return None
    return Vouched(**kept["vouched"]), str(kept["next"])


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Any) -> HttpResponse:
    """The portal named an address that has an account here: sign in to it and join, or go on with an account of its own."""
    _no_staff(request)
    joining = _joining(request)
    if joining is None:
        request.session.pop(_JOIN, None)
        return HttpResponseRedirect(reverse("account_home"))
    vouched, where = joining
    local = outside.local_account(controller=request.controller, vouched=vouched)
    user = signed_in_as(request, Kind.SUBSCRIBER)
    mine = user if user is not None and local is not None and user.pk == local.pk else None
    if request.method == "POST" and request.POST.get("choice") == "own":
        del request.session[_JOIN]
        return _enter(request, _opened(request, vouched), vouched, where=where)
    if request.method == "POST" and mine is not None:
        return cast("HttpResponse", _join(request))
    context = {"nav": "account", "vouched": vouched, "ending": vouched.customer_number[-2:], "mine": mine}
    return render(request, "account/join.html", context)


@fresh
def _join(request: Any) -> HttpResponse:
    joining = _joining(request)
    del request.session[_JOIN]
    if joining is not None:
        vouched, where = joining
        try:
            outside.join(user=request.user, vouched=vouched, now=timezone.now())
        except ConflictError:
            log.warning("a portal's account at %s was joined twice", request.controller.slug)
        record_authentication(request, request.user, "outside", strong=vouched.level >= IdentityLevel.STRONG)
        if where:
            return HttpResponseRedirect(where)
    return HttpResponseRedirect(reverse("account_home"))
