"""A sample of each letter for the page on which a controller words its letters: invented case, elements named in brackets."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases.clock import local_date
from dsr.cases.letter_content import sender_facts
from dsr.fulfil.letters import IN_PACKAGE, written
from dsr.law.letter_standing import to_write
from dsr.law.letters import ANSWERS, REFUSALS, LetterCode, Outcome
from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Controller
    from dsr.output.letters import Letter

# A right that fits the letter; a question or a refusal can be about any.
_RIGHTS = {code: right for table in (REFUSALS, ANSWERS) for right, code in table.items()}
WORDED = tuple(code for code in LetterCode if code not in IN_PACKAGE)
"""The letters that a controller can word and look at; those of a package are looked at with the package."""


def sample(
    controller: Controller, code: LetterCode, language: str, words: Mapping[str, str], *, now: datetime
) -> Letter:
    """The letter as it would look with these words. OutputError while the controller lacks a fact that it prints."""
    day = local_date(controller, now)
    right = Right.ACCESS if code is LetterCode.REFUSAL else _RIGHTS.get(code, Right.ACCESS)
    outcome = Outcome.REFUSED if code in {LetterCode.REFUSAL, LetterCode.NOT_IDENTIFIED} else Outcome.GRANTED
    with translation.override(language):
        elements = {element.value: f"[{wording.say(element)}]" for element in to_write(code, outcome=outcome)}
        name = _("First and last name")
    said: dict[str, Any] = {
        "code": code.value,
        "outcome": outcome.value,
        "sender": sender_facts(controller),
        "addressee": {"name": name, "address": []},
        "head": {
            "reference": f"DSR-{day.year}-000000",
            "right": right.value,
            "regime": controller.regime,
            "received_on": day.isoformat(),
            "channel": "portal",
            "due_on": (day + timedelta(days=30)).isoformat() if code is LetterCode.ACKNOWLEDGEMENT else None,
            "language": language,
            "written_at": datetime.combine(day, time(), ZoneInfo(controller.timezone)).isoformat(),
            "account_url": "",
        },
        "elements": elements,
        "identity_open": True,
        "paragraph": "",
        "wording": {slot: text for slot, text in words.items() if text},
    }
    return written(said)
