"""Strategies that look like anonymisation and are none (rules 6.1, 6.2): refused when a data map loads."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENUMERABLE = (
    "a hash is no anonymisation: telephone numbers, e-mail and IP addresses can be tried one by one, and two cases "
    "become linkable (rules 6.2); write nullify, constant or random_token"
)
_REVERSIBLE = (
    "whoever holds the key or the table can undo it, so the data stay personal (rules 6.2, N-03); "
    "write nullify, constant, random_token or keyed_token, whose key dies with the case"
)
_UNTRUE = "records of bookkeeping must stay true (rules 6.2, 6.3); write keep, or delete"
_SHIFTED = "a stored offset undoes it (rules 6.2); write nullify or generalise"
_SUMMED = (
    "sums of small groups name the people in them, and this product makes no tables in foreign stores to hold back what is "
    "below a threshold (rules 6.2); write delete, and let the system's own statistics stand, or generalise, which asks for "
    "twenty people"
)
_INVENTED = (
    "an invented value could be a living person's; write constant, random_token or fake, which use reserved ranges"
)

FORBIDDEN: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("hash", "md5", "sha1", "sha256", "sha512", "salted_hash", "bcrypt", "checksum"), _ENUMERABLE),
        **dict.fromkeys(("hmac", "encrypt", "aes", "aes_encrypt", "pseudonymise", "pseudonymize"), _REVERSIBLE),
        **dict.fromkeys(("mapping", "mapping_table", "lookup", "tokenise", "tokenize"), _REVERSIBLE),
        **dict.fromkeys(("noise", "perturb", "round", "jitter"), _UNTRUE),
        **dict.fromkeys(("aggregate", "aggregation", "count", "sum", "statistics"), _SUMMED),
        **dict.fromkeys(("date_shift", "shift_dates", "shift"), _SHIFTED),
        **dict.fromkeys(("faker", "random_name", "random_email", "shuffle", "swap"), _INVENTED),
    }
)
"""The reason by the name a map may try to use."""
