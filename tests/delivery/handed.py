"""A case whose answer is some bytes sealed in the vault: for what does not depend on what is in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dsr.fulfil.spool import Sink, store_artifact
from tests.factories import make_case

if TYPE_CHECKING:
    from dsr.models import Artifact, Case

PLAIN = bytes(range(256)) * 700


def handed_over(now: datetime, **fields: Any) -> Case:
    """An answered access request; its package was released at `now` and stays for thirty days."""
    case = make_case(at=now, **fields)

    def write(sink: Sink) -> dict[str, object]:
        sink.write(PLAIN)
        return {"files": [{"path": "letter.pdf", "size": 1000, "sha256": "0" * 64}]}

    artifact = store_artifact(
        case=case, kind="package", file_name="answer.zip", media_type="application/zip", write=write, now=now
    )
    artifact.released_at, artifact.expires_at = now, now + timedelta(days=30)
    artifact.save()
    return case


def package(case: Case) -> Artifact:
    """The package as its row stands now."""
    found: Artifact = case.artifacts.get(kind="package")
    return found
