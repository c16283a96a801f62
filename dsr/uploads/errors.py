"""The refusal of a file, as callers get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.wording import uploads as words

if TYPE_CHECKING:
    from dsr.uploads.codes import FileRefusal


class UploadRefusedError(Exception):
    """A file is not taken, nothing of it was kept. `code` says why, `words` says it to the person and names file and limit.

    The exception's own text is the code only: a name of a file may be the name of a person.
    """

    def __init__(self, code: FileRefusal, *, name: str = "") -> None:
        super().__init__(code.value)
        self.code, self.name = code, name

    @property
    def words(self) -> str:
        """One or two sentences in the active language."""
        return words.refusal(self.code, name=self.name)
