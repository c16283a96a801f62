"""What somebody is still writing into a letter: kept sealed for each colleague, so that a closed page loses nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from dsr.models import Case, Composing

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.letters import LetterCode
    from dsr.models import User


def keep(*, case: Case, user: User, code: LetterCode, typed: dict[str, Any], now: datetime) -> None:
    """Keep what was typed so far; the latest word counts. No event: nothing has been decided, and nothing is drafted."""
    row = Composing.objects.filter(case=case, user=user, code=code.value).first()
    row = row or Composing(controller=case.controller, case=case, user=user, code=code.value)
    row.case, row.saved_at = case, now
    row.put(typed)
    with suppress(IntegrityError), transaction.atomic():  # two pages of the same colleague: the next change is kept
        row.save()


def kept(*, case: Case, user: User, code: LetterCode) -> dict[str, Any]:
    """What this colleague typed and did not finish; empty when there is nothing."""
    row = Composing.objects.filter(case=case, user=user, code=code.value).first()
    if row is None:
        return {}
    row.case = case
    found: dict[str, Any] = row.content()
    return found


def forget(*, case: Case, user: User, code: LetterCode) -> None:
    """It became a draft, or is given up."""
    Composing.objects.filter(case=case, user=user, code=code.value).delete()
