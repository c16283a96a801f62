"""Facts of an event as the summary of an evidence pack tells them: the codes that have words, days and counts; no id, no hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dsr.fulfil.evidence_reading import coded, place
from dsr.output import phrases
from dsr.wording import cases, filed, hand, letters, portability, recipients

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.fulfil.evidence_reading import Reading

REASONS: Final[Mapping[str, object]] = {
    **{one.value: words for one, words in cases.GROUNDS.items()},
    **{one.value: words for one, words in cases.EXTENSION_REASONS.items()},
    **{one.value: words for one, words in cases.RESTRICTION_GROUNDS.items()},
    **{one.value: words for one, words in portability.NO_TRANSMISSION.items()},
}
# By the name of the fact: what to call it, and the words of its codes.
FACTS: Final[Mapping[str, tuple[object, Mapping[Any, object]]]] = {
    "change": (filed.FACTS["change"], recipients.CHANGES),
    "channel": (filed.FACTS["channel"], {**filed.WAYS, **phrases.CHANNELS}),
    "extent": (filed.FACTS["extent"], filed.EXTENTS),
    "ground": (filed.FACTS["ground"], REASONS),
    "letter": (filed.FACTS["letter"], letters.LETTERS),
    "level": (filed.FACTS["level"], {str(one.value): words for one, words in cases.IDENTITY_LEVELS.items()}),
    "method": (filed.FACTS["method"], filed.METHODS),
    "operation": (filed.FACTS["operation"], filed.OPERATIONS),
    "outcome": (
        filed.FACTS["outcome"],
        {**hand.ANSWERED, **filed.AUTHORITY_OUTCOMES, **filed.CHECKED, **filed.OUTCOMES},
    ),
    "reason": (filed.FACTS["reason"], REASONS),
    "result": (filed.FACTS["result"], {**filed.CHECKED, **filed.RESULTS}),
    "right": (filed.FACTS["right"], {one.value: words for one, words in cases.RIGHTS.items()}),
    "state": (filed.FACTS["state"], {one.value: words for one, words in cases.STATES.items()}),
    "way": (filed.FACTS["way"], {**filed.WAYS, **filed.METHODS}),
}
# Days and counts, which stand as they are.
PLAIN: Final = frozenset({"answer_by", "due_before", "due_on", "lift_on", "rows", "files", "round", "days"})


def fact(key: str, held: Any, reading: Reading) -> str:
    """One fact of an event in words; empty for what only programs read."""
    if held in (None, "") or isinstance(held, (bool, list, dict)):
        return ""
    if key == "store":
        return f"{filed.FACTS['store']}: {place(reading, str(held)).words}"
    if key in PLAIN:
        return f"{filed.FACTS[key]}: {held}"
    if key not in FACTS or str(held) not in FACTS[key][1]:
        return ""
    name, table = FACTS[key]
    return f"{name}: {coded(table, held).words}"
