"""Pages that only say something: start, help, accessibility, complain, not sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dsr.law.rights import Right
from dsr.limits import limited
from portal import access, draft
from portal.forms.what import UNSURE, OwnWordsForm
from portal.questions import offered
from portal.views import new

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# The six tiles of the start page, all of one size, by use (EDPB 03/2022: no right is hidden or made to look lesser).
TILES = (
    (
        Right.ACCESS,
        gettext_lazy("Get a copy of my data"),
        gettext_lazy("Contract, bills, connection logs, messages with us."),
    ),
    (
        Right.RECTIFICATION,
        gettext_lazy("Correct something"),
        gettext_lazy("Name, address or contact data that is wrong."),
    ),
    (
        Right.ERASURE,
        gettext_lazy("Delete my data"),
        gettext_lazy("We tell you what the law makes us keep, and how long."),
    ),
    (
        Right.MARKETING_OBJECTION,
        gettext_lazy("Stop marketing"),
        gettext_lazy("It stops in any case. No reason needed."),
    ),
    (Right.RESTRICTION, gettext_lazy("Pause the use of my data"), gettext_lazy("While we check a dispute.")),
    (
        Right.PORTABILITY,
        gettext_lazy("Move my data elsewhere"),
        gettext_lazy("As files another provider can read."),
    ),
)
# What people say, and which right it is: the guide for whoever is not sure.
GUIDE = (
    (gettext_lazy("“What do you know about me?”"), Right.ACCESS),
    (gettext_lazy("“My name is spelled wrong on the bill.”"), Right.RECTIFICATION),
    (gettext_lazy("“I am gone, forget me.”"), Right.ERASURE),
    (gettext_lazy("“No more calls and newsletters.”"), Right.MARKETING_OBJECTION),
    (gettext_lazy("“I do not want you to check my credit.”"), Right.OBJECTION),
    (gettext_lazy("“Leave my data alone until this is settled.”"), Right.RESTRICTION),
    (gettext_lazy("“I want to take my data to another provider.”"), Right.PORTABILITY),
    (gettext_lazy("“I said yes once, now I say no.”"), Right.CONSENT_WITHDRAWAL),
    (gettext_lazy("“A computer refused my order.”"), Right.AUTOMATED_DECISION),
)


@require_safe
def start(request: Any) -> HttpResponse:
    """What one can ask, how long it takes, what one needs, which other ways there are."""
    started = draft.begun(request, now=timezone.now())
    tiles = [tile for tile in TILES if tile[0] in offered(request.controller)]
    return render(request, "portal/start.html", {"nav": "start", "tiles": tiles, "started": started})


@limited(new.beginning)
@require_http_methods(["GET", "HEAD", "POST"])
def unsure(request: Any) -> HttpResponse:
    """For whoever does not know the name of the right: her own words are enough (4.1); sayings beside them, and people to talk to."""
    now = timezone.now()
    shown = draft.content(request, now=now).get("answers", {}) if draft.claimed(request, now=now) else {}
    form = OwnWordsForm(
        request.POST if request.method == "POST" else None,
        initial=dict(shown.get("own-words", {})),
        controller=request.controller,
        user=access.subscriber(request),
    )
    if request.method == "POST" and form.is_valid():
        if draft.locked(request, now=now) is not None:
            return access.to_sign_in(request, reverse("portal:unsure"))
        if not draft.content(request, now=now).get("done"):
            draft.keep(request, "what", {"right": UNSURE}, now=now)
            draft.keep(request, "own-words", form.answer(), now=now)
            return HttpResponseRedirect(reverse("portal:new"))
        form.add_error(None, _("Send what you have chosen already first. Then start again here."))
    guide = [(saying, right) for saying, right in GUIDE if right in offered(request.controller)]
    context = {"nav": "start", "guide": guide, "form": form}
    return render(request, "portal/unsure.html", context, status=422 if form.errors else 200)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Questions people have, answered in a sentence or two."""
    return render(request, "portal/help.html", {"nav": "help"})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What this portal does for people with disabilities, and whom to tell when it fails."""
    return render(request, "portal/accessibility.html", {"nav": ""})


@require_safe
def complain(request: HttpRequest) -> HttpResponse:
    """The privacy office, the data protection officer, the authority, the court (77, 79)."""
    return render(request, "portal/complain.html", {"nav": ""})
