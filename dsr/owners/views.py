"""The page of a department: the link, the code, what is asked, files, the answer. No account, nothing to find by searching."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import limits, wording
from dsr.cases import codes, hand_links
from dsr.cases.actors import owner
from dsr.cases.hand_answers import Said
from dsr.cases.hand_links import Standing
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil import hand
from dsr.fulfil.hand_asked import work_of
from dsr.hand_forms import CodeForm, answer_form
from dsr.limits import limited
from dsr.owners import access
from dsr.uploads.errors import UploadRefusedError
from dsr.wording import uploads as upload_words
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpResponse

    from dsr.models import HandLink

P = ParamSpec("P")
# Not `no-referrer`: with it browsers send forms without an origin, and the guard against forged forms refuses them.
_HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


def quiet(view: Callable[Concatenate[Any, P], HttpResponse]) -> Callable[Concatenate[Any, P], HttpResponse]:
    """Nothing of these pages is indexed, kept by a cache, or told to another server."""

    @functools.wraps(view)
    def answered(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response

    return answered  # type: ignore[return-value]  # wraps() keeps the name of the first parameter


def of_link(
    view: Callable[Concatenate[Any, HandLink, datetime, P], HttpResponse],
) -> Callable[Concatenate[Any, UUID, P], HttpResponse]:
    """Run a view with the open link whose token this session has shown, in the language of its department."""

    @functools.wraps(view)
    def checked(request: Any, link_id: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        now = timezone.now()
        opened = access.link_of(request, link_id, now=now)
        if opened is None:
            return _unknown(request)
        with translation.override(str(opened.link.hand.content().get("language", "en"))):
            if opened.standing is not Standing.OPEN:
                return _over(request, opened.link, opened.standing)
            return view(request, opened.link, now, *args, **kwargs)

    return checked  # type: ignore[return-value]


def proved(
    view: Callable[Concatenate[Any, HandLink, datetime, P], HttpResponse],
) -> Callable[Concatenate[Any, HandLink, datetime, P], HttpResponse]:
    """Run a view only after the code; before it, back to the page that asks for it."""

    @functools.wraps(view)
    def checked(request: Any, link: HandLink, now: datetime, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not access.proved(request.session, link, now=now):
            return redirect("owners:show", link_id=link.pk)
        return view(request, link, now, *args, **kwargs)

    return checked  # type: ignore[return-value]


def _unknown(request: Any) -> HttpResponse:
    return render(request, "owner/unknown.html", status=404)


def _over(request: Any, link: HandLink, standing: Standing) -> HttpResponse:
    answered = link.hand.answered_at if access.proved(request.session, link, now=timezone.now()) else None
    context = {"link": link, "expired": standing is Standing.EXPIRED, "answered_at": answered}
    return render(request, "owner/over.html", context, status=200 if answered else 410)


@quiet
@require_safe
@limited(limits.by_hand, methods=("GET", "HEAD"))
def enter(request: Any, token: str) -> HttpResponse:
    """Take the token out of the address: the pages behind it have an address that opens nothing by itself."""
    opened = hand_links.by_token(controller=request.controller, token=token, now=timezone.now())
    if opened is None:
        return _unknown(request)
    access.show_token(request.session, opened.link)
    return redirect("owners:show", link_id=opened.link.pk)


@quiet
@require_POST
@limited(limits.find)
def renew(request: Any, link_id: UUID) -> HttpResponse:
    """An expired link is replaced by a fresh one, which goes to the address the old one went to."""
    now = timezone.now()
    opened = access.link_of(request, link_id, now=now)
    if opened is None or opened.standing is not Standing.EXPIRED:
        return _unknown(request)
    with translation.override(str(opened.link.hand.content()["language"])):
        hand_links.renew(link=opened.link, now=now)
        return render(request, "owner/renewed.html")


@quiet
@require_POST
@limited(limits.find)
@of_link
def send_code(request: Any, link: HandLink, now: datetime) -> HttpResponse:
    """Send a code to the address the link went to."""
    try:
        hand_links.send_code(link=link, now=now)
    except codes.TooManyCodesError:
        messages.error(request, _("Too many codes were asked for. Use the newest one, or try again in an hour."))
    except codes.LockedError:
        messages.error(request, _("A wrong code was typed too often. Try again in an hour."))
    return redirect(f"{request.path.removesuffix('code/')}?sent=1")


@quiet
@require_http_methods(["GET", "HEAD", "POST"])
@limited(limits.code_entry)
@of_link
def show(request: Any, link: HandLink, now: datetime) -> HttpResponse:
    """The code first; then what is asked, with the form for the answer."""
    if not access.proved(request.session, link, now=now):
        return _code(request, link, now)
    form = answer_form(link.hand.task.operation, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        said = Said(form.cleaned_data["outcome"], form.cleaned_data["name"], form.cleaned_data["note"])
        try:
            hand.answer(hand=link.hand, said=said, actor=owner(link), now=now)
        except RefusedError as error:
            form.add_error(None, wording.refusal(error.refusal))
        except ConflictError:
            form.add_error(None, _("Something changed meanwhile. Look at the page again, then send your answer."))
        except (Temporary, Permanent, OSError):
            form.add_error(
                None, _("We could not keep your answer just now. Nothing is lost: try again in a few minutes.")
            )
        else:
            return redirect("owners:show", link_id=link.pk)
    if form.errors:
        status = 422
    work = work_of(link.hand, language=translation.get_language() or "en")
    context = {"link": link, "work": work, "form": form, "files": _files(link), "most": hand.MOST_FILES}
    return render(request, "owner/work.html", context, status=status)


def _code(request: Any, link: HandLink, now: datetime) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        checked = hand_links.enter_code(link=link, entered=form.cleaned_data["code"], now=now)
        if checked.status == "ok":
            access.prove(request.session, link, now=now)
            return redirect("owners:show", link_id=link.pk)
        form.add_error("code", _("That did not work. Look at the newest mail from us, or ask for a new code below."))
    context = {
        "link": link,
        "form": form,
        "sent": request.method == "POST" or "sent" in request.GET,
        "masked": codes.masked(hand_links.address_of(link)),
    }
    return render(request, "owner/code.html", context, status=422 if form.errors else 200)


def _files(link: HandLink) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "name": row.content()["name"],
            "size": upload_words.size(row.artifact.size),
            "rows": row.rows,
        }
        for row in hand.pending(link.hand)
    ]


@quiet
@require_POST
@of_link
@proved
def add_files(request: Any, link: HandLink, now: datetime) -> HttpResponse:
    """Keep the files of the form; each that is not taken gets a sentence."""
    kept = 0
    for file in request.FILES.getlist("files"):
        try:
            hand.add_file(hand=link.hand, file=file, actor=owner(link), now=now)
            kept += 1
        except UploadRefusedError as error:
            messages.error(request, upload_words.refusal(error.code, name=error.name, most=hand.MOST_FILES))
        except RefusedError as error:
            messages.error(request, wording.refusal(error.refusal))
        except (Temporary, Permanent, OSError):
            messages.error(request, _("A file could not be kept just now. Try again in a few minutes."))
    if kept:
        words = ngettext("%(n)s file added. Now send your answer.", "%(n)s files added. Now send your answer.", kept)
        messages.success(request, words % {"n": kept})
    elif not request.FILES:
        messages.error(request, _("Choose a file first."))
    return redirect("owners:show", link_id=link.pk)


@quiet
@require_POST
@of_link
@proved
def remove_file(request: Any, link: HandLink, now: datetime, file_id: UUID) -> HttpResponse:
    """Take a file out again that was not handed in yet."""
    try:
        if hand.remove_file(hand=link.hand, file_id=str(file_id), actor=owner(link), now=now):
            messages.success(request, _("The file is deleted."))
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
    return redirect("owners:show", link_id=link.pk)
