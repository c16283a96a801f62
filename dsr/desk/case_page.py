"""What every page of a case shows: its head, stages, clock, identity, next action and buttons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import correction_plans, restrictions
from dsr.cases.clock import local_date
from dsr.cases.facts import identified
from dsr.cases.hand_links import WITH_OWNER
from dsr.cases.scope import stores_of
from dsr.desk import steps
from dsr.desk.access import Duty, Sight, duty_refusal, sees
from dsr.desk.case_tabs import plan_url, tabs_of
from dsr.desk.dossier import dossier_of
from dsr.desk.forms.intake import CHANNELS
from dsr.desk.guidance import to_read
from dsr.desk.mails import undelivered
from dsr.desk.next_step import Next, next_step
from dsr.desk.opened_rows import opened
from dsr.desk.sent_files import waiting_proofs
from dsr.desk.stages import stages
from dsr.desk.store_log import found
from dsr.desk.tasks_view import Progress, progress_of, store_label
from dsr.fulfil.locate import COPIES
from dsr.law.rights import IdentityLevel, Right
from dsr.law.workflow import Action, State
from dsr.models import Artifact, AuthorityCase, Case, Channel, Task, User
from dsr.wording.filed import METHODS
from dsr.wording.flood import MARKS

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.desk.access import DeskRequest
    from dsr.desk.dossier import Dossier
    from dsr.law.workflow import Actor
    from dsr.models import Restriction, Suspicion


_QUICK: Final = frozenset({Action.EXTEND, Action.ASK_IDENTITY, Action.ASK_CLARIFICATION})


def case_context(request: DeskRequest, case: Case, tab: str, *, now: datetime) -> dict[str, Any]:
    """The head of the case and its tabs; `tab` is the name of the page that is open."""
    today = local_date(case.controller, now)
    known = dossier_of(request, case, now=now)
    progress = opened(
        progress_of(case, actor=request.actor, language=request.LANGUAGE_CODE),
        case,
        language=request.LANGUAGE_CODE,
        today=today,
        names=known.names,
    )
    shown = sees(request.actor, Sight.PERSON)
    return {
        "case": case,
        "progress": progress,
        "collects": Right(case.right) in COPIES,
        "stages": stages(case, done=progress.done, total=progress.total, linked=sees(request.actor, Sight.DATA)),
        "person": person_name(case) if shown else _("Case %(reference)s") % {"reference": case.request.reference},
        "right": _("Not sorted yet") if case.unclassified else wording.right(case.right),
        "article": "" if case.unclassified else wording.article(case.right),
        "state": wording.state(case.state),
        "channel": CHANNELS[Channel(case.request.channel)],
        "language_name": dict(settings.LANGUAGES).get(case.request.language, case.request.language),
        "siblings": _siblings(known),
        "tabs": tabs_of(request, case, tab),
        "today": today,
        "plan_url": plan_url(case),
        "held": _held(request, case),
        "restricted": _restricted(case),
        "undelivered": undelivered(known.undelivered),
        "authority": _authority(case),
        "proofs": waiting_proofs(request, known.proofs),
    }


def _restricted(case: Case) -> Restriction | None:
    """The restriction that stands: whoever opens the case sees it before anything else (Q-03)."""
    return restrictions.open_of(case) if Right(case.right) in {Right.RESTRICTION, Right.OBJECTION} else None


def _authority(case: Case) -> dict[str, Any] | None:
    """What an authority waits for in this case, the earliest day first; the tab says whether this person keeps such matters."""
    rows = [row for row in case.authority_cases.all() if row.state == AuthorityCase.State.OPEN]
    if not rows:
        return None
    dated = sorted(row.answer_due_on for row in rows if row.answer_due_on)
    return {"day": dated[0] if dated else None}


def _held(request: DeskRequest, case: Case) -> dict[str, Any] | None:
    """Why the case is held as part of a flood, and whether this person may let it through; None for any other case."""
    row: Suspicion | None = getattr(case.request, "suspicion", None) if case.state == State.RECEIVED else None
    if row is None or row.settled_at is not None:
        return None
    why = ". ".join(str(MARKS[code]) for code in row.reasons)
    return {"since": row.marked_at, "why": f"{why}.", "may": duty_refusal(request.actor, Duty.SETTLE_HELD) is None}


def person_name(case: Case) -> str:
    """The name the person gave, or that of her account."""
    account = case.request.account
    given = str(case.request.content().get("name", ""))
    return given or (account.display_name if account else "") or _("No name given")


def _siblings(known: Dossier) -> list[dict[str, str]]:
    """The other rights of the same request (T-26)."""
    return [
        {"url": reverse("desk:case", args=[other.pk]), "label": wording.right(other.right)} for other in known.siblings
    ]


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """How well we know who asks, and by what."""

    level: str
    enough: bool
    proven: bool
    """Whether anything is proven; a right may need nothing, and then nothing is enough."""
    method: str
    numbers: tuple[tuple[str, str], ...]
    why_not: str


def identity_card(case: Case, actor: Actor, language: str) -> IdentityCard:
    """The level in words, how it was proven, and the customer numbers that lead the search."""
    level = IdentityLevel(case.request.identity_level)
    stores = stores_of(case.controller)
    known = found(case).get("identifiers", []) if sees(actor, Sight.PERSON) else []
    numbers = tuple(
        (store_label(stores, item.get("store", ""), language), item["value"])
        for item in known
        if item["kind"] == "customer_number"
    )
    refused = duty_refusal(actor, Duty.IDENTIFY)
    return IdentityCard(
        level=wording.say(level),
        enough=identified(case),
        proven=level is not IdentityLevel.NONE,
        method=_method(case.request.identity_method),
        numbers=numbers,
        why_not=wording.refusal(refused) if refused else "",
    )


def _method(code: str) -> str:
    return str(METHODS.get(code, code))


@dataclass(frozen=True, slots=True)
class NextCard:
    """The next action with its own button first, and every other step below it."""

    step: Next
    url: str
    main: steps.Button | None
    others: tuple[steps.Button, ...]
    quick: tuple[steps.Button, ...] = ()

    @property
    def named(self) -> bool:
        """Whether the words say more than the button below them."""
        shown = self.main.label if self.main else self.step.words if self.url else ""
        return shown != self.step.words


def next_card(case: Case, actor: Actor, *, known: Dossier, now: datetime) -> NextCard:
    """The next thing to do, where it is done, and what else is possible or why not."""
    manual = [task for task in case.tasks.all() if task.status == Task.Status.MANUAL]
    waiting = any(task.error_code != WITH_OWNER for task in manual)
    lost = undelivered(known.undelivered)
    letter = next(iter(known.waiting_letters), None)
    step = next_step(
        case,
        needs_person=waiting,
        undelivered=bool(lost),
        letter_waits=letter is not None,
        to_read=to_read(case, actor),
        today=local_date(case.controller, now),
    )
    buttons = steps.buttons(case, actor, now=now)
    ending = next((one for one in buttons if one.action is Action.CLOSE_NOT_IDENTIFIED and not one.why_not), None)
    if step.waits and ending is not None:  # reminded and silent long enough (no. 4): waiting on is not the only way
        step = Next(ending.label, "warn", "step", ending.action)
    if step.page == "corrections" and correction_plans.settled(case):
        step = replace(step, page="decide")
    main = next((button for button in buttons if step.action and button.action is step.action), None)
    if step.page == "review":
        main = next((button for button in buttons if button.action is Action.APPROVE), None)
    # What moves the clock is reached from the head of the page; what is not possible now stands below with its reason.
    # Nobody asks for an identity that is proven.
    heads = _QUICK - {Action.ASK_IDENTITY} if identified(case) else _QUICK
    quick = tuple(button for button in buttons if button.action in heads and not button.why_not and button is not main)
    others = tuple(button for button in buttons if button is not main and button not in quick)
    url = (
        reverse(f"desk:{step.page}", args=[case.pk])
        if step.page in {"identity", "draft", "redaction", "decide", "corrections", "by-hand"}
        else ""
    )
    if step.page == "plan":
        url = plan_url(case)
    if step.page == "letters" and letter is not None and sees(actor, Sight.PERSON):
        url = reverse("desk:letter", args=[case.pk, letter.pk])
    if step.page == "mail":
        url = lost[0].url
    return NextCard(step, url, main, others, quick)


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """Where the answer stands: draft, who prepared, who decided, on what ground."""

    letter: Artifact | None
    report: Artifact | None
    package: Artifact | None
    preparer: str
    decider: str
    ground: str

    @property
    def exists(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.package or self.ground or self.decider)


def answer_card(case: Case) -> AnswerCard:
    """The current documents of the answer and the people behind it."""
    current = (row for row in case.artifacts.all() if row.superseded_at is None)
    by_kind = {row.kind: row for row in sorted(current, key=lambda row: row.created_at)}
    return AnswerCard(
        letter=by_kind.get(Artifact.Kind.LETTER),
        report=by_kind.get(Artifact.Kind.REPORT),
        package=by_kind.get(Artifact.Kind.PACKAGE),
        preparer=staff_name(case.preparer),
        decider=staff_name(case.decider),
        ground=_ground(case.ground),
    )


def _ground(code: str) -> str:
    try:
        return wording.ground(code) if code else ""
    except KeyError:
        return code


def staff_name(user: User | None) -> str:
    """A colleague's name; empty for nobody."""
    return (user.display_name or user.email) if user else ""


def colleagues(request: DeskRequest) -> list[User]:
    """Everybody a case can be given to."""
    return list(
        User.objects.in_scope(controller=request.controller, kind="staff").filter(is_active=True).order_by("email")
    )


def is_live(case: Case, progress: Progress) -> bool:
    """Whether the page should look again by itself: something is being worked on right now."""
    return case.is_open and progress.busy
