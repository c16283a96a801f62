"""Files that go along with a letter beside the answer, or with a message of the office (rules 4.2, 4.4, 4.6).

An enclosure is a file of the request like those the person sends: checked, scanned and sealed in the same way, kept with the
case file and purged with it. It hangs on a draft first; whoever approves the draft approves exactly these files, by their hash.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from dsr.cases import uploads
from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, insist_not_close, record
from dsr.law.letters import LetterCode
from dsr.law.workflow import Refusal
from dsr.models import Artifact, Letter, Upload

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import Case, Request, RowId

MOST: Final = 5
"""Enclosures of one letter or message."""
_MB: Final = 1 << 20
# Addressed to somebody else than the person: what goes along is a matter of the post room, and nothing for the portal.
_TO_OTHERS: Final = frozenset({LetterCode.RECIPIENT_NOTICE, LetterCode.PUBLIC_NOTICE, LetterCode.PROCESSOR_INSTRUCTION})
_OURS: Final = (Artifact.Kind.LETTER, Artifact.Kind.WRITTEN, Artifact.Kind.CERTIFICATE)


def of_letter(letter: Letter) -> list[Upload]:
    """What goes along with a letter, in the order in which it was added."""
    return list(letter.enclosures.filter(deleted_at=None).order_by("created_at", "pk"))


def drafts_with_files(case: Case, *, but: RowId | None) -> QuerySet[Upload, dict[str, Any]]:
    """Ids of the drafts of a case that have enclosures, except one: nobody has approved those files."""
    rows = Upload.objects.filter(letter__case=case, letter__status=Letter.Status.DRAFT, deleted_at=None)
    return rows.exclude(letter=but).values("letter") if but is not None else rows.values("letter")


def digest(letter: Letter) -> str:
    """One hash over the enclosures of a letter, for whoever approves it; empty for none."""
    hashes = sorted(letter.enclosures.filter(deleted_at=None).values_list("sha256", flat=True))
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest() if hashes else ""


def facts(files: Iterable[Upload]) -> dict[str, Any]:
    """What the chain says of enclosures: hash and size in bytes, never a name; nothing for none (4.4)."""
    told = [{"sha256": one.sha256, "size": one.size} for one in files]
    return {"enclosures": told} if told else {}


def possible(letter: Letter) -> bool:
    """Whether files can go along: a draft, to the person."""
    return letter.status == Letter.Status.DRAFT and LetterCode(letter.code) not in _TO_OTHERS


@transaction.atomic
def enclose(*, letter_id: RowId, upload_ids: Iterable[RowId], actor: Actor, now: datetime) -> list[Upload]:
    """Have files go along with a draft. RefusedError: `role`, `too_close`, `letter_settled` when it is no draft to the person
    (any more), `enclosures_many` beyond MOST.
    """
    letter = _draft(letter_id, actor)
    mine = Upload.objects.filter(
        pk__in=list(upload_ids),
        request=letter.case.request_id,
        purpose=Upload.Purpose.ENCLOSURE,
        letter=None,
        message=None,
        deleted_at=None,
    )
    added = list(mine.order_by("created_at", "pk"))
    if letter.enclosures.filter(deleted_at=None).count() + len(added) > MOST:
        raise RefusedError(Refusal("enclosures_many", {"most": MOST}))
    Upload.objects.filter(pk__in=[one.pk for one in added]).update(letter=letter, delete_after=None)
    if added:
        data = {"letter": letter.code, **facts(added)}
        record(case_id=letter.case_id, kind="enclosure_added", actor=actor, now=now, data=data)
    return added


def take_off(*, letter_id: RowId, upload_id: RowId, actor: Actor, now: datetime) -> bool:
    """Take a file from a draft and delete it; False when it is gone already. RefusedError as `enclose`."""
    with transaction.atomic():
        letter = _draft(letter_id, actor)
        upload = letter.enclosures.select_related("request").filter(pk=upload_id, deleted_at=None).first()
        if upload is None:
            return False
        Upload.objects.filter(pk=upload.pk).update(letter=None)
    return uploads.remove(upload=upload, now=now, reason="taken_off", actor=actor)


def _draft(letter_id: RowId, actor: Actor) -> Letter:
    insist(actor, Duty.DRAFT)
    letter: Letter = Letter.objects.select_for_update(of=("self",)).select_related("case").get(pk=letter_id)
    insist_not_close(actor, letter.case.request_id)
    if not possible(letter):
        raise RefusedError(Refusal("letter_settled", {}))
    return letter


def carry(*, old: Iterable[RowId], new: Letter) -> None:
    """A draft was written anew: what went along with the earlier one goes along with this one. Part of the caller's transaction."""
    rows = Upload.objects.filter(letter__in=list(old), deleted_at=None)
    rows.update(letter=new, delete_after=None)


def let_go(*, letters: Iterable[RowId], now: datetime) -> None:
    """Drafts were given up: what would have gone along goes with the next pass of sent files."""
    Upload.objects.filter(letter__in=list(letters), deleted_at=None).update(delete_after=now)


# --- files of the case that can go along ----------------------------------------------------------------------------------


def sources(case: Case) -> list[tuple[str, str]]:
    """Files of this case that can be given along as copies: what the person sent except proofs, our letters, certificates.

    The answer itself is not among them: it leaves by its own way, approved as such (4.2). Pairs of a key and a name.
    """
    most = settings.DSR_UPLOAD_MAX_MB * _MB
    sent = _hers(case.request).filter(size__lte=most).order_by("created_at", "pk")
    ours = _ours(case).filter(size__lte=most).order_by("created_at", "pk")
    return [
        *((f"upload:{one.pk}", uploads.name_of(one)) for one in sent),
        *((f"artifact:{one.pk}", one.file_name) for one in ours),
    ]


def _hers(request: Request) -> Any:
    rows = Upload.objects.filter(request=request, deleted_at=None).exclude(storage_name="")
    return rows.exclude(purpose__in=[*uploads.PROOFS, *uploads.OURS])


def _ours(case: Case) -> Any:
    """PDFs that left this case: sent letters and certificates whose bytes are kept."""
    rows = Artifact.objects.filter(case=case, kind__in=_OURS, media_type="application/pdf", superseded_at=None)
    sent = Letter.objects.filter(case=case, status=Letter.Status.SENT, artifact__isnull=False).exclude(
        code__in=_TO_OTHERS
    )
    left = rows.filter(pk__in=sent.values("artifact")) | rows.filter(
        kind=Artifact.Kind.CERTIFICATE, released_at__isnull=False
    )
    return left.exclude(storage_name="").exclude(wrapped_key="")


def copy(*, case: Case, key: str, read: Any, actor: Actor, now: datetime) -> Upload:
    """A copy of one of `sources` as a loose enclosure, checked and scanned like any file. Never inside a transaction.

    `read` opens an artifact (dsr.fulfil.spool). RefusedError `enclosure_gone`; UploadRefusedError as `uploads.receive`.
    """
    insist(actor, Duty.DRAFT)
    insist_not_close(actor, case.request_id)
    offered = dict(sources(case))
    if key not in offered:
        raise RefusedError(Refusal("enclosure_gone", {}))
    kind, _colon, wanted = key.partition(":")
    hers = kind == "upload"
    content = b"".join(uploads.read(_hers(case.request).get(pk=wanted)) if hers else read(_ours(case).get(pk=wanted)))
    file = UploadedFile(BytesIO(content), offered[key], size=len(content))
    return uploads.receive(
        controller=case.controller,
        file=file,
        purpose=Upload.Purpose.ENCLOSURE,
        now=now,
        request=case.request,
        actor=actor,
    )
