"""Redaction at the desk: what has to be read before the answer leaves, one text or file at a time, side by side."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case as Case_
from django.db.models import Prefetch, Q, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import wording
from dsr.cases import answer, redactions
from dsr.cases.redactions_open import open_mark, waiting
from dsr.desk import case_page, redaction_page, steps
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt
from dsr.desk.dossier import dossier_of
from dsr.desk.forms.redaction import AddForm, BoxForm, WholeForm
from dsr.desk.shell import page
from dsr.fulfil.package import package_of
from dsr.fulfil.redact_read import contents
from dsr.law.redaction import Reason
from dsr.law.workflow import Action, Refusal, State
from dsr.models import RedactionItem, RedactionMark
from dsr.models.together import together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from dsr.forms import UiForm
    from dsr.models import Case, RowId

ROWS: Final = 20
_DIGITS: Final = 6
"""Of the number of a page: no file has so many."""
_FILTERS: Final = ("open", "all")


@staff_required
@require_safe
def index(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Every text and file of the answer with its state; short texts are read here."""
    insist_sight(request.actor, Sight.DATA)
    return _index(request, case_for(request, case_id))


def _index(request: DeskRequest, case: Case, outcome: Outcome | None = None) -> HttpResponse:
    now = timezone.now()
    dossier_of(request, case, now=now)  # all that follows reads from it
    every = RedactionItem.objects.filter(case=case, present=True)
    wanted = request.GET.get("show", "open")
    wanted = wanted if wanted in _FILTERS else "open"
    rows = waiting(case) if wanted == "open" else every
    found = Paginator(_with_marks(rows), ROWS).get_page(request.GET.get("page"))
    shown = redaction_page.lines(case, list(found.object_list), request.LANGUAGE_CODE)
    _, counts = together(
        {},
        {
            "open": waiting(case),
            "all": every,
            "withheld": every.filter(whole="accepted", checked_at__isnull=False),
            "files": every.filter(kind="file"),
        },
    )
    open_, all_ = counts["open"], counts["all"]
    ready = package_of(case)
    context = case_page.case_context(request, case, "redaction", now=now) | {
        "lines": shown,
        "page_obj": found,
        "show": wanted,
        "open": open_,
        "all": all_,
        "withheld": counts["withheld"],
        "files": counts["files"],
        "at_once": [line for line in shown if line.at_once],
        "why_not": _why_not(request, case),
        "outcome": outcome,
        "build": case.state == State.DRAFTING and not open_ and ready is None,
        "looked": all_ or ready is not None,
        "submit": _submit(request, case) if not open_ else None,
    }
    return page(request, "redaction", context, status=409 if outcome else 200)


def _submit(request: DeskRequest, case: Case) -> steps.Button | None:
    """The step that comes when everything is read; None while it is not possible."""
    found = steps.buttons(case, request.actor, now=timezone.now())
    return next((one for one in found if one.action is Action.SUBMIT_FOR_REVIEW and not one.why_not), None)


def _with_marks(rows: QuerySet[Any]) -> Any:
    """What asks for a decision first, the rest in the order of the answer."""
    marks = Prefetch("marks", queryset=RedactionMark.objects.order_by("start", "end"))
    ordered = rows.annotate(asks=Case_(When(Q(whole="suggested") | open_mark(), then=0), default=1))
    return ordered.order_by("asks", "position", "pk").prefetch_related(marks, "boxes")


def _why_not(request: DeskRequest, case: Case) -> str:
    """Why this person decides nothing now; empty when she may."""
    refused = duty_refusal(request.actor, Duty.REDACT)
    if refused is None and case.state != State.DRAFTING:
        refused = Refusal("not_drafting", {})
    return wording.refusal(refused) if refused else ""


@staff_required
@require_POST
def check_page(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Mark the short texts of one page of the list as checked, those that stood on it and no others."""
    insist_sight(request.actor, Sight.DATA)
    case, now = case_for(request, case_id), timezone.now()
    pairs = (one.rpartition(":") for one in request.POST.getlist("seen"))
    seen = {pk: int(version) for pk, _colon, version in pairs if version.isdecimal() and _is_id(pk)}
    done: list[int] = []
    outcome = attempt(
        lambda: done.append(redactions.check_several(case_id=case.pk, seen=seen, actor=request.actor, now=now))
    )
    if not outcome.done:
        return _index(request, case_for(request, case_id), outcome)
    words = ngettext("%(n)s text is marked as checked.", "%(n)s texts are marked as checked.", done[0])
    messages.success(request, words % {"n": done[0]})
    return redirect("desk:redaction", case_id=case.pk)


def _is_id(value: str) -> bool:
    return len(value) == 36 and value.replace("-", "").isalnum()  # noqa: PLR2004 -- a UUID as it is written


@staff_required
@require_POST
def build(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Have the answer built again with what was decided, the paragraph of the letter as it is."""
    insist_sight(request.actor, Sight.DATA)
    case, now = case_for(request, case_id), timezone.now()
    paragraph, refused = str(case.content().get("paragraph", "")), _why_not(request, case)
    outcome = Outcome(done=False, why_not=refused)
    if not refused:
        outcome = attempt(lambda: answer.draft(case_id=case.pk, paragraph=paragraph, actor=request.actor, now=now))
    if not outcome.done:
        return _index(request, case_for(request, case_id), outcome)
    messages.success(request, _("The answer is being built."))
    return redirect("desk:draft", case_id=case.pk)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: DeskRequest, case_id: RowId, item_id: RowId) -> HttpResponse:
    """One text or file side by side, and every decision on it."""
    insist_sight(request.actor, Sight.DATA)
    case = case_for(request, case_id)
    row = _with_marks(RedactionItem.objects.filter(case=case, present=True, pk=item_id)).first()
    if row is None:
        raise Http404
    content = contents(case, [row]).get(row.pk)
    if request.method != "POST":
        return _item(request, case, row, content)
    do, _colon, mark = request.POST.get("do", "").partition(":")
    text = str((content or {}).get("text", "")) if row.length else ""
    add = AddForm(request.POST if do == "add" else None, text=text)
    whole = WholeForm(request.POST if do == "withhold" else None, prefix="whole")
    box = BoxForm(request.POST if do == "box" else None, prefix="box", sheet=_sheet(request))
    forms: dict[str, UiForm] = {"add": add, "withhold": whole, "box": box}
    if do in forms and not forms[do].is_valid():
        return _item(request, case, row, content, forms=forms, status=422)
    outcome = attempt(lambda: _do(request, row, (do, mark), forms))
    if not outcome.done:
        fresh = _with_marks(RedactionItem.objects.filter(case=case, pk=item_id)).get()
        return _item(request, case_for(request, case_id), fresh, content, outcome=outcome, status=409)
    return redirect(_after(request, case, row, do))


def _do(request: DeskRequest, row: RedactionItem, button: tuple[str, str], forms: Mapping[str, UiForm]) -> None:
    """Carry out what a button says. 404 for a mark or box of another item and for a button that is not there."""
    do, mark = button
    sent, now = request.POST.get("version", ""), timezone.now()
    common: dict[str, Any] = {"seen": int(sent) if sent.isdecimal() else 0, "actor": request.actor, "now": now}
    if do in {"accept", "dismiss", "undo"}:
        found = _of(row.marks.all(), mark)
        if do == "undo":
            redactions.undo(mark_id=found.pk, **common)
        else:
            redactions.decide(mark_id=found.pk, accept=do == "accept", **common)
    elif do == "add":
        given = forms["add"].cleaned_data
        redactions.add(item_id=row.pk, places=given["places"], reason=Reason(given["reason"]), **common)
    elif do == "box":
        redactions.add_box(item_id=row.pk, box=forms["box"].cleaned_data["box"], **common)
    elif do == "unbox":
        redactions.remove_box(box_id=_of(row.boxes.all(), mark).pk, **common)
    elif do in {"withhold", "let_stand"}:
        reason = Reason(forms["withhold"].cleaned_data["reason"]) if do == "withhold" else None
        redactions.withhold(item_id=row.pk, reason=reason, **common)
    elif do == "accept_all":
        redactions.accept_all(item_id=row.pk, **common)
    elif do == "check":
        redactions.check(item_id=row.pk, **common)
    else:
        raise Http404


def _of(rows: Iterable[Any], pk: str) -> Any:
    """The mark or box of the item with this id; 404 for one of another item."""
    found = next((one for one in rows if str(one.pk) == pk), None)
    if found is None:
        raise Http404
    return found


def _after(request: DeskRequest, case: Case, row: RedactionItem, do: str) -> str:
    """Where one goes on: the same item, or the next open one when this is finished."""
    if do in {"box", "unbox"}:
        sheet = _sheet(request)
        suffix = f"?sheet={sheet}" if sheet > 1 else ""
        return f"{reverse('desk:redaction-item', args=[case.pk, row.pk])}{suffix}#boxes"
    if do not in {"check", "accept_all"}:
        part = request.POST.get("part", "")
        suffix = f"?page={part}" if part.isdecimal() and part != "1" else ""
        return f"{reverse('desk:redaction-item', args=[case.pk, row.pk])}{suffix}#marks"
    rows = waiting(case).exclude(pk=row.pk).order_by("position", "pk")
    following = rows.filter(position__gt=row.position).first() or rows.first()
    if following is None or following.position == row.position:
        return reverse("desk:redaction", args=[case.pk])
    return reverse("desk:redaction-item", args=[case.pk, following.pk])


def _item(
    request: DeskRequest,
    case: Case,
    row: RedactionItem,
    content: dict[str, Any] | None,
    *,
    forms: Mapping[str, UiForm] = MappingProxyType({}),
    outcome: Outcome | None = None,
    status: int = 200,
) -> HttpResponse:
    text, marks = str((content or {}).get("text", "")), list(row.marks.all())
    windows = Paginator(range(0, max(len(text), 1), redaction_page.WINDOW), 1).get_page(request.GET.get("page"))
    start = int(windows.object_list[0])
    end = min(start + redaction_page.WINDOW, len(text))
    line = redaction_page.lines(case, [row], request.LANGUAGE_CODE)[0]
    waits = waiting(case)
    sheets = Paginator(range(1, row.sheets + 1), 1).get_page(_sheet(request)) if row.sheets else None
    context = case_page.case_context(request, case, "redaction", now=timezone.now()) | {
        "line": line,
        "item": row,
        "content": content or {},
        "original": redaction_page.original(text, marks, start=start, end=end),
        "result": redaction_page.result(case, row, text, start=start, end=end),
        "marks": redaction_page.mark_lines(text, marks) if row.length else [],
        "marks_more": max(len(marks) - redaction_page.MARKS_SHOWN, 0),
        "part": windows,
        "whole_words": redaction_page.whole_words(row),
        "why_whole": "" if row.length else str(redaction_page.WHY_WHOLE.get(row.why_whole, "")),
        "sheets": sheets,
        "boxes": redaction_page.box_lines(row, sheets.number) if sheets else [],
        "box_form": forms.get("box") or BoxForm(prefix="box", sheet=1),
        "add_form": forms.get("add") or AddForm(text=""),
        "whole_form": forms.get("withhold") or WholeForm(prefix="whole", initial={"reason": row.whole_reason or None}),
        "refused_form": next((one for one in forms.values() if one.is_bound), None),
        "outcome": outcome,
        "why_not": _why_not(request, case),
        "left": waits.count(),
        "made": line.anew or (row.kind == "file" and line.accepted and row.whole != RedactionItem.Whole.ACCEPTED),
    }
    return page(request, "redaction_item", context, status=status)


def _sheet(request: DeskRequest) -> int:
    """The page of the file that is wanted: of the form that was sent, or of the address; the first for nonsense."""
    wanted = request.POST.get("box-sheet") or request.GET.get("sheet") or ""
    return int(wanted) if wanted.isdecimal() and len(wanted) < _DIGITS else 1
