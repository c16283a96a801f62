"""Letters that take no step: a first part (L-06), a restriction told while it stands (L-12), notices to others (L-21 to L-23).

Whoever handles the case writes and sends them (`dsr.law.letter_approval`). A notice to a recipient, a publisher or a
processor is addressed to them and names the person only as far as they need (5.1); the person does not find it among her
letters, and learns on request who was told (Art. 19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from dsr.cases import letter_content, letters, restrictions
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist
from dsr.law.letters import LetterCode
from dsr.law.rights import CHANGES_STORE, Right
from dsr.law.workflow import ANSWERED, RUNNING, Refusal, State
from dsr.models import Case, Letter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.law.letter_elements import Element
    from dsr.law.workflow import Actor
    from dsr.models import RowId

MARK: Final = "write:"
"""Before the code of the letter, in the column that says which step a draft takes."""
# A first part goes out while the answer is being made; the others accompany or follow a change.
_STATES: Final[Mapping[LetterCode, frozenset[State]]] = {
    LetterCode.INTERIM_DELIVERY: RUNNING - {State.RECEIVED, State.ID_PENDING},
    LetterCode.RESTRICTION_SET: RUNNING,
    LetterCode.RECIPIENT_NOTICE: RUNNING | ANSWERED,
    LetterCode.PUBLIC_NOTICE: RUNNING | ANSWERED,
    LetterCode.PROCESSOR_INSTRUCTION: RUNNING | ANSWERED,
}
FREE: Final = tuple(_STATES)
WAYS: Final = frozenset(f"{MARK}{code}:{state}" for code, states in _STATES.items() for state in states)
"""Draft and state, as the queue looks for drafts that still wait for somebody."""
# Addressed to somebody else than the person; `dsr.cases.letters` keeps them out of her letters.
TO_OTHERS: Final = letters.TO_OTHERS


def possible(case: Case, code: LetterCode) -> Refusal | None:
    """Why this letter cannot be written for the case now, or None."""
    state, right = State(case.state), Right(case.right)
    if case.unclassified or state not in _STATES.get(code, frozenset()):
        return Refusal("letter_not_possible", {})
    if code is LetterCode.RESTRICTION_SET and restrictions.open_of(case) is None:
        return Refusal("not_restricted", {})
    if code is LetterCode.PUBLIC_NOTICE and right is not Right.ERASURE:  # 17(2)
        return Refusal("letter_not_possible", {})
    if code is LetterCode.RECIPIENT_NOTICE and right not in CHANGES_STORE:  # 19
        return Refusal("letter_not_possible", {})
    return None


@transaction.atomic
def write(
    *,
    case_id: RowId,
    code: LetterCode,
    texts: Mapping[Element, str],
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    to_name: str = "",
    to_address: str = "",
    paragraph: str = "",
    language: str = "",
) -> Letter:
    """Send such a letter. `texts` are sentences in `language`, a code of LANGUAGES, or in the language of the request when none is
    chosen: a recipient abroad may read another one than the person. `to_name` and `to_address` are whom a notice goes to.

    RefusedError: `role`, `letter_not_possible`, `addressee_missing`, `language_unknown`; IncompleteLetterError names what it lacks;
    ConflictError when the case moved meanwhile.
    """
    insist(actor, Duty.DRAFT)
    case = Case.objects.select_related("controller", "request__account").get(pk=case_id)
    if seen_version is not None and case.version != seen_version:
        raise ConflictError
    refused = possible(case, code)
    if refused is not None:
        raise RefusedError(refused)
    if language and language not in dict(settings.LANGUAGES):
        raise RefusedError(Refusal("language_unknown", {}))
    to = None
    if code in TO_OTHERS:
        if not to_name.strip():
            raise RefusedError(Refusal("addressee_missing", {}))
        to = {"name": to_name.strip(), "address": letter_content.lines_of(to_address)}
    return letters.send(
        case=case,
        code=code,
        elements=dict(texts),
        paragraph=paragraph,
        actor=actor,
        now=now,
        to=to,
        language=language,
    )
