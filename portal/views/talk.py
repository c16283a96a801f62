"""The conversation about a request: a message, the answer to our question, files, and a copy of it as a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import limits, wording
from dsr.cases import clarifications, messages, uploads
from dsr.cases.perform import ConflictError, RefusedError
from dsr.law.workflow import State
from dsr.limits import limited
from dsr.output.inputs import OutputError
from dsr.output.pdf import RenderError, render_pdf
from portal import access, status, told
from portal.forms.talk import AnswerForm, MessageForm
from portal.transcript import transcript_document

if TYPE_CHECKING:
    from dsr.models import Case, Request


def form_of(http: Any, asked: Request, *, initial: dict[str, Any] | None = None) -> MessageForm | AnswerForm:
    """The box at the end of the conversation: for our question while one is open, else for a message."""
    kind = AnswerForm if _question(asked) else MessageForm
    bound = (http.POST, http.FILES) if http.method == "POST" and initial is None else (None, None)
    form = kind(*bound, initial=initial)
    form.open_inbox(status.inbox_of(http, asked))
    return form


def page(http: Any, asked: Request, form: MessageForm | AnswerForm) -> HttpResponse:
    """The page of the request with its box as it is."""
    context = status.page_context(http, asked, form) | told.shown(http, asked)  # recipients, Art. 19
    return render(http, "portal/request.html", context, status=422 if form.errors else 200)


def _question(asked: Request) -> Case | None:
    found: Case | None = asked.cases.filter(state=State.CLARIFY_PENDING.value).first()
    return found


@require_POST
@limited(limits.new_request)
@access.own
def write(http: Any, asked: Request) -> HttpResponse:
    """Send a message, which does not stop the clock; or the answer to our question, which makes it run again (T-15)."""
    question = _question(asked)
    if question is not None and "do" not in http.POST:
        # We asked while she was typing: what she wrote may be the answer, and only she can say so.
        flash.info(http, _("We have a question for you meanwhile. Is what you wrote your answer? Then send it below."))
        return page(http, asked, form_of(http, asked, initial={"text": http.POST.get("text", "")}))
    form = form_of(http, asked)
    if not form.is_valid():
        return page(http, asked, form)
    sent = _send(http, asked, question, form)
    if sent:
        form.add_error(None, sent)
        return page(http, asked, form)
    return HttpResponseRedirect(f"{reverse('portal:request', args=[asked.reference])}#messages")


def _send(http: Any, asked: Request, question: Case | None, form: MessageForm | AnswerForm) -> str:
    """Write it down; a sentence that says why not, or nothing."""
    now, text = timezone.now(), form.cleaned_data["text"]
    ids = set(form.cleaned_data["attached"])
    files = [upload for upload in uploads.loose(asked, "message") if str(upload.pk) in ids]
    do = form.cleaned_data.get("do", "message")
    if question is None or do == "message":
        messages.from_subject(request=asked, text=text, now=now, files=files)
        flash.success(http, _("Your message was sent."))
        return ""
    try:
        clarifications.answer(
            case_id=question.pk,
            text=text or str(_("I want everything.")),
            everything=do == "everything",
            files=files,
            actor=status.actor_of(http),
            now=now,
        )
    except RefusedError as refused:
        return wording.refusal(refused.refusal)
    except ConflictError:
        return _("Something changed at the same moment. Please try again.")
    flash.success(http, _("Thank you. Our clock runs again from today."))
    return ""


@require_safe
@limited(limits.paper, methods=("GET",))
@access.own
def transcript(http: Any, asked: Request) -> HttpResponse:
    """The whole conversation as a PDF, laid out when it is asked for and kept nowhere."""
    try:
        pdf = render_pdf([transcript_document(asked, status.written(asked)[1], now=timezone.now())], seconds=30)[0]
    except (OutputError, RenderError):
        return render(http, "portal/no_paper.html", {"nav": "requests", "asked": asked}, status=503)
    name = _("%(reference)s-messages.pdf") % {"reference": asked.reference}
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
