"""Reads `erase:` and says which treatments a field cannot have, with the reason (rules 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.anonymise.fakes import FAKED
from exporters.anonymise.forbidden import FORBIDDEN
from exporters.datamap.model import Coarse, Encoding, Erase
from exporters.identifiers import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.datamap.model import Dataset, Field
    from exporters.document import Item

TOKENS = frozenset({Erase.RANDOM_TOKEN, Erase.KEYED_TOKEN})
_GENERALISED = frozenset({None, IdentifierKind.IP, IdentifierKind.BIRTH_DATE})
_COARSE_FOR: Mapping[IdentifierKind | None, frozenset[Coarse]] = {
    None: frozenset(Coarse) - {Coarse.NETWORK},
    IdentifierKind.IP: frozenset({Coarse.NETWORK}),
    IdentifierKind.BIRTH_DATE: frozenset({Coarse.DECADE, Coarse.YEAR}),
}
_FREE_TEXT = frozenset({Erase.GENERALISE, Erase.FAKE, *TOKENS})
_SECRET = frozenset({Erase.KEEP, Erase.LEAVE, Erase.MANUAL, Erase.GENERALISE, Erase.FAKE, Erase.KEYED_TOKEN})
_BINARY = frozenset({Encoding.IP_INTEGER, Encoding.IP_BYTES, Encoding.UNIX_TIME})


def read_erase(item: Item) -> dict[str, Any]:
    """Read `erase: nullify`, `{constant: word}` or `{generalise: decade}`; a forbidden one is refused with the reason."""
    if item.is_mapping:
        options = item.options("constant", "generalise")
        if len(options) != 1:
            raise item.error("give one of: constant (the word), generalise (how coarse)")
        if "constant" in options:
            return {"erase": Erase.CONSTANT, "constant": options["constant"].text(), "coarse": None}
        return {"erase": Erase.GENERALISE, "constant": "", "coarse": options["generalise"].choice(Coarse)}
    reason = FORBIDDEN.get(item.text().lower())
    if reason:
        raise item.error(f"{item.text()!r} is refused: {reason}")
    return {"erase": item.choice(Erase), "constant": "", "coarse": None}


def unfit(field: Field, dataset: Dataset) -> str:
    """Why the field cannot be treated as the map says, or nothing. Types are checked against the live table later."""
    erase = field.terms.erase
    return (
        (_secret(erase) if field.secret else "")
        or (_free_text(erase) if field.free_text else "")
        or _by_kind(field, erase)
        or (_scrub(field, dataset) if erase is Erase.SCRUB else "")
        or _by_shape(field, erase)
    )


def _secret(erase: Erase) -> str:
    if erase in _SECRET:
        return f"a secret is never kept nor made coarser ({erase.value}): write nullify, constant or random_token"
    return ""


def _free_text(erase: Erase) -> str:
    if erase in _FREE_TEXT:
        return f"free text cannot be made anonymous by {erase.value} (rules 6.2): write nullify, or scrub where law keeps the row"
    return ""


def _by_kind(field: Field, erase: Erase) -> str:
    kind = field.identifier.kind if field.identifier else None
    if erase is Erase.FAKE and kind not in FAKED:
        known = ", ".join(sorted(FAKED))
        return f"a fake comes from a reserved range only, and there is one for {known}: write constant or random_token"
    if erase is Erase.GENERALISE:
        if kind not in _GENERALISED:
            return f"a coarser {kind} still names a person or nobody: write nullify, constant or random_token"
        if field.terms.coarse and field.terms.coarse not in _COARSE_FOR[kind]:
            return f"{field.terms.coarse.value!r} does not fit this field: {_fitting(kind)}"
    if erase in TOKENS and kind is IdentifierKind.BIRTH_DATE:
        return "a token is no date: write nullify or {generalise: decade}"
    return ""


def _fitting(kind: IdentifierKind | None) -> str:
    return ", ".join(one.value for one in Coarse if one in _COARSE_FOR[kind])


def _scrub(field: Field, dataset: Dataset) -> str:
    if not field.free_text:
        return "only free text can be scrubbed: say free_text: true, or write nullify"
    if dataset.terms.erase is not Erase.KEEP:
        return "free text is scrubbed only in rows that a law keeps (rules 6.2): write nullify"
    return ""


def _by_shape(field: Field, erase: Erase) -> str:
    if field.parts and erase in {*TOKENS, Erase.GENERALISE, Erase.FAKE}:
        return f"a column with parts cannot be treated by {erase.value}: write nullify or {{constant: '{{}}'}}"
    if field.encoded in _BINARY and erase in TOKENS:
        return f"a token is a text, and this column holds {field.encoded.value}: write nullify or generalise"
    if field.encoded in _BINARY and erase is Erase.FAKE and field.encoded is not Encoding.IP_INTEGER:
        return f"no fake is written as {field.encoded.value}: write nullify"
    return ""
