"""The history of a case in words: the event chain read out, with its sealed notes for those who may read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr import wording
from dsr.cases.scope import stores_of
from dsr.desk.escalations import rung_words
from dsr.desk.tasks_view import OPERATIONS, store_label
from dsr.desk.troubles import trouble
from dsr.law.clock import SuspensionKind
from dsr.law.workflow import Action, State
from dsr.models import Case, Event, EventNote, Upload, User
from dsr.models.together import attached
from dsr.vault import MissingKeyError, TamperedError
from dsr.wording import hand, uploads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

SUBJECT, SYSTEM, NOTES = "subject", "system", "notes"
"""Filters of the history: what the person is told or does herself, what nobody did, what colleagues noted."""
SEEN_BY_HER: Final = (
    *(
        action.value
        for action in (
            Action.REGISTER,
            Action.CLASSIFY,
            Action.UNSORT,
            Action.ANSWER_QUESTION,
            Action.ASK_IDENTITY,
            Action.CONFIRM_IDENTITY,
            Action.CLOSE_NOT_IDENTIFIED,
            Action.ASK_CLARIFICATION,
            Action.ANSWER_CLARIFICATION,
            Action.ANNOUNCE_FEE,
            Action.FEE_SETTLED,
            Action.FINISH_COLLECTION,
            Action.APPROVE,
            Action.RESTRICT_NOW,
            Action.STOP_NOW,
            Action.FINISH_EXECUTION,
            Action.COMPLETE,
            Action.COMPLETE_PARTLY,
            Action.REFUSE,
            Action.EXTEND,
            Action.WITHDRAW,
            Action.CONTEST,
            Action.REASSESS,
            Action.UPHOLD,
            Action.ANNOUNCE_LIFT,
            Action.LIFT_RESTRICTION,
        )
    ),
    "received",
    "identified",
    "identity_failed",
    "scope_changed",
    "wishes_changed",
    "message",
    "reminded",
    "letter_sent",
    "letter_read",
    "letter_downloaded",
    "downloaded",
    "delivery_reminded",
    "delivery_confirmed",
    "delivery_revoked",
    "delivery_offered_again",
    "transmitted",
    "transmission_declined",
    "upload_received",
    "upload_refused",
    "upload_removed",
    "suppression_lifted",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: what, who, when, what else is known of it, and the words somebody gave."""

    seq: int
    title: str
    who: str
    at: datetime
    hash: str
    details: tuple[str, ...] = ()
    note: str = field(default="", repr=False)
    task: tuple[str, str] = ("", "")
    """The operation and the store it is about."""


def events_of(case: Case) -> list[Event]:
    """All events of the case, the newest first; those that its page has read, where it has."""
    known = attached(case, "events")
    return list(reversed(known)) if known is not None else list(case.events.order_by("-seq"))


def history(case: Case, *, language: str, with_notes: bool, after: int = 0) -> list[Entry]:
    """The events after version `after` in words, newest first. Notes only for those who may read them."""
    rows = [event for event in events_of(case) if event.seq > after]
    return entries(case, rows, language=language, with_notes=with_notes)


def shown(case: Case, show: str) -> list[Event]:
    """The events that a filter of the history names, newest first; any other name is all of them."""
    return [event for event in events_of(case) if _shows(event, show)]


def _shows(event: Event, show: str) -> bool:
    if show == SYSTEM:
        return event.actor_kind == "system"
    if show == NOTES:
        # A mail of somebody else than the contact is kept as a note as well (dsr.cases.inbound_words).
        return event.action == "note" or (event.action == "mail_received" and "note" in event.data)
    return show != SUBJECT or event.action in SEEN_BY_HER


def entries(
    case: Case,
    events: list[Event],
    *,
    language: str,
    with_notes: bool,
    names: Mapping[str, str] | None = None,
) -> list[Entry]:
    """These events of the case in words, in their order. `names` are colleagues by account id, where the page has them already.

    Notes only for those who may read them.
    """
    names = _names(case, events) if names is None else names
    notes = _notes(case, events) if with_notes else {}
    stores = stores_of(case.controller)
    return [
        Entry(
            seq=event.seq,
            title=_title(event),
            who=_who(event, names),
            at=event.at,
            hash=event.hash,
            details=tuple(_details(event, stores, names, language)),
            note=notes.get(event.pk, ""),
            task=(str(event.data.get("operation", "collect")), str(event.data.get("store", ""))),
        )
        for event in events
    ]


# The words of the chain speak of stores; other work of the program is named by what it was.
_OUTCOMES = {
    "task_done": gettext_lazy("%(operation)s: done"),
    "task_failed": gettext_lazy("%(operation)s: failed"),
    "task_retried": gettext_lazy("%(operation)s: tried again"),
    "task_waived": gettext_lazy("%(operation)s: left out"),
    "task_cancelled": gettext_lazy("%(operation)s: cancelled"),
}


def _title(event: Event) -> str:
    operation = OPERATIONS.get(str(event.data.get("operation", "")))
    if operation and event.action in _OUTCOMES:
        return str(_OUTCOMES[event.action] % {"operation": operation})
    try:
        return wording.event(event.action)
    except KeyError:  # written by a later release
        return event.action


def _names(case: Case, events: Iterable[Event]) -> dict[str, str]:
    """Staff by account id, in one query, within the controller."""
    wanted = {event.actor_id for event in events if event.actor_kind == "staff"}
    wanted |= {str(event.data["assignee"]) for event in events if event.data.get("assignee")}
    wanted |= {str(event.data["colleague"]) for event in events if event.data.get("colleague")}
    wanted |= {str(told) for event in events for told in event.data.get("told", ())}
    users = User.objects.filter(controller=case.controller, pk__in=wanted)
    return {str(user.pk): user.display_name or user.email for user in users}


def _who(event: Event, names: Mapping[str, str]) -> str:
    if event.actor_kind == "staff":
        return names.get(event.actor_id, _("somebody who has left"))
    kinds = {"subject": _("the person"), "owner": _("the department")}
    return kinds.get(event.actor_kind) or _("the system")


def _notes(case: Case, events: list[Event]) -> dict[Any, str]:
    found: dict[Any, str] = {}
    rows = EventNote.objects.of(case.controller).filter(event__in=[e.pk for e in events]).select_related("event__case")
    for row in rows:
        try:
            found[row.event_id] = str(row.content()["text"])
        except MissingKeyError:
            found[row.event_id] = _("(deleted)")
        except TamperedError:
            found[row.event_id] = _("(does not match what was written)")
    return found


def _details(event: Event, stores: dict[str, Any], names: Mapping[str, str], language: str) -> Iterator[str]:
    data = event.data
    if event.from_state and event.from_state != event.to_state:
        yield f"{_state(event.from_state)} → {_state(event.to_state)}"
    if data.get("store"):
        yield store_label(stores, str(data["store"]), language)
    yield from _about_people(event, names)
    yield from _about_work(data)
    yield from _about_hand(event)
    yield from _about_escalation(event, names)
    yield from _about_upload(event)
    if data.get("due_on") and event.action not in {"task_done", "report_overdue"}:
        yield _("due %(day)s") % {"day": _day(data["due_on"])}
    if data.get("ground"):
        yield _ground(str(data["ground"]))
    if event.action.startswith("letter_") and data.get("letter"):
        yield _letter(str(data["letter"]))
    for key in ("package_sha256", "manifest_sha256", "plan_sha256", "sha256", "pdf_sha256", "letter_sha256"):
        if data.get(key):
            yield f"SHA-256 {str(data[key])[:16]}…"
            break


def _about_people(event: Event, names: Mapping[str, str]) -> Iterator[str]:
    """Whom it was given to, which colleague it is about, and what an approval that expired leaves behind."""
    data = event.data
    if event.action == "assigned":
        yield names.get(str(data.get("assignee")), "") or _("to nobody")
    if data.get("expired"):
        yield _("the approval had expired")
    if data.get("applied") is True:
        yield _("what was already changed in the stores stays changed")
    if data.get("colleague"):
        yield names.get(str(data["colleague"]), _("somebody who has left"))


def _about_work(data: dict[str, Any]) -> Iterator[str]:
    if "rows" in data:
        rows = int(data["rows"])
        yield ngettext("%(n)s record", "%(n)s records", rows) % {"n": rows}
    if data.get("code"):
        yield trouble(str(data["code"]))
    if data.get("retry") is True:
        yield _("tried again by itself")
    if "chosen" in data:
        words = ngettext("%(chosen)s of %(n)s candidate", "%(chosen)s of %(n)s candidates", int(data["offered"]))
        yield words % {"chosen": data["chosen"], "n": data["offered"]}


def _about_hand(event: Event) -> Iterator[str]:
    """What a department answered, how many files came with it, and which other request a link is about."""
    data = event.data
    if event.action == "hand_answered":
        yield hand.outcome(str(data.get("outcome", "")))
    if data.get("files") and event.action == "hand_answered":
        yield ngettext("%(n)s file", "%(n)s files", int(data["files"])) % {"n": int(data["files"])}
    if data.get("other"):
        yield str(data["other"])


def _about_escalation(event: Event, names: Mapping[str, str]) -> Iterator[str]:
    """Rungs and who heard of them, what a reminder was about, what a new calendar moved."""
    data = event.data
    yield from (rung_words(str(code)) for code in data.get("rungs", ()))
    if "not_told" in data:  # Art. 19: how many recipients, never which
        yield _("recipients told: %(told)s, not told: %(not_told)s") % data
    elif "told" in data:
        told = [names.get(str(user), _("somebody who has left")) for user in data["told"]]
        yield _("told: %(names)s") % {"names": ", ".join(told)} if told else _("nobody to tell")
    if data.get("stand_ins"):
        yield ngettext("%(n)s stand-in", "%(n)s stand-ins", data["stand_ins"]) % {"n": data["stand_ins"]}
    if event.action == "report_overdue" and data.get("due_on"):
        yield _("was due %(day)s") % {"day": _day(data["due_on"])}
    if event.action == "reminded":
        kind = wording.say(SuspensionKind(str(data["kind"])))
        yield _("about %(kind)s, asked %(day)s") % {"kind": kind, "day": _day(data["asked_on"])}
        yield _("by mail") if data.get("by_mail") else _("no address for a mail: write a letter")
    if data.get("due_before"):
        yield _("was due %(day)s") % {"day": _day(data["due_before"])}


def _about_upload(event: Event) -> Iterator[str]:
    """What a sent file was for, and why it went."""
    if event.action.startswith("upload_"):
        if event.data.get("purpose") in set(Upload.Purpose):
            yield uploads.purpose(str(event.data["purpose"]))
        if event.data.get("reason"):
            yield uploads.reason(str(event.data["reason"]))


def _day(value: object) -> str:
    return wording.day_with_weekday(date.fromisoformat(str(value)))


def _state(value: str) -> str:
    return wording.state(value) if value in set(State) else value


def _letter(code: str) -> str:
    try:
        return wording.letter(code)
    except (KeyError, ValueError):  # of a later release
        return code


def _ground(code: str) -> str:
    try:
        return wording.ground(code)
    except KeyError:
        return code
