"""What only a human can say of an answer before it is approved: ticked by the approver, kept in the event (4.2 no. 13)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.decisions import BY_DECISION
from dsr.law.rights import CHANGES_NO_STORE, Right

if TYPE_CHECKING:
    from collections.abc import Mapping


class Attest(StrEnum):
    """What the approver says of what she looked at; no program can."""

    HERS = "hers"  # what leaves, or goes, is this person's
    NOBODY_ELSE = "nobody_else"  # nothing of third parties is left in it (15(4), X-04)
    WORDS_READ = "words_read"  # the letter answers what was asked, in words the person understands (12(1))
    KEPT_READ = "kept_read"  # what stays, under which law and until when
    WEIGHED = "weighed"  # the reasons are about this person, not a formula


ATTESTATIONS: Final[Mapping[Right, tuple[Attest, ...]]] = {
    right: (Attest.HERS, Attest.NOBODY_ELSE, Attest.WORDS_READ)
    if right in CHANGES_NO_STORE - BY_DECISION
    else (Attest.HERS, Attest.KEPT_READ)
    if right is Right.ERASURE
    else (Attest.WEIGHED, Attest.WORDS_READ)
    if right in BY_DECISION
    else ()
    for right in Right
}
"""By right, in the order of the page. Rights that work under a standing policy have nobody who approves (4.0.2)."""
