"""Redaction of an answer (rules 3.1.1): look through everything that would leave, keep what somebody must read, and take out
what somebody decided. Both happen when the answer is built, so that what is approved is what was read.

Items are found again by tokens of their values: another draft, and another collection, takes out the same of what is
unchanged, and asks again about what is new (X-07).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import F

from dsr.cases import tasks
from dsr.cases.answer import supersede
from dsr.fulfil.redact_apply import count, decisions_of, on_files, on_rows
from dsr.fulfil.redact_scan import Scan, Tokens
from dsr.fulfil.spool import Sink, store_artifact
from dsr.models import Artifact, RedactionItem, RedactionMark
from dsr.models import Subject as SubjectRow
from dsr.redaction.detectors import Known

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from dsr.fulfil.redact_scan import Key, Seen
    from dsr.models import Case
    from dsr.output.attached import Attached
    from dsr.output.inputs import Found, Redaction

_CHUNK = 500
_NUMBERS = frozenset({"customer_number", "contract_number"})


@dataclass(frozen=True, slots=True)
class Redacted:
    """Rows and files as they leave, what the report says of it, and what somebody has to read."""

    case: Case
    found: tuple[Found, ...] = field(repr=False)
    attached: tuple[Attached, ...] = field(repr=False)
    left_out: tuple[Redaction, ...] = ()
    items: Mapping[Key, Seen] = field(default_factory=dict, repr=False)
    texts: Artifact | None = None
    fingerprint: str = ""

    def keep(self, *, now: datetime) -> bool:
        """Write down what has to be read; in the transaction that finishes the task. False when somebody decided otherwise
        while the answer was built: it is not what was decided, so it must not count, and is built once more.
        """
        supersede(case=self.case, kinds=(Artifact.Kind.REDACTION,), now=now)
        if self.texts is not None:
            self.texts.save(force_insert=True)
        _keep_items(self.case, self.items, now)
        if decisions_of(self.case).fingerprint == self.fingerprint:
            return True
        tasks.ensure(case=self.case, operation="package", now=now, again=True)
        return False


def redact(
    case: Case,
    *,
    found: tuple[Found, ...],
    attached: Sequence[Attached],
    now: datetime,
    check: Callable[[], object],
) -> Redacted:
    """Everything that would leave, without what was decided to go. Raises NeedsPersonError `redaction_unsafe`, and what
    reading the spool raises.
    """
    decisions, known = decisions_of(case), known_of(case)
    scans: list[Scan] = []

    def write(sink: Sink) -> dict[str, Any]:
        scan = Scan(Tokens(case), known, sink, check)
        for item in found:
            scan.rows(item)
        for file in attached:
            scan.file(file)
        scans.append(scan)
        return {"items": len(scan.items)}

    texts = store_artifact(
        case=case,
        kind=Artifact.Kind.REDACTION,
        file_name="redaction.jsonl",
        media_type="application/jsonl",
        write=write,
        now=now,
    )
    items = scans[0].items
    return Redacted(
        case=case,
        found=tuple(on_rows(item, decisions) for item in found),
        attached=on_files(attached, decisions, {key for key, seen in items.items() if seen.anew}),
        left_out=count(items, decisions, case.request.language),
        items=items,
        texts=texts,
        fingerprint=decisions.fingerprint,
    )


def known_of(case: Case) -> Known:
    """What is hers by all that was learned of her, and what is the house's own: never a suggestion (X-05)."""
    row = SubjectRow.objects.select_related("request").filter(request=case.request).first()
    identifiers = row.content().get("identifiers", []) if row else []
    told, account, controller = case.request.content(), case.request.account, case.controller
    given = [str(told.get(key, "")) for key in ("contact_email", "contact_phone")]
    given += [str(value) for _kind, value in told.get("identifiers", [])]
    given += [account.email] if account else []
    names = [str(told.get("name", "")), account.display_name if account else ""]
    by_kind = [(str(item["kind"]), str(item["value"])) for item in identifiers]
    phones = [value for kind, value in by_kind if kind == "phone"]
    mails = (controller.privacy_email, controller.dpo_email)
    return Known(
        identifiers=frozenset(filter(None, [*given, *(value for _kind, value in by_kind)])),
        numbers=frozenset(value for kind, value in by_kind if kind in _NUMBERS),
        names=frozenset(filter(None, [*names, *(value for kind, value in by_kind if kind == "name")])),
        phones=frozenset(filter(None, [*given, *phones, controller.phone])),
        houses=frozenset(mail.rpartition("@")[2].casefold() for mail in mails if mail),
        region=controller.country,
    )


def _keep_items(case: Case, items: Mapping[Key, Seen], now: datetime) -> None:
    """New items with their suggestions; known ones stay decided and read; what was not found this time is out of sight."""
    rows = RedactionItem.objects.filter(case=case)
    known: dict[Key, RedactionItem] = {
        (row.kind, row.store, row.dataset, row.part, row.token): row for row in rows.select_for_update()
    }
    gone = [row.pk for key, row in known.items() if key not in items and row.present]
    for at in range(0, len(gone), _CHUNK):
        part = RedactionItem.objects.filter(pk__in=gone[at : at + _CHUNK])
        part.update(present=False, version=F("version") + 1)
    again = [_as_seen(known[key], seen) for key, seen in items.items() if key in known]
    columns = ["position", "count", "length", "sheets", "why_whole", "text_at", "text_size", "present"]
    RedactionItem.objects.bulk_update(again, columns, batch_size=_CHUNK)
    new = [(_as_seen(_made(case, key, seen, now), seen), seen) for key, seen in items.items() if key not in known]
    RedactionItem.objects.bulk_create([row for row, _ in new], batch_size=_CHUNK)
    marks = [
        RedactionMark(
            controller=case.controller,
            item=row,
            start=one.start,
            end=one.end,
            reason=one.reason.value,
            found_by=one.found_by,
        )
        for row, seen in new
        for one in seen.marks
    ]
    RedactionMark.objects.bulk_create(marks, batch_size=_CHUNK)


def _made(case: Case, key: Key, seen: Seen, now: datetime) -> RedactionItem:
    kind, store, dataset, part, token = key
    return RedactionItem(
        controller=case.controller,
        case=case,
        kind=kind,
        store=store,
        dataset=dataset,
        part=part,
        token=token,
        whole=RedactionItem.Whole.SUGGESTED if seen.whole else RedactionItem.Whole.NO,
        whole_reason=seen.whole.value if seen.whole else "",
        checked_at=now if seen.read else None,
    )


def _as_seen(row: RedactionItem, seen: Seen) -> RedactionItem:
    row.position, row.count, row.length, row.present = seen.position, seen.count, seen.length, True
    row.why_whole, row.text_at, row.text_size = seen.why_whole, seen.text_at, seen.text_size
    row.sheets = seen.sheets
    return row
