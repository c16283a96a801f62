"""What Article 20 covers, field by field: a pure decision over what the data map says (rules 3.2, P-01 to P-06).

Portable is what the data subject provided or what her use of the service produced, processed on consent or on a
contract, by automated means, and about her. Everything else stays out of the portable copy, each with its reason:
the answer names them all (P-09, X-02), except what must not be spoken of, which is in no data map at all (X-06).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

PROVIDED: Final = frozenset({"provided", "observed"})
"""Origins that count as "provided by the data subject": given by her, or observed from her use (P-02, WP242 p. 9-11)."""

PORTABLE_BASES: Final = frozenset({"6(1)(a)", "6(1)(b)", "9(2)(a)"})
"""Consent and contract, and the consent to special categories: the bases that Article 20(1)(a) lists (P-01)."""

_ABOUT_HER: Final = frozenset({"subject", "third_party"})
_OPEN: Final = frozenset({"exported", "partly"})
_BASIS: Final = re.compile(r"(?<!\d)([69])\s*\(\s*([12])\s*\)\s*\(\s*([a-j])\s*\)", re.IGNORECASE)


class Exclusion(StrEnum):
    """Why a field is not in the portable copy; the order is the order in which the questions are asked."""

    SECRET = "secret"  # noqa: S105 - X-04: never disclosed to anybody, so not to her next provider either
    NOT_ABOUT_HER = "not_about_her"  # P-01: about staff or about the controller
    PAPER = "paper"  # P-01, P-03: not processed by automated means
    INFERRED = "inferred"  # P-02: concluded from other data (scores, segments)
    GENERATED = "generated"  # P-02: made by the controller itself (numbers it gives, notes it writes)
    LEGAL_OBLIGATION = "legal_obligation"  # P-03: kept or processed because a law says so
    LEGITIMATE_INTEREST = "legitimate_interest"  # P-03: fraud, network security, advertising to customers
    OTHER_BASIS = "other_basis"  # P-01: any other basis, or none that is written down
    NOT_CHOSEN = "not_chosen"  # Art. 20(1): portable, but she asked for the other half only


RULES: Final = {
    Exclusion.SECRET: "X-04",
    Exclusion.NOT_ABOUT_HER: "P-01",
    Exclusion.PAPER: "P-03",
    Exclusion.INFERRED: "P-02",
    Exclusion.GENERATED: "P-02",
    Exclusion.LEGAL_OBLIGATION: "P-03",
    Exclusion.LEGITIMATE_INTEREST: "P-03",
    Exclusion.OTHER_BASIS: "P-01",
    Exclusion.NOT_CHOSEN: "P-02",
}
"""The rule behind each reason."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision over one field. `others`: it is portable and tells something about other people (P-06)."""

    exclusion: Exclusion | None
    others: bool = False

    @property
    def portable(self) -> bool:
        """Whether the field is in the portable copy."""
        return self.exclusion is None


def bases_of(text: str) -> frozenset[str]:
    """The legal bases named in `text`, in one spelling: `Art. 6 (1) (B) GDPR` becomes `6(1)(b)`."""
    return frozenset(f"{article}({paragraph})({letter.lower()})" for article, paragraph, letter in _BASIS.findall(text))


def chosen_origins(choice: object) -> frozenset[str]:
    """The origins that a request's `origins` names (`provided`, `observed` or `both`); anything else narrows nothing."""
    return frozenset({str(choice)}) if choice in PROVIDED else PROVIDED


def verdict(
    *,
    origin: str,
    legal_basis: str,
    whose: str,
    disclosure: str,
    automated: bool = True,
    wanted: frozenset[str] = PROVIDED,
) -> Verdict:
    """Decide over one field (Art. 20(1), (4)).

    `origin`, `whose` and `disclosure` are codes of the data map, `legal_basis` its article in words or as a code. A
    field on several bases is portable when consent or contract is among them. A code nobody knows is never portable.
    `automated` is false for paper; `wanted` are the origins she asked for.
    """
    bases = bases_of(legal_basis)
    if disclosure not in _OPEN:
        return Verdict(Exclusion.SECRET)
    if whose not in _ABOUT_HER:
        return Verdict(Exclusion.NOT_ABOUT_HER)
    if not automated:
        return Verdict(Exclusion.PAPER)
    if origin not in PROVIDED:
        return Verdict(Exclusion.INFERRED if origin == "inferred" else Exclusion.GENERATED)
    reason = None if bases & PORTABLE_BASES else _basis_excluded(bases)
    if reason is None and origin not in wanted:
        reason = Exclusion.NOT_CHOSEN
    return Verdict(reason, others=reason is None and whose == "third_party")


def _basis_excluded(bases: frozenset[str]) -> Exclusion:
    if "6(1)(c)" in bases:
        return Exclusion.LEGAL_OBLIGATION
    return Exclusion.LEGITIMATE_INTEREST if "6(1)(f)" in bases else Exclusion.OTHER_BASIS


class NoTransmission(StrEnum):
    """Why data are not sent to another controller; she gets them herself then, with this reason (P-05, Recital 68)."""

    UNKNOWN_RECEIVER = "unknown_receiver"  # nobody here knows the provider she named as one that can receive
    NO_INTERFACE = "no_interface"  # it has no place we could send to
    NO_HOST_KEY = "no_host_key"  # its server cannot prove that it is the one
    HOST_KEY_CHANGED = "host_key_changed"  # the server that answered has another key than the one on file
    NO_ENCRYPTION_KEY = "no_encryption_key"  # nothing could be encrypted so that only it can read it
    KEY_EXPIRED = "key_expired"
    UNPROVEN = "unproven"  # nobody has checked that the keys are its keys
    PROOF_OUTDATED = "proof_outdated"  # checked longer ago than PROOF_DAYS
    WITHDRAWN_RECEIVER = "withdrawn_receiver"  # we stopped sending to it
    FAILED = "failed"  # tried and not possible, and a person gave up


PROOF_DAYS: Final = 365
"""How many days the check of a receiving controller's keys is good for; a policy, not a law."""


@dataclass(frozen=True, slots=True)
class ReceiverFacts:
    """What is on file about a receiving controller; dates in the sending controller's time zone.

    `host` and `folder` say where, `host_key` and `recipient_key` who it is, `verified_on` when somebody checked that.
    """

    host: str
    folder: str
    host_key: str
    recipient_key: str
    key_expires_on: date | None
    verified_on: date | None
    ended: bool


def transmission_refusal(receiver: ReceiverFacts | None, *, today: date) -> NoTransmission | None:
    """Why nothing may be sent to this receiver today, or None (P-05, Recital 68: no duty to build, none to be careless)."""
    if receiver is None:
        return NoTransmission.UNKNOWN_RECEIVER
    proven = receiver.verified_on
    checks = (
        (receiver.ended, NoTransmission.WITHDRAWN_RECEIVER),
        (not (receiver.host and receiver.folder), NoTransmission.NO_INTERFACE),
        (not receiver.host_key, NoTransmission.NO_HOST_KEY),
        (not receiver.recipient_key, NoTransmission.NO_ENCRYPTION_KEY),
        (receiver.key_expires_on is not None and receiver.key_expires_on < today, NoTransmission.KEY_EXPIRED),
        (proven is None or proven > today, NoTransmission.UNPROVEN),
        (proven is not None and (today - proven).days > PROOF_DAYS, NoTransmission.PROOF_OUTDATED),
    )
    return next((reason for failed, reason in checks if failed), None)
