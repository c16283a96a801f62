"""The history of a case in words: the event chain read out, with its sealed notes for those who may read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases.scope import stores_of
from dsr.desk.history_details import details
from dsr.law.workflow import Action
from dsr.models import Case, Event, EventNote, User
from dsr.models.together import attached
from dsr.vault import MissingKeyError, TamperedError
from dsr.wording.filed import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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
    "enclosure_downloaded",
    "files_given",
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
            details=tuple(details(event, stores, names, language)),
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


_BY_PEOPLE = frozenset({"by_hand", "not_capable"})
"""Codes of a task that no program can do: nothing was tried, so nothing failed."""


def _title(event: Event) -> str:
    if event.action == "task_failed" and event.data.get("code") in _BY_PEOPLE:
        return _("Waits for somebody: no program reaches this store")
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
