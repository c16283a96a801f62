"""The page "Letters" of the set-up: own words on top of each letter, with a preview; and the names and addresses they print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import controller_setup, letter_wordings
from dsr.cases.letter_wordings import EVERY
from dsr.desk import letter_sample
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.letters import FactsForm, WhichForm, WordingForm
from dsr.desk.letters import rule_of
from dsr.desk.shell import page
from dsr.desk.troubles import trouble
from dsr.law.letters import LetterCode
from dsr.models import Controller, LetterWording
from dsr.output.inputs import OutputError
from dsr.output.letters import letter_document, letter_text
from dsr.output.pdf import RenderError, render_pdf

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAMPLE = LetterCode.WITHDRAWAL_CONFIRMED  # shows words that stand on every letter


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: DeskRequest) -> HttpResponse:
    """The words of one letter in one language: look, save, or open the sample as PDF."""
    which = WhichForm(request.GET if "language" in request.GET else None, controller=request.controller)
    chosen = which.cleaned_data if which.is_bound and which.is_valid() else {}
    code = str(chosen.get("letter", EVERY))
    language = str(chosen.get("language") or request.controller.languages[0])
    which.initial = {"letter": code, "language": language}
    refused = duty_refusal(request.actor, Duty.WORD_LETTERS)
    before = letter_wordings.current(request.controller, code=code, language=language)
    form = WordingForm(request.POST or None, initial={slot: row.text for slot, row in before.items()})
    if request.method == "POST" and form.is_valid():
        if "pdf" in request.POST:
            return _pdf(request, code, language, form.cleaned_data)
        if "save" in request.POST:
            outcome = attempt(
                lambda: letter_wordings.write(
                    controller=request.controller,
                    code=code,
                    language=language,
                    texts=form.texts(),
                    actor=request.actor,
                    now=timezone.now(),
                )
            )
            if outcome.done:
                flash.success(request, _("Saved. Letters that are sent from now on have these words."))
                query = urlencode({"letter": code, "language": language})
                return redirect(f"{reverse('desk:letter-wordings')}?{query}")
            form.add_error(None, outcome.why_not or _("Somebody else changed it in the same moment. Look again."))
    words = form.cleaned_data if form.is_bound and form.is_valid() else {k: row.text for k, row in before.items()}
    return _show(request, which, form, code=code, language=language, words=words, why_not=refused)


def _show(
    request: DeskRequest,
    which: WhichForm,
    form: WordingForm,
    *,
    code: str,
    language: str,
    words: Mapping[str, str],
    why_not: Any,
    facts: FactsForm | None = None,
) -> HttpResponse:
    facts = facts or FactsForm(instance=request.controller, prefix="facts")
    if why_not:
        for field in facts.fields.values():
            field.disabled = True
    versions = LetterWording.objects.of(request.controller).filter(code=code, language=language)
    context = {
        "which": which,
        "form": form,
        "facts": facts,
        "why_not": wording.refusal(why_not) if why_not else "",
        "query": urlencode({"letter": code, "language": language}),
        "language": language,
        "title": wording.letter(code) if code else _("Every letter"),
        "rule": rule_of(code) if code else "",
        "text": _text(request, code, language, words),
        "versions": versions.select_related("written_by").order_by("-created_at", "slot")[:20],
    }
    status = 409 if why_not and request.method == "POST" else 200
    return page(request, "letter_wordings", context, current="letter-wordings", status=status)


def _text(request: DeskRequest, code: str, language: str, words: Mapping[str, str]) -> str:
    sample = LetterCode(code) if code else _SAMPLE
    try:
        return letter_text(letter_sample.sample(request.controller, sample, language, words, now=timezone.now()))
    except OutputError as error:
        return trouble(error.code)


def _pdf(request: DeskRequest, code: str, language: str, words: Mapping[str, str]) -> HttpResponse:
    """The sample as PDF, laid out here and now: it is one page and nobody's data."""
    sample = LetterCode(code) if code else _SAMPLE
    letter = letter_sample.sample(request.controller, sample, language, words, now=timezone.now())
    try:
        pdf = render_pdf([letter_document(letter)], seconds=30)[0]
    except (OutputError, RenderError) as error:
        return HttpResponse(trouble(error.code), status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{sample.value}-{language}.pdf"'
    return response


@staff_required
@require_POST
def facts(request: DeskRequest) -> HttpResponse:
    """Change the names and addresses that every letter prints."""
    controller = Controller.objects.get(pk=request.controller.pk)
    form = FactsForm(request.POST, instance=controller, prefix="facts")
    refused = duty_refusal(request.actor, Duty.WORD_LETTERS)
    if refused is None and form.is_valid():
        controller_setup.change(
            controller=request.controller,
            section=controller_setup.Section.FACTS,
            values=form.values(),
            actor=request.actor,
            now=timezone.now(),
        )
        flash.success(request, _("Saved. Letters that are sent from now on say this."))
        return redirect("desk:letter-wordings")
    language = request.controller.languages[0]
    which = WhichForm(controller=request.controller, initial={"letter": EVERY, "language": language})
    return _show(request, which, WordingForm(), code=EVERY, language=language, words={}, why_not=refused, facts=form)
