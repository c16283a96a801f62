"""The facts of a certificate of erasure, and the certificate for machines: canonical JSON.

For auditors and authorities (rules 4.4, 6.5 item 10, house.md idea 3). It outlives the data, so nothing personal may be
in it: codes, counts, dates, statutes, hashes and roles, each checked for its form. The same facts give the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from dsr.law.rights import Right
from dsr.law.terms import Role
from dsr.output.erasure_inputs import Method
from dsr.output.erasure_words import ACTS, DEFER_REASONS, HITS, KEEP_REASONS
from dsr.output.inputs import OutputError
from dsr.vault import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from dsr.output.erasure_inputs import ErasureResult

SCHEMA: Final = "dsr-erasure-certificate/1"
_CODE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}")
_REFERENCE: Final = re.compile(r"[A-Z]{2,8}-\d{4}-\d{3,12}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+\-]{0,63}")
_MARK: Final = re.compile(r"[VK]?(/[VK])?")
_NUMBERED: Final = re.compile(r"\d{6,}|@|https?:")
"""What no statute contains and identifiers often do: long numbers, e-mail and web addresses."""
MAX_LAW = 300


@dataclass(frozen=True, slots=True)
class SignOff:
    """One act of the procedure: a code of erasure_words.ACTS, the role (dsr.law.terms.Role) that did it, when (aware)."""

    act: str
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """The event chain of the case up to the certificate: hash of its last event, number of events."""

    head: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateInput:
    """What a certificate is made from. `controller` is the legal name; `written_at` is aware, in its time zone."""

    controller: str
    reference: str
    right: str
    language: str
    written_at: datetime
    plan_number: int
    approval: tuple[SignOff, ...]
    result: ErasureResult
    chain: Chain
    software: str


def certificate_json(certificate: CertificateInput) -> bytes:
    """The certificate for machines: canonical JSON without labels, the same in every language.

    OutputError: `residue_left` while a search still finds something of hers, `not_approved` without an approval,
    `bad_value` names the field that is no code, hash, role or statute. ValueError for an instant without a time zone.
    """
    _check(certificate)
    return canonical(certificate_facts(certificate)) + b"\n"


def _check(certificate: CertificateInput) -> None:
    result = certificate.result
    for instant in _instants(certificate):
        if instant.tzinfo is None:
            raise ValueError("the instants of a certificate must be aware")
    if result.verified.hits_left:
        raise OutputError("residue_left", "certificate")
    if not result.verified.stores or not result.verified.identifiers:
        raise OutputError("not_verified", "certificate")
    if not any(item.act == "approved" for item in certificate.approval):
        raise OutputError("not_approved", "certificate")
    for name, good in _forms(certificate):
        if not good:
            raise OutputError("bad_value", f"certificate.{name}")


def _instants(certificate: CertificateInput) -> Iterator[datetime]:
    yield certificate.written_at
    yield certificate.result.verified.at
    for item in certificate.approval:
        yield item.at


def _forms(certificate: CertificateInput) -> Iterator[tuple[str, bool]]:
    """Each field that is printed, and whether it has the form of what it should be: where no value fits, none slips in."""
    result = certificate.result
    yield "controller", bool(certificate.controller.strip())
    yield "reference", bool(_REFERENCE.fullmatch(certificate.reference))
    yield "right", certificate.right in set(Right)
    yield "software", bool(_VERSION.fullmatch(certificate.software))
    yield "plan_sha256", bool(_SHA256.fullmatch(result.plan_sha256))
    yield "chain", bool(_SHA256.fullmatch(certificate.chain.head)) and certificate.chain.length > 0
    for signed in certificate.approval:
        yield "approval", signed.act in ACTS and signed.role in set(Role)
    for item in result.lines:
        # A store that only people change is one line without a dataset.
        yield "place", bool(_CODE.fullmatch(item.store) and (not item.dataset or _CODE.fullmatch(item.dataset)))
    for kept in result.kept:
        yield "reason", kept.reason in KEEP_REASONS
        yield "mark", bool(_MARK.fullmatch(kept.mark))
        yield "law", 0 < len(kept.law.strip()) <= MAX_LAW and not _NUMBERED.search(kept.law)
    for deferred in result.deferred:
        yield "reason", deferred.reason in DEFER_REASONS
    for store in result.verified.stores:
        yield "store", bool(_CODE.fullmatch(store.store))
        yield "hits", store.hits.keys() <= HITS.keys()


def certificate_facts(certificate: CertificateInput) -> dict[str, Any]:
    """Everything the certificate says, sorted: two runs, two orders of the same facts, one text."""
    result = certificate.result
    return {
        "schema": SCHEMA,
        "controller": certificate.controller,
        "case": certificate.reference,
        "right": certificate.right,
        "written_at": _instant(certificate.written_at),
        "software": certificate.software,
        "plan": {"number": certificate.plan_number, "sha256": result.plan_sha256},
        "executed_on": result.executed_on.isoformat(),
        "approval": _approval(certificate.approval),
        "treated": _treated(result),
        "kept": _kept(result),
        "deferred": sorted(
            ({"store": i.store, "dataset": i.dataset, "reason": i.reason, "rows": i.rows} for i in result.deferred),
            key=canonical,
        ),
        "suppression_entry": result.suppression,
        "recipients": {"told": len(result.recipients), "not_told": len(result.not_told)},
        "residue_scan": _scan(result),
        "chain": {"head": certificate.chain.head, "length": certificate.chain.length},
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _approval(signed: Iterable[SignOff]) -> list[dict[str, str]]:
    return [{"act": i.act, "role": i.role, "at": _instant(i.at)} for i in sorted(signed, key=lambda i: (i.at, i.act))]


def _treated(result: ErasureResult) -> list[dict[str, Any]]:
    """Rows per store and data set, by treatment; every treatment is named, so that a zero is a statement."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for item in result.erased:
        of_set = counts.setdefault((item.store, item.dataset), {method.value: 0 for method in Method})
        of_set[item.method] += item.rows
    return [
        {"store": store, "dataset": dataset, **of_set}
        for (store, dataset), of_set in sorted(counts.items())
        if any(of_set.values())
    ]


def _kept(result: ErasureResult) -> list[dict[str, Any]]:
    counts: dict[tuple[Any, ...], int] = {}
    for i in result.kept:
        until = i.until.isoformat() if i.until else ""
        key = (i.store, i.dataset, i.year or 0, i.law, until, i.mark, i.reason)
        counts[key] = counts.get(key, 0) + i.rows
    return [
        {
            "store": store,
            "dataset": dataset,
            "year": year or None,
            "law": law,
            "until": until or None,
            "mark": mark or None,
            "reason": reason,
            "rows": rows,
        }
        for (store, dataset, year, law, until, mark, reason), rows in sorted(counts.items())
    ]


def _scan(result: ErasureResult) -> dict[str, Any]:
    verified = result.verified
    stores = sorted(verified.stores, key=lambda store: store.store)
    return {
        "at": _instant(verified.at),
        "identifiers": {kind.value: count for kind, count in verified.identifiers.items() if count},
        "stores": [
            {
                "store": store.store,
                "tables": store.tables,
                "columns": store.columns,
                "hits": {code: store.hits.get(code, 0) for code in HITS},
            }
            for store in stores
        ],
        "hits": _hits(verified.stores),
    }


def _hits(stores: Iterable[Any]) -> dict[str, int]:
    return {code: sum(store.hits.get(code, 0) for store in stores) for code in HITS}
