"""Trying a verb: done, refused with a reason, or overtaken by somebody else; and the form again without losing a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases.letters import IncompleteLetterError
from dsr.cases.perform import ConflictError, RefusedError
from dsr.desk.forms.steps import CaseForm
from dsr.law.letter_standing import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dsr.desk.access import DeskRequest
    from dsr.models import Case

F = TypeVar("F", bound=CaseForm)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. Nothing was written unless `done`; `conflict` says that somebody else changed the case.

    `fix_url` leads to the page where what is missing can be set.
    """

    done: bool
    why_not: str = ""
    conflict: bool = False
    fix_url: str = ""


def attempt(run: Callable[[], object]) -> Outcome:
    """Call a verb; every refusal becomes a sentence the person can act on."""
    try:
        run()
    except RefusedError as error:
        return Outcome(done=False, why_not=wording.refusal(error.refusal))
    except ConflictError:
        return Outcome(done=False, conflict=True)
    except IncompleteLetterError as error:
        names = ", ".join(wording.say(element) for element in error.elements)
        words = _("The letter lacks: %(elements)s. Fill it in first.") % {"elements": names}
        elsewhere = FACTS & set(error.elements)
        url = f"{reverse('desk:letter-wordings')}#facts" if elsewhere else ""
        return Outcome(done=False, why_not=words, fix_url=url)
    return Outcome(done=True)


def check_version(case: Case, seen: int) -> None:
    """For verbs that take no version themselves: ConflictError when the case moved since the form was opened."""
    if case.version != seen:
        raise ConflictError


# Looking at a file of hers is an event of the case, and takes nothing away from what a page showed.
_LOOKS: Final = frozenset({"attachment_opened", "upload_opened", "letter_read", "letter_downloaded"})


def insisted(case: Case, seen: int) -> int:
    """The version a form insists on: the one it was opened on, or today's when nothing happened since but looking."""
    laid_out = Q(action="task_done", data__operation="letter")  # a letter that was sent or drafted has its PDF now
    since = case.events.filter(seq__gt=seen).exclude(laid_out | Q(action__in=_LOOKS))
    return seen if since.exists() else max(seen, case.version)


def form_of(kind: type[F], request: DeskRequest, case: Case, *, now: datetime, bound: bool, **extra: Any) -> F:
    """The form, filled with what was sent when `bound`; opened on the version that the page shows."""
    data = request.POST if bound else None
    return kind(data, case=case, now=now, language=request.LANGUAGE_CODE, **extra)


def reopened(kind: type[F], request: DeskRequest, case: Case, *, now: datetime, **extra: Any) -> F:
    """The form again with every word that was typed, now on the case as it is: sending it once more decides anew."""
    data = request.POST.copy()
    data["version"] = str(case.version)
    form = kind(data, case=case, now=now, language=request.LANGUAGE_CODE, **extra)
    form.full_clean()
    return form


def seen_version(request: DeskRequest) -> int:
    """The version the sent form was opened on; 0 when it does not say."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() else 0
