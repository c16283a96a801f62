"""The single keys of the desk: what each does, which key it is, and what a colleague made of it (ux.md 2.2, WCAG 2.1.4).

Every act has its visible counterpart on the page, which the key presses; `static/ui/desk.js` knows the acts by name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext_lazy

from dsr.models import DeskSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from dsr.models import User


@dataclass(frozen=True, slots=True)
class Key:
    """One act: its name in the script, our key, what it does; `prefix` is pressed before it."""

    act: str
    key: str
    words: _StrPromise
    prefix: str = ""


IN_LISTS: Final = (
    Key("next", "j", gettext_lazy("next row")),
    Key("previous", "k", gettext_lazy("previous row")),
    Key("open", "o", gettext_lazy("open the row, as Enter does")),
    Key("select", "x", gettext_lazy("select the row")),
    Key("take", "a", gettext_lazy("take the row: assign it to me")),
    Key("search", "/", gettext_lazy("search")),
)
ANYWHERE: Final = (
    Key("go_queue", "q", gettext_lazy("go to all open cases"), "g"),
    Key("go_dashboard", "d", gettext_lazy("go to the dashboard"), "g"),
    Key("go_calendar", "c", gettext_lazy("go to the calendar"), "g"),
    Key("help", "?", gettext_lazy("this list")),
)
IN_A_CASE: Final = (
    Key("step", "s", gettext_lazy("to the next step: its button, Enter presses it")),
    Key("messages", "m", gettext_lazy("messages")),
    Key("note", "n", gettext_lazy("note for colleagues")),
    Key("letters", "l", gettext_lazy("letters")),
    Key("redaction", "r", gettext_lazy("redaction")),
    Key("extend", "e", gettext_lazy("extend the period")),
    Key("pause", "p", gettext_lazy("ask the person, which may stop the clock")),
)
KEYS: Final = (*IN_LISTS, *ANYWHERE, *IN_A_CASE)
GROUPS: Final[Mapping[_StrPromise, tuple[Key, ...]]] = {
    gettext_lazy("In lists"): IN_LISTS,
    gettext_lazy("In a case"): IN_A_CASE,
    gettext_lazy("Everywhere"): ANYWHERE,
}


def keys_of(settings: DeskSettings | None) -> dict[str, str]:
    """Which key does what for one colleague: act -> key, ours where she chose none."""
    own = settings.keys if settings else {}
    return {one.act: str(own.get(one.act, one.key)) for one in KEYS}


def clashes(chosen: Mapping[str, str]) -> list[str]:
    """Acts whose key another act has as well; the prefix alone is taken, too."""
    seen: dict[tuple[str, str], str] = {("", "g"): "the prefix"}
    found = []
    for one in KEYS:
        pressed = (one.prefix, chosen[one.act])
        if pressed in seen:
            found.append(one.act)
        seen.setdefault(pressed, one.act)
    return found


def for_script(chosen: Mapping[str, str]) -> str:
    """What the script reads: what is pressed -> act."""
    return json.dumps({f"{one.prefix} {chosen[one.act]}".strip(): one.act for one in KEYS})


def groups(chosen: Mapping[str, str]) -> list[tuple[_StrPromise, list[tuple[str, str, _StrPromise]]]]:
    """For the sheet of keys: (group, [(prefix, key, words)])."""
    return [(name, [(one.prefix, chosen[one.act], one.words) for one in group]) for name, group in GROUPS.items()]


def settings_of(user: User) -> DeskSettings | None:
    """What the colleague chose, if anything."""
    # The account comes with them when somebody signed in (dsr.accounts), so that a page does not ask again.
    found: DeskSettings | None = getattr(user, "desk_settings", None)
    return found


@transaction.atomic
def choose(*, user: User, chosen: Mapping[str, str]) -> None:
    """Keep the keys that differ from ours. ValueError for two acts with one key: the form says it first."""
    if clashes(chosen):
        raise ValueError("two acts with one key")
    own = {one.act: chosen[one.act] for one in KEYS if chosen[one.act] != one.key}
    DeskSettings.objects.update_or_create(controller=user.controller, user=user, defaults={"keys": own})


@transaction.atomic
def start_with(*, user: User, query: str) -> None:
    """The view that the desk opens with, as the query of its address; empty for all open cases."""
    DeskSettings.objects.update_or_create(controller=user.controller, user=user, defaults={"start": query})
