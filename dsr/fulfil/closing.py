"""The answer to an erasure: letter L-11 (with L-08 when something stays) and the certificate, from what really happened.

Counts come from the applied lines, not from the plan; what stays from the plan's lines; what is left from the second
reading. Nothing here holds a value of a person but the letter's address.
"""

from __future__ import annotations

import hashlib
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from django.utils import translation

from dsr import __version__
from dsr.cases.answer import RELEASED, supersede
from dsr.cases.clock import local_date
from dsr.cases.facts import current_plan
from dsr.cases.letter_wordings import words_for
from dsr.cases.purge import kept_until
from dsr.cases.scope import stores_of
from dsr.fulfil.gather import addressee_of, head_of, sender_of
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.spool import Sink, store_artifact
from dsr.law.letters import LetterCode
from dsr.law.retention import CASE_FILE_YEARS
from dsr.models import Artifact, Case, Event, Plan, Task
from dsr.models import Subject as SubjectRow
from dsr.output.certificate import CertificateInput, Chain, SignOff, certificate_document, certificate_json
from dsr.output.erasure_inputs import Deferred, Erased, ErasureResult, Kept, Method, NotTold, ScannedStore, Verified
from dsr.output.erasure_letter import ErasureDone
from dsr.output.inputs import OutputError
from dsr.output.letters import Letter, letter_document
from dsr.output.pdf import RenderError, render_pdf
from exporters.contract import IdentifierKind, Permanent, Treatment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

METHODS = {Treatment.DELETE.value: Method.DELETED, Treatment.ANONYMISE.value: Method.ANONYMISED}
WAITING = {Treatment.MANUAL.value}


def close(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `close`: make letter and certificate once; they are released as these bytes."""
    case = task.case
    plan = current_plan(case)
    if plan is None or plan.status != Plan.Status.APPLIED:
        raise NeedsPersonError("plan_not_applied", "")
    written_at = (plan.applied_at or now).astimezone(ZoneInfo(case.controller.timezone))
    with translation.override(case.request.language):
        result = _result(case, plan)
        letter = Letter(
            sender_of(case.controller),
            addressee_of(case),
            head_of(case, written_at=written_at),
            ErasureDone(result, wording=_words(case)),
        )
        proof = _certificate(case, plan, result, written_at)
        try:
            documents = [letter_document(letter), certificate_document(proof)]
            letter_pdf, certificate_pdf = render_pdf(documents)
            certificate = certificate_json(proof)
        except OutputError as error:
            raise NeedsPersonError(error.code, error.place) from None
        except RenderError as error:
            raise Permanent(error.code, "letter.pdf, certificate.pdf") from None
    check()
    files = {"letter.pdf": letter_pdf, "certificate.pdf": certificate_pdf, "certificate.json": certificate}
    made = [
        _archive(case, files, written_at, now),
        _artifact(case, Artifact.Kind.LETTER, "letter.pdf", letter_pdf, now),
        _artifact(case, Artifact.Kind.CERTIFICATE, "certificate.pdf", certificate_pdf, now),
        _artifact(case, Artifact.Kind.CERTIFICATE, "certificate.json", certificate, now),
    ]

    def effect() -> None:
        supersede(case=case, kinds=RELEASED, now=now)
        for artifact in made:
            artifact.save(force_insert=True)

    return {"letter_sha256": made[1].sha256, "certificate_sha256": made[2].sha256}, effect


def _words(case: Case) -> dict[str, str]:
    return words_for(case.controller, code=LetterCode.ERASURE_DONE, language=case.request.language)


def _archive(case: Case, files: dict[str, bytes], written_at: datetime, now: datetime) -> Artifact:
    """One ZIP of the three, so that the person has one thing to download; the same facts give the same bytes."""

    def write(sink: Sink) -> dict[str, Any]:
        with zipfile.ZipFile(cast("Any", sink), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, plain in files.items():
                info = zipfile.ZipInfo(name, date_time=written_at.timetuple()[:6])
                info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
                archive.writestr(info, plain)
        facts = [{"path": n, "size": len(b), "sha256": hashlib.sha256(b).hexdigest()} for n, b in files.items()]
        return {"files": facts}

    name = f"{case.request.reference}-{case.right}.zip"
    return store_artifact(
        case=case, kind=Artifact.Kind.PACKAGE, file_name=name, media_type="application/zip", write=write, now=now
    )


def _artifact(case: Case, kind: str, name: str, plain: bytes, now: datetime) -> Artifact:
    media = "application/json" if name.endswith(".json") else "application/pdf"

    def write(sink: Sink) -> dict[str, Any]:
        sink.write(plain)
        return {}

    return store_artifact(case=case, kind=kind, file_name=name, media_type=media, write=write, now=now)


def _result(case: Case, plan: Plan) -> ErasureResult:
    controller, language = case.controller, case.request.language
    if controller.backups is None:
        raise NeedsPersonError("statement_missing", "backups")
    settled = dict(case.content().get("recipients", {}))
    return ErasureResult(
        erased=_erased(case, plan),
        kept=_kept(case, plan),
        deferred=_deferred(case, plan),
        plan_sha256=plan.sha256,
        executed_on=local_date(controller, plan.applied_at or plan.created_at),
        file_until=_file_until(case, local_date(controller, plan.applied_at or plan.created_at)),
        verified=_verified(case, plan),
        suppression=any(line["treatment"] == Treatment.SUPPRESS.value for line in plan.summary),
        backups=controller.backups.get(language) or controller.backups.get("en", ""),
        recipients=tuple(sorted(name for name, why in settled.items() if not why)),
        not_told=tuple(NotTold(name=name, reason=why) for name, why in sorted(settled.items()) if why),
    )


def _file_until(case: Case, today: date) -> date | None:
    """The end of the case file where it is another one than the letter's own words say (4.0.8); None otherwise."""
    until = kept_until(case, today)
    return None if until == date(today.year + CASE_FILE_YEARS, 12, 31) else until


def _names(case: Case, line: dict[str, Any]) -> dict[str, Any]:
    config = stores_of(case.controller).get(line["store"])
    return {
        "store": line["store"],
        "dataset": line["dataset"],
        "store_label": dict(config.label) if config else {"en": line["store"]},
        "label": line["label"],
    }


def _erased(case: Case, plan: Plan) -> tuple[Erased, ...]:
    """What the applied lines really did, by dataset, and what a person did and the last search no longer found."""
    lines = {(line["store"], line["dataset"]): line for line in plan.summary}
    found = []
    for task in case.tasks.filter(operation="apply", status=Task.Status.DONE).order_by("store"):
        for done in task.result.get("lines", ()):
            line = lines[task.store, done["dataset"]]
            if done["changed"]:
                found.append(
                    Erased(
                        **_names(case, line),
                        category=line["category"],
                        rows=done["changed"],
                        method=METHODS[done["treatment"]],
                    )
                )
    # Single columns that a person emptied are in rows that were counted above.
    whole = {(line["store"], line["dataset"]): line for line in plan.summary if not line.get("fields")}
    for task in case.tasks.filter(operation="verify", status=Task.Status.DONE).order_by("store"):
        for name, rows in sorted(task.result.get("removed_by_hand", {}).items()):
            line = whole.get((task.store, name))
            if line and line["treatment"] in WAITING:
                found.append(Erased(**_names(case, line), category=line["category"], rows=rows, method=Method.DELETED))
    return tuple(found)


def _kept(case: Case, plan: Plan) -> tuple[Kept, ...]:
    return tuple(
        Kept(
            **_names(case, line),
            category=line["category"],
            rows=line["count"],
            law=line["law"],
            reason="map" if line["reason"] == "map" else line["document_class"] or "law",
            year=line["year"],
            until=date.fromisoformat(line["until"]) if line["until"] else None,
            mark=line["mark"],
            remark=line["purpose"] if line["reason"] == "map" else {},
            condition={} if line["until"] else line["condition"],
        )
        for line in plan.summary
        if line["treatment"] == Treatment.KEEP.value and line["count"]
    )


def _deferred(case: Case, plan: Plan) -> tuple[Deferred, ...]:
    """What waits; not what a person has done: in a store of paper by her word, elsewhere because it is not there any more."""
    done = case.tasks.filter(operation__in=("apply", "verify"), status=Task.Status.DONE).order_by("store")
    said = {task.store for task in done if task.operation == "apply" and "by_hand" in task.result}
    gone = {(task.store, name) for task in done for name in task.result.get("removed_by_hand", ())}
    return tuple(
        Deferred(
            **_names(case, line),
            reason="person" if line["reason"] == "by_hand" else line["reason"],
            rows=line["count"],
            remark=line.get("purpose", {}) if line["reason"] == "map" else {},
        )
        for line in plan.summary
        if line["treatment"] in WAITING
        and not (line["reason"] == "map" and (line["store"], line["dataset"]) in gone)
        and (line["count"] or (line["reason"] == "by_hand" and line["store"] not in said))
    )


def _verified(case: Case, plan: Plan) -> Verified:
    """The second reading of every store, as counts."""
    content = SubjectRow.objects.select_related("request").get(request=case.request).content()
    kinds: dict[IdentifierKind, int] = {}
    for item in content["identifiers"]:
        if not item.get("shared"):
            kinds[IdentifierKind(item["kind"])] = kinds.get(IdentifierKind(item["kind"]), 0) + 1
    scanned = []
    for task in case.tasks.filter(operation="verify").order_by("store"):
        config = stores_of(case.controller).get(task.store)
        hits = {kind: int(task.result.get(kind, 0)) for kind in ("hers", "kept", "other", "unlinked")}
        if task.status == Task.Status.WAIVED:  # a lead has explained what still stands; the reason is in the chain
            hits |= {"deferred": hits["hers"] + hits["unlinked"], "hers": 0, "unlinked": 0}
        tables, columns = int(task.result.get("tables", 0)), int(task.result.get("columns", 0))
        label = dict(config.label) if config else {"en": task.store}
        scanned.append(ScannedStore(store=task.store, label=label, tables=tables, columns=columns, hits=hits))
    last = case.tasks.filter(operation="verify").order_by("-finished_at").values_list("finished_at", flat=True).first()
    return Verified(at=last or plan.applied_at or plan.created_at, stores=tuple(scanned), identifiers=kinds)


def _certificate(case: Case, plan: Plan, result: ErasureResult, written_at: datetime) -> CertificateInput:
    def at(action: str) -> Event | None:
        found: Event | None = Event.objects.filter(case=case, action=action).order_by("-seq").first()
        return found

    steps = (
        ("prepared", at("submit_for_review"), "handler"),
        ("approved", at("approve"), "lead"),
        ("executed", at("start_execution"), "executor"),
        ("verified", at("finish_execution"), "system"),
    )
    zone = ZoneInfo(case.controller.timezone)
    last = Event.objects.filter(case=case, action="finish_execution").order_by("-seq").first()
    return CertificateInput(
        controller=case.controller.legal_name,
        reference=case.request.reference,
        right=case.right,
        language=case.request.language,
        written_at=written_at,
        plan_number=plan.number,
        approval=tuple(
            SignOff(act=act, role=role, at=event.at.astimezone(zone)) for act, event, role in steps if event
        ),
        result=result,
        chain=Chain(head=last.hash if last else case.chain_head, length=last.seq if last else case.version),
        software=__version__,
    )
