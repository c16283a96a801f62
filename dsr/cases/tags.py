"""Tags on cases: a controller's own plain words for a group of cases. They say nothing about a person, and decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, record
from dsr.law.workflow import Refusal
from dsr.models import Case, CaseTag, Tag

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Controller, RowId

LONGEST = 30
MOST = 50
"""Tags of one controller: more than that, and nobody finds one in a list."""


@transaction.atomic
def named(*, controller: Controller, name: str, actor: Actor) -> Tag:
    """The controller's tag of this name, made when it is new. RefusedError: no words, an @ or a long number, too many tags."""
    insist(actor, Duty.TAG)
    words = " ".join(name.split())[:LONGEST]
    if not words or "@" in words or sum(one.isdigit() for one in words) > len("2026-11"):
        raise RefusedError(Refusal("tag_words", {}))
    for tag in Tag.objects.of(controller):
        if tag.name.casefold() == words.casefold():
            return tag  # type: ignore[no-any-return]
    if Tag.objects.of(controller).count() >= MOST:
        raise RefusedError(Refusal("tag_too_many", {"most": MOST}))
    made: Tag = Tag.objects.create(controller=controller, name=words)
    return made


@transaction.atomic
def put(*, case_id: RowId, tag: Tag, actor: Actor, now: datetime) -> bool:
    """Tag a case; False, and no event, when it has the tag already. RefusedError for a role that tags nothing."""
    insist(actor, Duty.TAG)
    case = Case.objects.of(tag.controller).get(pk=case_id)
    _row, made = CaseTag.objects.get_or_create(controller=tag.controller, case=case, tag=tag)
    if made:
        record(case_id=case.pk, kind="tagged", actor=actor, now=now, data={"tag": str(tag.pk)})
    return bool(made)


@transaction.atomic
def take_off(*, case_id: RowId, tag: Tag, actor: Actor, now: datetime) -> bool:
    """Take a tag off a case; False, and no event, when it has none. A tag that no case has any more is forgotten."""
    insist(actor, Duty.TAG)
    rows = CaseTag.objects.of(tag.controller).filter(case=case_id, tag=tag)
    if not rows.delete()[0]:
        return False
    record(case_id=case_id, kind="untagged", actor=actor, now=now, data={"tag": str(tag.pk)})
    if not CaseTag.objects.of(tag.controller).filter(tag=tag).exists():
        tag.delete()
    return True
