"""Marketing stops on the second page: a typed address, the link in a mail, one click of a mail program (ux.md 1.5, O-03).

Opening a page never stops anything, because mail programs and scanners open every link. A link of ours needs no cookie and
no form secret: whoever holds it may stop the marketing of that one address, and nothing else.
"""

from __future__ import annotations

import functools
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from dsr.cases import marketing, suppression
from dsr.limits import Limit, client_address, limited
from dsr.models import Request
from dsr.wording.marketing import CHANNELS
from portal import access
from portal.forms.marketing import ChannelsForm, StopForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsr.cases.stop_tokens import Opened

_DONE = "stopped"
# Many people share one address of a provider's network; links have no limit at all, so that every click counts.
STOPS = Limit("marketing_stop", 60, 60 * 60)


def _count(request: Any) -> int:
    return STOPS.take(client_address(request), at=time.time())


def _language() -> str:
    return (get_language() or "en").partition("-")[0]


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An address with a token is no search engine's business; SECURE_REFERRER_POLICY keeps it from other sites.

    Not `no-referrer`: browsers would then send `Origin: null` with every form of the page, and the form secret would fail.
    """

    @functools.wraps(view)
    def answered(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answered


@require_http_methods(["GET", "HEAD", "POST"])
@limited(_count)
def page(request: Any) -> HttpResponse:
    """Which address or number, and the button. No identity, no reason (I-06)."""
    user = access.subscriber(request)
    form = StopForm(
        request.POST if request.method == "POST" else None,
        controller=request.controller,
        initial={"reach": user.email if user else ""},
    )
    if request.method == "POST" and form.is_valid():
        now, given = timezone.now(), form.given
        hers = user is not None and any(contact.value == user.email.casefold() for contact, _ in given)
        sent = marketing.stop(
            controller=request.controller,
            given=given,
            channels=form.chosen,
            language=_language(),
            now=now,
            account=user if hers else None,
            submission_key=form.cleaned_data["key"],
        )
        _remember(request, sent, form.chosen)
        return HttpResponseRedirect(reverse("portal:marketing-stopped"))
    context = {"nav": "start", "form": form}
    return render(request, "portal/marketing.html", context, status=422 if form.errors else 200)


def _remember(request: Any, sent: Request, channels: list[str]) -> None:
    request.session[_DONE] = {
        "request": str(sent.pk),
        "channels": list(channels),
        "at": sent.received_at.isoformat(),
        "mailed": bool(sent.content().get("contact_email")),
    }


@require_safe
def stopped(request: Any) -> HttpResponse:
    """Stopped: from when, through which channels, the reference. The same words for an address of ours and for any other."""
    done = request.session.get(_DONE)
    sent = Request.objects.of(request.controller).filter(pk=done["request"]).first() if done else None
    if sent is None:
        return HttpResponseRedirect(reverse("portal:marketing-stop"))
    return render(request, "portal/marketing_stopped.html", _said(request, done) | {"reference": sent.reference})


def _said(request: Any, done: dict[str, Any]) -> dict[str, Any]:
    said = marketing.promise(request.controller, done["channels"], since=datetime.fromisoformat(done["at"]))
    names = [(code, CHANNELS[code]) for code in CHANNELS if code in said.channels]
    return {
        "nav": "start",
        "channels": dict(names),
        "print_until": said.print_until,
        "mailed": done.get("mailed", False),
    }


@csrf_exempt
@private
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def link(request: Any, token: str) -> HttpResponse:
    """The link of a mail: a page with one button; the button, and the one click of a mail program (RFC 8058), stop it."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, POST, OPTIONS"})
    opened = marketing.links(request.controller).open(token)
    if request.method == "POST" and "List-Unsubscribe" in request.POST:
        return _one_click(request, opened)
    if opened is None:
        form = StopForm(None, controller=request.controller)
        context = {"nav": "start", "form": form, "broken": True}
        return render(request, "portal/marketing.html", context, status=404)
    chosen = ChannelsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and chosen.is_valid():
        return _by_button(request, opened, chosen, token)
    return _link_page(request, opened, chosen)


def _one_click(request: Any, opened: Opened | None) -> HttpResponse:
    """No cookie, no page, no redirect: mail programs want a short 200."""
    if opened is None:
        return HttpResponse("This link is not complete.\n", status=404, content_type="text/plain; charset=utf-8")
    marketing.stop_by_link(
        controller=request.controller, opened=opened, language=_language(), now=timezone.now(), reply=False
    )
    return HttpResponse("Stopped.\n", content_type="text/plain; charset=utf-8")


def _by_button(request: Any, opened: Opened, form: ChannelsForm, token: str) -> HttpResponse:
    now = timezone.now()
    sent = marketing.stop_by_link(
        controller=request.controller,
        opened=opened,
        channels=form.chosen,
        language=_language(),
        now=now,
        reply=True,
    )
    if sent is None:
        return HttpResponseRedirect(reverse("portal:stop", args=[token]))
    _remember(request, sent, form.chosen)
    # The link came in a mail to her: that shows control of the address, which opens her own request (1.6).
    access.follow(request.session, sent, now=now)
    return HttpResponseRedirect(reverse("portal:marketing-stopped"))


def _link_page(request: Any, opened: Opened, form: ChannelsForm) -> HttpResponse:
    entry = suppression.entry(controller=request.controller, contact=opened.contact)
    context = {
        "nav": "start",
        "form": form,
        "mask": opened.contact.masked,
        "since": entry.since if entry else None,
        "stopped_channels": [CHANNELS[code] for code in CHANNELS if code in entry.channels] if entry else [],
        "all_stopped": entry is not None and set(CHANNELS) <= set(entry.channels),
    }
    return render(request, "portal/marketing_link.html", context, status=422 if form.errors else 200)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: Any, token: str) -> HttpResponse:
    """Take the address off the list again, by the link that was mailed to it (O-03: only her own proven act)."""
    now = timezone.now()
    contact = marketing.links(request.controller).open_undo(token, now=now)
    done = request.method == "POST" and marketing.undo(controller=request.controller, token=token, now=now)
    listed = contact is not None and suppression.entry(controller=request.controller, contact=contact) is not None
    context = {"nav": "start", "mask": contact.masked if contact else "", "done": done, "listed": listed}
    return render(request, "portal/marketing_undo.html", context, status=200 if contact else 404)
