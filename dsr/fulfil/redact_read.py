"""Reading what is to be checked: the text of an item from its sealed artifact, the finished file of one, and a page of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from dsr.fulfil.attached import attached_of
from dsr.fulfil.pieces import Reader
from dsr.fulfil.redact_apply import Decision, decisions_of, finished
from dsr.fulfil.redact_scan import Kind
from dsr.models import Artifact
from dsr.redaction import pdf, picture
from dsr.redaction.extract import WhyWhole
from dsr.vault import MissingKeyError, TamperedError
from exporters.contract import Permanent
from exporters.files.content import FileKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsr.fulfil.redact_apply import Decisions
    from dsr.models import Case, RedactionItem
    from dsr.output.attached import Attached
    from dsr.redaction.rebuild import Made


def contents(case: Case, items: Iterable[RedactionItem]) -> dict[Any, dict[str, Any]]:
    """What is known of each item by its id: `text`, and `name`, `kind`, `how`, `pictures` of a file. An item whose text is
    gone, because the case is closed or what was collected is not there any more, is missing.
    """
    rows = case.artifacts.filter(kind=Artifact.Kind.REDACTION, superseded_at__isnull=True).exclude(storage_name="")
    artifact = rows.order_by("-created_at").first()
    if artifact is None:
        return {}
    reader = Reader()
    found: dict[Any, dict[str, Any]] = {}
    for item in sorted(items, key=lambda one: one.text_at):
        if item.present and item.text_size:
            try:
                line = b"".join(reader.read(artifact, offset=item.text_at, size=item.text_size))
            except (MissingKeyError, TamperedError, Permanent, OSError):
                return found
            found[item.pk] = orjson.loads(line)
    return found


def finished_file(case: Case, item: RedactionItem) -> Made | None:
    """The file as it will leave, made anew; None when it leaves as it is or not at all, or it is not there. NeedsPersonError as when the answer
    is built.
    """
    decisions = decisions_of(case)
    one = decisions.by_key.get((Kind.FILE.value, item.store, item.dataset, "", item.token))
    if one is None and item.why_whole == WhyWhole.HIDDEN and item.length:
        one = Decision()
    if one is None or one.whole is not None:
        return None
    file = _file_of(case, item, decisions)
    return finished(file, one, decisions) if file else None


def _file_of(case: Case, item: RedactionItem, decisions: Decisions) -> Attached | None:
    for file in attached_of(case)[0]:
        here = (file.store, file.dataset) == (item.store, item.dataset)
        if here and item.token in decisions.tokens.of_digest(file.sha256):
            return file
    return None


def sheet_picture(case: Case, item: RedactionItem, sheet: int, *, result: bool) -> bytes | None:
    """The page `sheet` of a file as a JPEG to look at: as it is, or as it will leave. None when there is nothing to show: no
    box can be drawn on it, the file is gone or broken, or it will not leave at all.
    """
    decisions = decisions_of(case)
    one = decisions.by_key.get((Kind.FILE.value, item.store, item.dataset, "", item.token), Decision())
    file = _file_of(case, item, decisions) if 1 <= sheet <= item.sheets else None
    if file is None or (result and one.whole is not None):
        return None
    data, spans, boxes = b"".join(file.read()), one.spans if result else (), one.boxes if result else ()
    try:
        if file.content.kind is FileKind.PDF:
            return picture.reduced(pdf.page_picture(data, sheet, [(span.start, span.end) for span in spans], boxes))
        return picture.preview(picture.boxed(data, boxes).data if boxes else data)
    except (picture.BrokenError, pdf.BrokenError):
        return None
