"""Building the answer to a portability request, and its letter once more when what was to be sent has arrived (Art. 20).

The first letter lies in the package that is approved. What became of a transmission is known only afterwards, so L-14 is
then laid out once more with the receipt, or with the reason why nothing was sent, from the sealed texts of the first one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import translation

from dsr.addresses import base_url
from dsr.cases import answer_letters, versions
from dsr.cases.actors import SYSTEM
from dsr.cases.answer import RELEASED, supersede
from dsr.cases.clock import local_date
from dsr.cases.letter_wordings import words_for
from dsr.cases.perform import record
from dsr.cases.receivers import bound_of, refusal_of, wants_transmission
from dsr.cases.sending import transmission_of
from dsr.fulfil.attached import attached_of
from dsr.fulfil.gather import addressee_of, found_of, head_of, inquiry_of, sender_of
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.own_records import own_found
from dsr.fulfil.package import details_of, member
from dsr.fulfil.redact import redact
from dsr.fulfil.signing import keys_page, signer_of
from dsr.fulfil.spool import Sink, store_artifact
from dsr.fulfil.stores import open_by_name
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome
from dsr.law.portability import NoTransmission, chosen_origins
from dsr.models import Artifact, Case, Task, Transmission
from dsr.output import portable as output
from dsr.output.inputs import OutputError
from dsr.output.letters import Letter, Stated, letter_document, letter_text
from dsr.output.package import LETTER
from dsr.output.pdf import RenderError, render_pdf
from dsr.output.portable_letter import TO_HER, Handover, Receipt, restated
from exporters.contract import Permanent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dsr.models import Controller
    from exporters.contract import DatasetInfo

SCHEMA_PATH = "schemas/dsr-portable-1.schema.json"
_TEXTS = "portability_letter"


def schema_url(controller: Controller) -> str:
    """Where this controller publishes the schema of the portable copy."""
    return f"{base_url(controller)}/{SCHEMA_PATH}"


def package(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `package` of a portability case: her package, its letter beside it, and the copy for a receiver.

    NeedsPersonError: `receiver_open` while nobody has decided about a wish to send, `receiver_changed` or
    `receiver_refused` when what was chosen no longer holds, what an OutputError says.
    """
    case = task.case
    handover, bound = _handover(case, now)
    written_at = datetime.fromisoformat(str(case.content()["drafted_at"]))
    with translation.override(case.request.language):
        files, held_back = attached_of(case)
        found = (*found_of(case), *own_found(case, until=written_at))
        left = redact(case, found=found, attached=files, now=now, check=check)
        inquiry = inquiry_of(case)
        order = output.PortableInput(
            sender=sender_of(case.controller),
            addressee=addressee_of(case),
            head=head_of(case, written_at=written_at),
            inquiry=replace(inquiry, redactions=(*inquiry.redactions, *held_back, *left.left_out)),
            schema_url=schema_url(case.controller),
            keys_url=keys_page(case.controller),
            wording=words_for(case.controller, code=LetterCode.PORTABILITY, language=case.request.language),
            found=left.found,
            attached=left.attached,
            described=_described(case, {item.store for item in files}),
            handover=handover,
            wanted=chosen_origins((case.request.content().get("scope") or {}).get("origins")),
            bound=bound,
        )
    try:
        archive, outgoing, built = _archives(case, order, check, now)
    except OutputError as error:
        raise NeedsPersonError(error.code, error.place) from None
    except RenderError as error:
        raise Permanent(error.code, LETTER) from None
    letter = _letter(case, member(archive, LETTER), now)
    texts = _sealable(built.letter)
    with translation.override(case.request.language):
        said = letter_text(built.letter)

    def effect() -> None:
        supersede(case=case, kinds=(*RELEASED, Artifact.Kind.OUTGOING), now=now)
        if not left.keep(now=now):
            return
        for artifact in (archive, letter, *([outgoing] if outgoing else [])):
            artifact.save(force_insert=True)
        summary = versions.of_package(details=archive.details, letter=said, redactions=order.inquiry.redactions)
        versions.keep(case=case, sha256=built.manifest.sha256, content=summary, now=now)
        fresh = Case.objects.select_related("controller", "request").get(pk=case.pk)
        fresh.put(fresh.content() | {_TEXTS: texts})
        manifest = built.manifest.sha256
        data = {"manifest_sha256": manifest, "package_sha256": archive.sha256, "bytes": archive.size}
        if built.outgoing is not None:
            data["outgoing_manifest_sha256"] = built.outgoing.sha256
        changes = {"manifest_sha256": manifest, "sealed": fresh.sealed}
        record(case_id=case.pk, kind="package_built", actor=SYSTEM, now=now, changes=changes, data=data)

    return {"bytes": archive.size, "manifest_sha256": built.manifest.sha256}, effect


def _described(case: Case, stores: Iterable[str]) -> dict[tuple[str, str], DatasetInfo]:
    """What the data maps of these stores say of each data set."""
    return {(store, info.name): info for store in stores for info in open_by_name(case.controller, store).describe()}


def _handover(case: Case, now: datetime) -> tuple[Handover, dict[str, Any] | None]:
    """What was decided about sending, checked once more against what is on file today."""
    row = transmission_of(case)
    if row is None and not wants_transmission(case):
        return TO_HER, None
    # What was sent belongs to an earlier answer of a case that was looked at again: what now, somebody has to decide.
    if row is None or row.status == Transmission.Status.SENT:
        raise NeedsPersonError("receiver_open", "")
    if row.status == Transmission.Status.DECLINED or row.receiver is None:
        return Handover(declined=NoTransmission(row.reason or NoTransmission.UNKNOWN_RECEIVER)), None
    reason = refusal_of(row.receiver, today=local_date(case.controller, now))
    if reason is not None:
        raise NeedsPersonError("receiver_refused", row.receiver.name)
    if bound_of(row.receiver) != row.bound:
        raise NeedsPersonError("receiver_changed", row.receiver.name)
    return Handover(receiver=row.receiver.name), row.bound


def _archives(
    case: Case, order: output.PortableInput, check: Callable[..., None], now: datetime
) -> tuple[Artifact, Artifact | None, output.Built]:
    """Both archives from one reading: the outgoing one is written inside the writing of hers."""
    built: list[output.Built] = []
    signer = signer_of(case.controller, now=now)
    second: list[Artifact] = []

    def write(sink: Sink) -> dict[str, Any]:
        if order.bound is None:
            built.append(output.build(sink, order, signer=signer, check=check))
            return details_of(built[0].manifest)

        def write_outgoing(other: Sink) -> dict[str, Any]:
            built.append(output.build(sink, order, outgoing=other, signer=signer, check=check))
            sent = built[0].outgoing
            return details_of(sent) if sent else {}

        second.append(_zip(case, Artifact.Kind.OUTGOING, "outgoing", write_outgoing, now))
        return details_of(built[0].manifest)

    archive = _zip(case, Artifact.Kind.PACKAGE, case.right, write, now)
    return archive, second[0] if second else None, built[0]


def _zip(case: Case, kind: str, name: str, write: Callable[[Sink], dict[str, Any]], now: datetime) -> Artifact:
    file_name = f"{case.request.reference}-{name}.zip"
    return store_artifact(case=case, kind=kind, file_name=file_name, media_type="application/zip", write=write, now=now)


def _letter(case: Case, plain: bytes, now: datetime) -> Artifact:
    def write(sink: Sink) -> dict[str, Any]:
        sink.write(plain)
        return {}

    return store_artifact(
        case=case, kind=Artifact.Kind.LETTER, file_name=LETTER, media_type="application/pdf", write=write, now=now
    )


def _sealable(letter: Letter) -> dict[str, Any]:
    body = letter.body
    assert isinstance(body, Stated)  # noqa: S101 - L-14 is a stated letter
    texts = {element.value: text if isinstance(text, str) else list(text) for element, text in body.texts.items()}
    return {"outcome": body.outcome.value, "texts": texts, "paragraph": body.paragraph, "wording": dict(body.wording)}


def _opened(kept: dict[str, Any]) -> Stated:
    texts: dict[Element, str | tuple[str, ...]] = {
        Element(name): text if isinstance(text, str) else tuple(text) for name, text in kept["texts"].items()
    }
    outcome = Outcome(kept["outcome"])
    return Stated(LetterCode.PORTABILITY, outcome, texts, paragraph=kept["paragraph"], wording=kept["wording"])


def close(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `close` of a portability case: L-14 once more, with the receipt or with why nothing was sent."""
    case, row = task.case, transmission_of(task.case)
    kept = case.content().get(_TEXTS)
    if row is None or kept is None:
        raise NeedsPersonError("not_transmitted", "")
    zone = ZoneInfo(case.controller.timezone)
    # The instant of the receipt, so that another try writes the same bytes.
    written_at = (row.sent_at or task.created_at).astimezone(zone)
    with translation.override(case.request.language):
        body = restated(_opened(kept), handover_of(row, zone))
        letter = Letter(sender_of(case.controller), addressee_of(case), head_of(case, written_at=written_at), body)
        try:
            (plain,) = render_pdf([letter_document(letter)])
        except OutputError as error:
            raise NeedsPersonError(error.code, error.place) from None
        except RenderError as error:
            raise Permanent(error.code, LETTER) from None
    check()
    made = _letter(case, plain, now)

    def effect() -> None:
        supersede(case=case, kinds=(Artifact.Kind.LETTER,), now=now)
        answer_letters.give_up(case=case)
        # The receiver has it, or never gets it: our copy for it has served.
        Artifact.objects.filter(case=case, kind=Artifact.Kind.OUTGOING).update(expires_at=now)
        made.save(force_insert=True)

    return {"letter_sha256": made.sha256}, effect


def handover_of(row: Transmission, zone: ZoneInfo) -> Handover:
    """What became of a transmission, as letters and pages say it."""
    if row.status == Transmission.Status.DECLINED:
        return Handover(declined=NoTransmission(row.reason))
    name = str(row.bound.get("name", ""))
    if row.status != Transmission.Status.SENT or row.sent_at is None:
        return Handover(receiver=name)
    receipt = Receipt(
        at=row.sent_at.astimezone(zone),
        file_name=row.file_name,
        size=row.size,
        sha256=row.encrypted_sha256,
        plain_sha256=row.plain_sha256,
        host_key=row.host_key,
    )
    return Handover(receiver=name, receipt=receipt)
