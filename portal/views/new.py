"""The new request: one page after the other, Back without loss, check, send, and the page that says it arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dsr import limits, wording
from dsr.cases.intake import InvalidRequestError
from dsr.law.rights import Right
from dsr.limits import limited
from dsr.models import Request
from portal import access, draft, filing, progress, questions
from portal.forms.ask import UNSURE
from portal.forms.send import SendForm
from portal.prospects import outlook_of
from portal.questions import About, Step

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portal.forms.ask import StepForm


def about_of(request: Any) -> About:
    """Where the person stands."""
    return About(draft.answers(request.session), access.subscriber(request))


def _to(step: Step | None) -> HttpResponse:
    return HttpResponseRedirect(reverse("portal:new-step", args=[step.name]) if step else reverse("portal:check"))


@require_safe
def begin(request: Any) -> HttpResponse:
    """Start, or go on where the draft stopped; `?right=` comes from a tile of the start page and answers the first page."""
    chosen = request.GET.get("right", "")
    if chosen == Right.MARKETING_OBJECTION:
        return HttpResponseRedirect(reverse("portal:marketing-stop"))
    if chosen in set(Right):
        draft.keep(request.session, "what", {"right": chosen})
    elif "afresh" in request.GET:
        draft.discard(request.session)
    return _to(questions.first_open(about_of(request)))


def _form(request: Any, step: Step, about: About, *, data: Any = None) -> StepForm:
    given = about.answers.get(step.name) or _known_already(step, about)
    return step.form(data, initial=dict(given), controller=request.controller, user=about.user)


def _known_already(step: Step, about: About) -> dict[str, Any]:
    """What was typed on another page is not typed again (WCAG 3.3.7)."""
    if step.name == "post":
        return {"post": about.get("details", "address")}
    return {}


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: Any, name: str) -> HttpResponse:
    """One question: show it with what was answered before, or keep the answer and go to the next open one."""
    about, found = about_of(request), questions.BY_NAME.get(name)
    if found is None:
        raise Http404
    if found not in questions.path(about):
        return _to(questions.first_open(about))
    form = _form(request, found, about, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _answered(request, found, form.cleaned_data)
    earlier = questions.before(about, found)
    changing = questions.first_open(about) is None
    back = (
        reverse("portal:check")
        if changing
        else reverse("portal:new-step", args=[earlier.name])
        if earlier
        else reverse("portal:start")
    )
    context = {"nav": "start", "form": form, "step": found, "back": back, "single": form.single, "only": _only(form)}
    return render(request, "portal/question.html", context, status=422 if form.errors else 200)


def _only(form: StepForm) -> Any:
    return form[next(iter(form.fields))] if form.single else None


def _answered(request: Any, found: Step, answer: dict[str, Any]) -> HttpResponse:
    if answer.get("right") == UNSURE:
        return HttpResponseRedirect(reverse("portal:unsure"))
    if answer.get("right") == Right.MARKETING_OBJECTION:
        return HttpResponseRedirect(reverse("portal:marketing-stop"))
    if answer.get("account") == "yes":
        # Not kept: whoever comes back without having signed in is asked again.
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': reverse('portal:new')})}")
    draft.keep(request.session, found.name, answer)
    return _to(questions.first_open(about_of(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@limited(limits.new_request)
def check(request: Any) -> HttpResponse:
    """All answers with the date we promise; the button sends. A second click, a resend, Back and again: still one request."""
    now, about = timezone.now(), about_of(request)
    form = SendForm(request.POST if request.method == "POST" else None, initial={"key": draft.key(request.session)})
    if request.method == "POST" and form.is_valid():
        already = draft.sent_requests(request.session).get(form.cleaned_data["key"])
        if already:
            return _sent_page(request, already)
    if questions.first_open(about) is not None:
        return _to(questions.first_open(about))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["key"] == draft.key(request.session):
            return _send(request, about, form, now)
        form.add_error(None, _("Your answers changed in another window. Look at them again, then send."))
    return _check_page(request, about, form, now)


def _send(request: Any, about: About, form: SendForm, now: Any) -> HttpResponse:
    key = form.cleaned_data["key"]
    try:
        sent = filing.send(
            controller=request.controller,
            about=about,
            submission_key=key,
            language=(get_language() or "en").partition("-")[0],
            now=now,
        )
    except InvalidRequestError as error:
        form.add_error(None, wording.refusal(error.refusal))
        return _check_page(request, about, form, now)
    draft.sent(request.session, key, str(sent.pk))
    return HttpResponseRedirect(reverse("portal:sent", args=[sent.reference]))


def _sent_page(request: Any, request_id: str) -> HttpResponse:
    sent = Request.objects.of(request.controller).get(pk=request_id)
    return HttpResponseRedirect(reverse("portal:sent", args=[sent.reference]))


def _check_page(request: Any, about: About, form: SendForm, now: Any) -> HttpResponse:
    rows = [
        {"step": each.name, "label": label, "text": text}
        for each in questions.path(about)
        for label, text in questions.words_of(about, each, _form(request, each, about))
    ]
    if form.is_bound:  # what is shown now is what the next click sends
        form.data = {**form.data.dict(), "key": draft.key(request.session), "website": ""}  # type: ignore[attr-defined]
    context = {
        "nav": "start",
        "form": form,
        "rows": rows,
        "due_on": filing.promised_on(controller=request.controller, about=about, now=now),
        "rights": [wording.right_plain(right) for right in filing.rights_of(about)],
        "outlook": outlook_of(controller=request.controller, about=about, language=get_language() or "en", now=now),
    }
    return render(request, "portal/check.html", context, status=422 if form.errors else 200)


@require_safe
@access.own
def sent(request: Any, asked: Request) -> HttpResponse:
    """It arrived: reference, date, what happens next, and the one step left."""
    context = {
        "nav": "start",
        "asked": asked,
        "parts": progress.parts_of(asked, now=timezone.now()),
        "due_on": progress.latest_due(asked),
        "proof_needed": progress.proof_needed(asked),
        "receipt_to": asked.content().get("contact_email", ""),
    }
    return render(request, "portal/sent.html", context)
