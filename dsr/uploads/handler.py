"""How the bytes of a form's files reach us: into memory, cut at their limits while they are read, never as plain files on a disk.

A file over its limit is read past without being kept, so that the other files of the form, and all that was typed, arrive.
A body that is larger than any honest form is not read at all (dsr.uploads.limit).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

if TYPE_CHECKING:
    from typing import IO

CHUNK: Final = 64 * 1024
MOST_FILES: Final = 20
"""Files of one form that are kept in memory; the forms take five."""
_MB: Final = 1 << 20


class HeldFile(UploadedFile):  # type: ignore[type-arg]  # not generic when it runs
    """A file in memory; `too_large` when it was cut, and then empty with the size it had up to the end of the body."""

    too_large = False


class HeldInMemory(FileUploadHandler):
    """Keeps files of up to DSR_UPLOAD_MAX_MB each, and of DSR_UPLOADS_MAX_MB and one file more together, in memory."""

    chunk_size = CHUNK

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._most, self._room = settings.DSR_UPLOAD_MAX_MB * _MB, 0
        self._left = (settings.DSR_UPLOADS_MAX_MB + settings.DSR_UPLOAD_MAX_MB) * _MB
        self._files, self._cut, self._content = 0, False, io.BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """The next file of the form begins."""
        super().new_file(*args, **kwargs)
        self._files += 1
        self._content, self._cut = io.BytesIO(), self._files > MOST_FILES
        self._room = min(self._most, self._left)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a chunk while there is room; nothing of it reaches another handler."""
        if self._cut or start + len(raw_data) > self._room:
            self._cut, self._content = True, io.BytesIO()
        else:
            self._content.write(raw_data)

    def file_complete(self, file_size: int) -> HeldFile:
        """The file, or the word that it is too large."""
        if not self._cut:
            self._left -= file_size
        self._content.seek(0)
        content: IO[bytes] = self._content
        held = HeldFile(content, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra)
        held.too_large = self._cut
        return held
