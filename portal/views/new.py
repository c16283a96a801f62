"""The new request: one page after the other, Back without loss, check, send, and the page that says it arrived."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dsr import accounts, crowd, limits, wording
from dsr.cases import messages
from dsr.cases.intake import InvalidRequestError
from dsr.inbox import Inbox
from dsr.law import persons
from dsr.law.persons import Person
from dsr.law.rights import Right
from dsr.limits import Limit, client_address, limited
from dsr.models import Request
from portal import access, checking, draft, filing, progress, questions
from portal.forms.send import SendForm, stamp
from portal.forms.what import UNSURE
from portal.questions import About, Step
from portal.views import sitting

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from portal.forms.ask import StepForm

# A mobile network shares an address, and each draft is a row for a week.
DRAFTS: Final = Limit("drafts", 120, 15 * 60)
OF = "of"
"""The parameter that says to which right of the sitting a page belongs; without it, to the one in hand."""


def about_of(request: Any, now: datetime) -> About:
    """Where the person stands."""
    found = draft.content(request, now=now)
    return About(found.get("answers", {}), access.subscriber(request), tuple(found.get("done", ())))


def address(step: Step, right: str = "") -> str:
    """The address of a page; with `right`, of that finished right."""
    where = reverse("portal:new-step", args=[step.name])
    return f"{where}?{urlencode({OF: right})}" if right and not step.common else where


def _onward(about: About) -> HttpResponse:
    """To the first page that still needs an answer, or to the check page."""
    found = questions.next_open(about)
    if found is None:
        return HttpResponseRedirect(reverse("portal:check"))
    part, step = found
    return HttpResponseRedirect(address(step, part.right.value if part.right and part.right != about.right else ""))


def beginning(request: Any) -> int:
    """Drafts begun from one address: the links of the start page make one, and so does every program that follows them."""
    if draft.current(request, now=timezone.now()) is not None:
        return 0
    return DRAFTS.take(client_address(request), at=time.time())


@limited(beginning, methods=("GET", "HEAD", "POST"))
@require_safe
def begin(request: Any) -> HttpResponse:
    """Start, or go on where the draft stopped; `?right=` comes from a tile of the start page and answers the first page."""
    now, chosen = timezone.now(), request.GET.get("right", "")
    if chosen == Right.MARKETING_OBJECTION and not about_of(request, now).done:
        return HttpResponseRedirect(reverse("portal:marketing-stop"))  # two pages instead of these (ux.md 1.5)
    if sitting.asks_first(request, now):
        return sitting.unfinished_page(request, now)
    about = about_of(request, now)
    if chosen in set(Right) and chosen not in {part["right"] for part in about.done}:
        draft.keep(request, "what", {"right": chosen}, now=now)
    return _onward(about_of(request, now))


def _form(request: Any, step: Step, about: About, *, data: Any = None, files: Any = None) -> StepForm:
    given = about.answers.get(step.name) or _known_already(step, about)
    form = step.form(data, files, initial=dict(given), controller=request.controller, user=about.user)
    now = timezone.now()
    row, sender = draft.current(request, now=now), client_address(request)
    make = partial(draft.ensure, request, now=now)
    form.open_inbox(Inbox(controller=request.controller, draft=row, make_draft=make, now=now, address=sender))
    return form


def _known_already(step: Step, about: About) -> dict[str, Any]:
    """What was typed on another page is not typed again (WCAG 3.3.7)."""
    if step.name == "post":
        return {"post": about.get("details", "address")}
    return {}


@limited(beginning)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: Any, name: str) -> HttpResponse:
    """One question: show it with what was answered before, or keep the answer and go to the next open one."""
    now, found, right = timezone.now(), questions.BY_NAME.get(name), request.GET.get(OF, "")
    if found is None:
        raise Http404
    closed = draft.locked(request, now=now)
    if request.method == "POST" and closed is not None:
        draft.keep_typed(closed, name, _posted(request), right=right, now=now)
        return access.to_sign_in(request, address(found, right))
    if request.method != "POST" and sitting.asks_first(request, now):
        return sitting.unfinished_page(request, now)
    about = about_of(request, now).of(right)
    if request.method == "POST":
        form = _form(request, found, about, data=request.POST, files=request.FILES)
        if form.is_valid() and (answered := _answered(request, found, form, about, now)):
            return answered
    else:
        form = _form(request, found, about, data=_typed(request, found, right, now))
    if found not in questions.path(about):
        return _onward(about_of(request, now))
    return _page(request, found, form, about)


def typed_again(request: Any, found: Step, now: datetime) -> HttpResponse:
    """The page with what was posted to it, kept nowhere: to be sent once more."""
    about = about_of(request, now).of(request.GET.get(OF, ""))
    return _page(request, found, _form(request, found, about, data=request.POST), about, again=True)


def _posted(request: Any) -> dict[str, list[str]]:
    return {key: values for key, values in request.POST.lists() if key != "csrfmiddlewaretoken"}


def _typed(request: Any, found: Step, right: str, now: datetime) -> QueryDict | None:
    """What was posted to this page while the session was over; shown once more, to be sent by the one who signed in."""
    typed = draft.content(request, now=now).get("typed") or {}
    if typed.get("step") != found.name or typed.get("right", "") != right:
        return None
    data = QueryDict(mutable=True)
    for key, values in typed["data"].items():
        data.setlist(key, values)
    return data


def _page(request: Any, found: Step, form: StepForm, about: About, *, again: bool = False) -> HttpResponse:
    earlier = questions.before(about, found)
    changing = questions.next_open(about) is None
    adding = found.name == "what" and bool(about.done)
    back = (
        reverse("portal:check")
        if changing
        else address(earlier, request.GET.get(OF, ""))
        if earlier
        else reverse("portal:start")
    )
    context = {
        "nav": "start",
        "form": form,
        "step": found,
        "back": "" if adding else back,
        "adding": adding,
        "again": again,
        "single": form.single,
        "only": form[next(iter(form.fields))] if form.single else None,
        "no_right_after_death": found.name == "who" and not persons.rights_after_death(request.controller.country),
    }
    return render(request, "portal/question.html", context, status=422 if form.errors or again else 200)


def _answered(request: Any, found: Step, form: StepForm, about: About, now: datetime) -> HttpResponse | None:
    """Keep a valid answer and say where to go; None when the form shows an error after all."""
    answer = form.answer()
    refused = _refused(answer, about) if found.name == "what" else ""
    if refused:
        form.add_error("right", refused)
        return None
    if answer.get("account") == "yes":
        draft.claim(request, now=now)
    where = _elsewhere(request, found, answer, about)
    if where:
        return HttpResponseRedirect(where)
    draft.keep(request, found.name, answer, now=now, right="" if found.common else request.GET.get(OF, ""))
    return _onward(about_of(request, now))


def _refused(answer: dict[str, Any], about: About) -> str:
    """Why this right cannot be added to the sitting; empty when it can."""
    if about.done and answer["right"] == UNSURE:
        return _("Send this request first. Then tell us in your own words what else you want.")
    if answer["right"] in {part["right"] for part in about.done}:
        return _("You ask for that already. Choose something else, or go back to your answers.")
    return ""


def _elsewhere(request: Any, found: Step, answer: dict[str, Any], about: About) -> str:
    """Where an answer leads that is not kept; empty for one that is."""
    if answer.get("right") == UNSURE:
        return reverse("portal:unsure")
    if answer.get("right") == Right.MARKETING_OBJECTION and not about.done:
        return reverse("portal:marketing-stop")  # beside other rights it has a page of its own here
    if answer.get("account") == "yes":  # whoever comes back without having signed in is asked again
        return f"{reverse('account_login')}?{urlencode({'next': reverse('portal:new')})}"
    return reverse("portal:new-died") if _nobody_may(request, found, answer, about) else ""


def _nobody_may(request: Any, found: Step, answer: dict[str, Any], about: About) -> bool:
    """Whether the answer would ask for somebody who died what national law gives to nobody (H-06)."""
    allowed = persons.rights_after_death(request.controller.country)
    if found.name == "who" and answer["who"] == Person.DECEASED:
        return not set(about.chosen) <= allowed
    return found.name == "what" and about.who == Person.DECEASED and Right(answer["right"]) not in allowed


@require_http_methods(["GET", "HEAD", "POST"])
@limited(limits.new_request)
def check(request: Any) -> HttpResponse:
    """All answers with the dates we promise; the button sends. A second click, a resend, Back and again: still one request."""
    now = timezone.now()
    form = SendForm(request.POST if request.method == "POST" else None, initial=_sending(request, now))
    if request.method == "POST" and form.is_valid():
        already = _already(request, form.cleaned_data["key"])
        if already:
            return already
        if draft.locked(request, now=now) is not None:
            return access.to_sign_in(request, reverse("portal:check"))
    if sitting.asks_first(request, now):
        return sitting.unfinished_page(request, now)
    about = about_of(request, now)
    if questions.next_open(about) is not None:
        return _onward(about)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["key"] == draft.key(request, now=now):
            return _send(request, about, form, now)
        form.add_error(None, _("Your answers changed in another window. Look at them again, then send."))
    return _check_page(request, about, form, now)


def _sending(request: Any, now: datetime) -> dict[str, str]:
    found = draft.content(request, now=now)
    begun = found.get("begun_at")
    return {"key": str(found.get("key", "")), "begun": stamp(begun) if begun else ""}


def _already(request: Any, key: str) -> HttpResponse | None:
    """The page of what this key was sent as before; the key is random, and the page asks who is there by itself."""
    if key in draft.handed_in(request.session):
        return HttpResponseRedirect(reverse("portal:arrived"))
    known = Request.objects.of(request.controller).filter(submission_key=key).first()
    return HttpResponseRedirect(reverse("portal:sent", args=[known.reference])) if known else None


def _send(request: Any, about: About, form: SendForm, now: datetime) -> HttpResponse:
    key, marks = form.cleaned_data["key"], form.marks(now)
    try:
        # One transaction: what is held as part of a flood is held before its receipt can leave.
        with transaction.atomic():
            sent = filing.send(
                controller=request.controller,
                about=about,
                submission_key=key,
                language=(get_language() or "en").partition("-")[0],
                now=now,
                marks=marks,
                row=draft.current(request, now=now),
                second_factor=accounts.second_factor(request),
            )
            crowd.watch(http=request, sent=sent, marks=marks, now=now)
    except InvalidRequestError as error:
        form.add_error(None, wording.refusal(error.refusal))
        return _check_page(request, about, form, now)
    draft.sent(request, key, sent, now=now)
    if key in draft.handed_in(request.session):
        return HttpResponseRedirect(reverse("portal:arrived"))
    return HttpResponseRedirect(reverse("portal:sent", args=[sent.reference]))


def _check_page(request: Any, about: About, form: SendForm, now: datetime) -> HttpResponse:
    def form_of(each: Step, part: About) -> StepForm:
        return _form(request, each, part)

    if form.is_bound:  # what is shown now is what the next click sends
        form.data = {**_sending(request, now), "website": ""}
    context = {
        "nav": "start",
        "form": form,
        "back": address(questions.path(about)[-1]),
        **checking.page_of(about, form_of, address=address, controller=request.controller, now=now),
    }
    return render(request, "portal/check.html", context, status=422 if form.errors else 200)


@require_safe
@access.own
def sent(request: Any, asked: Request) -> HttpResponse:
    """It arrived: reference, dates, what happens next, and the one step left."""
    parts = progress.parts_of(asked, now=timezone.now())
    context = {
        "nav": "start",
        "asked": asked,
        "parts": parts,
        "due_on": progress.latest_due(asked),
        "same_day": len({part.case.due_on for part in parts}) == 1,
        "proof_needed": progress.proof_needed(asked),
        "receipt_to": messages.contact_of(asked),
        "behalf": persons.Behalf.of(asked.content().get("scope", {})),
    }
    return render(request, "portal/sent.html", context)
