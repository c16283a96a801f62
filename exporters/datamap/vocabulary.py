"""The words of a data map: categories, kinds of links, treatments, encodings, and which belong together."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """Categories of personal data an internet provider holds (rules A-02, A-05)."""

    MASTER = "master"
    CONTRACT = "contract"
    IDENTIFICATION = "identification"
    PAYMENT = "payment"
    INVOICE = "invoice"
    TRAFFIC = "traffic"
    USAGE = "usage"
    LOCATION = "location"
    DEVICE = "device"
    COMMUNICATION = "communication"
    SUPPORT = "support"
    CONSENT = "consent"
    MARKETING = "marketing"
    CREDENTIALS = "credentials"
    SECURITY = "security"
    TECHNICAL = "technical"


class LinkType(StrEnum):
    """How a row says whose it is."""

    FOREIGN_KEY = "foreign_key"
    SAME_VALUE = "same_value"
    ESCAPED_VALUE = "escaped_value"
    CONTAINS_VALUE = "contains_value"
    TEMPLATE = "template"
    POLYMORPHIC = "polymorphic"
    JSON_PATH = "json_path"


VALUE_LINKS = frozenset(
    {LinkType.SAME_VALUE, LinkType.ESCAPED_VALUE, LinkType.CONTAINS_VALUE, LinkType.JSON_PATH},
)
"""Links by a value of the person, not by a number of the system: they need a unique identifier at the other end."""


class Erase(StrEnum):
    """What erasure does to a row (the first five) or to a field; the reasons are in rules 6.2.

    `delete_unless_referred`: a row that rows kept by law point at stays, anonymised as its fields say; otherwise it goes.
    `leave` is for a value that says nothing about anybody once the rest of its row is anonymised (an amount, a tariff).
    """

    DELETE = "delete"
    DELETE_UNLESS_REFERRED = "delete_unless_referred"
    ANONYMISE = "anonymise"
    KEEP = "keep"
    MANUAL = "manual"
    LEAVE = "leave"
    NULLIFY = "nullify"
    CONSTANT = "constant"
    RANDOM_TOKEN = "random_token"  # noqa: S105 - a strategy, not a secret
    KEYED_TOKEN = "keyed_token"  # noqa: S105
    GENERALISE = "generalise"
    FAKE = "fake"
    SCRUB = "scrub"


class Coarse(StrEnum):
    """How coarse a generalised value becomes; without one, its type and kind decide."""

    DECADE = "decade"
    YEAR = "year"
    MONTH = "month"
    REGION = "region"
    NETWORK = "network"


class Encoding(StrEnum):
    """How a column spells a value that people know in another form: collected decoded, compared in both forms."""

    IP_INTEGER = "ip_integer"
    IP_BYTES = "ip_bytes"
    UNIX_TIME = "unix_time"
    UPPER = "upper"
    LOWER = "lower"
    HEX = "hex"
    BASE64 = "base64"


class Evidence(StrEnum):
    """What a map rests on; a map that does not say so has none stated."""

    TESTED = "tested"  # compared with a store that the system itself filled
    DOCUMENTED = "documented"  # written from the documentation of the system
    CLIENT_CODE = "client_code"  # read from code or queries of whoever runs it
    ASSUMED = "assumed"  # plausible, seen by nobody


class Nesting(StrEnum):
    """What a column with parts holds: JSON, or values as PHP's `serialize` writes them."""

    JSON = "json"
    PHP = "php"


ROW_ERASE = frozenset({Erase.DELETE, Erase.DELETE_UNLESS_REFERRED, Erase.ANONYMISE, Erase.KEEP, Erase.MANUAL})
FIELD_ERASE = frozenset(Erase) - {Erase.DELETE, Erase.DELETE_UNLESS_REFERRED, Erase.ANONYMISE}
STAYING_ERASE = frozenset({Erase.DELETE_UNLESS_REFERRED, Erase.ANONYMISE})
"""Rows that may stay without what names the person: every field must say what happens to it."""
CHANGING_ERASE = frozenset(
    {
        Erase.NULLIFY,
        Erase.CONSTANT,
        Erase.RANDOM_TOKEN,
        Erase.KEYED_TOKEN,
        Erase.GENERALISE,
        Erase.FAKE,
        Erase.SCRUB,
    },
)
"""Strategies that write another value into a field."""
