"""An answer that is out: until when, who opened it, taking it back, offering it again, a letter with a code (4.5, A-16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.addresses import base_url
from dsr.cases import codes, delivery
from dsr.cases.clock import local_date
from dsr.desk import carried, case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, reopened
from dsr.desk.forms.delivery import AgainForm, CarrierForm, CodeLetterForm, RevokeForm
from dsr.desk.shell import page
from dsr.fulfil.gather import addressee_of, head_of, sender_of
from dsr.output.code_letter import CodeLetter, code_letter
from dsr.output.inputs import Addressee
from dsr.output.pdf import render_pdf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsr.desk.forms.steps import CaseForm
    from dsr.models import Artifact, Case, RowId

FORMS: dict[str, type[CaseForm]] = {
    "revoke": RevokeForm,
    "again": AgainForm,
    "letter": CodeLetterForm,
    "carrier": CarrierForm,
}


def answer_of(request: DeskRequest, case_id: RowId) -> tuple[Case, Artifact]:
    """The case and its released answer, or 404; for those who may see data."""
    insist_sight(request.actor, Sight.DATA)
    case = case_for(request, case_id)
    artifact = delivery.offered(case)
    if artifact is None:
        raise Http404
    return case, artifact


@staff_required
@require_safe
def show(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """How the answer stands and what can be done with it."""
    case, artifact = answer_of(request, case_id)
    return delivery_page(request, case, artifact)


def delivery_page(
    request: DeskRequest,
    case: Case,
    artifact: Artifact,
    *,
    sent: str = "",
    form: CaseForm | None = None,
    outcome: Outcome | None = None,
) -> HttpResponse:
    """The page; `sent` names the form that came back with errors."""
    now = timezone.now()
    forms = {name: form_of(kind, request, case, now=now, bound=False) for name, kind in FORMS.items()}
    if sent and form is not None:
        forms[sent] = form
    conflict, why_not = (outcome.conflict, outcome.why_not) if outcome else (False, "")
    context = case_page.case_context(request, case, "", now=now) | {
        "artifact": artifact,
        "standing": _state(artifact, now=now),
        "open": delivery.is_open(artifact, now=now),
        "downloads": case.events.filter(action="downloaded").order_by("seq"),
        "forms": forms,
        "form": form or forms["revoke"],
        "refused": {
            "revoke": _refused(request, Duty.REVOKE),
            "again": _refused(request, Duty.REVOKE if artifact.revoked_at else Duty.OFFER_AGAIN),
            "letter": _refused(request, Duty.OFFER_AGAIN),
        },
        "carrier": carried.kept(request, case, now=now) is not None,
        "conflict": conflict,
        "why_not": why_not,
    }
    bad = 409 if conflict or why_not else 422 if form is not None and form.errors else 200
    return page(request, "delivery", context, status=bad)


def _refused(request: DeskRequest, duty: Duty) -> str:
    refused = duty_refusal(request.actor, duty)
    return wording.refusal(refused) if refused else ""


def _state(artifact: Artifact, *, now: datetime) -> str:
    if artifact.revoked_at is not None:
        return _("Taken back: nobody can open it.")
    if not artifact.storage_name:
        return _("Deleted; size, time and checksum are kept.")
    if not delivery.is_open(artifact, now=now):
        return _("Its time in the portal is over; it can be offered again.")
    if artifact.confirmed_at is not None:
        return _("The person says that she has it.")
    return _("Open for the person.")


@dataclass(frozen=True, slots=True)
class Sent:
    """A form of this page that was sent and is in order, about one released answer."""

    case: Case
    artifact: Artifact
    form: CaseForm
    now: datetime

    @property
    def seen(self) -> int:
        """The version of the case the form was opened on."""
        return int(self.form.cleaned_data["version"])


def act(
    request: DeskRequest,
    case_id: RowId,
    name: str,
    run: Callable[[Sent], object],
    then: Callable[[Sent], HttpResponse],
) -> HttpResponse:
    """Try a verb with one of FORMS: the page again, with every word typed and the reason, or what `then` answers."""
    case, artifact = answer_of(request, case_id)
    sent = Sent(case, artifact, form_of(FORMS[name], request, case, now=(now := timezone.now()), bound=True), now)
    if not sent.form.is_valid():
        return delivery_page(request, case, artifact, sent=name, form=sent.form)
    outcome = attempt(lambda: run(sent))
    if outcome.done:
        return then(sent)
    case, artifact = answer_of(request, case_id)
    form = reopened(FORMS[name], request, case, now=now)
    return delivery_page(request, case, artifact, sent=name, form=form, outcome=outcome)


def _back(request: DeskRequest, case: Case, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("desk:delivery", case_id=case.pk)


@staff_required
@require_POST
def revoke(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Take it back at once."""

    def run(sent: Sent) -> None:
        reason = str(sent.form.cleaned_data["reason"])
        delivery.revoke(case_id=case_id, reason=reason, actor=request.actor, now=sent.now, seen_version=sent.seen)

    done = _("Taken back. The person is told; write to her what happened.")
    return act(request, case_id, "revoke", run, lambda sent: _back(request, sent.case, done))


@staff_required
@require_POST
def again(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Offer the same bytes once more."""

    def run(sent: Sent) -> None:
        delivery.offer_again(case_id=case_id, actor=request.actor, now=sent.now, seen_version=sent.seen)

    done = _("Offered again. The person gets a mail.")
    return act(request, case_id, "again", run, lambda sent: _back(request, sent.case, done))


@staff_required
@require_POST
def letter(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Print a letter with a code: a PDF that leaves once and is stored nowhere."""
    drawn: list[str] = []

    def run(sent: Sent) -> None:
        drawn.append(_draw(request, sent))

    def then(sent: Sent) -> HttpResponse:
        if not drawn[0]:
            outcome = Outcome(done=False, why_not=_too_many())
            return delivery_page(request, sent.case, sent.artifact, sent="letter", form=sent.form, outcome=outcome)
        pdf = render_pdf([code_letter(_contents(sent, drawn[0]))])[0]
        return download(pdf, f"{sent.case.request.reference}-code.pdf")

    return act(request, case_id, "letter", run, then)


def download(pdf: bytes, name: str) -> HttpResponse:
    """A PDF to print and forget: no copy stays in a cache."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _draw(request: DeskRequest, sent: Sent) -> str:
    """The digits, or nothing when too many letters were printed within the hour."""
    try:
        return delivery.letter_code(case_id=sent.case.pk, actor=request.actor, now=sent.now)
    except codes.TooManyCodesError:
        return ""


def posted_to(case: Case, lines: Sequence[str]) -> Addressee:
    """The person's name above the lines that were typed; once, also when whoever typed began with it."""
    name = addressee_of(case).name[:200]
    own = lines and " ".join(lines[0].split()).casefold() == " ".join(name.split()).casefold()
    return Addressee(name, tuple(lines[1:] if own else lines))


def _too_many() -> str:
    return _("Six letters with codes were printed within the hour. Wait a little, and use the newest one.")


def _contents(sent: Sent, digits: str) -> CodeLetter:
    case = sent.case
    assert sent.artifact.expires_at is not None  # noqa: S101 -- letter_code asks for an answer that is open
    return CodeLetter(
        sender=sender_of(case.controller),
        addressee=posted_to(case, sent.form.cleaned_data["address"]),
        head=head_of(case, written_at=sent.now),
        code=codes.grouped(digits),
        until=local_date(case.controller, sent.artifact.expires_at),
        open_url=f"{base_url(case.controller)}{reverse('portal:letter-code')}",
    )
