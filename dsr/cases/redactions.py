"""Deciding what is taken out of an answer: marks, boxes, whole items, and that somebody read the rest (X-02, X-04, X-07).

Each verb is one transaction and one event, which holds ids, codes and counts, never a word of the text (rules 4.4). What
changes the copy voids a draft that was built before: nothing can be submitted until it is built again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q

from dsr.cases.answer import RELEASED, supersede
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, record, staff_id
from dsr.cases.redactions_open import open_mark
from dsr.law.redaction import SPOKEN_OF, Reason
from dsr.law.workflow import Refusal, State
from dsr.models import Artifact, Case, RedactionBox, RedactionItem, RedactionMark, RowId
from dsr.redaction.boxes import fits

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.redaction.boxes import Box

STAFF = "staff"
"""`found_by` of a mark that a person made."""
_SUGGESTED = RedactionMark.State.SUGGESTED
MAX_AT_ONCE = 500


@transaction.atomic
def decide(*, mark_id: RowId, accept: bool, seen: int, actor: Actor, now: datetime) -> RedactionItem:
    """Accept or dismiss a mark. `seen` is the version of the item on the page; ConflictError when it has moved."""
    mark = RedactionMark.objects.get(pk=mark_id)
    state = RedactionMark.State.ACCEPTED if accept else RedactionMark.State.DISMISSED
    item = _claim(mark.item_id, seen=seen, actor=actor)
    before = mark.state
    _set(mark, state, actor=actor, now=now)
    changed = RedactionMark.State.ACCEPTED in {before, state} and before != state
    if changed and not accept:
        _unread(item)
    return _told(item, what=state.value, reason=mark.reason, voids=changed, actor=actor, now=now)


@transaction.atomic
def undo(*, mark_id: RowId, seen: int, actor: Actor, now: datetime) -> RedactionItem:
    """Take a decision back: a suggestion is open again, a mark of one's own is gone."""
    mark = RedactionMark.objects.get(pk=mark_id)
    item = _claim(mark.item_id, seen=seen, actor=actor)
    before, reason = mark.state, mark.reason
    if mark.found_by == STAFF:
        mark.delete()
    else:
        _set(mark, _SUGGESTED, actor=None, now=None)
    _unread(item)
    changed = before == RedactionMark.State.ACCEPTED
    return _told(item, what="undone", reason=reason, voids=changed, actor=actor, now=now)


@transaction.atomic
def add(
    *, item_id: RowId, places: list[tuple[int, int]], reason: Reason, seen: int, actor: Actor, now: datetime
) -> RedactionItem:
    """Mark places (start and end in characters) by hand, accepted at once. RefusedError `redaction_outside` for a place that
    is empty or not in the text, `redaction_whole_only` where the item can only be withheld as a whole.
    """
    item = _claim(item_id, seen=seen, actor=actor)
    if not item.length:
        raise RefusedError(Refusal("redaction_whole_only", {}))
    if not places or any(not 0 <= start < end <= item.length for start, end in places):
        raise RefusedError(Refusal("redaction_outside", {}))
    for start, end in places:
        RedactionMark.objects.update_or_create(
            item=item,
            start=start,
            end=end,
            defaults={
                "controller_id": item.controller_id,
                "reason": reason.value,
                "state": RedactionMark.State.ACCEPTED,
                "decided_by_id": staff_id(actor),
                "decided_at": now,
            },
            create_defaults={
                "controller_id": item.controller_id,
                "reason": reason.value,
                "state": RedactionMark.State.ACCEPTED,
                "found_by": STAFF,
                "decided_by_id": staff_id(actor),
                "decided_at": now,
            },
        )
    return _told(item, what="added", reason=reason.value, voids=True, actor=actor, now=now, places=len(places))


@transaction.atomic
def add_box(*, item_id: RowId, box: Box, seen: int, actor: Actor, now: datetime) -> RedactionItem:
    """Take out a rectangle of a page; one that is there already has the new reason.

    RefusedError `redaction_outside` for a place that is empty or not on a page, `redaction_whole_only` for a file on which
    no box can be drawn, and for a reason that must not be spoken of: a black box tells that something was there (X-06).
    """
    item = _claim(item_id, seen=seen, actor=actor)
    if not item.sheets or box.reason not in SPOKEN_OF:
        raise RefusedError(Refusal("redaction_whole_only", {}))
    sides: dict[str, Any] = {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
    if not 1 <= box.sheet <= item.sheets or not fits(**sides):
        raise RefusedError(Refusal("redaction_outside", {}))
    RedactionBox.objects.update_or_create(
        item=item,
        sheet=box.sheet,
        **sides,
        defaults={
            "controller_id": item.controller_id,
            "reason": box.reason.value,
            "decided_by_id": staff_id(actor),
            "decided_at": now,
        },
    )
    return _told(item, what="added", reason=box.reason.value, voids=True, actor=actor, now=now)


@transaction.atomic
def remove_box(*, box_id: RowId, seen: int, actor: Actor, now: datetime) -> RedactionItem:
    """Let the place be seen again."""
    box = RedactionBox.objects.get(pk=box_id)
    item = _claim(box.item_id, seen=seen, actor=actor)
    box.delete()
    _unread(item)
    return _told(item, what="undone", reason=box.reason, voids=True, actor=actor, now=now)


@transaction.atomic
def withhold(*, item_id: RowId, reason: Reason | None, seen: int, actor: Actor, now: datetime) -> RedactionItem:
    """Take the whole item out for `reason`, or (None) let it stand after all."""
    item = _claim(item_id, seen=seen, actor=actor)
    before = item.whole
    whole = RedactionItem.Whole.DISMISSED if reason is None else RedactionItem.Whole.ACCEPTED
    values: dict[str, Any] = {"whole": whole, "whole_by_id": staff_id(actor), "whole_at": now}
    if reason is not None:
        values["whole_reason"] = reason.value
    RedactionItem.objects.filter(pk=item.pk).update(**values)
    if reason is None:
        # Places that were passed over because the whole was withheld: nobody has decided on them.
        passed = item.marks.filter(state=RedactionMark.State.DISMISSED, decided_at=item.checked_at)
        passed.exclude(found_by=STAFF).update(state=_SUGGESTED, decided_by=None, decided_at=None)
        _unread(item)
    was = before == RedactionItem.Whole.ACCEPTED
    voids = was or reason is not None
    code = reason.value if reason else item.whole_reason
    return _told(item, what="withheld" if reason else "let_stand", reason=code, voids=voids, actor=actor, now=now)


@transaction.atomic
def check(*, item_id: RowId, seen: int, actor: Actor, now: datetime) -> RedactionItem:
    """Say that somebody read the item. RefusedError `redaction_undecided` while a suggestion in it is not decided."""
    item = _claim(item_id, seen=seen, actor=actor)
    if item.whole == RedactionItem.Whole.SUGGESTED or (
        item.whole != RedactionItem.Whole.ACCEPTED and item.marks.filter(state=_SUGGESTED).exists()
    ):
        raise RefusedError(Refusal("redaction_undecided", {}))
    # Whoever withholds the whole has decided on every place in it.
    item.marks.filter(state=_SUGGESTED).update(
        state=RedactionMark.State.DISMISSED, decided_by_id=staff_id(actor), decided_at=now
    )
    RedactionItem.objects.filter(pk=item.pk).update(checked_at=now, checked_by_id=staff_id(actor))
    return _told(item, what="checked", reason="", voids=False, actor=actor, now=now)


@transaction.atomic
def check_several(*, case_id: RowId, seen: dict[str, int], actor: Actor, now: datetime) -> int:
    """The same for items without an open suggestion that stood on one page (`seen`: id and version each). Returns how many.

    Files that a text does not show in full are left out: each is looked at by itself. ConflictError when one of them has moved: nothing is marked as read that nobody saw.
    """
    case = _drafting(case_id, actor)
    wanted = list(seen)[:MAX_AT_ONCE]
    rows = RedactionItem.objects.select_for_update().filter(
        case=case, pk__in=wanted, checked_at__isnull=True, why_whole=""
    )
    rows = rows.filter(~Q(whole="suggested"), ~open_mark())
    found = {str(row.pk): row.version for row in rows}
    if any(seen[pk] != version for pk, version in found.items()):
        raise ConflictError
    if not found:
        return 0
    RedactionItem.objects.filter(pk__in=found).update(
        checked_at=now, checked_by_id=staff_id(actor), version=F("version") + 1
    )
    data = {"what": "checked", "items": len(found)}
    record(case_id=case.pk, kind="redaction", actor=actor, now=now, data=data)
    return len(found)


@transaction.atomic
def accept_all(*, item_id: RowId, seen: int, actor: Actor, now: datetime) -> RedactionItem:
    """Accept every open suggestion of an item that somebody has read, and say that it is read."""
    item = _claim(item_id, seen=seen, actor=actor)
    values = {"decided_by_id": staff_id(actor), "decided_at": now}
    number = item.marks.filter(state=_SUGGESTED).update(state=RedactionMark.State.ACCEPTED, **values)
    whole: dict[str, Any] = {}
    if item.whole == RedactionItem.Whole.SUGGESTED:
        whole = {"whole": RedactionItem.Whole.ACCEPTED, "whole_by_id": staff_id(actor), "whole_at": now}
    RedactionItem.objects.filter(pk=item.pk).update(checked_at=now, checked_by_id=staff_id(actor), **whole)
    voids = bool(number or whole)
    return _told(item, what="accepted", reason="", voids=voids, actor=actor, now=now, places=number)


def _set(mark: RedactionMark, state: str, *, actor: Actor | None, now: datetime | None) -> None:
    by = staff_id(actor) if actor else None
    RedactionMark.objects.filter(pk=mark.pk).update(state=state, decided_by_id=by, decided_at=now)


def _unread(item: RedactionItem) -> None:
    """Something of the item is seen again: whoever read it before read another one (X-07)."""
    RedactionItem.objects.filter(pk=item.pk).update(checked_at=None, checked_by=None)


def _drafting(case_id: RowId, actor: Actor) -> Case:
    insist(actor, Duty.REDACT)
    case: Case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if case.state != State.DRAFTING:
        raise RefusedError(Refusal("not_drafting", {}))
    return case


def _claim(item_id: RowId, *, seen: int, actor: Actor) -> RedactionItem:
    """The item, if it is still as it was on the page; its version moves on. RefusedError outside drafting."""
    item: RedactionItem = RedactionItem.objects.get(pk=item_id)
    item.case = _drafting(item.case_id, actor)
    if not RedactionItem.objects.filter(pk=item.pk, version=seen).update(version=F("version") + 1):
        raise ConflictError
    return item


def _told(
    item: RedactionItem, *, what: str, reason: str, voids: bool, actor: Actor, now: datetime, places: int = 1
) -> RedactionItem:
    """One event, and an end of the draft when the copy is another one now."""
    case, changes = item.case, {}
    built = case.artifacts.filter(kind__in=RELEASED, superseded_at__isnull=True).exists()
    if voids and (case.manifest_sha256 or built):
        changes = {"manifest_sha256": "", "approved_sha256": ""}
        supersede(case=case, kinds=(*RELEASED, Artifact.Kind.OUTGOING), now=now)
    # the reason is no part of the event, because the history of a case can be in an answer itself.
    shown = {"reason": reason} if reason and reason != Reason.UNDISCLOSABLE else {}
    data = {"item": str(item.pk), "what": what, "places": places, **shown}
    record(case_id=case.pk, kind="redaction", actor=actor, now=now, changes=changes, data=data)
    item.refresh_from_db()
    return item
