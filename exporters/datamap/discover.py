"""Guesses from its name and type whether a column holds personal data: for columns no map has decided about.

A guess may be wrong in both directions; it raises a question and never answers one.
"""

from __future__ import annotations

import re
from itertools import pairwise

_WORDS: tuple[tuple[str, str], ...] = (
    (r"e?mails?|recipients?|sender", "an e-mail address"),
    (r"phones?|tel|telephone|mobile|fax|msisdn|landline|imsi|imei", "a telephone number"),
    (
        r"(first|last|full|sur|nick|user|middle|maiden|contact|author|buyer|holder|payer)_?names?|vorname|nachname",
        "a name",
    ),
    (r"names?|persons?|holder|owner|contact|author|customer|client|subscriber|patient|employee|staff", "a person"),
    (r"address|addr|street|strasse|city|town|zip|postcode|postal|plz|ort|geo|lat|lon|latitude|longitude", "a place"),
    (r"birth(day|date|_?date)?|dob|age|gender|sex|nationality|marital", "a personal detail"),
    (r"iban|bic|swift|bank|account|card|cvv|pan|sepa|mandate", "payment data"),
    (r"ip|ipv4|ipv6|mac|ssid|serial|device|useragent|user_agent|session|cookie|fingerprint", "a device or connection"),
    (r"login|username|user|pass|passwd|password|pin|puk|secret|token|hash|salt", "log-in data"),
    (
        r"notes?|comments?|remarks?|message|subject|body|content|text|description|reason|memo|details|meta|payload|json|data",
        "free text",
    ),
    (r"vat|tax|passport|document|ssn|licen[cs]e|consent|score|segment|interests?", "a personal detail"),
)
_PATTERNS = tuple((re.compile(rf"(?:{words})"), meaning) for words, meaning in _WORDS)
_FREE_TYPES = ("text", "clob", "blob", "bytea", "json", "xml", "hstore")


def looks_personal(column: str, kind: str) -> str:
    """Why a column looks personal ("an e-mail address"), or nothing. `kind` is the database's type name."""
    words = _split(column)
    for pattern, meaning in _PATTERNS:
        if any(pattern.fullmatch(word) for word in words):
            return meaning
    return "free text" if kind.lower().startswith(_FREE_TYPES) or kind.lower().endswith(("text", "blob")) else ""


def _split(column: str) -> list[str]:
    """`buyerLast_name2` -> buyer, last, name, the neighbours joined, and the whole."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column)
    parts = [part.rstrip("0123456789") for part in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if part]
    pairs = [f"{one}_{two}" for one, two in pairwise(parts)]
    return [*parts, *pairs, "".join(parts), column.lower()]
