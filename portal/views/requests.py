"""My requests, and the page of each: progress, deadline, messages, withdrawal, receipt, calendar file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import limits, wording
from dsr.addresses import base_url
from dsr.cases import actors, endings, messages
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil.gather import addressee_of, head_of, sender_of
from dsr.law.letters import LetterCode
from dsr.limits import limited
from dsr.models import Letter as LetterRow
from dsr.output.inputs import OutputError
from dsr.output.letters import Acknowledgement, Letter, letter_document
from dsr.output.pdf import RenderError, render_pdf
from dsr.sessions import by_itself
from dsr.wording import asked as asked_words
from portal import access, ics, progress
from portal.forms.proof import MessageForm
from portal.forms.send import WithdrawForm
from portal.sendings import sendings_of
from portal.views.letters import letters_of, serve

if TYPE_CHECKING:
    from datetime import datetime

    from django.http.response import HttpResponseBase

    from dsr.models import Case, Request

READ_OR_SEND = ["GET", "HEAD", "POST"]


def _page(reference: str, name: str = "portal:request") -> str:
    return reverse(name, args=[reference])


@require_safe
def index(request: Any) -> HttpResponse:
    """Her requests, newest first: those of her account and those this session sent or proved."""
    now, user = timezone.now(), access.subscriber(request)
    rows = [
        {"asked": asked, "parts": progress.parts_of(asked, now=now)} for asked in access.requests_of(request, now=now)
    ]
    if user is None and not rows:
        return HttpResponseRedirect(reverse("portal:find"))
    unlinked = user is not None and not user.links.filter(revoked_at__isnull=True).exists()
    context = {"nav": "requests", "rows": rows, "user_here": user, "unlinked": unlinked}
    return render(request, "portal/requests.html", context)


@require_safe
@access.own
def detail(request: Any, asked: Request) -> HttpResponse:
    """Where it stands, by when it is answered, what was written, what she can do."""
    return _detail(request, asked, MessageForm())


def _detail(request: Any, asked: Request, form: MessageForm) -> HttpResponse:
    now = timezone.now()
    parts = progress.parts_of(asked, now=now)
    content = asked.content()
    older, talk = _written(asked)
    context = {
        "nav": "requests",
        "asked": asked,
        "parts": parts,
        "headways": _headways(request, asked, parts, now),
        "form": form,
        "letters": letters_of(asked),
        "sendings": sendings_of(asked),
        "older": older,
        "older_count": len(older),
        "talk": talk,
        "proof_needed": progress.proof_needed(asked),
        "words": content.get("words", ""),
        "choices": asked_words.lines(content.get("scope", {})),
        "can_withdraw": any(part.can_withdraw for part in parts),
        "open": any(part.is_open for part in parts),
        "ready": any(part.package for part in parts),
        "resumable": any(part.resumable for part in parts),
        "identified": bool(asked.identified_at),
    }
    return render(request, "portal/request.html", context, status=422 if form.errors else 200)


def _headways(request: Any, asked: Request, parts: list[progress.Part], now: datetime) -> list[dict[str, Any]]:
    """For each part whose systems are at work: how far they are, with records only for whom they may be shown to."""
    shown = any(part.headway for part in parts) and access.sees_found(request, asked, now=now)
    return [
        {
            "part": part,
            "words": progress.headway_words(part, records=shown),
            "left": progress.still_open(part),
            "share": _share(part),
        }
        for part in parts
        if part.headway
    ]


def _share(part: progress.Part) -> int:
    """Finished systems in percent of all, for the bar."""
    return round(100 * part.headway.done / part.headway.total) if part.headway and part.headway.total else 0


@require_safe
@by_itself
@access.own
def headway(request: Any, asked: Request) -> HttpResponse:
    """How far the systems are, alone: the page of a request asks every few seconds while something runs."""
    now = timezone.now()
    parts = progress.parts_of(asked, now=now)
    context = {"asked": asked, "headways": _headways(request, asked, parts, now)}
    return render(request, "portal/_headway.html", context)


def _written(asked: Request) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Letters of an earlier release, which were texts, and the conversation; mails that announce something are not shown."""
    older, talk = [], []
    for message in asked.messages.filter(by_mail=False).order_by("created_at"):
        row = {"at": message.created_at, "text": message.content().get("body", ""), "own": message.inbound}
        if message.kind == "message":
            talk.append(row)
        else:
            older.append({**row, "title": wording.letter(message.kind)})
    return older, talk


@require_POST
@limited(limits.new_request)
@access.own
def write(request: Any, asked: Request) -> HttpResponse:
    """Send a message to the office; it does not stop the clock."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _detail(request, asked, form)
    messages.from_subject(request=asked, text=form.cleaned_data["text"], now=timezone.now())
    flash.success(request, _("Your message was sent."))
    return HttpResponseRedirect(f"{_page(asked.reference)}#messages")


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
    user = access.subscriber(request)
    actor = actors.subject(str(user.pk) if user else "")
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
