"""Collecting one person's data from one store: rows into a sealed JSON Lines file, batch by batch, then her files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dsr.cases.answer import supersede
from dsr.fulfil import attachments
from dsr.fulfil.lines import line_of
from dsr.fulfil.locate import NeedsPersonError, row_keys, subject_of
from dsr.fulfil.spool import Sink, store_artifact
from dsr.fulfil.stores import open_by_name
from dsr.models import Artifact, Task
from dsr.models import Subject as SubjectRow
from exporters.contract import Collects
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def collect(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `collect`: everything linked to the located keys. No keys: an empty answer, which is an answer too (T-21)."""
    case = task.case
    exporter = open_by_name(case.controller, task.store)
    if not capable(exporter, Collects):
        raise NeedsPersonError("not_capable", task.store)
    content = SubjectRow.objects.select_related("request").get(request=case.request).content()
    keys = row_keys(content, task.store)
    subject = subject_of(case.request, content["identifiers"])

    def write(sink: Sink) -> dict[str, Any]:
        counts: Counter[str] = Counter()
        for batch in exporter.collect(subject, keys) if keys else ():
            sink.write(line_of(batch))
            counts[batch.dataset] += len(batch)
            check(counts.total())
        return {"rows": counts.total(), "datasets": dict(counts)}

    artifact = store_artifact(
        case=case,
        kind=Artifact.Kind.COLLECTED,
        store=task.store,
        file_name=f"{task.store}.jsonl",
        media_type="application/jsonl",
        write=write,
        now=now,
    )

    files = attachments.attach(attachments.Source(case, task.store, check, now), exporter, subject, keys)

    def effect() -> None:
        supersede(case=case, kinds=(Artifact.Kind.COLLECTED, *attachments.KINDS), store=task.store, now=now)
        artifact.save(force_insert=True)
        files.keep()

    return {"rows": artifact.details["rows"], "sha256": artifact.sha256, **files.details}, effect
