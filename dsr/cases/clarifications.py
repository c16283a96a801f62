"""The one question that may stop the clock of a large access request, and its answer (rules 4.2 nos. 5, 6; T-10, T-13, T-15).

Whoever says that she wants everything has answered as well: then the search goes on over everything (Recital 63).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases import clock, letters, messages, pauses
from dsr.cases.perform import RefusedError, perform
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode
from dsr.law.workflow import Action, Actor, Refusal
from dsr.models import Case, RowId

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsr.models import Upload


@transaction.atomic
def ask(
    *,
    case_id: RowId,
    why: str,
    options: str,
    meanwhile: str,
    large: bool,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    paragraph: str = "",
) -> Case:
    """Ask which data she means, with options she can answer; L-03 asks, the clock pauses where the law lets it (no. 5).

    `large` is the handler's word that much data is processed about her; `options` are lines, one choice each; `meanwhile`
    says what is already being done. RefusedError: not large, no options, too late (T-13), another question is open.
    """
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    choices = tuple(line.strip() for line in options.splitlines() if line.strip())
    changes = pauses.begin(case=case, kind="clarification", now=now)
    case = perform(
        case_id=case_id,
        action=Action.ASK_CLARIFICATION,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes=changes,
        data={"letter": LetterCode.CLARIFICATION_REQUEST.value, **clock.dates_data(changes)},
        note="\n".join([why.strip(), *choices]),
        extra_facts={
            "suspension_open": False,
            "large_quantity": large,
            "clarification_specific": bool(choices),
        },
    )
    letters.send(
        case=case,
        code=LetterCode.CLARIFICATION_REQUEST,
        elements={
            Element.WHY_LARGE: why.strip(),
            Element.SPECIFIC_OPTIONS: choices,
            Element.ALREADY_PROCESSED: meanwhile.strip(),
        },
        paragraph=paragraph,
        actor=actor,
        now=now,
    )
    return case


@transaction.atomic
def answer(
    *,
    case_id: RowId,
    text: str,
    actor: Actor,
    now: datetime,
    everything: bool = False,
    seen_version: int | None = None,
    files: Sequence[Upload] = (),
) -> Case:
    """Take the answer: the clock runs again from today, and the person is told its new last day (no. 6, T-15).

    The subject's own words are a message of the conversation; `everything` says that she insists on all of it. Staff
    notes in `text` what she answered elsewhere, or why the work goes on without an answer. RefusedError: no question is
    open, or nothing was said.
    """
    if not text.strip() and not everything:
        raise RefusedError(Refusal("reason_missing", {}))
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    changes = pauses.resume(case=case, now=now)
    case = perform(
        case_id=case_id,
        action=Action.ANSWER_CLARIFICATION,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes=changes,
        data={"everything": everything, **clock.dates_data(changes)},
        note=text.strip(),
    )
    if actor.kind == "subject" and (text.strip() or files):
        messages.from_subject(request=case.request, text=text, now=now, files=files)
    pauses.tell(case=case, kind="detail_answered", due_on=changes["due_on"], now=now)
    return case
