"""The answer: what is in it, and its download after a fresh code to the contact on file (ux.md 1.7, I-02)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, ngettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import limits, wording
from dsr.cases import actors, answer, delivery, proofs
from dsr.cases.codes import LockedError, TooManyCodesError
from dsr.cases.perform import RefusedError
from dsr.cases.scope import stores_of
from dsr.fulfil.stores import label_of
from dsr.limits import limited
from dsr.models import Artifact, Task
from dsr.vault import MissingKeyError, TamperedError
from portal import access, download, progress
from portal.forms.proof import CodeForm, code_error, no_code_now
from portal.sendings import later_letter
from portal.views import files

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.models import Case, Request

log = logging.getLogger(__name__)


def _released(asked: Request, now: datetime) -> list[progress.Part]:
    return [part for part in progress.parts_of(asked, now=now) if part.package is not None]


def _find(request: Any, asked: Request, now: datetime) -> Artifact | None:
    """The answer an address means: the only one, or that of the right in `?right=`; None when it is over or not there."""
    parts = _released(asked, now)
    right = request.GET.get("right") or (parts[0].case.right if parts else "")
    part = next((part for part in parts if part.case.right == right), None)
    found = part.package if part else None
    if part and found and request.GET.get("file") == "letter":
        found = later_letter(part.case, found)
    return found if found is not None and delivery.is_open(found, now=now) else None


@require_safe
@access.own
def package(request: Any, asked: Request) -> HttpResponse:
    """Contents, sizes, checksum, expiry, what is missing. Before the person is proved it says only that an answer is there."""
    now = timezone.now()
    parts = _released(asked, now)
    if not parts:
        return access.unknown(request)
    context = {
        "nav": "requests",
        "asked": asked,
        "shown": access.sees_found(request, asked, now=now),
        "fresh": access.is_fresh(request.session, asked, now=now),
        "answers": [_described(asked, part, now) for part in parts],
        "can_prove": bool(proofs.proven_numbers(asked)),
        "minutes": int(access.FRESH_FOR.total_seconds() // 60),
    }
    return render(request, "portal/package.html", context)


def _described(asked: Request, part: progress.Part, now: datetime) -> dict[str, Any]:
    artifact = part.package
    assert artifact is not None  # noqa: S101 -- _released keeps only parts with one
    address = reverse("portal:download", args=[asked.reference])
    return {
        "title": part.title,
        "artifact": artifact,
        "over": not delivery.is_open(artifact, now=now),
        "revoked": artifact.revoked_at is not None,
        "confirmed": artifact.confirmed_at is not None,
        "files": artifact.details.get("files", []),
        "summary": [*_summary(artifact.details.get("files", [])), *_attached(artifact.details.get("attached", {}))],
        "left_out": _left_out(part.case),
        "downloads": [e.at for e in part.case.events.all() if e.action == "downloaded"],
        "address": f"{address}?right={part.case.right}",
        "later_letter": later_letter(part.case, artifact) is not None,
        "right": part.case.right,
        "missing": _missing(asked, part),
    }


def _missing(asked: Request, part: progress.Part) -> str:
    """Where she says that something is missing: an answered case is looked at again, a running one takes a message."""
    if part.contestable:
        return f"{reverse('portal:contest', args=[asked.reference])}?right={part.case.right}"
    return f"{reverse('portal:request', args=[asked.reference])}#messages"


# What the files of an answer are for, in the order people should open them.
_FILES = (
    ("read-me-first.html", gettext_lazy("Start here: what is in the other files and how to read them")),
    ("letter.pdf", gettext_lazy("Our letter")),
    ("report.pdf", gettext_lazy("Your data to read")),
    ("data.json", gettext_lazy("Everything, for programs")),
    ("fields.csv", gettext_lazy("What every column means")),
    ("excluded.csv", gettext_lazy("What is not in it, and why")),
    ("transmission.json", gettext_lazy("To whom a copy goes, and by which keys we know them")),
    ("manifest.json", gettext_lazy("List of all files with their checksums")),
    ("manifest.json.sig", gettext_lazy("Our signature below that list")),
)
_FOLDERS = {
    "csv": ngettext_lazy("%(n)s table for a spreadsheet", "%(n)s tables for a spreadsheet", "n"),
    "data": ngettext_lazy("%(n)s file with everything, for programs", "%(n)s files with everything, for programs", "n"),
    "schema": ngettext_lazy(
        "%(n)s description of the data, for programs", "%(n)s descriptions of the data, for programs", "n"
    ),
}


def _summary(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The files for people one by one, each folder as one row; what has no words of its own stands with its name."""
    sizes = {str(file["path"]): int(file["size"]) for file in files}
    rows = [{"name": name, "text": text, "size": sizes.pop(name)} for name, text in _FILES if name in sizes]
    folders: dict[str, list[int]] = {}
    for path, size in sizes.items():
        folder, below, _rest = path.partition("/")
        if below and folder in _FOLDERS:
            folders.setdefault(folder, []).append(size)
        elif folder != "attachments":
            rows.append({"name": path, "text": "", "size": size})
    found = ((name, folders[name]) for name in _FOLDERS if name in folders)
    rows += [{"name": f"{name}/", "text": _FOLDERS[name] % {"n": len(each)}, "size": sum(each)} for name, each in found]
    return rows


def _attached(found: dict[str, int]) -> list[dict[str, Any]]:
    """Files from our systems as one row: their names are for her alone and stand in the package."""
    if not found.get("files"):
        return []
    text = ngettext("%(n)s file from our systems", "%(n)s files from our systems", found["files"])
    return [{"name": "attachments/", "text": text % {"n": found["files"]}, "size": found["bytes"]}]


def _left_out(case: Case) -> list[str]:
    """Systems that could not be searched, by name: an answer must not look complete when it is not (12(4))."""
    stores, language = stores_of(case.controller), get_language() or "en"
    waived = (t.store for t in case.tasks.all() if t.operation == "collect" and t.status == Task.Status.WAIVED)
    return [label_of(stores[name], language) if name in stores else name for name in sorted(waived)]


@require_http_methods(["GET", "HEAD", "POST"])
@limited(limits.code_entry)
@access.own
def code(request: Any, asked: Request) -> HttpResponse:
    """The fresh code: ask for one, then enter it; right opens the answer for ten minutes."""
    now = timezone.now()
    released = bool(_released(asked, now))
    if not released and not files.any_given(asked):
        return access.unknown(request)
    page = files.back_to(request, asked) or reverse("portal:package", args=[asked.reference])
    form = CodeForm(request.POST if request.method == "POST" and "code" in request.POST else None)
    if request.method == "POST" and "code" not in request.POST:
        return _send_code(request, asked, form, now)
    if form.is_bound and form.is_valid():
        checked = proofs.finish_download(
            request=asked, entered=form.cleaned_data["code"], now=now, asker=access.asker(request.session)
        )
        if checked.status == "ok":
            access.freshen(request.session, asked, now=now)
            request.session.pop(files.AFTER_CODE, None)
            return HttpResponseRedirect(page)
        form.add_error("code", code_error(checked.status, checked.tries_left))
    return _code_page(request, asked, form)


def _send_code(request: Any, asked: Request, form: CodeForm, now: datetime) -> HttpResponse:
    try:
        proofs.start_download(request=asked, now=now, asker=access.asker(request.session))
    except proofs.NoContactOnFileError:
        back = files.back_to(request, asked) or reverse("portal:package", args=[asked.reference])
        return HttpResponseRedirect(back)
    except (TooManyCodesError, LockedError) as error:
        return _code_page(request, asked, form, problem=no_code_now(error))
    return HttpResponseRedirect(reverse("portal:package-code", args=[asked.reference]))


def _code_page(request: Any, asked: Request, form: CodeForm, *, problem: str = "") -> HttpResponse:
    back = files.back_to(request, asked) or reverse("portal:package", args=[asked.reference])
    context = {"nav": "requests", "asked": asked, "form": form, "problem": problem, "back": back}
    return render(request, "portal/package_code.html", context, status=422 if form.errors or problem else 200)


@require_safe
@access.own
def bytes_of(request: Any, asked: Request) -> HttpResponseBase:
    """The bytes, if the proof is fresh; each download is noted for the person to see before the first byte leaves."""
    now = timezone.now()
    if not access.is_fresh(request.session, asked, now=now):
        return HttpResponseRedirect(reverse("portal:package", args=[asked.reference]))
    artifact = _find(request, asked, now)
    if artifact is None:
        return access.unknown(request)
    try:
        response = download.respond(request, artifact)
    except (TamperedError, MissingKeyError, OSError):
        log.exception("artifact %s cannot be opened", artifact.pk)
        return render(request, "portal/no_paper.html", {"nav": "requests", "asked": asked}, status=503)
    if request.method == "GET" and response.status_code < 300:  # noqa: PLR2004 -- a body follows
        user = access.subscriber(request)
        answer.record_download(
            artifact=artifact,
            proof=access.proved_by(request.session, asked),
            actor=actors.subject(str(user.pk) if user else ""),
            now=now,
        )
    return response


@require_POST
@access.own
def confirm(request: Any, asked: Request) -> HttpResponse:
    """`I have it`: the file goes a week later (4.5). Only where the answer itself may be seen."""
    now = timezone.now()
    found = next((part for part in _released(asked, now) if part.case.right == request.POST.get("right")), None)
    if found is None or not access.sees_found(request, asked, now=now):
        return access.unknown(request)
    user = access.subscriber(request)
    try:
        delivery.confirm(case_id=found.case.pk, actor=actors.subject(str(user.pk) if user else ""), now=now)
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
    else:
        messages.success(request, _("Thank you. We delete the file a week from now; you need do nothing more."))
    return HttpResponseRedirect(reverse("portal:package", args=[asked.reference]))
