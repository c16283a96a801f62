"""Who was told that time runs out, by which mail; what is late; which question nobody answers (rules 1.7, T-15, no. 23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases.clock import local_date
from dsr.cases.facts import open_question, silent_days
from dsr.cases.silence import QUESTIONS
from dsr.law.clock import SuspensionKind
from dsr.law.ladder import RungCode
from dsr.law.letters import LetterCode
from dsr.models import Letter, Notice, Told
from dsr.templatetags.ui import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from django.utils.functional import _StrPromise

    from dsr.models import Case, Escalation, User

ORDER: Final[Mapping[str, int]] = {code.value: number for number, code in enumerate(RungCode)}
_KINDS: Final[Mapping[str, str]] = {RungCode.OVERDUE.value: "bad", RungCode.LAST_DAY.value: "bad"}
MAILS: Final[Mapping[str, tuple[_StrPromise, str]]] = {
    Notice.Status.QUEUED.value: (gettext_lazy("mail waits to be sent"), ""),
    Notice.Status.SENDING.value: (gettext_lazy("mail is on its way"), ""),
    Notice.Status.HELD.value: (gettext_lazy("mail is held back"), "warn"),
    Notice.Status.SENT.value: (gettext_lazy("mail sent %(when)s"), "ok"),
    Notice.Status.FAILED.value: (gettext_lazy("mail could not be sent"), "bad"),
    Notice.Status.BOUNCED.value: (gettext_lazy("mail came back"), "bad"),
    Notice.Status.POSTED.value: (gettext_lazy("told by letter"), "ok"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One person who was told: her name, for whom she stands in, and how her mail stands."""

    name: str
    stands_in_for: str
    mail: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A rung of the ladder that the case reached, on which day, and who heard of it."""

    title: str
    kind: str
    on: date
    people: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Late:
    """The incident of a late answer (no. 23): the day it was due, when it was noted, and the page of L-19."""

    due_on: date
    opened_at: datetime
    letter_url: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A question the person has not answered; days are the controller's."""

    kind: str
    asked_on: date
    reminded_on: date | None
    days: int


@dataclass(frozen=True, slots=True)
class Escalations:
    """Everything the card shows; empty for a case that has disturbed nobody."""

    reached: tuple[Reached, ...]
    late: tuple[Late, ...]
    silence: Silence | None

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.reached or self.late or self.silence)


def escalations_of(case: Case, *, today: date) -> Escalations:
    """The rungs the case reached, the newest first, what is late, and an open question; no query where the page has read them
    (`dsr.desk.dossier`), five otherwise, whatever their number.
    """
    told = Told.objects.select_related("user", "stands_in_for", "notice").defer("notice__sealed")
    prefetch_related_objects(
        [case], "escalations", Prefetch("escalations__told", told.order_by("user__display_name", "pk"))
    )
    # Several rungs of one day (a tick that was away): the highest first.
    newest = sorted(case.escalations.all(), key=lambda row: (row.fell_on, ORDER.get(row.rung, 0)), reverse=True)
    return Escalations(
        reached=tuple(_reached(row) for row in newest),
        late=_late(case),
        silence=_silence(case, today),
    )


def rung_words(code: str) -> str:
    """A rung in words; the code itself when it is of a later release."""
    try:
        return wording.say(RungCode(code))
    except ValueError:
        return code


def _reached(row: Escalation) -> Reached:
    people = tuple(_heard(told) for told in row.told.all())
    return Reached(rung_words(row.rung), _KINDS.get(row.rung, "warn"), row.fell_on, people)


def _heard(told: Told) -> Heard:
    words, kind = _mail(told.notice)
    return Heard(_name(told.user), _name(told.stands_in_for), words, kind)


def _name(user: User | None) -> str:
    return (user.display_name or user.email) if user else ""


def _mail(notice: Notice | None) -> tuple[str, str]:
    if notice is None:
        return _("waits for the next mail to this person"), ""
    words, kind = MAILS[notice.status]
    if notice.status == Notice.Status.QUEUED and notice.error_code:
        return _("mail could not be sent yet, tried again"), "warn"
    return str(words % {"when": moment(notice.sent_at)} if notice.status == Notice.Status.SENT else words), kind


def _late(case: Case) -> tuple[Late, ...]:
    incidents = sorted(case.incidents.all(), key=lambda row: row.due_on, reverse=True)
    if not incidents:
        return ()
    prefetch_related_objects([case], Prefetch("letters", Letter.objects.of(case.controller).defer("sealed")))
    written = {row.created_at: row.pk for row in case.letters.all() if row.code == LetterCode.OVERDUE_NOTICE.value}
    return tuple(
        Late(
            row.due_on,
            row.opened_at,
            reverse("desk:letter", args=[case.pk, pk]) if (pk := written.get(row.opened_at)) else "",
        )
        for row in incidents
    )


def _silence(case: Case, today: date) -> Silence | None:
    question = open_question(case)
    if question is None or question.kind not in QUESTIONS:
        return None
    reminded = question.reminded_at
    return Silence(
        kind=wording.say(SuspensionKind(question.kind)),
        asked_on=question.started_on,
        reminded_on=local_date(case.controller, reminded) if reminded else None,
        days=silent_days(case, today),
    )
