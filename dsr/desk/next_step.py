"""What a case needs next, in one verb and its object: for the queue, where nobody has time to open fifty cases.

Read from the columns of the case and the rows of the workflow table, without asking its guards; whether the person in
front of the screen may press the button is said on the case itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import wording
from dsr.cases.facts import identified
from dsr.fulfil.locate import COPIES
from dsr.law.decisions import IN_WORDS
from dsr.law.rights import CHANGES_NO_STORE, Right
from dsr.law.workflow import CLOSED, WITH_SUBJECT, Action, Facts, State, step_for

if TYPE_CHECKING:
    from datetime import date

    from dsr.models import Case

# From a settled question of who asks for what: the first that the table knows for the right brings the case on.
_ONWARD: Final = (Action.START_COLLECTION, Action.STOP_NOW, Action.RESTRICT_NOW, Action.ACCEPT, Action.REASSESS)
_ENDINGS: Final = {State.COMPLETED: "ok", State.PARTLY_COMPLETED: "ok"}


@dataclass(frozen=True, slots=True)
class Next:
    """The next action or what is waited for; `page` is the page of the case on which it is done, empty while waiting.

    `kind` is the colour of the tag, `action` the step of the table when it is one.
    """

    words: str
    kind: str = ""
    page: str = ""
    action: Action | None = None

    @property
    def waits(self) -> bool:
        """Nothing for staff to do now."""
        return not self.page


def next_step(
    case: Case,
    *,
    needs_person: bool,
    today: date,
    undelivered: bool = False,
    letter_waits: bool = False,
    to_read: int = 0,
) -> Next:
    """The next thing for staff to do; `needs_person` says that one of the case's tasks waits for somebody.

    `undelivered`: a mail of the request did not arrive. That also holds for a closed case: its answer lies unread.
    `letter_waits`: somebody wrote a letter that takes a step, and whoever may send it has not looked at it yet.
    `to_read`: texts and files of a draft that nobody has read or decided on (X-04).
    """
    state, right = State(case.state), Right(case.right)
    by_hand = right in IN_WORDS and state == State.EXECUTING
    if needs_person and state not in CLOSED and not by_hand:
        return Next(_("Settle what waits for somebody"), "bad", "case")
    if undelivered:
        return Next(_("A mail did not arrive"), "bad", "mail")
    if state in CLOSED:
        return Next(wording.state(state), _ENDINGS.get(state, ""))
    if case.unclassified:
        return Next(wording.action(Action.CLASSIFY), "warn", "step", Action.CLASSIFY)
    if letter_waits:
        return Next(_("Look at a letter and send it"), "warn", "letters")
    found = _reading(state, right, to_read) or _by_state(case, state, right)
    return found or _onward(state, right, today)


def _reading(state: State, right: Right, to_read: int) -> Next | None:
    """X-04: between the draft and the second person somebody reads."""
    if not to_read or state != State.DRAFTING or right not in COPIES:
        return None
    words = ngettext("Read %(n)s text of the answer", "Read %(n)s texts of the answer", to_read)
    return Next(words % {"n": to_read}, "info", "redaction")


def _by_state(case: Case, state: State, right: Right) -> Next | None:
    if state in WITH_SUBJECT:
        return Next(_("Waiting for the person"))
    if state == State.RECEIVED and not identified(case):
        return Next(_("Check identity"), "warn", "identity")
    if right in IN_WORDS:
        return _in_words(case, state, right)
    plain = right in COPIES
    release = wording.action(Action.COMPLETE)
    submit = Next(wording.action(Action.SUBMIT_FOR_REVIEW), "info", "step", Action.SUBMIT_FOR_REVIEW)
    draft = Next(_("Draft the answer"), "info", "draft") if plain else Next(_("Plan the changes"), "info", "plan")
    cool = Next(_("Waiting to be carried out"))
    return {
        State.COLLECTING: Next(_("Stores are being asked")),
        State.DRAFTING: submit if case.manifest_sha256 else draft,
        State.REVIEW: Next(_("Second approval"), "warn", "review" if plain else "plan"),
        State.APPROVED: Next(release, "ok", "step", Action.NOTIFY) if plain else cool,
        State.EXECUTING: Next(wording.state(state)),
        State.NOTIFYING: Next(release, "ok", "step", Action.COMPLETE) if plain else Next(release, "ok", "plan"),
    }.get(state)


def _in_words(case: Case, state: State, right: Right) -> Next | None:
    """Rights that are decided in words and changed by people."""
    close = Next(_("Write the answer and close"), "ok", "step", Action.COMPLETE)
    # What shall stand in the stores comes before the words about it.
    decide = Next(_("Decide"), "info", "corrections" if right is Right.RECTIFICATION else "decide")
    submit = Next(wording.action(Action.SUBMIT_FOR_REVIEW), "info", "step", Action.SUBMIT_FOR_REVIEW)
    ready = Next(close.words, "ok", "step", Action.NOTIFY) if right in CHANGES_NO_STORE else None
    return {
        State.COLLECTING: Next(_("Stores are being asked")),
        State.DRAFTING: submit if case.manifest_sha256 else decide,
        State.REVIEW: Next(_("Second approval"), "warn", "decide"),
        State.APPROVED: ready,
        State.EXECUTING: Next(_("Confirm what was changed by hand"), "warn", "by-hand"),
        State.NOTIFYING: close,
    }.get(state)


def _onward(state: State, right: Right, today: date) -> Next:
    facts = Facts(state=state, right=right, today=today)
    action = next((action for action in _ONWARD if step_for(facts, action)), None)
    if action is None:
        return Next(wording.state(state))
    return Next(wording.action(action), "info", "step", action)
