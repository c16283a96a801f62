"""What the pages of redaction show: items with their states, one item side by side (ux.md 2.3, rules X-02 to X-07)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases.redactions import STAFF
from dsr.cases.scope import stores_of
from dsr.desk import datasets
from dsr.desk.tasks_view import store_label
from dsr.fulfil.own_described import OWN
from dsr.fulfil.own_described import label as own_label
from dsr.fulfil.redact_read import contents
from dsr.law.redaction import Reason
from dsr.models import RedactionBox, RedactionItem, RedactionMark
from dsr.redaction.extract import WhyWhole
from dsr.redaction.spans import Span, merged, redacted
from dsr.wording import redaction as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.utils.functional import _StrPromise

    from dsr.models import Case, Controller

SHORT: Final = 1_200
"""Characters of a text that a list shows; a longer one has to be opened to be read."""
WINDOW: Final = 6_000
"""Characters of one page of an item."""
MARKS_SHOWN: Final = 100

WHY_WHOLE: Final[Mapping[str, _StrPromise]] = {
    WhyWhole.PICTURE: gettext_lazy("A picture. Look at it: people and names in it are not found by a program."),
    WhyWhole.SOUND: gettext_lazy("A sound recording. Listen to it: voices of others are not found by a program."),
    WhyWhole.VIDEO: gettext_lazy("A video. Watch it: people in it are not found by a program."),
    WhyWhole.ARCHIVE: gettext_lazy("An archive. Look inside: it can only be withheld as a whole."),
    WhyWhole.PROGRAM: gettext_lazy("A program. It can only be withheld as a whole."),
    WhyWhole.UNREADABLE: gettext_lazy("No program here reads this kind of file. Look at it yourself."),
    WhyWhole.TOO_LARGE: gettext_lazy("Too large to be marked. Look at it yourself."),
    WhyWhole.HIDDEN: gettext_lazy(
        "It holds parts that are not shown here, and it cannot be made anew. Look at the file itself, or withhold it."
    ),
    WhyWhole.SCAN: gettext_lazy("At least one page is a picture, so its words are not found. Look at it yourself."),
}
FOUND_BY: Final[Mapping[str, _StrPromise]] = {
    "email": gettext_lazy("e-mail address"),
    "iban": gettext_lazy("bank account"),
    "card": gettext_lazy("card number"),
    "mac": gettext_lazy("device address"),
    "ip": gettext_lazy("network address"),
    "secret": gettext_lazy("password or code"),
    "customer_number": gettext_lazy("customer number"),
    "phone": gettext_lazy("telephone number"),
    "name": gettext_lazy("name"),
    STAFF: gettext_lazy("marked by hand"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An item in the list. `full`: the list shows all of its text, so whoever reads the list has read it."""

    item: RedactionItem
    where: str
    name: str
    text: str = field(repr=False)
    full: bool
    gone: bool
    suggestions: int
    accepted: int
    """Places that are taken out: marks and boxes."""

    @property
    def state(self) -> str:
        """open, withheld, redacted, or clean."""
        if self.item.whole == RedactionItem.Whole.ACCEPTED and self.item.checked_at:
            return "withheld"
        if self.suggestions or self.item.whole == RedactionItem.Whole.SUGGESTED or not self.item.checked_at:
            return "open"
        return "redacted" if self.accepted else "clean"

    @property
    def anew(self) -> bool:
        """Whether it is a file that leaves made anew from its text, because it holds more than that."""
        withheld = self.item.whole == RedactionItem.Whole.ACCEPTED
        return self.item.why_whole == WhyWhole.HIDDEN and self.item.length > 0 and not withheld

    @property
    def at_once(self) -> bool:
        """Whether it can be marked as checked from the list."""
        return self.state == "open" and self.full and not (self.suggestions or self.item.whole or self.item.why_whole)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of the original: `at` is the place of its first character; `number` that of its mark, 0 for none."""

    at: int
    text: str = field(repr=False)
    number: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of what the subscriber sees; `hidden` words stand for something else."""

    text: str = field(repr=False)
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class BoxLine:
    """A box on the page that is shown; its sides as percent."""

    number: int
    row: RedactionBox
    reason: str

    @property
    def place(self) -> str:
        """From the left, from the top, width and height, in percent."""
        row = self.row
        return " / ".join(f"{side / 100:g}" for side in (row.left, row.top, row.width, row.height))


def box_lines(item: RedactionItem, sheet: int) -> list[BoxLine]:
    """The boxes of one page, from top to bottom."""
    rows = sorted((one for one in item.boxes.all() if one.sheet == sheet), key=lambda one: (one.top, one.left))
    return [BoxLine(at, row, str(words.CHOICES[Reason(row.reason)])) for at, row in enumerate(rows, start=1)]


@dataclass(frozen=True, slots=True)
class MarkLine:
    """A mark in the list below the text."""

    number: int
    mark: RedactionMark
    text: str = field(repr=False)
    reason: str
    found_by: str
    others: int
    """How often the same words stand elsewhere in the text, unmarked."""


def place(item: RedactionItem, controller: Controller, language: str) -> str:
    """Store, data set and column in words."""
    if item.store == OWN:
        store = own_label(language).get(language, OWN)
    else:
        store = store_label(stores_of(controller), item.store, language)
    info = datasets.described(controller, item.store).get(item.dataset)
    where = f"{store}: {datasets.label(info, language, item.dataset)}"
    if not item.part:
        return where
    name = item.part.partition(".")[0]
    column = next((one for one in info.fields if one.name == name), None) if info else None
    return f"{where}, {datasets.label(column, language, item.part)}"


def lines(case: Case, items: Sequence[RedactionItem], language: str) -> list[Line]:
    """The items as the list shows them; their marks are there already."""
    found, places = contents(case, items), _Places(case.controller, language)
    return [_line(item, found.get(item.pk), places.of(item)) for item in items]


class _Places:
    """The words for places, each looked up once."""

    def __init__(self, controller: Controller, language: str) -> None:
        self._controller, self._language = controller, language
        self._known: dict[tuple[str, str, str], str] = {}

    def of(self, item: RedactionItem) -> str:
        key = (item.store, item.dataset, item.part)
        if key not in self._known:
            self._known[key] = place(item, self._controller, self._language)
        return self._known[key]


def _line(item: RedactionItem, content: dict[str, Any] | None, where: str) -> Line:
    text, marks = str((content or {}).get("text", "")), list(item.marks.all())
    return Line(
        item=item,
        where=where,
        name=str((content or {}).get("name", "")),
        text=text[:SHORT],
        full=item.kind == RedactionItem.Kind.VALUE and content is not None and len(text) <= SHORT,
        gone=content is None,
        suggestions=sum(mark.state == RedactionMark.State.SUGGESTED for mark in marks),
        accepted=sum(mark.state == RedactionMark.State.ACCEPTED for mark in marks) + len(item.boxes.all()),
    )


def numbers(items: Iterable[Line]) -> dict[str, int]:
    """How many items are in which state."""
    found = dict.fromkeys(("open", "clean", "redacted", "withheld"), 0)
    for one in items:
        found[one.state] += 1
    return found


def original(text: str, marks: Sequence[RedactionMark], *, start: int, end: int) -> list[Run]:
    """The window from `start` to `end` of the original, cut where marks begin and end. Of two that overlap the first counts."""
    runs: list[Run] = []
    at = start
    for number, mark in enumerate(marks, start=1):
        if mark.state == RedactionMark.State.DISMISSED or mark.end <= at or mark.start >= end:
            continue
        first, last = max(mark.start, at), min(mark.end, end)
        if at < first:
            runs.append(Run(at, text[at:first]))
        runs.append(Run(first, text[first:last], number, mark.state))
        at = last
    if at < end:
        runs.append(Run(at, text[at:end]))
    return runs


def result(case: Case, item: RedactionItem, text: str, *, start: int, end: int) -> list[Shown]:
    """What the subscriber sees of the same window, in her language: made from spans, as the answer is."""
    with translation.override(case.request.language):
        if item.whole == RedactionItem.Whole.ACCEPTED:
            label = words.mark(Reason(item.whole_reason))
            return [Shown(label, hidden=True)] if label else []
        spans = merged(text, spans_of(item.marks.all()))
        shown: list[Shown] = []
        at = start
        for span in spans:
            if span.end <= start or span.start >= end:
                continue
            if at < span.start:
                shown.append(Shown(text[at : span.start]))
            label = words.mark(span.reason)
            if label:
                shown.append(Shown(label, hidden=True))
            at = span.end
        if at < end:
            shown.append(Shown(text[at:end]))
        return shown


def spans_of(marks: Iterable[RedactionMark]) -> list[Span]:
    """The accepted ones."""
    accepted = RedactionMark.State.ACCEPTED
    return [Span(mark.start, mark.end, Reason(mark.reason)) for mark in marks if mark.state == accepted]


def mark_lines(text: str, marks: Sequence[RedactionMark]) -> list[MarkLine]:
    """The marks with their words, and how often these stand elsewhere unmarked: what went must not be left three lines on."""
    left = redacted(text, [Span(mark.start, mark.end, Reason(mark.reason)) for mark in marks], lambda _reason: "\0")
    found = []
    for number, mark in enumerate(marks[:MARKS_SHOWN], start=1):
        covered = text[mark.start : mark.end]
        found.append(
            MarkLine(
                number=number,
                mark=mark,
                text=covered,
                reason=str(words.CHOICES[Reason(mark.reason)]),
                found_by=str(FOUND_BY.get(mark.found_by, mark.found_by)),
                others=left.count(covered) if mark.state == RedactionMark.State.ACCEPTED else 0,
            )
        )
    return found


def whole_words(item: RedactionItem) -> str:
    """What the data map or a person said about the whole item, in words."""
    if not item.whole_reason or item.whole == RedactionItem.Whole.NO:
        return ""
    reason = {"reason": words.CHOICES[Reason(item.whole_reason)]}
    return {
        RedactionItem.Whole.SUGGESTED: _("The data map says that this column is about others. Proposed: %(reason)s."),
        RedactionItem.Whole.ACCEPTED: _("Withheld as a whole: %(reason)s."),
        RedactionItem.Whole.DISMISSED: _("Not withheld. Proposed was: %(reason)s."),
    }[RedactionItem.Whole(item.whole)] % reason
