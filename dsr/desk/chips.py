"""The chips above the queue: what narrows it, each a link that takes it off; and the few that are used all day (ux.md 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from dsr.cases.queue_filters import PAUSED
from dsr.desk.forms.queue import query_of
from dsr.law.rights import Right

if TYPE_CHECKING:
    from dsr.desk.forms.queue import FilterForm

USUAL: Final = (("right", Right.ACCESS.value), ("right", Right.ERASURE.value), ("clock", PAUSED))


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter with its words; `on` when it narrows the page, and the link then takes it off."""

    words: str
    url: str
    on: bool


def chips(form: FilterForm, *, view: str, find: str) -> list[Chip]:
    """The usual filters first, then whatever else was chosen. A search that goes on keeps its sealed words."""

    def url(chosen: dict[str, str]) -> str:
        query = query_of(view, chosen)
        return f"?{query}&{urlencode({'find': find})}" if find else f"?{query}"

    chosen = form.chosen
    found = []
    for name, value in USUAL:
        on = chosen.get(name) == value
        rest = {key: one for key, one in chosen.items() if key != name}
        words = str(dict(form.fields[name].choices)[value])  # type: ignore[attr-defined]
        found.append(Chip(words, url(rest if on else {**rest, name: value}), on))
    for name, value in chosen.items():
        if (name, value) not in USUAL:
            rest = {key: one for key, one in chosen.items() if key != name}
            found.append(Chip(form.label_of(name), url(rest), on=True))
    return found
