"""Which words of the data protection officer count for what stands there now (4.0.7, T-20, 12(5), 4.0.11).

She is asked about something: a plan, an evidence form. What replaces it she has not seen. An opinion on an erasure or on kept
rows names the hash of what she saw, and one on 12(5) stands in the chain after the form; another round after a dispute
begins without any of them. On a fee, a late question and a late refusal she reads the text: that draft, or the first one written after her
words, may leave, and another text asks her again (`other_text`). An objection is different: it stands until a lead decides against it, or she says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dsr.law.decisions import Opinion, Stance
from dsr.law.letters import REFUSALS, LetterCode, Outcome
from dsr.law.workflow import Action
from dsr.models import Letter
from dsr.vault import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsr.models import Case, Event

FILED: Final = "evidence_filed"
ASKED, GIVEN, NOT_FOLLOWED = "dpo_asked", "dpo_opinion", "dpo_not_followed"
ROUND: Final = Action.REASSESS.value
READ: Final = (FILED, GIVEN, NOT_FOLLOWED, ROUND)
"""The actions that `on_file` reads."""
OF_THE_PLAN: Final = frozenset({Opinion.ERASURE.value, Opinion.RETENTION.value})
_OF_THE_FORM: Final = frozenset({Opinion.EXCESSIVE.value, Opinion.FEE.value})
ABOUT_LETTER: Final[Mapping[LetterCode, Opinion]] = {
    LetterCode.IDENTITY_REQUEST: Opinion.LATE_QUESTION,
    LetterCode.CLARIFICATION_REQUEST: Opinion.LATE_QUESTION,
    LetterCode.FEE_NOTICE: Opinion.FEE,
    **dict.fromkeys((LetterCode.REFUSAL, *REFUSALS.values()), Opinion.LATE_REFUSAL),
}
"""On which of her opinions a letter rests, where it has to rest on one."""


def on_file(events: Iterable[Event], *, manifest_sha256: str) -> dict[str, Any]:
    """The facts `evidence_form`, `advised` and `objected` from events in their order; `manifest_sha256` of what is to be approved.

    An opinion on a plan that names no hash was written before opinions named one: it counts for none.
    """
    form, advised, objected = _standing(events, manifest_sha256)
    return {"evidence_form": form, "advised": frozenset(advised), "objected": frozenset(objected)}


def counting(events: Iterable[Event], *, manifest_sha256: str) -> frozenset[Any]:
    """Ids of the opinions that count for what stands there now; the others are history. Arguments as of `on_file`."""
    _form, advised, objected = _standing(events, manifest_sha256)
    return frozenset({*advised.values(), *objected.values()})


def _standing(events: Iterable[Event], manifest_sha256: str) -> tuple[bool, dict[str, Any], dict[str, Any]]:
    """Whether a form is filed, and by what they are about the events of the opinions that count and of open objections."""
    form = False
    objected: dict[str, Any] = {}
    seen: dict[str, tuple[str, Any]] = {}
    for event in events:
        about = str(event.data.get("kind", ""))
        if event.action == FILED:
            form = True
            seen = {kind: one for kind, one in seen.items() if kind not in _OF_THE_FORM}
        elif event.action == ROUND:
            seen = {}
        elif event.action == NOT_FOLLOWED:
            objected.pop(about, None)
        elif event.action == GIVEN:
            seen[about] = (str(event.data.get("manifest_sha256", "")), event.pk)
            objected.pop(about, None)
            if event.data.get("stance") == Stance.OBJECTS:
                objected[about] = event.pk
    bound = {
        kind: pk for kind, (sha256, pk) in seen.items() if kind not in OF_THE_PLAN or sha256 == manifest_sha256 != ""
    }
    return form, bound, objected


def drafts_about(case: Case, about: str) -> dict[str, str]:
    """The drafts that stand there for an opinion, by the code of the letter: what she is reading now. Ids, for the event."""
    codes = [code.value for code, opinion in ABOUT_LETTER.items() if opinion.value == about]
    rows = Letter.objects.filter(case=case, code__in=codes, status=Letter.Status.DRAFT)
    return {row.code: str(row.pk) for row in rows.order_by("created_at", "pk")}


def other_text(*, case: Case, code: LetterCode, said: Mapping[str, Any]) -> bool:
    """Whether the newest opinion this letter rests on was about another text than `said`; False where none is on file.

    Compared is what somebody wrote: the elements and the paragraph. The day and the address are the letter's own.
    """
    about = ABOUT_LETTER.get(code)
    if about is Opinion.LATE_REFUSAL and said["outcome"] == Outcome.GRANTED:
        return False  # the same letter says yes
    given = case.events.filter(action=GIVEN, data__kind=about.value).order_by("-seq").first() if about else None
    if given is None:
        return False
    rows = Letter.objects.filter(case=case, code=code.value).select_related("case__request")
    read = str(given.data.get("letters", {}).get(code.value, ""))
    named = rows.filter(pk=read) if read else rows.filter(created_at__gte=given.at).order_by("created_at", "pk")
    seen: Letter | None = named.first()
    return seen is not None and _written(seen.content()["said"]) != _written(said)


def _written(said: Mapping[str, Any]) -> bytes:
    return canonical({"elements": said.get("elements", {}), "paragraph": said.get("paragraph", "")})
