"""Where the files of a form go: the draft or the request they belong to, from which address, at which time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from dsr.cases import uploads
from dsr.cases.actors import SYSTEM
from dsr.limits import Limit
from dsr.uploads.codes import FileRefusal
from dsr.uploads.errors import UploadRefusedError
from dsr.wording import uploads as words
from exporters.contract import Permanent, Temporary
from exporters.files.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from dsr.law.workflow import Actor
    from dsr.models import Controller, Draft, Request, Upload

_DAY: Final = 24 * 3600


@dataclass(slots=True)
class Inbox:
    """Takes the files of one POST. `address`: whose daily share they count against (dsr.limits.client_address); empty for staff.

    One of `draft` and `request`; neither while nothing was kept yet, then there is nothing to list.
    """

    controller: Controller
    now: datetime
    draft: Draft | None = None
    request: Request | None = None
    address: str = ""
    actor: Actor = field(default=SYSTEM)
    make_draft: Callable[[], Draft] | None = None
    """Makes the draft when the first file comes before the first answer was kept."""
    fresh: bool = False
    """Whether only the files of this POST count and are listed: staff adds to what is there."""
    from_person: bool | None = None
    """Whether the person sent these files; by default what staff adds is not hers (dsr.cases.upload_intake.receive)."""
    _taken: list[Upload] = field(default_factory=list)

    def held(self, purpose: str) -> list[Upload]:
        """What is there already: of the draft, or of the message that is being written."""
        if self.fresh:
            return self._taken
        if self.draft is not None:
            return uploads.of_draft(self.draft, purpose)
        return uploads.loose(self.request, purpose) if self.request is not None else []

    def take(self, purpose: str, files: Sequence[UploadedFile[Any]], *, most: int) -> list[str]:
        """Keep what can be kept, in order; the sentences say which file was not, and why."""
        if files and self.draft is None and self.request is None and self.make_draft is not None:
            self.draft = self.make_draft()
        refused, room = [], most - len(self.held(purpose))
        for file in files:
            try:
                self._insist_room(file, room)
                self._receive(purpose, file)
                room -= 1
            except UploadRefusedError as error:
                refused.append(words.refusal(error.code, name=error.name, most=most))
        return refused

    def remove(self, purpose: str, upload_id: str) -> None:
        """Delete one of the files that `held` lists; nothing happens for any other id."""
        for upload in self.held(purpose):
            if str(upload.pk) == upload_id:
                uploads.remove(upload=upload, now=self.now, actor=self.actor)

    def _insist_room(self, file: UploadedFile[Any], room: int) -> None:
        if room <= 0:
            raise UploadRefusedError(FileRefusal.TOO_MANY, name=file_name(file.name or ""))
        share = Limit("upload_bytes", settings.DSR_UPLOAD_DAY_MB << 20, _DAY)
        if (
            self.address
            and not getattr(file, "too_large", False)
            and share.take(self.address, at=time.time(), units=file.size or 0)
        ):
            raise UploadRefusedError(FileRefusal.DAY_FULL, name=file_name(file.name or ""))

    def _receive(self, purpose: str, file: UploadedFile[Any]) -> None:
        try:
            kept = uploads.receive(
                controller=self.controller,
                file=file,
                purpose=purpose,
                now=self.now,
                draft=self.draft,
                request=self.request,
                actor=self.actor,
                from_person=self.from_person,
            )
        except (Temporary, Permanent, OSError):
            raise UploadRefusedError(FileRefusal.AWAY, name=file_name(file.name or "")) from None
        self._taken.append(kept)
