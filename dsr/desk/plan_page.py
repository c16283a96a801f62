"""What the plan page shows: per store what goes, what stays, why and until when, and what changed since the last plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils.translation import gettext_lazy

from dsr.cases.scope import stores_of
from dsr.output.inputs import words
from dsr.wording import filed
from exporters.contract import lines_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from dsr.models import Case, Plan

_COLOURS: Final[Mapping[str, str]] = {"delete": "bad", "anonymise": "bad", "keep": "ok", "manual": "warn"}
TREATMENTS: Final[Mapping[str, tuple[_StrPromise, str]]] = {
    code: (words, _COLOURS.get(code, "info")) for code, words in filed.TREATMENTS.items()
}
REASONS: Final[Mapping[str, _StrPromise]] = {
    "law": gettext_lazy("The law wants it kept."),
    "map": gettext_lazy("The data map keeps it."),
    "period_uncertain": gettext_lazy(
        "The period seems over, but the rule is not certain: the data protection officer decides."
    ),
    "waits": gettext_lazy("A session is open: it would come back if it were erased now. Disconnect, then plan again."),
    "shared": gettext_lazy("Other people use the same row; only her link to it goes."),
    "referred": gettext_lazy("Kept documents point to it; what names the person goes."),
    "issued": gettext_lazy("Issued, or a record of what happened, with no room for a note: add a statement to it."),
    "copy": gettext_lazy(
        "The same value stands here too; the data map does not let the correction follow. Look at it."
    ),
    "no_switch": gettext_lazy("The store has no switch for this in its data map: somebody does it by hand."),
    "already": gettext_lazy("Already as wanted, by somebody else's doing: lifting it later will not touch it."),
    "stands": gettext_lazy("Another restriction or objection still wants it so: it stays."),
    "changed_since": gettext_lazy("Somebody changed what the restriction had set: decide what holds now."),
}


KEYS_SHOWN: Final = 200
"""Row keys of one line on the page: enough to look some up; a person with 70,000 tickets is still a page one can open."""


class Keys(NamedTuple):
    """What is spelled out of a line's row keys, and the number of the others."""

    shown: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line for people."""

    label: str
    treatment: str
    kind: str
    count: int
    growing: bool
    why: str
    law: str
    mark: str
    until: date | None
    year: int | None
    fields: str
    keys: tuple[str, ...]
    more: int = 0  # keys that are bound by the hash and not spelled out on the page
    news: str = ""


@dataclass(slots=True)
class StoreRows:
    """The lines of one store, what goes first."""

    label: str
    goes: int = 0
    stays: int = 0
    waits: int = 0
    rows: list[Row] = field(default_factory=list)


def stores(case: Case, plan: Plan, *, language: str, keys: bool) -> list[StoreRows]:
    """The plan store by store; `keys` shows which rows, for those who may see data."""
    before = _identity(plan.case.plans.filter(number=plan.number - 1).first())
    listed = _keys(plan) if keys else {}
    configs = stores_of(case.controller)
    found: dict[str, StoreRows] = {}
    for number, line in enumerate(plan.summary):
        config = configs.get(line["store"])
        label = words(dict(config.label), language) if config else line["store"]
        part = found.setdefault(line["store"], StoreRows(label))
        row = _row(line, language, listed.get(number, Keys()), _news(line, before))
        part.rows.append(row)
        if line["treatment"] in {"delete", "anonymise"}:
            part.goes += row.count
        elif line["treatment"] == "keep":
            part.stays += row.count
        else:
            part.waits += row.count
    return list(found.values())


def _row(line: dict[str, Any], language: str, keys: Keys, news: str) -> Row:
    treatment, kind = TREATMENTS[line["treatment"]]
    return Row(
        label=words(line["label"], language) or line["dataset"],
        treatment=str(treatment),
        kind=kind,
        count=line["count"],
        growing=bool(line.get("growing")),
        why=str(REASONS.get(line.get("reason", ""), "")),
        law=line.get("law") or "",
        mark=line.get("mark") or "",
        until=date.fromisoformat(line["until"]) if line.get("until") else None,
        year=line.get("year"),
        fields=", ".join(f"{item['column']}: {item['strategy']}" for item in line.get("fields", [])),
        keys=keys.shown,
        more=keys.more,
        news=news,
    )


def _keys(plan: Plan) -> dict[int, Keys]:
    """The first of the listed row keys by line, from the sealed part, and how many there are besides."""
    content = {store: lines_from_json(lines) for store, lines in plan.content()["stores"].items()}
    position: dict[str, int] = {}
    found = {}
    for number, line in enumerate(plan.summary):
        at = position.get(line["store"], 0)
        position[line["store"]] = at + 1
        lines = content.get(line["store"], ())
        if at < len(lines):
            listed = lines[at].keys
            shown = tuple(" / ".join(str(value) for value in key.values) for key in listed[:KEYS_SHOWN])
            found[number] = Keys(shown, len(listed) - len(shown))
    return found


def _name(line: dict[str, Any]) -> tuple[Any, ...]:
    return line["store"], line["dataset"], line["treatment"], line.get("year"), line.get("until")


def _identity(plan: Plan | None) -> dict[tuple[Any, ...], int] | None:
    return {_name(line): line["count"] for line in plan.summary} if plan else None


def _news(line: dict[str, Any], before: dict[tuple[Any, ...], int] | None) -> str:
    """What differs from the plan before: a new line, or another number of rows."""
    if before is None:
        return ""
    if _name(line) not in before:
        return "new"
    change = int(line["count"]) - before[_name(line)]
    return f"{change:+d}" if change else ""
