"""Why a file is not taken, as codes; dsr.wording.uploads says them in words. No Django here: the child process reads this."""

from __future__ import annotations

from enum import StrEnum


class FileRefusal(StrEnum):
    """Why a file that somebody sent is not kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"  # files of one page or message
    REQUEST_FULL = "request_full"  # bytes of one request
    REQUEST_MANY = "request_many"  # files of one request
    DAY_FULL = "day_full"  # bytes of one address and day
    UNKNOWN_TYPE = "unknown_type"
    HEIC = "heic"
    PAGE = "page"
    PROGRAM = "program"
    ARCHIVE = "archive"
    OLD_OFFICE = "old_office"
    LOCKED = "locked"  # a password is needed
    ACTIVE = "active"  # scripts, macros, programs or other files inside
    MIXED = "mixed"  # two kinds of file in one
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MUCH_INSIDE = "too_much_inside"  # small outside, huge when it is opened
    INFECTED = "infected"
    TOO_HARD = "too_hard"  # the time, memory or CPU for a look at it was used up
    AWAY = "away"  # our own storage does not answer, or is full


class RefusedFileError(Exception):
    """The file is not taken; the code says why."""

    def __init__(self, code: FileRefusal) -> None:
        super().__init__(code.value)
        self.code = code
