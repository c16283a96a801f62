"""The end of files: expired packages and superseded drafts lose their bytes and keys; hash and counts stay (rules.md 4.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from dsr.cases import holds
from dsr.cases.actors import SYSTEM
from dsr.cases.perform import record
from dsr.fulfil.attachments import KINDS
from dsr.fulfil.spool import drop_file
from dsr.models import Artifact

if TYPE_CHECKING:
    from datetime import datetime

SUPERSEDED_FOR = timedelta(days=1)
# Collected data are working copies: once the case is closed they have served (data minimisation, 4.5 "controller copy").
COLLECTED_FOR = timedelta(days=30)


def remove_expired(*, now: datetime, limit: int) -> int:
    """Remove what is over, at most `limit` files; each removal is an event of its case. Returns how many.

    Each file is claimed by destroying its key, and only if it is over still: an answer that is offered again, or a hold
    that is set while earlier files are being deleted, keeps it.
    """
    over = (
        Q(expires_at__lt=now)
        | Q(superseded_at__lt=now - SUPERSEDED_FOR)
        | Q(
            kind__in=(Artifact.Kind.COLLECTED, Artifact.Kind.REDACTION, *KINDS), case__closed_at__lt=now - COLLECTED_FOR
        )
    )
    # Whose key is gone already has its event; `end_of_life.leftovers` removes the bytes.
    there = Artifact.objects.filter(over).exclude(storage_name="").exclude(wrapped_key="")
    free = holds.free(there, request="case__request")
    removed = 0
    for artifact in list(free[:limit]):
        with transaction.atomic():
            if not free.filter(pk=artifact.pk).update(wrapped_key=""):
                continue
            data = {"artifact": artifact.kind, "sha256": artifact.sha256}
            record(case_id=artifact.case_id, kind="file_removed", actor=SYSTEM, now=now, data=data)
        drop_file(artifact)
        removed += 1
    return removed
