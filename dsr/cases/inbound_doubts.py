"""Why a person has to decide about a mail; dsr.desk.inbox_words has the words."""

from __future__ import annotations

from enum import StrEnum


class Doubt(StrEnum):
    """Codes of InboundMail.doubt."""

    OTHER_SENDER = "other_sender"  # names a request, and is not from the contact on file
    NO_SUCH_REQUEST = "no_such_request"
    SEVERAL = "several"  # names several requests
    CLOSED = "closed"  # the file is archived
    NO_SENDER = "no_sender"  # not exactly one address that can be written to
    DISOWNED = "disowned"  # the sender's domain says that it did not send it
    EMPTY = "empty"
    MANY = "many"  # the sender has opened several today
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
