"""Follow a request without an account: its reference, then a code to the contact given with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dsr import limits
from dsr.cases import delivery, identity_codes, proofs
from dsr.limits import limited
from dsr.models import Request
from portal import access
from portal.forms.proof import CodeForm, FindForm, LetterForm

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

_LOOKED_FOR = "find"


@require_http_methods(["GET", "HEAD", "POST"])
@limited(limits.find)
def find(request: Any) -> HttpResponse:
    """Ask for the reference. What follows is the same whether or not there is such a request."""
    if request.method == "POST":
        form = FindForm(request.POST)
        if form.is_valid():
            reference = form.cleaned_data["reference"]
            if access.no_longer_kept(request, reference):
                return access.gone(request)
            asker = access.asker(request.session)
            proofs.start_follow(controller=request.controller, reference=reference, now=timezone.now(), asker=asker)
            request.session[_LOOKED_FOR] = reference
            return HttpResponseRedirect(reverse("portal:find-code"))
    else:
        form = FindForm(initial={"reference": request.GET.get("reference", "")[:40]})
    user = access.subscriber(request)
    return render(request, "portal/find.html", {"nav": "requests", "form": form, "user_here": user})


@require_http_methods(["GET", "HEAD", "POST"])
@limited(limits.code_entry)
def code(request: Any) -> HttpResponse:
    """Check the code. Wrong, too old, too often tried, unknown reference: one sentence, and what to do next."""
    reference = request.session.get(_LOOKED_FOR, "")
    if not reference:
        return HttpResponseRedirect(reverse("portal:find"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        followed = proofs.finish_follow(
            controller=request.controller,
            reference=reference,
            entered=form.cleaned_data["code"],
            now=now,
            asker=access.asker(request.session),
        )
        if followed.request is not None:
            request.session.pop(_LOOKED_FOR, None)
            access.follow(request.session, followed.request, now=now)
            return HttpResponseRedirect(reverse("portal:request", args=[followed.request.reference]))
        form.add_error("code", _("That did not work. Look at the newest e-mail from us, or ask for a new code below."))
    return render(request, "portal/find_code.html", {"nav": "requests", "form": form, "reference": reference})


@require_http_methods(["GET", "HEAD", "POST"])
@limited(limits.code_entry)
def letter(request: Any) -> HttpResponse:
    """The code of a letter and the reference beside it open the answer; unknown, wrong and locked look alike."""
    form = LetterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now, reference = timezone.now(), form.cleaned_data["reference"].strip().upper()
        asked = Request.objects.of(request.controller).filter(reference=reference).first()
        entered = form.cleaned_data["code"]
        page = _opened_by(request, asked, entered, now) if asked is not None else ""
        if asked is not None and page:
            access.follow(request.session, asked, now=now)
            return HttpResponseRedirect(reverse(page, args=[asked.reference]))
        form.add_error("code", _("That did not work. Compare reference and code with the newest letter from us."))
    return render(
        request, "portal/letter_code.html", {"nav": "requests", "form": form}, status=422 if form.errors else 200
    )


def _opened_by(request: Any, asked: Request, entered: str, now: datetime) -> str:
    """What the letter is good for: opening the answer, or proving who somebody is; empty when it is neither."""
    if delivery.open_by_letter(request=asked, entered=entered, now=now).status == "ok":
        access.freshen(request.session, asked, now=now, by="letter")
        return "portal:package"
    if identity_codes.finish_letter(request=asked, entered=entered, now=now).status == "ok":
        messages.success(request, _("Thank you. The code of the letter was right."))
        return "portal:identity"
    return ""
