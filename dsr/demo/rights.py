"""Every right at every stage it has: who asked, when, and how far the office has come (`dsr.demo.plots`, `plots_stops`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dsr.demo import plots
from dsr.demo import plots_stops as stops
from dsr.demo.answers import WORDS
from dsr.demo.story import Story
from dsr.law.rights import Right
from dsr.models import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsr.demo.moves import Scene

Row = tuple[str, int, int, "Callable[[Scene], None]"]
"""Key, position of the subscriber, days back, how far."""

ROWS: Final[dict[Right, tuple[Row, ...]]] = {
    Right.ACCESS: (
        ("received", 3, 1, plots.received),
        ("identity", 4, 6, plots.identity_asked),
        ("fee", 24, 10, plots.fee),
        ("store-down", 57, 8, plots.store_down),
        ("dpo", 60, 9, plots.consulted),
        ("extended", 59, 20, plots.extended),
        ("approved", 58, 12, plots.packed_approved),
        ("refused", 62, 15, plots.refused),
        ("contested", 10, 24, plots.contested),
        ("silent", 23, 40, plots.silent),
        ("withdrawn", 36, 9, plots.withdrawn),
    ),
    Right.PORTABILITY: (
        ("received", 9, 2, plots.received),
        ("assessing", 10, 5, plots.assessing),
        ("store-down", 11, 7, plots.store_down),
        ("drafting", 13, 9, plots.searched),
        ("review", 14, 10, plots.packed),
        ("approved", 15, 13, plots.packed_approved),
        ("refused", 19, 16, plots.refused),
        ("withdrawn", 21, 9, plots.withdrawn),
        ("contested", 25, 22, plots.contested),
    ),
    Right.RECTIFICATION: (
        ("identity", 26, 6, plots.identity_asked),
        ("assessing", 27, 4, plots.assessing),
        ("collecting", 28, 7, plots.nobody_found),
        ("sheet", 31, 8, plots.sheet_filled),
        ("review", 37, 10, plots.sheet_handed_over),
        ("by-people", 14, 12, plots.by_people),
        ("applied", 40, 13, plots.sheet_applied),
        ("completed", 17, 16, plots.sheet_closed),
        ("withdrawn", 36, 9, plots.withdrawn),
        ("contested", 32, 22, plots.contested),
    ),
    Right.ERASURE: (
        ("received", 38, 1, plots.received),
        ("identity", 39, 6, plots.identity_asked),
        ("collecting", 43, 7, plots.nobody_found),
        ("drafting", 44, 9, plots.planned),
        ("review", 47, 11, plots.plan_handed_over),
        ("held", 48, 12, plots.plan_held),
        ("executing", 52, 13, plots.erasing),
        ("notifying", 34, 14, plots.erased),
        ("partly", 45, 17, plots.erased_closed),
        ("month-ago", 29, 48, plots.erased_long_ago),
        ("refused", 50, 15, plots.refused),
        ("contested", 30, 22, plots.complained),
    ),
    Right.RESTRICTION: (
        ("received", 53, 1, plots.received),
        ("identity", 54, 6, plots.identity_asked),
        ("assessing", 8, 3, plots.assessing),
        ("executing", 56, 6, stops.restricting),
        ("notifying", 61, 9, stops.restricted),
        ("completed", 59, 14, stops.restricted_closed),
        ("lifting", 35, 20, stops.lifting),
        ("refused", 51, 13, plots.refused),
        ("withdrawn", 50, 8, plots.withdrawn),
        ("contested", 49, 22, plots.contested),
    ),
    Right.OBJECTION: (
        ("received", 6, 1, plots.received),
        ("identity", 10, 6, plots.identity_asked),
        ("executing", 14, 5, stops.pausing),
        ("assessing", 22, 7, stops.paused),
        ("collecting", 18, 8, plots.nobody_found),
        ("drafting", 26, 10, stops.weighing),
        ("review", 30, 12, stops.weighed),
        ("stopping", 38, 14, stops.stopping),
        ("notifying", 42, 16, stops.stopped),
        ("completed", 50, 19, stops.stopped_closed),
        ("refused", 54, 13, plots.refused),
        ("withdrawn", 58, 8, plots.withdrawn),
        ("contested", 62, 22, plots.contested),
    ),
    Right.MARKETING_OBJECTION: (
        ("answered", 43, 4, stops.marketing_stopped),
        ("stopped", 47, 3, stops.marketing_stopped),
    ),
    Right.CONSENT_WITHDRAWAL: (
        ("received", 44, 1, plots.received),
        ("assessing", 48, 2, plots.assessing),
        ("executing", 53, 4, stops.consent_stopping),
        ("notifying", 54, 7, stops.consent_stopped),
        ("completed", 61, 11, stops.consent_closed),
        ("withdrawn", 39, 8, plots.withdrawn),
    ),
    Right.AUTOMATED_DECISION: (
        ("received", 57, 1, plots.received),
        ("assessing", 58, 4, stops.frozen),
        ("collecting", 35, 6, plots.nobody_found),
        ("drafting", 60, 8, stops.review_searched),
        ("review", 3, 11, stops.reviewed),
        ("approved", 9, 13, stops.review_agreed),
        ("completed", 11, 17, stops.review_closed),
        ("refused", 13, 14, plots.refused),
        ("withdrawn", 24, 8, plots.withdrawn),
        ("contested", 62, 22, plots.contested),
    ),
}

SCOPES: Final[dict[str, dict[str, Any]]] = {
    "rectification-sheet": {"corrections": [{"kind": "name", "old": "Null", "new": "Ashe"}]},
    "rectification-review": {"corrections": [{"kind": "name", "old": "Wójcik", "new": "Wojcik"}]},
    "rectification-applied": {"corrections": [{"kind": "name", "old": "Müller", "new": "Müller-Lang"}]},
    "rectification-completed": {"corrections": [{"kind": "name", "old": "Sturm", "new": "Müller-Lang"}]},
}

OWN: Final = (
    # In the accounts whose log-ins are printed.
    Story("access-question", 18, Right.ACCESS, Channel.PORTAL, 5, WORDS[Right.ACCESS][0], plots.clarify, account=True),
    Story("portability-package", 5, Right.PORTABILITY, Channel.PORTAL, 18, WORDS[Right.PORTABILITY][0], plots.packed_sent, account=True),
    Story("rectification-partly", 2, Right.RECTIFICATION, Channel.PORTAL, 19, WORDS[Right.RECTIFICATION][0], plots.partly, account=True),
    # What only some of them need.
    Story("free-words", 56, Right.ACCESS, Channel.EMAIL, 1, "What do you do with my data? I want this to stop!", plots.received, unsorted=True),
    Story("marketing-note", 8, Right.MARKETING_OBJECTION, Channel.PHONE, 1, "No more calls, please. (Noted by Anna; the line broke off.)", plots.received, reachable=False),
)  # fmt: skip


def stories() -> tuple[Story, ...]:
    """Every story, the oldest first."""
    found = list(OWN)
    for right, rows in ROWS.items():
        for number, (key, position, days, play) in enumerate(rows):
            name = f"{right.value}-{key}"
            words = WORDS[right][number % len(WORDS[right])]
            channel = (Channel.EMAIL, Channel.POST, Channel.EMAIL, Channel.PHONE)[number % 4]
            found.append(
                Story(
                    name,
                    position,
                    right,
                    channel,
                    days,
                    words,
                    play,
                    scope=SCOPES.get(name, {}),
                    writes=play in plots.WRITING,
                )
            )
    return tuple(sorted(found, key=lambda story: (-story.days, story.key)))
