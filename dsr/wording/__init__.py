"""Words for every code the law returns, in the active language; a test proves that none is missing.

The law returns codes, never sentences; whoever shows something to a person asks here: `say(anything)`, or one of the
functions below where a page wants a particular form. All of them return plain text: templates escape it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from dsr.law.attest import Attest
from dsr.law.clock import Line, SuspensionKind
from dsr.law.ladder import RungCode
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode
from dsr.law.portability import NoTransmission
from dsr.law.regimes import Mention
from dsr.law.retention import DocumentClass, Mark
from dsr.law.rights import (
    ARTICLES,
    ExtensionReason,
    Ground,
    IdentityLevel,
    RestrictionGround,
    Right,
    ground_article,
)
from dsr.law.workflow import Action, Refusal, RefusalCode, Role, State
from dsr.wording import cases, checks, clock, letters, subject
from dsr.wording.clock import day_with_weekday, place_name
from dsr.wording.dates import day
from dsr.wording.events import EVENTS
from dsr.wording.portability import NO_TRANSMISSION
from dsr.wording.provisions import provision
from dsr.wording.refusals import REFUSALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import Enum

__all__ = [
    "SubjectWords",
    "action",
    "article",
    "clock_stopped",
    "day",
    "day_with_weekday",
    "event",
    "explanation",
    "ground",
    "ground_law",
    "letter",
    "line",
    "next_step",
    "place_name",
    "refusal",
    "right",
    "right_asked",
    "right_plain",
    "say",
    "state",
    "subject_state",
]

# One word or phrase per member; the exhaustive test walks this table.
PHRASES: Final[Mapping[type[Enum], Mapping[Any, Any]]] = {
    Right: cases.RIGHTS,
    State: cases.STATES,
    Role: cases.ROLES,
    Action: cases.ACTIONS,
    Ground: cases.GROUNDS,
    ExtensionReason: cases.EXTENSION_REASONS,
    RestrictionGround: cases.RESTRICTION_GROUNDS,
    IdentityLevel: cases.IDENTITY_LEVELS,
    SuspensionKind: clock.KINDS,
    LetterCode: letters.LETTERS,
    Element: letters.ELEMENTS,
    RungCode: letters.RUNGS,
    Mention: letters.MENTIONS,
    Mark: letters.MARKS,
    DocumentClass: letters.DOCUMENT_CLASSES,
    Attest: checks.ATTESTS,
}


@dataclass(frozen=True, slots=True)
class SubjectWords:
    """What the subject reads on her status page: one headline, one "what now" (ux.md 1.7)."""

    headline: str
    next_step: str


def say(thing: Enum | Refusal | Line) -> str:
    """The words for a code, a refusal or a line, in the active language; raises KeyError for what has none."""
    if isinstance(thing, Refusal):
        return refusal(thing)
    if isinstance(thing, Line):
        return line(thing)
    return str(PHRASES[type(thing)][thing])


def state(value: State | str) -> str:
    """A state as staff reads it."""
    return say(State(value))


def subject_state(value: State | str, of: Right | str | None = None) -> SubjectWords:
    """A state as the subject reads it; plainer where the right is known."""
    found = State(value)
    words = subject.SUBJECT_STATES_OF_RIGHT.get((found, Right(of))) if of else None
    headline, following = words or subject.SUBJECT_STATES[found]
    return SubjectWords(str(headline), str(following))


def next_step(value: State | str, of: Right | str | None = None) -> str:
    """The "what now" sentence of `subject_state`."""
    return subject_state(value, of).next_step


def action(value: Action | str) -> str:
    """The label of a button."""
    return say(Action(value))


def event(kind: str) -> str:
    """What happened, for the history of a case; raises KeyError for an unknown kind."""
    return str(EVENTS[kind])


def right(value: Right | str) -> str:
    """A right as staff calls it."""
    return say(Right(value))


def right_plain(value: Right | str) -> str:
    """A right as a heading for the subject: "Copy of my data"."""
    return str(cases.RIGHTS_PLAIN[Right(value)])


def right_asked(value: Right | str) -> str:
    """A right as the subject asks for it: "Give me a copy of my data"."""
    return str(cases.RIGHTS_ASKED[Right(value)])


def article(value: Right | str) -> str:
    """The article behind a right: "Art. 15"."""
    return _("Art. %(article)s") % {"article": provision(ARTICLES[Right(value)])}


def ground(code: str) -> str:
    """The ground or reason behind a code stored on a case: of a refusal, an extension or a restriction."""
    for kind in (Ground, ExtensionReason, RestrictionGround):
        if code in {member.value for member in kind}:
            return say(kind(code))
    raise KeyError(code)


def ground_law(code: Ground | str, of: Right | str | None = None) -> str:
    """The reasons in law of a refusal as a sentence; raises ValueError for what is no ground of refusal."""
    article_of_ground = ground_article(Ground(code), Right(of) if of else None)
    return _("The reason in law is Article %(article)s GDPR.") % {"article": provision(article_of_ground)}


def letter(code: LetterCode | str) -> str:
    """The title of a letter, without its code."""
    return say(LetterCode(code))


def refusal(refused: Refusal) -> str:
    """Why not, in a sentence the person can act on; raises KeyError for a code without words."""
    return str(REFUSALS[refused.code] % _readable(refused))


def _readable(refused: Refusal) -> dict[str, Any]:
    """The parameters of a refusal in words: dates, names of states, rights, roles and levels."""
    words: dict[str, Any] = {}
    for key, value in refused.params.items():
        if isinstance(value, date):
            words[key] = day(value)
        elif key == "roles":
            words[key] = _joined([say(Role(role)) for role in str(value).split(",")])
        elif refused.code in {"roles_conflict", "last_of_role"}:
            words[key] = say(Role(str(value)))
        elif isinstance(value, NoTransmission):
            words[key] = str(NO_TRANSMISSION[value])
        elif key == "state":
            words[key] = state(str(value))
        elif key == "right":
            words[key] = right(str(value))
        elif refused.code == RefusalCode.IDENTITY_TOO_LOW and key in {"level", "needed"}:
            words[key] = say(IdentityLevel(int(value)))
        else:
            words[key] = value
    return words


def _joined(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(first)s or %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def line(value: Line | Mapping[str, Any]) -> str:
    """One line of a due date's arithmetic, or one warning about it; also from its JSON form."""
    found = value if isinstance(value, Line) else Line.from_json(value)
    return clock.sentence(found.code, found.params)


def explanation(lines: Iterable[Line | Mapping[str, Any]]) -> tuple[str, ...]:
    """All lines of an explanation, in order."""
    return tuple(line(value) for value in lines)


def clock_stopped(since: date) -> str:
    """The sentence for a paused case (ux.md 1.7)."""
    return _("Clock stopped since %(day)s. It continues on the day you answer.") % {"day": day(since)}
