"""What is on file of the data protection officer's consultation, as pages of a case show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsr.cases import opinions
from dsr.cases.consultation import KINDS
from dsr.desk.forms.consultation import OPINIONS, STANCES
from dsr.desk.history import Entry, entries
from dsr.law.decisions import Opinion, Stance

if TYPE_CHECKING:
    from dsr.models import Case


@dataclass(frozen=True, slots=True)
class OnFile:
    """One line: who said what and when; about what, and whether she agrees."""

    entry: Entry
    about: str
    stance: str
    kind: str
    lapsed: bool = False
    """An opinion on something that was replaced since: history, and no longer her word on what stands there."""


def on_file(case: Case, language: str, *, also: tuple[str, ...] = (), with_notes: bool = True) -> list[OnFile]:
    """Questions, opinions and decisions against them, the newest first; `also` names further events."""
    chain = list(case.events.filter(action__in={*KINDS, *also, *opinions.READ}).order_by("seq"))
    rows = [row for row in reversed(chain) if row.action in {*KINDS, *also}]
    counts = opinions.counting(chain, manifest_sha256=case.manifest_sha256)
    abouts = {one.value: str(words) for one, words in OPINIONS.items()}
    stances = {one.value: str(words) for one, words in STANCES.items()}
    tones = {Stance.AGREES.value: "ok", Stance.OBJECTS.value: "bad"}
    found = entries(case, rows, language=language, with_notes=with_notes)
    return [
        OnFile(
            entry=entry,
            about=abouts.get(str(row.data.get("kind", "")), ""),
            stance=stances.get(str(row.data.get("stance", "")), ""),
            kind=tones.get(str(row.data.get("stance", "")), "info"),
            lapsed=row.action == opinions.GIVEN and row.pk not in counts,
        )
        for row, entry in zip(rows, found, strict=True)
    ]


def about_words(about: str) -> str:
    """What the officer is asked about, in words."""
    return str(OPINIONS[Opinion(about)])
