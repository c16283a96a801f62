"""What every chapter of an evidence pack needs: the case with its events, names, times in the controller's zone, sealed words.

A pack of the extent `log` has no words of anybody: neither the person's nor those of a note (4.3, auditor).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import evidence as orders
from dsr.cases.scope import stores_of
from dsr.cases.tasks import HELD
from dsr.fulfil.own_records import ABOUT_OTHERS, UNSPOKEN
from dsr.fulfil.stores import label_of
from dsr.law.terms import Role
from dsr.law.workflow import Action, State
from dsr.models import Case, Event, EventNote, EvidencePack, User
from dsr.output.evidence import Coded
from dsr.vault import MissingKeyError, TamperedError
from dsr.wording.filed import spelled

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from datetime import date, datetime

    from dsr.models.base import RowId
    from exporters.registry import StoreConfig

# Links of the chain that are given by their hash only: what the law may forbid to speak of, what was taken out of an answer,
# what is about other people, and what colleagues noted among themselves. One group, so that none of them tells of another.
# `assigned` is among them because it follows a closeness: to nobody, at the same instant.
CLOSED: Final = (
    UNSPOKEN
    | ABOUT_OTHERS
    | frozenset({"redaction", "note", "linked", "unlinked", "mail_fetched", "closeness_declared", "assigned"})
)
_PREFIXES: Final = ("hold_", "holds_", "legal_hold", "closeness_")
# What a store answered counts her files: less those in the answer, it is the number of the files kept back without a word.
_COUNTS_FILES: Final = ("task_done", "collect")
# Whose sealed words are reasons that an authority asks for (4.6); every other note stays sealed.
REASONED: Final = frozenset(
    {
        Action.CLASSIFY.value,
        Action.ASK_IDENTITY.value,
        Action.CLOSE_NOT_IDENTIFIED.value,
        Action.ASK_CLARIFICATION.value,
        Action.ANNOUNCE_FEE.value,
        Action.FEE_SETTLED.value,
        Action.RETURN_TO_DRAFTING.value,
        Action.APPROVE.value,
        Action.REFUSE.value,
        Action.EXTEND.value,
        Action.WITHDRAW.value,
        Action.CONTEST.value,
        Action.REASSESS.value,
        Action.UPHOLD.value,
        Action.CORRECT_RECEIPT.value,
        Action.REPORT_OVERDUE.value,
        "dpo_opinion",
        "evidence_filed",
        "task_waived",
        "delivery_revoked",
        "recipients_settled",
    }
)


@dataclass(slots=True)
class Reading:
    """One case read for one pack, in the language of the pack. `events` in the order of the chain, also the closed ones."""

    case: Case
    pack: EvidencePack
    now: datetime
    language: str = "en"
    stores: Mapping[str, StoreConfig] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    notes: dict[Any, dict[str, str]] = field(default_factory=dict, repr=False)

    @property
    def with_words(self) -> bool:
        """Whether words of people go in."""
        return self.pack.extent != EvidencePack.Extent.LOG

    @property
    def zone(self) -> ZoneInfo:
        """The controller's time zone."""
        return ZoneInfo(self.case.controller.timezone)

    def at(self, moment: datetime | None) -> str:
        """An instant in the controller's time, with its zone; empty for none."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M:%S %Z}" if moment else ""

    def who(self, kind: str, actor_id: str) -> str:
        """Who acted: a colleague by name and roles, else what it was."""
        if kind == "staff":
            return self.names.get(actor_id, _("a colleague who has left"))
        return {"subject": _("the person"), "owner": _("a department")}.get(kind) or _("the system")

    def colleague(self, user_id: RowId | None) -> str:
        """A colleague by name and roles; empty for nobody."""
        return self.who("staff", str(user_id)) if user_id else ""

    def of(self, actions: Container[str]) -> list[Event]:
        """The events of these actions that may be told."""
        return [event for event in self.events if event.action in actions and not closed(event)]

    def note(self, event: Event) -> str:
        """The words beside an event, where they go in."""
        return self.notes.get(event.pk, {}).get("text", "")


def closed(event: Event) -> bool:
    """Whether a link is given by its hash only."""
    if (event.action, event.data.get("operation")) == _COUNTS_FILES:
        return True
    return event.action in CLOSED or event.action.startswith(_PREFIXES) or event.data.get("code") == HELD


def read(pack: EvidencePack, *, now: datetime) -> Reading:
    """Read events, names and, where words go in, the notes that are reasons."""
    case = pack.case
    reading = Reading(
        case=case,
        pack=pack,
        now=now,
        language=orders.language_of(pack),
        stores=stores_of(case.controller),
        events=list(case.events.order_by("seq")),
    )
    wanted = {event.actor_id for event in reading.events if event.actor_kind == "staff"}
    wanted |= {str(pk) for pk in (case.handler_id, case.preparer_id, case.decider_id, case.first_reviewer_id) if pk}
    wanted |= {
        str(pk) for pair in case.letters.values_list("drafted_by", "approved_by") for pk in pair if pk is not None
    }
    for user in User.objects.filter(controller=case.controller, pk__in=wanted).order_by("pk"):
        roles = ", ".join(wording.say(Role(role)) for role in user.roles if role in set(Role))
        reading.names[str(user.pk)] = f"{user.display_name or user.email} ({roles})" if roles else user.display_name
    if reading.with_words:
        reading.notes = _notes(reading)
    return reading


def _notes(reading: Reading) -> dict[Any, dict[str, str]]:
    wanted = [event.pk for event in reading.of(REASONED)]
    found: dict[Any, dict[str, str]] = {}
    for row in EventNote.objects.filter(event__in=wanted).select_related("event__case"):
        try:
            found[row.event_id] = row.content()
        except (MissingKeyError, TamperedError):
            continue  # the chain says by itself that there was a note
    return found


def title(event: Event) -> str:
    """What happened; its code where a later release wrote it."""
    try:
        return wording.event(event.action)
    except KeyError:
        return event.action


def day(value: date | str | None) -> str:
    """A date as it is sorted; empty for none."""
    return str(value) if value else ""


def state(code: str) -> str:
    """A state of the case in words."""
    return wording.state(code) if code in set(State) else code


def coded(table: Mapping[Any, object], code: object) -> Coded:
    """A code with its words: tables and files for programs keep the one, the summary prints the other."""
    words = table.get(str(code))
    return Coded(str(code), spelled(str(code)) if words is None else str(words))


def several(table: Mapping[Any, object], codes: Iterable[object]) -> Coded:
    """Some codes of one table, with commas between."""
    found = [coded(table, code) for code in codes]
    return Coded(", ".join(found), ", ".join(one.words for one in found))


def tongue(code: str) -> Coded:
    """A language by its name."""
    return coded(dict(settings.LANGUAGES), code)


def place(reading: Reading, name: str) -> Coded:
    """A store: its name for programs, its label in the language of the pack for people."""
    config = reading.stores.get(name)
    return Coded(name, label_of(config, reading.language) if config else name)
