"""What two headers of a mail say once comments and quoted words are out of the way: who wrote it, and whether our server believes it.

Pure, and in a time that grows with the length of the header: whoever sends the mail has a hand in both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_RESULTS: Final = 1_000_000
"""Characters of one Authentication-Results that are read; mail servers stop far below."""
_MARK: Final = re.compile(r'\\.|[()"]', re.DOTALL)
_ADDRESS: Final = re.compile(r"[^\s<>(),:;\"@\[\]]+@[^\s<>(),:;\"@\[\]]+")
_SAYS: Final = r"dmarc ?(?:/ ?\d{1,5} ?)?(?:\([^()]*\) ?)?= ?\"?"
# A failure is looked for anywhere, in the header as it stands and without its comments; a pass only as a result of its own.
_FAIL: Final = re.compile(rf"\b{_SAYS}fail", re.IGNORECASE)
_PASS: Final = re.compile(rf" ?{_SAYS}pass\b", re.IGNORECASE)


def bare(value: str) -> str:
    """The header without comments, which may hold one another, and without quoted words (RFC 5322, 3.2)."""
    kept: list[str] = []
    depth, quoted, at = 0, False, 0
    for found in _MARK.finditer(value):
        mark = found.group()
        if len(mark) > 1:
            continue
        if not depth and not quoted:
            kept.append(value[at : found.start()])
        at = found.end()
        if mark == '"':
            quoted = quoted != (depth == 0)
        elif not quoted:
            depth = max(0, depth + (1 if mark == "(" else -1))
    if not depth and not quoted:
        kept.append(value[at:])
    return " ".join(" ".join(kept).split())


def one_sender(value: str, address: str) -> bool:
    """Whether a From header names no address beside the one that was read in it: programs differ on which of two it is."""
    named = {one.lower() for one in _ADDRESS.findall(bare(value))}
    return named <= {address.lower()}


def authentic(values: Iterable[str], authserv: str) -> bool | None:
    """What our own server, `authserv`, found out about the sender's domain (DMARC, RFC 8601).

    Every header of ours counts, because several programs may have written one, and a failure in any of them wins: False.
    True only when one of them says that it passed; None when none says either. Headers that name another server may have
    been written by the sender. A header too long to be judged is none to rely on: False.
    """
    verdict: bool | None = None
    for value in values:
        plain = bare(value[: MAX_RESULTS + 1])
        if not _ours(value, plain, authserv):
            continue
        if len(value) > MAX_RESULTS or _FAIL.search(" ".join(value.split())) or _FAIL.search(plain):
            return False
        if any(_PASS.match(result) for result in plain.split(";")[1:]):
            verdict = True
    return verdict


def _ours(value: str, plain: str, authserv: str) -> bool:
    """Whether the header begins with the name of our server, in any case, quoted or not (authserv-id)."""
    heads = (plain.partition(";")[0], value[:MAX_RESULTS].partition(";")[0].replace('"', " "))
    return bool(authserv) and any(
        [one.rstrip(".").lower() for one in head.split()[:1]] == [authserv.lower()] for head in heads
    )
