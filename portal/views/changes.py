"""Changing a request while it runs: what it covers, and in which language and form the answer comes (decision 074)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dsr import limits, wording
from dsr.cases import changes
from dsr.cases.perform import ConflictError, RefusedError
from dsr.law.rights import Right
from dsr.limits import limited
from portal import access, progress, status
from portal.forms.talk import WishesForm, scope_form

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsr.models import Request
    from portal.progress import Part

READ_OR_SEND = ["GET", "HEAD", "POST"]


def _page(asked: Request) -> str:
    return reverse("portal:request", args=[asked.reference])


@require_http_methods(READ_OR_SEND)
@limited(limits.new_request, methods=("POST",))
@access.own
def scope(http: Any, asked: Request) -> HttpResponse:
    """Narrow or widen what is asked for; `?right=` says which right, where several can be changed."""
    parts = [part for part in progress.parts_of(asked, now=timezone.now()) if part.changeable]
    part = _meant(parts, http.GET.get("right", ""))
    if part is None:
        flash.info(http, _("This cannot be changed here any more. You can send us a message."))
        return HttpResponseRedirect(_page(asked))
    kind, now_asked = scope_form(Right(part.case.right)), changes.scope_of(part.case)
    initial = {
        **now_asked,
        "extent": now_asked.get("data", ""),
        "kinds": now_asked.get("kinds") or now_asked.get("delete_kinds") or [],
        "start": now_asked.get("from", ""),
        "end": now_asked.get("to", ""),
    }
    form = kind(http.POST if http.method == "POST" else None, initial=initial)
    if http.method == "POST" and form.is_valid():
        chosen, words = form.scope, form.cleaned_data["words"]
        problem = _try(
            lambda: changes.change_scope(
                case_id=part.case.pk, scope=chosen, words=words, actor=status.actor_of(http), now=timezone.now()
            )
        )
        if not problem:
            flash.success(http, _("Your request was changed. The date of our answer stays the same."))
            return HttpResponseRedirect(_page(asked))
        form.add_error(None, problem)
    others = [other for other in parts if other.case.pk != part.case.pk]
    context = {"nav": "requests", "asked": asked, "form": form, "part": part, "others": others}
    return render(http, "portal/change.html", context, status=422 if form.errors else 200)


def _meant(parts: list[Part], right: str) -> Part | None:
    if not right:
        return parts[0] if parts else None
    return next((part for part in parts if part.case.right == right), None)


def _try(run: Callable[[], object]) -> str:
    """Do it; a sentence that says why not, or nothing."""
    try:
        run()
    except RefusedError as refused:
        return wording.refusal(refused.refusal)
    except ConflictError:
        return _("Something changed at the same moment. Please try again.")
    return ""


@require_http_methods(READ_OR_SEND)
@limited(limits.new_request, methods=("POST",))
@access.own
def wishes(http: Any, asked: Request) -> HttpResponse:
    """Another language or another form of the answer, from now on."""
    if changes.wishes_refusal(asked) is not None:
        flash.info(http, _("The answer has been sent already. Send us a message, and we see what we can do."))
        return HttpResponseRedirect(_page(asked))
    initial = {"language": asked.language, "formats": asked.content().get("scope", {}).get("formats", [])}
    bound = http.POST if http.method == "POST" else None
    form = WishesForm(bound, languages=asked.controller.languages, initial=initial)
    if http.method == "POST" and form.is_valid():
        language, formats = form.cleaned_data["language"], form.cleaned_data["formats"]
        problem = _try(
            lambda: changes.change_wishes(
                request_id=asked.pk,
                language=language,
                formats=formats,
                actor=status.actor_of(http),
                now=timezone.now(),
            )
        )
        if not problem:
            flash.success(http, _("Noted. What we write from now on follows your wish."))
            return HttpResponseRedirect(_page(asked))
        form.add_error(None, problem)
    context = {"nav": "requests", "asked": asked, "form": form}
    return render(http, "portal/wishes.html", context, status=422 if form.errors else 200)
