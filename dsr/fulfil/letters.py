"""Letters laid out: from the frozen words of a row to text and PDF, the same bytes for preview, approval, sending, download."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation

from dsr.cases.plans import StoppedError
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.spool import Sink, drop_file, read_artifact, store_artifact
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome
from dsr.models import Artifact
from dsr.models import Letter as LetterRow
from dsr.output.inputs import Addressee, CaseHead, OutputError, Sender
from dsr.output.letters import Acknowledgement, Letter, Stated, letter_document, letter_text, title
from dsr.output.pdf import RenderError, render_pdf
from exporters.contract import Permanent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dsr.models import Task

Status = LetterRow.Status
MEDIA_TYPE = "application/pdf"
# Letters that are parts of a package: laid out with it, and opened like it, after a fresh proof.
IN_PACKAGE = frozenset({LetterCode.ACCESS_ANSWER, LetterCode.ERASURE_DONE, LetterCode.PORTABILITY})


def letter(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `letter`: lay one letter out. A letter that was given up meanwhile ends the task (StoppedError)."""
    row = LetterRow.objects.select_related("case__request", "case__controller").get(pk=task.letter_id)
    if row.status == Status.VOID:
        raise StoppedError
    if row.pdf_sha256:
        return {"letter": row.code, "pdf_sha256": row.pdf_sha256}, lambda: None
    try:
        artifact = _laid_out(row, now=now)
    except OutputError as error:
        raise NeedsPersonError(error.code, error.place) from None
    except RenderError as error:
        raise Permanent(error.code, f"{row.code}.pdf") from None
    check()

    def effect() -> None:
        if not _attach(row, artifact):
            drop_file(artifact)

    return {"letter": row.code, "letter_sha256": row.content_sha256, "pdf_sha256": artifact.sha256}, effect


def _laid_out(row: LetterRow, *, now: datetime, seconds: int | None = None) -> Artifact:
    """The letter as a sealed PDF, not yet saved. OutputError, RenderError, Temporary."""
    document = letter_document(written(said_of(row)))
    pdf = (render_pdf([document]) if seconds is None else render_pdf([document], seconds=seconds))[0]

    def write(sink: Sink) -> dict[str, Any]:
        sink.write(pdf)
        return {"letter": row.code}

    return store_artifact(
        case=row.case,
        kind=Artifact.Kind.WRITTEN,
        file_name=file_name(row),
        media_type=MEDIA_TYPE,
        write=write,
        now=now,
    )


def _attach(row: LetterRow, artifact: Artifact) -> bool:
    """Give the letter its file, if it has none yet: the first one stays for good."""
    with transaction.atomic():
        artifact.save(force_insert=True)
        mine = LetterRow.objects.filter(pk=row.pk, pdf_sha256="").exclude(status=Status.VOID)
        if mine.update(artifact=artifact, pdf_sha256=artifact.sha256):
            return True
        artifact.delete()
    return False


def at_once(row: LetterRow, *, now: datetime, seconds: int = 30) -> Artifact:
    """The file of a letter, laid out here and now when no worker has done it yet; for the receipt, which nobody waits for.

    OutputError, RenderError.
    """
    if row.artifact is not None:
        return row.artifact
    made = _laid_out(row, now=now, seconds=seconds)
    if not _attach(row, made):
        drop_file(made)
        row.refresh_from_db()
    return row.artifact or made


def file_name(row: LetterRow) -> str:
    """The name of the file: reference and code, no name of a person."""
    return f"{row.case.request.reference}-{row.code}.pdf"


def pdf_of(row: LetterRow) -> Iterator[bytes]:
    """The bytes that were laid out, opened from the vault in chunks. FileNotFoundError when they are gone or not made yet."""
    if row.artifact is None or not row.artifact.storage_name:
        raise FileNotFoundError
    return read_artifact(row.artifact)


# --- from frozen words to the letter ------------------------------------------------------------------------------------


def said_of(row: LetterRow) -> dict[str, Any]:
    """The frozen words of a letter. MissingKeyError after they were shredded."""
    said: dict[str, Any] = row.content()["said"]
    return said


def text_of(row: LetterRow) -> str:
    """The letter as plain text, from the same words as its PDF; empty for one that is a part of a package."""
    return "" if LetterCode(row.code) in IN_PACKAGE else letter_text(written(said_of(row)))


def title_of(row: LetterRow) -> str:
    """The subject line in the language of the letter; empty for one that is a part of a package."""
    if LetterCode(row.code) in IN_PACKAGE:
        return ""
    with translation.override(row.language):
        return title(written(said_of(row)))


def written(said: Mapping[str, Any]) -> Letter:
    """The letter of these words, as dsr.output lays it out."""
    head, sender, addressee = said["head"], said["sender"], said["addressee"]
    return Letter(
        sender=Sender(**{**sender, "address": tuple(sender["address"]), **_authority(sender)}),
        addressee=Addressee(name=addressee["name"], address=tuple(addressee["address"])),
        head=CaseHead(
            **{
                **head,
                "received_on": date.fromisoformat(head["received_on"]),
                "due_on": date.fromisoformat(head["due_on"]) if head["due_on"] else None,
                "written_at": datetime.fromisoformat(head["written_at"]),
            }
        ),
        body=_body(said),
    )


def _authority(sender: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {"authority_address": tuple(sender["authority_address"])}


def _body(said: Mapping[str, Any]) -> Acknowledgement | Stated:
    code = LetterCode(said["code"])
    if code is LetterCode.ACKNOWLEDGEMENT:
        return Acknowledgement(
            identity_open=said["identity_open"], paragraph=said["paragraph"], wording=said["wording"]
        )
    return Stated(
        code=code,
        outcome=Outcome(said["outcome"]),
        texts={
            Element(name): tuple(text) if isinstance(text, list) else text for name, text in said["elements"].items()
        },
        paragraph=said["paragraph"],
        wording=said["wording"],
    )
