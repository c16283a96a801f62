"""What changed since the version that somebody saw last for approval, in words, for whoever approves the next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr import wording
from dsr.cases import versions
from dsr.cases.scope import stores_of
from dsr.cases.version_diff import Change, compare
from dsr.desk import datasets
from dsr.desk.plan_page import REASONS, TREATMENTS
from dsr.desk.tasks_view import store_label
from dsr.law.letter_elements import Element
from dsr.law.letters import Outcome
from dsr.output.inputs import words as label_words
from dsr.wording.filed import FINDINGS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.functional import _StrPromise

    from dsr.models import Case

TITLES: Final[Mapping[str, _StrPromise]] = {
    "records": gettext_lazy("Records"),
    "files": gettext_lazy("Files"),
    "attached": gettext_lazy("Files of the person"),
    "redactions": gettext_lazy("Taken out"),
    "plan": gettext_lazy("Lines of the plan"),
    "writes": gettext_lazy("Rows and values that are changed"),
    "decision": gettext_lazy("Outcome"),
    "stores": gettext_lazy("Systems"),
    "uses": gettext_lazy("Uses that programs stop"),
    "elements": gettext_lazy("Sentences of the letter"),
    "findings": gettext_lazy("What was weighed"),
    "instruction": gettext_lazy("What the systems are asked to do"),
    "letter": gettext_lazy("Text of the letter"),
}
MOST: Final = 60
"""Differences shown one by one; of more the page says how many there are."""


@dataclass(frozen=True, slots=True)
class Row:
    """One difference: `what` is added, removed or changed; sentences stand in `before` and `after` as they were written."""

    what: str
    label: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Diff:
    """The differences by part. `since` is when the earlier version was handed on; None: there is nothing to compare.

    `anew`: what is approved has another hash than what was seen, whatever the summaries say.
    """

    since: datetime | None
    parts: tuple[tuple[str, tuple[Row, ...]], ...] = ()
    more: int = 0
    anew: bool = False

    @property
    def same(self) -> bool:
        """Whether exactly the same is shown once more."""
        return self.since is not None and not self.parts and not self.anew


@dataclass(slots=True)
class _Words:
    """Names of stores and datasets, looked up once."""

    case: Case
    language: str
    known: dict[str, Any] = field(default_factory=dict)

    def dataset(self, store: str, dataset: str) -> str:
        """As in “Billing: invoices”."""
        if store not in self.known:
            self.known[store] = datasets.described(self.case.controller, store)
        label = datasets.label(self.known[store].get(dataset), self.language, dataset)
        return f"{self.store(store)}: {label}"

    def store(self, store: str) -> str:
        """What colleagues call the store."""
        return store_label(stores_of(self.case.controller), store, self.language)


def diff(case: Case, *, language: str) -> Diff:
    """What changed since the version that was shown last; a first version has nothing to compare."""
    earlier = versions.before(case)
    now = versions.current(case)
    if earlier is None or not now:
        return Diff(None)
    changes = compare(earlier.content(), now)
    names = _Words(case, language)
    parts: dict[str, list[Row]] = {}
    for change in changes[:MOST]:
        parts.setdefault(change.part, []).append(_row(change, names))
    found = tuple((str(TITLES[part]), tuple(rows)) for part, rows in parts.items())
    anew = earlier.sha256 != case.manifest_sha256
    return Diff(earlier.shown_at, found, max(0, len(changes) - MOST), anew)


def _row(change: Change, names: _Words) -> Row:
    key = change.key
    if change.part == "plan":
        return Row(change.what, names.dataset(key[0], key[1]), _line(change.before, names), _line(change.after, names))
    label = {
        "records": lambda: names.dataset(key[0], key[1]),
        "redactions": lambda: " · ".join(filter(None, [names.dataset(key[0], key[1]), key[3], key[2]])),
        "files": lambda: key[0],
        "elements": lambda: wording.say(Element(key[0])),
        "findings": lambda: str(FINDINGS.get(key[0], key[0])),
    }.get(change.part, lambda: "")()
    return Row(change.what, label, _value(change, change.before, names), _value(change, change.after, names))


def _value(change: Change, value: Any, names: _Words) -> str:
    if value is None:
        return ""
    if change.part == "writes":
        return f"SHA-256 {value[:16]}…" if value else ""
    if change.part == "files":
        return str(filesizeformat(value))
    if change.part == "decision":
        return str(OUTCOMES[Outcome(value)])
    if change.part == "stores":
        return names.store(str(value))
    return str(value)


def _line(line: Mapping[str, Any] | None, names: _Words) -> str:
    """A line of a plan in one sentence: what happens to how many, by which law, until when."""
    if line is None:
        return ""
    count = int(line["count"])
    until = line.get("until")
    parts = [
        label_words(line.get("label") or {}, names.language),
        str(TREATMENTS[line["treatment"]][0]),
        ngettext("%(n)s record", "%(n)s records", count) % {"n": count},
        ", ".join(f"{one['column']}: {one['strategy']}" for one in line.get("fields") or ()),
        str(line.get("law") or ""),
        f"[{line['mark']}]" if line.get("mark") else "",
        _("until %(day)s") % {"day": until} if until else "",
        str(REASONS.get(line.get("reason") or "", "")),
    ]
    return " · ".join(part for part in parts if part)
