"""Which rights a portal has to have a form for, by regime: a brand may leave out the others, never these (Art. 12(2) GDPR).

A right without a form is not gone: whoever asks for it in her own words, by letter or by phone has it all the same (T-03).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dsr.law.rights import ALL_RIGHTS, Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# GDPR: all of chapter III applies to a provider of connections. Only Art. 22 asks for something a controller may not do at all:
# decide by machine alone.
_GDPR: Final = ALL_RIGHTS - {Right.AUTOMATED_DECISION}
_ANYWHERE: Final = frozenset({Right.ACCESS, Right.RECTIFICATION, Right.ERASURE, Right.MARKETING_OBJECTION})
REQUIRED: Final[Mapping[str, frozenset[Right]]] = {
    "EU_GDPR": _GDPR,
    "UK_GDPR": _GDPR,
    # Art. 25, 28, 32 and 30(2)(b) FADP; Art. 21 only where decisions are automated.
    "CH_FADP": _ANYWHERE | {Right.PORTABILITY, Right.OBJECTION, Right.RESTRICTION},
    # Cal. Civ. Code 1798.105, 106, 110, 120, 130(a)(3)(B)(iii).
    "US_CCPA": _ANYWHERE | {Right.PORTABILITY},
    # Art. 18 LGPD: access, correction, blocking, erasure, portability, revocation; 18 para. 2 objection; 20 review of decisions.
    "BR_LGPD": ALL_RIGHTS - {Right.AUTOMATED_DECISION},
    # Quebec P-39.1, s. 27, 28, 28.1, 8 and 22: access with portability, correction, ceasing, withdrawal of consent.
    "CA_QC25": _ANYWHERE | {Right.PORTABILITY, Right.CONSENT_WITHDRAWAL},
}


def required(regime: str) -> frozenset[Right]:
    """The rights a portal under this regime has a form for; all of them for a regime that is not in the table."""
    return REQUIRED.get(regime, ALL_RIGHTS)


def offered(regime: str, chosen: Iterable[str]) -> tuple[Right, ...]:
    """The rights with a form, in the order of the enumeration: those chosen and those demanded; all when nothing was chosen."""
    wanted = set(chosen)
    return tuple(right for right in Right if not wanted or right.value in wanted or right in required(regime))
