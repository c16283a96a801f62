"""Which controller a request is for: by host (DSR_HOSTS), or the only one there is. Everything a view reads is scoped by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http.request import split_domain_port
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from dsr import brand
from dsr.models import Controller, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

DESK_PREFIX = "/desk/"
# Under this prefix allauth's names mean the desk's own pages.
DESK_URLS = "dsr.urls_desk"


class NoControllerError(RuntimeError):
    """The installation has no controller, or several and DSR_HOSTS does not name one for this host."""


def controller_for_host(host: str) -> Controller:
    """The controller that answers on `host` (a name without port)."""
    slug = settings.DSR_HOSTS.get(host)
    if slug:
        found = Controller.objects.filter(slug=slug).first()
    else:
        several = list(Controller.objects.all()[:2])
        found = several[0] if len(several) == 1 else None
    if found is None:
        raise NoControllerError("no controller for this host: see DSR_HOSTS in docs/settings.md")
    return found


def kind_of_path(path: str) -> Kind:
    """Staff sign in under /desk/, subscribers everywhere else; the two never share a session."""
    return Kind.STAFF if path.startswith(DESK_PREFIX) else Kind.SUBSCRIBER


class ControllerMiddleware:
    """Sets `request.controller`, which scopes everything a view reads afterwards, and the time zone pages show (T-09)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.path.startswith(("/static/", "/healthz", "/readyz", "/metrics")):
            return self.get_response(request)
        request.controller = controller_for_host(split_domain_port(request.get_host())[0])
        if request.path.startswith(DESK_PREFIX):
            request.urlconf = DESK_URLS
        else:
            _speak(request)
        with timezone.override(request.controller.timezone):
            return self.get_response(request)


def _speak(request: Any) -> None:
    """Keep to the languages of the controller: whoever asked for another one gets what her browser names next, or the first."""
    offered = [code for code in request.controller.languages if code in dict(settings.LANGUAGES)]
    if not offered or _base(translation.get_language() or "") in offered:
        return
    accepted = (_base(code) for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")))
    language = next((code for code in accepted if code in offered), offered[0])
    translation.activate(language)
    request.LANGUAGE_CODE = language


def _base(code: str) -> str:
    return code.partition("-")[0]


def context(request: Any) -> dict[str, Any]:
    """Template context: the controller whose name, office and authority stand on every page, what it looks like, and the frame
    of pages that both interfaces have.
    """
    controller = getattr(request, "controller", None)
    at_desk = request.path.startswith(DESK_PREFIX)
    frame = "desk/base.html" if at_desk else "portal/base.html"
    return {"controller": controller, "brand": brand.look(controller), "frame": frame, "at_desk": at_desk}
