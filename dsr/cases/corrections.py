"""Corrections (Art. 16), field by field: what the stores hold, what is decided of each claim, what is to stand there (5.2).

The sheet of a case keeps both sealed. Deciding never writes to a store: it has a plan made, which a second person approves
together with the words of the answer (`dsr.cases.correction_plans`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import tasks
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, record, staff_id
from dsr.law.decisions import Claim, Standing
from dsr.law.rights import Right
from dsr.law.workflow import Actor, Refusal, State
from dsr.models import Case, CorrectionSheet, Plan, Task
from dsr.wording import asked as scopes
from dsr.wording.choices import CONTACT, CORRECTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dsr.models import RowId

READ: Final = "values"
"""The task that asks the stores what they hold."""
MOST_NEW: Final = 2000
"""Characters of a new value; a store says itself what it takes."""
_WORDS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One claim as the person made it: of which kind, what stands there by her words, what should. `place`: from a list of ours."""

    kind: str = "other"
    label: str = ""
    old: str = field(default="", repr=False)
    new: str = field(default="", repr=False)
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value as stores hold it: the same in all rows `keys` of one column. `how`: `true` is overwritten, `annotate` gets a note.

    `shared`: other people use one of the rows too. `more`: her rows of the dataset that were not read.
    """

    store: str
    dataset: str
    column: str
    keys: tuple[tuple[str | int, ...], ...] = field(repr=False)
    value: str | None = field(repr=False)
    how: str
    why: str = ""
    kind: str = ""
    category: str = ""
    label: Mapping[str, str] = field(default_factory=dict)
    dataset_label: Mapping[str, str] = field(default_factory=dict)
    recipients: tuple[Mapping[str, str], ...] = ()
    shared: bool = False
    more: int = 0
    # What a code stands for, by language, where the data map says it; empty for a value that is no code.
    meaning: Mapping[str, str] = field(default_factory=dict, repr=False)

    def said(self, language: str = "en") -> str:
        """The value as people read it: a code with the words the data map has for it, which a plan never writes."""
        words = self.meaning.get(language) or self.meaning.get("en", "")
        return f"{words} ({self.value})" if words else self.value or ""

    @property
    def place(self) -> str:
        """Store, dataset and column: no value of hers."""
        return f"{self.store}.{self.dataset}.{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What is decided of one claim. `fields`: position among the values that were read, and what is to stand there."""

    claim: Claim
    fields: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    reason: Standing | None = None
    statement: str = field(default="", repr=False)


def asked_of(case: Case) -> tuple[Asked, ...]:
    """The claims of a request; her words as one claim where she filled in no list."""
    content = case.request.content()
    listed = scopes.of_right(content, case.right).get("corrections") or []
    found = tuple(
        Asked(**{name: str(item.get(name, "")) for name in ("label", "old", "new", "place")}, kind=_kind(item))
        for item in listed
        if isinstance(item, dict)
    )
    return found or (Asked(new=str(content.get("words", ""))[:_WORDS]),)


def _kind(item: Mapping[str, Any]) -> str:
    kind = str(item.get("kind", "other"))
    return kind if kind in CORRECTED else "other"


# --- the sheet ------------------------------------------------------------------------------------------------------------


def sheet_of(case: Case) -> CorrectionSheet | None:
    """The sheet of a case; None while nobody has read the stores for it."""
    row: CorrectionSheet | None = CorrectionSheet.objects.filter(case=case).select_related("case").first()
    return row


def values_of(sheet: CorrectionSheet | None) -> tuple[Value, ...]:
    """What the stores held when they were read last."""
    return tuple(_value(item) for item in (sheet.content().get("values", []) if sheet else []))


def unread_of(sheet: CorrectionSheet | None) -> dict[str, str]:
    """The stores of which nothing could be read by program, with a code that says why."""
    return dict(sheet.content().get("unread", {})) if sheet else {}


def decided_of(sheet: CorrectionSheet | None) -> tuple[Decided, ...]:
    """What is decided of each claim, in the order of `asked_of`; empty while nothing is."""
    return tuple(_decided(item) for item in (sheet.content().get("items", []) if sheet else []))


def _value(item: Mapping[str, Any]) -> Value:
    return Value(**{**item, "keys": tuple(map(tuple, item["keys"])), "recipients": tuple(item["recipients"])})


def _decided(item: Mapping[str, Any]) -> Decided:
    return Decided(
        claim=Claim(item["claim"]),
        fields=tuple((int(at), str(new)) for at, new in item["fields"]),
        reason=Standing(item["reason"]) if item["reason"] else None,
        statement=item["statement"],
    )


@transaction.atomic
def read_stores(*, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Have the stores asked what they hold; a task of a worker, because a store may be slow. What was decided is void.

    RefusedError `not_drafting`, `not_for_right`; ConflictError when the case moved meanwhile.
    """
    case = _insist(case_id, actor, seen_version)
    case = record(case_id=case_id, kind="values_asked", actor=actor, now=now, changes=_afresh(actor, case))
    _void(case)
    tasks.ensure(case=case, operation=READ, now=now, again=True)
    return case


def _insist(case_id: RowId, actor: Actor, seen_version: int | None) -> Case:
    insist(actor, Duty.DRAFT)
    case: Case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if seen_version is not None and case.version != seen_version:
        raise ConflictError
    if Right(case.right) is not Right.RECTIFICATION:
        raise RefusedError(Refusal("not_for_right", {"right": case.right}))
    if case.state != State.DRAFTING:
        raise RefusedError(Refusal("not_drafting", {}))
    return case


def _afresh(actor: Actor, case: Case) -> dict[str, Any]:
    """Whatever was written for an approval rests on other facts now (4.3: who decides here has handled the case)."""
    return {"manifest_sha256": "", "approved_sha256": "", "handler_id": staff_id(actor) or case.handler_id}


def _void(case: Case) -> None:
    """The draft of a plan and the task that makes it are of yesterday."""
    case.plans.filter(status=Plan.Status.DRAFT).update(status=Plan.Status.REPLACED)
    waiting = Task.objects.filter(case=case, operation="plan")
    waiting.filter(status__in=[Task.Status.QUEUED, Task.Status.MANUAL]).update(status=Task.Status.CANCELLED)
    CorrectionSheet.objects.filter(case=case).update(decided_at=None)


def keep_values(*, case: Case, values: Sequence[Mapping[str, Any]], unread: Mapping[str, str], now: datetime) -> None:
    """Seal what the stores hold; within the transaction that finishes the task. What was decided on other values is void."""
    sheet = sheet_of(case) or CorrectionSheet(controller_id=case.controller_id, case=case)
    sheet.read_at, sheet.decided_at = now, None
    sheet.put({"values": [dict(one) for one in values], "unread": dict(unread)})
    sheet.save()


@transaction.atomic
def decide(
    *,
    case_id: RowId,
    items: Sequence[Decided],
    read_at: datetime | None,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> Case:
    """Keep what is decided of each claim, and have the plan made where a store is to change (R-01 to R-04).

    `read_at`: when the values that were on the screen were read. RefusedError: `claims_undecided`, `value_missing`,
    `corrected_twice`, `reason_missing`; ConflictError when the values were read anew, or the case moved meanwhile.
    """
    case = _insist(case_id, actor, seen_version)
    sheet = CorrectionSheet.objects.select_for_update().filter(case=case).first()
    if (sheet.read_at if sheet else None) != read_at:
        raise ConflictError
    values = values_of(sheet)
    _insist_sound(case, items, values)
    sheet = sheet or CorrectionSheet(controller_id=case.controller_id, case=case)
    sheet.decided_at = now
    sheet.put((sheet.content() if sheet.sealed else {}) | {"items": [_as_json(item) for item in items]})
    changes = sum(len(item.fields) for item in items)
    data = {"claims": [item.claim.value for item in items], "fields": changes}
    case = record(
        case_id=case_id, kind="corrections_decided", actor=actor, now=now, changes=_afresh(actor, case), data=data
    )
    _void(case)
    sheet.save()
    if changes:
        tasks.ensure(case=case, operation="plan", now=now, again=True)
    return case


def _as_json(item: Decided) -> dict[str, Any]:
    return {
        "claim": item.claim.value,
        "fields": [[at, new] for at, new in item.fields],
        "reason": item.reason.value if item.reason else "",
        "statement": item.statement.strip(),
    }


def _insist_sound(case: Case, items: Sequence[Decided], values: Sequence[Value]) -> None:
    """Every claim is decided, no value is named twice, nothing is refused without a reason (12(4))."""
    if len(items) != len(asked_of(case)):
        raise RefusedError(Refusal("claims_undecided", {}))
    taken: set[int] = set()
    for item in items:
        if item.claim is Claim.REFUSED and item.reason is None:
            raise RefusedError(Refusal("reason_missing", {}))
        if item.claim is not Claim.ACCEPTED and item.fields:
            raise RefusedError(Refusal("claims_undecided", {}))
        for at, new in item.fields:
            if not 0 <= at < len(values) or not values[at].keys:
                raise ConflictError
            if not new.strip() or len(new) > MOST_NEW:
                raise RefusedError(Refusal("value_missing", {}))
            if at in taken:
                raise RefusedError(Refusal("corrected_twice", {}))
            taken.add(at)


@transaction.atomic
def plan_again(*, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Have the plan made once more from what is decided: the last one went stale, was taken back, or could not be made.

    RefusedError `not_drafting`, `claims_undecided` where no field is to change.
    """
    case = _insist(case_id, actor, seen_version)
    if not plan_wanted(case):
        raise RefusedError(Refusal("claims_undecided", {}))
    case = record(case_id=case_id, kind="plan_requested", actor=actor, now=now, changes=_afresh(actor, case))
    case.plans.filter(status=Plan.Status.DRAFT).update(status=Plan.Status.REPLACED)
    tasks.ensure(case=case, operation="plan", now=now, again=True)
    return case


def plan_wanted(case: Case) -> bool:
    """Whether the decision names fields of stores, so that nothing is approved without a plan."""
    sheet = sheet_of(case)
    if sheet is None or sheet.decided_at is None:
        return False
    return any(item.fields for item in decided_of(sheet))


def tells_old_contact(case: Case) -> bool:
    """Whether contact or bank data change: the old contact hears of it before the new one is used (5.2 no. 2, ux.md 1.5)."""
    sheet = sheet_of(case)
    values, items = values_of(sheet), decided_of(sheet)
    for one, item in zip(asked_of(case), items, strict=False):
        kinds = {values[at].kind for at, _new in item.fields} | ({one.kind} if item.fields else set())
        if kinds & (CONTACT | {"iban", "email", "phone", "address"}):
            return True
    return False
