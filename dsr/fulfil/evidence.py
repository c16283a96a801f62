"""Making an evidence pack that was ordered: read the case, write the archive sealed, say that it is there (rules 4.6).

The row says what is due: a job may be lost, late or doubled, and the pack is made once. No I/O inside a transaction.
"""

from __future__ import annotations

import functools
import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.cases import evidence as orders
from dsr.cases.decisions import decided_of
from dsr.fulfil import (
    evidence_after,
    evidence_asked,
    evidence_chain,
    evidence_decided,
    evidence_measures,
    evidence_searched,
    evidence_work,
)
from dsr.fulfil.evidence_reading import read
from dsr.fulfil.gather import head_of, sender_of
from dsr.fulfil.letters import text_of
from dsr.fulfil.signing import keys_page, signer_of
from dsr.fulfil.spool import Sink, drop_file, read_artifact, store_artifact
from dsr.law.workflow import State
from dsr.models import Artifact, EvidencePack
from dsr.output.evidence import Enclosure, EvidenceInput, build
from dsr.output.inputs import OutputError
from dsr.output.pdf import RenderError
from dsr.vault import MissingKeyError, TamperedError
from exporters.contract import Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dsr.fulfil.evidence_reading import Reading
    from dsr.models import RowId

log = logging.getLogger(__name__)
MEDIA_TYPE: Final = "application/zip"
Extent = EvidencePack.Extent


class _OvertakenError(Exception):
    """Another worker took the order meanwhile."""


def make(*, pack_id: RowId, now: datetime) -> bool:
    """Make a pack that was ordered; False when there was nothing to do or it failed, which the row then says."""
    pack = orders.claim(pack_id=pack_id, now=now)
    if pack is None:
        return False
    try:
        artifact = _sealed(pack, now=now)
    except _OvertakenError:
        return False
    except Exception as error:  # noqa: BLE001 -- the row says why, and the log holds no word of a case
        code = _code(error)
        log.error("evidence pack %s could not be made: %s (%s)", pack.pk, code, type(error).__name__)  # noqa: TRY400
        orders.failed(pack=pack, code=code)
        return False
    if orders.keep(pack=pack, artifact=artifact, now=now):
        return True
    drop_file(artifact)
    return False


def _code(error: Exception) -> str:
    if isinstance(error, (OutputError, RenderError, Temporary)):
        return str(error.code)
    if isinstance(error, MissingKeyError):
        return "file_gone"
    return "file_damaged" if isinstance(error, TamperedError) else "internal"


def _sealed(pack: EvidencePack, *, now: datetime) -> Artifact:
    with translation.override(orders.language_of(pack)):
        given = given_of(pack, now=now)
    signer = signer_of(pack.controller, now=now)

    begun: list[Any] = []

    def look() -> None:
        if not orders.still_mine(pack):
            raise _OvertakenError

    def write(sink: Sink) -> dict[str, Any]:
        manifest = build(sink, given, signer=signer, check=_now_and_then(look))
        return {"files": len(manifest.files), "manifest_sha256": manifest.sha256, "key_id": signer.key_id}

    def first(artifact: Artifact) -> None:
        """The row before its bytes: whoever dies in between leaves a file that goes on its day like any other."""
        look()
        begun.append(artifact.pk)
        artifact.expires_at = now + orders.KEPT_FOR
        artifact.save(force_insert=True)

    try:
        artifact = store_artifact(
            case=pack.case,
            kind=Artifact.Kind.EVIDENCE,
            file_name=f"{pack.case.request.reference}-evidence.zip",
            media_type=MEDIA_TYPE,
            write=write,
            now=now,
            first=first,
        )
    except Exception:
        Artifact.objects.filter(pk__in=begun).delete()  # its bytes are gone already
        raise
    Artifact.objects.filter(pk=artifact.pk).update(storage_name=artifact.storage_name)
    return artifact


def _now_and_then(look: Any, *, every: int = 200) -> Any:
    """`look` at each 200th chunk: a query a chunk would be more work than the chunk."""
    count = 0

    def check() -> None:
        nonlocal count
        count += 1
        if count % every == 0:
            look()

    return check


def given_of(pack: EvidencePack, *, now: datetime) -> EvidenceInput:
    """Everything the pack says, read from the rows as they stand. MissingKeyError after the case was shredded."""
    reading = read(pack, now=now)
    said = pack.content()
    chain = evidence_chain.chain_of(reading)
    head = replace(head_of(pack.case, written_at=now), language=reading.language, account_url="")
    return EvidenceInput(
        sender=sender_of(pack.controller),
        head=head,
        authority=said["authority"],
        reference=said["reference"],
        extent=extent_words(pack.extent),
        sections=(
            evidence_asked.the_case(reading),
            evidence_asked.clock(reading),
            evidence_asked.conversation(reading),
            evidence_asked.identity(reading),
            evidence_searched.searched(reading),
            evidence_searched.left_out(reading),
            evidence_decided.reasons(reading),
            evidence_decided.decision(reading),
            evidence_work.versions(reading),
            evidence_decided.plan(reading),
            evidence_measures.kept(reading),
            evidence_measures.restrictions(reading),
            evidence_measures.corrections(reading),
            evidence_measures.stops(reading),
            evidence_decided.letters(reading),
            evidence_after.recipients(reading),
            evidence_after.answer(reading),
            evidence_after.incidents(reading),
            evidence_after.setup(reading),
            evidence_chain.history(reading, chain),
        ),
        left_out=tuple(_left_out(reading)),
        chain=chain,
        enclosures=tuple(_enclosures(reading)),
        keys_url=keys_page(pack.controller),
    )


def extent_words(extent: str) -> str:
    """How much goes in, in words."""
    words = {
        Extent.LOG: _("Log and metadata, without the words of anybody"),
        Extent.FILE: _("The case file"),
        Extent.ANSWER: _("The case file, with the answer as it was sent"),
    }
    return str(words[Extent(extent)])


def _left_out(reading: Reading) -> Iterator[tuple[str, str]]:
    """What is not in the pack, and why. The same lines for every case of an extent, so that none of them speaks of a case."""
    if reading.pack.extent != Extent.ANSWER:
        yield (
            _("The data that the answer disclosed"),
            _(
                "The pack has their list and hashes. Ask for them and we send the answer as it was sent, while it is kept."
            ),
        )
    if not reading.with_words:
        yield (
            _("Words of the person and of colleagues, letters, decisions"),
            _("This pack was ordered by or for somebody who reads log and metadata only."),
        )
    yield (
        _("Proofs of identity"),
        _("They are deleted after they were looked at, at the latest after 14 days. What was checked is in the pack."),
    )
    yield (
        _("Words taken out of an answer, internal notes, matters of other people"),
        _("Their events are given by the hash only, so that the chain can be checked."),
    )
    yield (
        _("What the law may forbid to speak of"),
        _("We neither confirm nor deny that there is anything of the kind; this line stands in every pack."),
    )
    if reading.case.state == State.ARCHIVED:
        yield (
            _("Collected data, packages, drafts"),
            _("The case is archived: what had served was deleted, its hashes and counts are in the history."),
        )


def _enclosures(reading: Reading) -> Iterator[Enclosure]:
    """Letters and certificates as they left, the decision document, and the answer where it was asked for."""
    if not reading.with_words:
        return
    for number, one in enumerate(evidence_decided.sent_letters(reading), start=1):
        title = evidence_decided.letter_title(one.code)
        if one.artifact is not None and _kept(one.artifact):
            yield _file(one.artifact, f"letters/{number:02d}-{one.code}.pdf", title)
        elif words := text_of(one):  # never laid out: the words it was sent with, under the hash of the table
            yield Enclosure(f"letters/{number:02d}-{one.code}.txt", title, functools.partial(_once, words.encode()))
    decided = decided_of(reading.case)
    if decided:
        text = (json.dumps(decided, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        yield Enclosure("decision.json", _("The decision document"), functools.partial(_once, text))
    letters = {one.pdf_sha256 for one in evidence_decided.sent_letters(reading)}
    answered = reading.pack.extent == Extent.ANSWER
    for artifact in filter(_kept, evidence_after.released(reading)):
        if artifact.kind == Artifact.Kind.CERTIFICATE:
            yield _file(artifact, artifact.file_name, _("Certificate of erasure"))
        elif artifact.kind == Artifact.Kind.LETTER and artifact.sha256 not in letters:
            yield _file(artifact, "answer/letter.pdf", _("The letter of the answer"))
        elif artifact.kind == Artifact.Kind.PACKAGE and answered:
            yield _file(artifact, f"answer/{artifact.file_name}", _("The answer as it was sent"))


def _kept(artifact: Artifact) -> bool:
    return bool(artifact.storage_name and artifact.wrapped_key) and artifact.superseded_at is None


def _file(artifact: Artifact, path: str, title: str) -> Enclosure:
    return Enclosure(path, title, functools.partial(read_artifact, artifact), size=artifact.size)


def _once(data: bytes) -> Iterator[bytes]:
    yield data
