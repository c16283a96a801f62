"""What the person sees of her request: headline, next step, timeline and deadline for each right, in plain words.

Nothing here comes from a store: which systems have answered is shown, what they said is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import changes, flood
from dsr.cases.clock import local_date
from dsr.cases.facts import identified
from dsr.cases.headway import FINISHED, headway_of
from dsr.cases.scope import stores_of
from dsr.fulfil.locate import COPIES
from dsr.fulfil.stores import label_of
from dsr.law.letters import LetterCode
from dsr.law.regimes import regime
from dsr.law.rights import Right
from dsr.law.workflow import ANSWERED, RUNNING, State
from dsr.models import Artifact, Letter
from portal.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from django.utils.functional import _StrPromise

    from dsr.cases.headway import Headway
    from dsr.models import Case, Request


@dataclass(frozen=True, slots=True)
class Part:
    """One right of a request, as its status page shows it."""

    case: Case
    title: str
    headline: str
    next_step: str
    timeline: list[dict[str, str]]
    today: date
    tag: tuple[str, str]  # how it stands in two words, and the colour of them
    needs: str  # what we need from her now, in a sentence; empty when nothing
    is_open: bool
    can_withdraw: bool
    paused: str  # the sentence of a clock that stands still
    overdue: bool
    package: Artifact | None
    resumable: bool  # closed because nobody showed who asks: a new request takes it up again (no. 4)
    headway: Headway | None  # while systems are asked or changed
    asked_for_detail: bool  # our question is open, and her answer runs the clock again (T-15)
    contestable: bool  # answered: she can say that she does not agree (4.2 no. 20)
    changeable: bool  # what it covers can be made narrower or wider
    again: bool  # contested: the date is that of the internal clock (4.1)
    extendable: bool  # the law knows an extension, and none was made
    said: dict[
        str, str
    ]  # why it takes longer (L-05) or how it stands although it is late (L-19), in the letter's words


def parts_of(asked: Request, *, now: datetime) -> list[Part]:
    """Every right of the request, in the order of the law."""
    today, order = local_date(asked.controller, now), list(Right)
    rows = asked.cases.select_related("controller", "request").prefetch_related("suspensions", "tasks", "events")
    cases = sorted(rows, key=lambda case: order.index(Right(case.right)))
    return [_part(asked, case, today) for case in cases]


def _part(asked: Request, case: Case, today: date) -> Part:
    words, state = wording.subject_state(case.state, case.right), State(case.state)
    pause = next((s for s in case.suspensions.all() if s.ended_at is None), None)
    overdue = case.is_open and case.due_on is not None and case.due_on < today
    package = package_of(case)
    return Part(
        case=case,
        title=_("In your own words") if case.unclassified else wording.right_plain(case.right),
        headline=words.headline,
        next_step=words.next_step,
        timeline=timeline(asked, case, today=today),
        today=today,
        tag=_tag(case, overdue=overdue, paused=pause is not None, package=package),
        needs=_needs(asked, case),
        is_open=case.is_open,
        can_withdraw=state in RUNNING and case.first_applied_at is None,
        paused=wording.clock_stopped(pause.started_on) if pause else "",
        overdue=overdue,
        package=package,
        resumable=case.state == State.NOT_IDENTIFIED and not flood.dismissed(asked),
        headway=headway(case),
        asked_for_detail=state is State.CLARIFY_PENDING,
        contestable=state in ANSWERED,
        changeable=changes.scope_refusal(case) is None,
        again=case.contested_at is not None and case.is_open,
        extendable=case.contested_at is None and not case.extended and regime(case.regime, case.received_on).extendable,
        said=_said(case, overdue=overdue),
    )


def _tag(case: Case, *, overdue: bool, paused: bool, package: Artifact | None) -> tuple[str, str]:
    """How a case stands, in two words with their colour (ux.md 1.7)."""
    if not case.is_open:
        return (_("Ready to download"), "ok") if package and package.storage_name else (_("Closed"), "")
    if overdue:
        return _("Late"), "bad"
    return (_("Clock stopped"), "warn") if paused else (_("In progress"), "info")


# What a state asks of the person.
_WANTED: Final[Mapping[State, _StrPromise]] = {
    State.ID_PENDING: gettext_lazy("Please show us that it is you."),
    State.CLARIFY_PENDING: gettext_lazy("Please answer our question."),
    State.FEE_PENDING: gettext_lazy("Please read our letter about the fee."),
}


def _needs(asked: Request, case: Case) -> str:
    """What we need from her for this right, in a sentence: an answer or a proof; empty when nothing."""
    wanted = _WANTED.get(State(case.state))
    if wanted is not None:
        return str(wanted)
    for_other = bool(asked.content().get("scope", {}).get("for"))
    if case.is_open and not for_other and not case.unclassified and not identified(case):
        return str(_WANTED[State.ID_PENDING])
    return ""


_NEWS: Final = (LetterCode.OVERDUE_NOTICE.value, LetterCode.EXTENSION_NOTICE.value)


def _said(case: Case, *, overdue: bool) -> dict[str, str]:
    """The sentences of the last notice that time is running longer; nothing of a case that is in time."""
    if not overdue and not (case.is_open and case.extended):
        return {}
    code = _NEWS[0] if overdue else _NEWS[1]
    sent = Letter.objects.of(case.controller).filter(case=case, code=code, status=Letter.Status.SENT)
    letter = sent.select_related("case__request").order_by("-sent_at").first()
    found = letter.content()["said"]["elements"] if letter else {}
    return {name: " ".join(text) if isinstance(text, list) else str(text) for name, text in found.items()}


def package_of(case: Case) -> Artifact | None:
    """The last released answer of a case, expired or not; drafts do not exist for the person.

    What was released stays hers while a contested case is drafted anew (4.2 no. 21).
    """
    rows = case.artifacts.filter(kind=Artifact.Kind.PACKAGE, released_at__isnull=False)
    return rows.order_by("-released_at").first()


def latest_due(asked: Request) -> date | None:
    """The date by which everything asked for is answered; None while a clock stands still."""
    return max((case.due_on for case in asked.cases.all() if case.due_on), default=None)


def proof_needed(asked: Request) -> bool:
    """Whether an open right still waits for the person to show who she is (I-06, I-07); never for somebody else's request."""
    if asked.content().get("scope", {}).get("for"):
        return False
    # While nobody has said which right it is, nobody knows either whether it needs a proof (I-06).
    return any(case.is_open and not case.unclassified and not identified(case) for case in asked.cases.all())


# --- how far the systems are -------------------------------------------------------------------------------------------


def headway(case: Case) -> Headway | None:
    """How many systems have answered or been changed; None while none is at work."""
    if case.state == State.COLLECTING and Right(case.right) in COPIES:
        return headway_of(case.tasks.all(), operation="collect", stores=stores_of(case.controller))
    if case.state == State.EXECUTING:
        found = headway_of(case.tasks.all(), operation="apply")
        return found if found.total else None
    return None


def headway_words(part: Part, *, records: bool) -> str:
    """The sentence: 3 of 5 systems answered, 12,300 records so far.

    A number of records was found in a store: it is said only to whom the answer may be shown (house.md, Signed in is not
    identified), so the caller says whether `records` may be.
    """
    far = part.headway
    if far is None:
        return ""
    if part.case.state == State.COLLECTING:
        words = ngettext("%(done)s of %(all)s system answered", "%(done)s of %(all)s systems answered", far.total)
    else:
        words = ngettext("%(done)s of %(all)s system changed", "%(done)s of %(all)s systems changed", far.total)
    text = words % {"done": far.done, "all": far.total}
    if not records or not far.records:
        return f"{text}."
    counted = ngettext("%(n)s record so far", "%(n)s records so far", far.records)
    return f"{text}, {counted % {'n': number_format(far.records, force_grouping=True)}}."


def still_open(part: Part) -> str:
    """`Still open: …`: which systems have not answered yet, by name; empty when all have. Never what they said."""
    if part.headway is None or part.case.state != State.COLLECTING:
        return ""
    tasks = part.case.tasks.all()
    done = {task.store for task in tasks if task.operation == "collect" and task.status in FINISHED}
    stores = stores_of(part.case.controller)
    labels = [label_of(config, get_language() or "en") for name, config in stores.items() if name not in done]
    return _("Still open: %(systems)s.") % {"systems": ", ".join(labels)} if labels else ""
