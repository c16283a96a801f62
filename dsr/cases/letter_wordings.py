"""A controller's own words on its letters: they add to what the law wants, and can take nothing away (rules 5.1).

Every change is a new version with its writer; what a letter said is frozen in the letter, so that a later version
changes no letter that was drafted before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, staff_id
from dsr.cases.setup import record_setup
from dsr.law.letters import LetterCode
from dsr.law.workflow import Refusal
from dsr.models import LetterWording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.law.letter_standing import Slot
    from dsr.law.workflow import Actor
    from dsr.models import Controller

MAX_TEXT = 1000
EVERY = ""
"""The code of words that stand on every letter without words of its own."""


def current(controller: Controller, *, code: str, language: str) -> dict[str, LetterWording]:
    """The newest version of each slot of one letter (or of `EVERY`), empty ones included."""
    rows = LetterWording.objects.of(controller).filter(code=code, language=language).order_by("version")
    return {row.slot: row for row in rows}


def words_for(controller: Controller, *, code: LetterCode, language: str) -> dict[str, str]:
    """What stands on this letter, by slot; a slot without own words has those of every letter."""
    rows = LetterWording.objects.of(controller).filter(code__in=[EVERY, code.value], language=language)
    # General words first, so that those of the letter go over them; an emptied slot lets the general words through.
    found: dict[str, dict[str, str]] = {EVERY: {}, code.value: {}}
    for row in rows.order_by("version"):
        found[row.code][row.slot] = row.text
    own = {slot: text for slot, text in found[code.value].items() if text}
    return {slot: text for slot, text in (found[EVERY] | own).items() if text}


def write(
    *, controller: Controller, code: str, language: str, texts: Mapping[Slot, str], actor: Actor, now: datetime
) -> list[LetterWording]:
    """Write new versions of the slots that change. RefusedError: role, a language nobody writes, a text too long.

    ConflictError when somebody else wrote the same slot in the same moment.
    """
    insist(actor, Duty.WORD_LETTERS)
    if language not in controller.languages:
        raise RefusedError(Refusal("language_unknown", {}))
    if code != EVERY and code not in {one.value for one in LetterCode}:
        raise RefusedError(Refusal("letter_unknown", {}))
    if any(len(text.strip()) > MAX_TEXT for text in texts.values()):
        raise RefusedError(Refusal("wording_too_long", {"limit": MAX_TEXT}))
    before = {slot: row.text for slot, row in current(controller, code=code, language=language).items()}
    changed = {slot: text.strip() for slot, text in texts.items() if text.strip() != before.get(slot.value, "")}
    try:
        with transaction.atomic():
            written = [
                LetterWording.objects.create(
                    controller=controller,
                    code=code,
                    language=language,
                    slot=slot.value,
                    text=text,
                    version=_last(controller, code, language, slot) + 1,
                    written_by_id=staff_id(actor),
                    created_at=now,
                )
                for slot, text in changed.items()
            ]
            if changed:
                words = {slot.value: [before.get(slot.value, ""), text] for slot, text in changed.items()}
                data = {"letter": code, "language": language, "changes": words}
                record_setup(controller=controller, kind="letter_words_changed", actor=actor, now=now, data=data)
            return written
    except IntegrityError:
        raise ConflictError from None


def _last(controller: Controller, code: str, language: str, slot: Slot) -> int:
    rows = LetterWording.objects.of(controller).filter(code=code, language=language, slot=slot.value)
    return rows.aggregate(last=Max("version"))["last"] or 0
