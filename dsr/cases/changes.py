"""What a person changes about her own request while it runs: what it covers, and how she wants the answer (decision 074).

The due date stays. The office reads the change in the conversation; the chain says that it happened, never what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.cases import messages
from dsr.cases.perform import RefusedError, record
from dsr.law.rights import Right
from dsr.law.workflow import BEFORE_COLLECTING, Refusal, State
from dsr.models import Case, Letter, Request
from dsr.wording import asked as asked_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId

# Which choices of the scope belong to a right that can be narrowed or widened; the other rights are what they are.
CHOICES: Final[Mapping[Right, tuple[str, ...]]] = {
    Right.ACCESS: ("data", "kinds", "from", "to"),
    Right.PORTABILITY: ("data", "kinds", "from", "to"),
    Right.ERASURE: ("delete", "delete_kinds"),
}
_ANY_WAY: Final = BEFORE_COLLECTING | {State.COLLECTING}
# Collected once, but nobody has checked it yet: more can still be fetched (4.0.1), less cannot be taken out quietly.
_ONLY_WIDER: Final = frozenset({State.DRAFTING})


def scope_refusal(case: Case) -> Refusal | None:
    """Why what the request covers cannot be changed any more, or None."""
    if Right(case.right) not in CHOICES:
        return Refusal("scope_fixed", {})
    if State(case.state) not in _ANY_WAY | _ONLY_WIDER:
        return Refusal("scope_too_late", {})
    return None


def scope_of(case: Case) -> dict[str, Any]:
    """The choices of this right as they stand, by their codes (dsr.wording.asked)."""
    found = asked_words.of_right(case.request.content(), case.right)
    return {code: found[code] for code in CHOICES.get(Right(case.right), ()) if code in found}


def is_wider(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether anything is asked for now that was not before; what nobody chose means everything."""
    whole = {"everything", "", None}
    for code in ("data", "delete"):
        if old.get(code) not in whole and new.get(code) in whole:
            return True
    for code in ("kinds", "delete_kinds"):
        if old.get(code) and (not new.get(code) or not set(new[code]) <= set(old[code])):
            return True
    earlier = bool(old.get("from")) and str(new.get("from") or "") < str(old["from"])
    later = bool(old.get("to")) and str(new.get("to") or "9999") > str(old["to"])
    return earlier or later


@transaction.atomic
def change_scope(
    *,
    case_id: RowId,
    scope: Mapping[str, Any],
    words: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> Case:
    """Narrow or widen what is asked for, before the answer is drafted; `words` are hers about it. The due date stays.

    What is wider after the search has begun asks the office to collect again (4.0.1). RefusedError: too late, another
    right, or less once the draft is begun; ConflictError: the case moved since `seen_version`.
    """
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    refused = scope_refusal(case)
    if refused is not None:
        raise RefusedError(refused)
    old = scope_of(case)
    new = {code: scope[code] for code in CHOICES[Right(case.right)] if scope.get(code)}
    wider = is_wider(old, new)
    if State(case.state) in _ONLY_WIDER and not wider:
        raise RefusedError(Refusal("scope_too_late", {}))
    again = wider and State(case.state) not in BEFORE_COLLECTING
    data = {"direction": "wider" if wider else "narrower", "collect_again": again}
    case = record(case_id=case.pk, kind="scope_changed", actor=actor, now=now, data=data, seen_version=seen_version)
    request = _held(case.request_id)
    _keep_scope(request, Right(case.right), new)
    messages.from_subject(request=request, text=_told(request, new, words, again=again), now=now)
    return case


def _held(request_id: RowId) -> Request:
    """The request as it is once its row is ours: of two changes at once the second sees the first."""
    Request.objects.filter(pk=request_id).update(language=F("language"))
    request: Request = Request.objects.select_related("controller", "account").get(pk=request_id)
    return request


def _keep_scope(request: Request, right: Right, new: Mapping[str, Any]) -> None:
    content = request.content()
    parts = [content.setdefault("scope", {})]
    if right.value in content.get("by_right", {}):
        parts.append(content["by_right"][right.value].setdefault("scope", {}))
    for part in parts:
        for code in CHOICES[right]:
            part.pop(code, None)
        part.update(new)
    request.put(content)
    request.save(update_fields=["sealed"])


def _told(request: Request, new: Mapping[str, Any], words: str, *, again: bool) -> str:
    """The change as a message of the conversation, in the language of the request."""
    with translation.override(request.language):
        lines = [_("I have changed what my request covers.")]
        lines += [f"{label}: {text}" for label, text in asked_words.lines(new)]
        if again:
            lines.append(_("It covers more than before: please collect again."))
    return "\n".join([*lines, *([words.strip()] if words.strip() else [])])


def wishes_refusal(request: Request) -> Refusal | None:
    """Why language and format cannot be changed any more, or None."""
    return None if any(case.is_open for case in request.cases.all()) else Refusal("answer_is_out", {})


@transaction.atomic
def change_wishes(*, request_id: RowId, language: str, formats: Sequence[str], actor: Actor, now: datetime) -> Request:
    """Another language or format of the answer: letters and mails from now on follow it, what was sent stays.

    What is drafted in the old language is counted in the event and named in the conversation, so that whoever handles the
    case prepares it anew. RefusedError: a language we do not write, an unknown format, or no open part of the request.
    """
    request = _held(request_id)
    refused = wishes_refusal(request)
    if refused is not None:
        raise RefusedError(refused)
    if language not in request.controller.languages:
        raise RefusedError(Refusal("language_not_offered", {}))
    if not set(formats) <= set(asked_words.FORMATS):
        raise RefusedError(Refusal("format_unknown", {}))
    content = request.content()
    if (language, list(formats)) == (request.language, list(content.get("scope", {}).get("formats", []))):
        return request
    cases = [case for case in request.cases.all() if case.is_open]
    prepared = _prepared(cases)
    content.setdefault("scope", {})["formats"] = list(formats)
    request.put(content)
    request.language = language
    request.save(update_fields=["sealed", "language"])
    for case in cases:
        data = {"language": language, "formats": len(formats), "prepared": prepared}
        record(case_id=case.pk, kind="wishes_changed", actor=actor, now=now, data=data)
    messages.from_subject(request=request, text=_wished(request, formats, prepared=prepared), now=now)
    return request


def _prepared(cases: Sequence[Case]) -> int:
    """Drafts of letters, and answers that are built but not sent: they were made for the old wish."""
    ids = [case.pk for case in cases]
    drafts = Letter.objects.filter(case__in=ids, status__in=[Letter.Status.DRAFT, Letter.Status.APPROVED]).count()
    return drafts + sum(bool(case.manifest_sha256) for case in cases)


def _wished(request: Request, formats: Sequence[str], *, prepared: int) -> str:
    with translation.override(request.language):
        name = translation.get_language_info(request.language)["name_translated"]
        lines = [_("I would like the answer in this language: %(language)s.") % {"language": name}]
        lines += [f"{label}: {text}" for label, text in asked_words.lines({"formats": list(formats)})]
        if prepared:
            lines.append(_("Something was prepared before this wish: please prepare it again."))
    return "\n".join(lines)
