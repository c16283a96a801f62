"""A vault of its own for every test here, and a draft to hang files on."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dsr.cases import uploads
from dsr.models import Draft, Upload
from tests.factories import MONDAY, make_controller
from tests.uploads.made import sent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def vault(settings: Any, tmp_path: Path) -> Path:
    """The folder of sealed files, empty."""
    folder = tmp_path / "vault"
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": {"location": str(folder)}}}
    return folder


@pytest.fixture
def draft(db: None) -> Draft:
    """A draft of somebody without an account."""
    row = Draft(
        controller=make_controller(),
        digest=hashlib.sha256(b"token").hexdigest(),
        updated_at=MONDAY,
        expires_at=MONDAY + timedelta(days=7),
    )
    row.put({"key": "k", "answers": {}, "done": []})
    row.save()
    return row


@pytest.fixture
def receive() -> Callable[..., Upload]:
    """Keep a text: no child process is needed for it."""

    def keep(text: str = "Zanzibar", *, name: str = "note of Quirina.txt", now: Any = MONDAY, **owner: Any) -> Upload:
        one = owner.get("draft") or owner["request"]
        purpose = owner.pop("purpose", "evidence")
        file = sent(text.encode(), name)
        return uploads.receive(controller=one.controller, file=file, purpose=purpose, now=now, **owner)

    return keep


def files_in(folder: Path) -> list[Path]:
    """What lies in the vault."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
