"""My requests, and the page of each: where it stands, its parts asked for again, withdrawal, receipt, calendar file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dsr import limits, wording
from dsr.addresses import base_url
from dsr.cases import endings, flood
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil.gather import addressee_of, head_of, sender_of
from dsr.law.letters import LetterCode
from dsr.limits import limited
from dsr.models import Letter as LetterRow
from dsr.output.inputs import OutputError
from dsr.output.letters import Acknowledgement, Letter, letter_document
from dsr.output.pdf import RenderError, render_pdf
from dsr.sessions import by_itself
from portal import access, ics, progress, status
from portal.forms.send import WithdrawForm
from portal.views import talk
from portal.views.letters import serve

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from dsr.models import Case, Request

READ_OR_SEND = ["GET", "HEAD", "POST"]


def _page(reference: str, name: str = "portal:request") -> str:
    return reverse(name, args=[reference])


@require_safe
def index(request: Any) -> HttpResponse:
    """Her requests, those still open first: those of her account and those this session sent or proved."""
    now, user = timezone.now(), access.subscriber(request)
    rows = [_row(asked, progress.parts_of(asked, now=now)) for asked in access.requests_of(request, now=now)]
    rows.sort(key=lambda row: not row["open"])  # open ones first, each group with the newest at the top
    if user is None and not rows:
        return HttpResponseRedirect(reverse("portal:find"))
    unlinked = user is not None and not user.links.filter(revoked_at__isnull=True).exists()
    context = {"nav": "requests", "rows": rows, "user_here": user, "unlinked": unlinked}
    return render(request, "portal/requests.html", context)


def _row(asked: Request, parts: list[progress.Part]) -> dict[str, Any]:
    """A request with its rights under one card: what we need from her, and the date by which all of it is answered."""
    due = [part.case.due_on for part in parts if part.is_open and part.case.due_on]
    return {
        "asked": asked,
        "parts": parts,
        "open": any(part.is_open for part in parts),
        "needs": list(dict.fromkeys(part.needs for part in parts if part.needs)),
        "due_on": max(due, default=None),
        "late": any(part.overdue for part in parts),
        "same_day": len(set(due)) == 1,
    }


@require_safe
@access.own
def detail(request: Any, asked: Request) -> HttpResponse:
    """Where it stands, by when it is answered, what was written, what she can do."""
    flood.alive(request=asked, now=timezone.now())
    return talk.page(request, asked, talk.form_of(request, asked))


@require_safe
@by_itself
@access.own
def live(request: Any, asked: Request) -> HttpResponse:
    """What may have changed since the page was opened: it asks for this while somebody looks at it (static/ui/refresh.js)."""
    return render(request, "portal/_live.html", status.parts_context(request, asked, now=timezone.now()))


@require_http_methods(READ_OR_SEND)
@access.own
def withdraw(request: Any, asked: Request) -> HttpResponse:
    """Take the request back, or some of its parts: one confirmation, a new request is possible at any time."""
    parts = [part for part in progress.parts_of(asked, now=timezone.now()) if part.can_withdraw]
    if not parts:
        flash.info(request, _("There is nothing left to withdraw."))
        return HttpResponseRedirect(_page(asked.reference))
    form = WithdrawForm(request.POST if request.method == "POST" else None, parts=parts)
    if request.method == "POST" and form.is_valid():
        problem = _withdraw(request, [part.case for part in parts if part.case.right in form.chosen])
        if not problem:
            flash.success(request, _("You have withdrawn your request. You can make a new one at any time."))
            return HttpResponseRedirect(_page(asked.reference))
        form.add_error(None, problem)
    context = {"nav": "requests", "asked": asked, "form": form, "parts": parts}
    return render(request, "portal/withdraw.html", context, status=422 if form.errors else 200)


def _withdraw(request: Any, cases: list[Case]) -> str:
    actor = status.actor_of(request)
    try:
        for case in cases:
            endings.withdraw(case_id=case.pk, actor=actor, now=timezone.now())
    except RefusedError as refused:
        return wording.refusal(refused.refusal)
    except ConflictError:
        return _("Something changed at the same moment. Please try again.")
    return ""


def _chosen(request: Any, asked: Request) -> Case | None:
    """The case an address means: the only one, or the one whose right `?right=` names."""
    parts = progress.parts_of(asked, now=timezone.now())
    named = [part.case for part in parts if part.case.right == request.GET.get("right", parts[0].case.right)]
    return named[0] if named else None


@require_safe
@limited(limits.paper, methods=("GET",))
@access.own
def receipt(request: Any, asked: Request) -> HttpResponseBase:
    """The acknowledgement L-01 as a PDF, laid out when it is first asked for; the same bytes each time after that."""
    case = _chosen(request, asked)
    if case is None:
        return access.unknown(request)
    sent = LetterRow.objects.of(asked.controller).filter(
        case=case, code=LetterCode.ACKNOWLEDGEMENT.value, status=LetterRow.Status.SENT
    )
    row = sent.select_related("case__request__account", "case__controller", "artifact").order_by("-sent_at").first()
    if row is not None:
        return serve(request, asked, row, now=timezone.now())
    # A request of an earlier release, which kept no letters: laid out from the case as it is.
    head = head_of(case, written_at=asked.created_at)
    letter = Letter(
        sender=sender_of(asked.controller),
        addressee=addressee_of(case),
        head=replace(head, due_on=case.due_on or case.told_due_on),
        body=Acknowledgement(identity_open=progress.proof_needed(asked)),
    )
    try:
        pdf = render_pdf([letter_document(letter)], seconds=30)[0]
    except (OutputError, RenderError):
        return render(request, "portal/no_paper.html", {"nav": "requests", "asked": asked}, status=503)
    return _file(pdf, "application/pdf", f"{asked.reference}.pdf")


@require_safe
@access.own
def deadline(request: Any, asked: Request) -> HttpResponse:
    """The due date for a calendar: reference and right, no names."""
    case = _chosen(request, asked)
    if case is None or case.due_on is None:
        return access.unknown(request)
    with translation.override(asked.language):
        title = _("%(reference)s: answer due") % {"reference": asked.reference}
        text = f"{wording.right_plain(case.right)}. {asked.controller.name}"
    data = ics.calendar(
        uid=f"{asked.pk}-{case.right}@{asked.controller.privacy_email.rpartition('@')[2]}",
        sequence=case.version,
        on=case.due_on,
        title=title,
        text=text,
        url=f"{base_url(asked.controller)}{_page(asked.reference)}",
        written_at=timezone.now(),
    )
    return _file(data, "text/calendar; charset=utf-8", f"{asked.reference}.ics")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
