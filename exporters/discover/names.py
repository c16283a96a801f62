"""What the names of tables and columns say: whether a column looks personal, what it may hold, who a table is about.

A guess may be wrong in both directions; it raises a question and never answers one.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from exporters.datamap.model import Category
from exporters.identifiers import IdentifierKind

_WORDS: tuple[tuple[str, str], ...] = (
    (r"e?mails?|recipients?|sender", "an e-mail address"),
    (r"phones?|tel|telephone|telefon(nummer)?|mobile|mobil|handy|fax|msisdn|landline|imsi|imei", "a telephone number"),
    (
        r"(first|last|full|sur|nick|user|middle|maiden|contact|author|buyer|holder|payer)_?names?|vorname|nachname",
        "a name",
    ),
    (
        r"names?|persons?|holder|owner|contact|author|customer|client|subscriber|patient|employee|staff|kunde|inhaber",
        "a person",
    ),
    (
        r"address|addr|street|strasse|city|town|zip|postcode|postal|plz|ort|geo|lat|lon|latitude|longitude|anschrift|adresse",
        "a place",
    ),
    (
        r"birth(day|date|_?date)?|dob|age|gender|sex|nationality|marital|geburtsdatum|geburtstag|geschlecht",
        "a personal detail",
    ),
    (r"iban|bic|swift|bank|account|card|cvv|pan|sepa|mandate|mandat|konto", "payment data"),
    (r"ip|ipv4|ipv6|mac|ssid|serial|device|useragent|user_agent|session|cookie|fingerprint", "a device or connection"),
    (r"login|username|user|pass|passwd|password|passwort|pin|puk|secret|token|hash|salt|benutzer", "log-in data"),
    (
        r"notes?|comments?|remarks?|message|subject|body|content|text|description|reason|memo|details|meta|payload|json|data|notiz|bemerkung",
        "free text",
    ),
    (r"vat|tax|passport|document|ssn|licen[cs]e|consent|score|segment|interests?", "a personal detail"),
)
_PATTERNS = tuple((re.compile(rf"(?:{words})"), meaning) for words, meaning in _WORDS)
_FREE_TYPES = ("text", "clob", "blob", "bytea", "json", "xml", "hstore")

_KINDS: tuple[tuple[IdentifierKind, str], ...] = (
    (IdentifierKind.EMAIL, r"e?_?mails?(_?(address|adresse|addr))?|recipients?"),
    (
        IdentifierKind.PHONE,
        r"(tele|home|work|mobile|cell)?_?phones?(_?(number|no|nr))?|tel|telefon(_?(nummer|nr))?|mobil(e|nummer)?|handy(_?nr)?|fax|msisdn|landline",
    ),
    (IdentifierKind.IBAN, r"iban"),
    (IdentifierKind.MAC, r"mac(_?addr(ess)?)?|calling_?station_?id|hw_?addr(ess)?"),
    (IdentifierKind.IP, r"ip(_?v[46])?(_?(addr(ess)?|adresse))?|framed_?ip(v6)?_?(address|prefix)"),
    (IdentifierKind.SERIAL, r"serial(_?(number|no|nr))?|serien_?(nummer|nr)|imei|imsi"),
    (IdentifierKind.BIRTH_DATE, r"birth_?(day|date)|dob|date_?of_?birth|geburts_?(tag|datum)|born|geb_?dat(um)?"),
    (
        IdentifierKind.NAME,
        (
            r"(first|last|full|sur|given|family|middle|maiden|contact|author|holder|buyer|payer|customer|client|subscriber)_?name"
            r"|(vor|nach|familien|geburts)_?name|contact_?person|ansprechpartner|(konto|account|card)_?(inhaber|holder)"
        ),
    ),
    (IdentifierKind.COMPANY, r"company(_?name)?|firma|firmen_?name|organi[sz]ation"),
    (
        IdentifierKind.ADDRESS,
        r"(address|adresse)(_?line)?|addr|street(_?(address|name|line))?|stra(ss|ß)e|anschrift",
    ),
    (IdentifierKind.CUSTOMER_NUMBER, r"(customer|client|kunden?|subscriber)_?(number|no|nr|num|nummer|code)|kd_?nr"),
    (IdentifierKind.CONTRACT_NUMBER, r"(contract|vertrags?)_?(number|no|nr|num|nummer)"),
    (IdentifierKind.INVOICE_NUMBER, r"(invoice|rechnungs?|bill)_?(number|no|nr|num|nummer)"),
    (IdentifierKind.USERNAME, r"user_?name|log_?in(_?name)?|benutzer(_?name)?|account_?name|kennung"),
)
_KIND_PATTERNS = tuple((kind, re.compile(rf"(?:^|_)(?:{words})$")) for kind, words in _KINDS)
_SECRET = re.compile(
    r"(?:^|_)(?:\w*pass(word|wd|wort|phrase)?|pwd|kenn_?wort|pin|puk|secret|salt|hash|tokens?|api_?key|private_?key|totp|otp"
    r"|recovery_?codes?|cvv2?|cvc|\w*verification)(?:_|$)"
)
_SECRET_VALUE = re.compile(r"password|passwd|secret|\bpin\b|token|private.?key|nt-hash|psk", re.IGNORECASE)
_STAFF = re.compile(
    r"(?:^|_)(?:(creat(ed|ion)|updated?|modified|changed|approved|assigned|handled|generated|taken)_?by|order_?taker"
    r"|(admin|operator|staff|employee|agent|technician|mitarbeiter|sach_?bearbeiter|bearbeiter)(_?(id|name|nr))?)$"
)
_STAFF_TABLE = frozenset(
    [
        "admin",
        "admins",
        "administrator",
        "administrators",
        "operator",
        "operators",
        "staff",
        "employee",
        "employees",
        "agent",
        "agents",
        "technician",
        "technicians",
        "mitarbeiter",
        "bearbeiter",
        "sachbearbeiter",
        "reseller",
        "resellers",
        "backenduser",
        "backendusers",
    ]
)
_EQUIPMENT = frozenset(
    [
        "router",
        "routers",
        "nas",
        "server",
        "servers",
        "switch",
        "switches",
        "node",
        "nodes",
        "proxy",
        "proxys",
        "proxies",
        "realm",
        "realms",
    ]
)
_CATEGORIES: tuple[tuple[Category, str], ...] = (
    (Category.INVOICE, "invoice|invoices|bill|bills|billing|rechnung|rechnungen|buchung"),
    (
        Category.PAYMENT,
        "payment|payments|transaction|transactions|iban|bank|card|zahlung|zahlungen|balance|sepa|mandat",
    ),
    (Category.SUPPORT, "ticket|tickets|support|helpdesk|complaint|case|anfrage|stoerung"),
    (Category.COMMUNICATION, "email|emails|message|messages|mail|mails|inbox|sms|letter|call|calls|nachricht"),
    (Category.TRAFFIC, "radacct|acct|cdr|cdrs|session|sessions|traffic|netflow|usage"),
    (Category.LOCATION, "coordinates|latitude|longitude|lat|lon|geo"),
    (Category.DEVICE, "device|devices|router|routers|cpe|onu|ont|mac|equipment|geraet"),
    (Category.CREDENTIALS, "radcheck|credential|credentials|password|passwords|login|logins|otp"),
    (Category.SECURITY, "log|logs|history|audit|activity|postauth|radpostauth|protokoll"),
    (Category.CONSENT, "consent|consents|optin|einwilligung"),
    (Category.MARKETING, "marketing|newsletter|campaign|promo|segment|referral"),
    (
        Category.CONTRACT,
        "order|orders|contract|contracts|subscription|subscriptions|service|services|plan|vertrag|auftrag",
    ),
    (
        Category.MASTER,
        "customer|customers|client|clients|subscriber|subscribers|person|people|kunde|kunden|userinfo|contact",
    ),
)
_OWNER = re.compile(
    r"(owner|user|customer|client|subscriber|member|account|person|kunden?|cust)_?(id|nr|no|num|number|nummer|key|ref|fk)"
)
_UMLAUTS = str.maketrans("äöü", "aou")
_STEM = 3
_ENDING = 3
_SMALL = frozenset(
    {"id", "ids", "nr", "no", "num", "number", "key", "fk", "ref", "uuid", "guid", "the", "fi", "von", "of"}
)
_PREFIXES = frozenset({"tbl", "t", "tb", "app", "sys", "dbo", "public"})


def looks_personal(column: str, kind: str) -> str:
    """Why a column looks personal ("an e-mail address"), or nothing. `kind` is the database's type name."""
    words = _split(column)
    for pattern, meaning in _PATTERNS:
        if any(pattern.fullmatch(word) for word in words):
            return meaning
    return "free text" if is_free_text(kind) else ""


def is_free_text(kind: str) -> bool:
    """Whether a column of this type may hold whole sentences or documents."""
    return kind.lower().startswith(_FREE_TYPES) or kind.lower().endswith(("text", "blob"))


@cache
def snake(name: str) -> str:
    """`buyerLastName2` -> buyer_last_name."""
    spaced = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    parts = [part.rstrip("0123456789") for part in re.split(r"[^\w]+|_+", spaced.lower()) if part]
    return "_".join(part for part in parts if part)


def kind_of(column: str) -> IdentifierKind | None:
    """The kind of identifier a column of this name usually holds, whoever's: `buyer_email` is an e-mail address."""
    plain = snake(column)
    return next((kind for kind, pattern in _KIND_PATTERNS if pattern.search(plain)), None)


def is_secret(column: str) -> bool:
    """Whether a column of this name holds a password, a key or another secret."""
    return bool(_SECRET.search(snake(column)))


def is_secret_word(value: str) -> bool:
    """Whether a stored attribute name (`Cleartext-Password`) says that the value beside it is a secret."""
    return bool(_SECRET_VALUE.search(value))


def names_staff(column: str) -> bool:
    """Whether a column of this name says which member of staff did something."""
    return bool(_STAFF.search(snake(column)))


def is_staff_table(table: str) -> bool:
    """Whether a table of this name is about the people who work for the provider."""
    return not _STAFF_TABLE.isdisjoint(snake(table).split("_"))


def is_equipment(table: str) -> bool:
    """Whether a table of this name lists equipment of the provider, whose log-ins are nobody's."""
    return snake(table).split("_")[-1] in _EQUIPMENT


def category_of(table: str, column: str = "") -> Category | None:
    """The category of personal data a table (or a column in it) of this name usually belongs to (rules A-02)."""
    for name in (column, table):
        words = set(snake(name).split("_")) if name else set()
        for category, pattern in _CATEGORIES:
            if words & set(pattern.split("|")):
                return category
    return None


def humanised(name: str) -> str:
    """A label made of a name: `acctSessionTime` -> "Acct session time". A person should put better words there."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    text = " ".join(part for part in re.split(r"[\W_]+", spaced) if part).lower()
    return text[:1].upper() + text[1:] if text else name


def points_at(column: str, table: str) -> bool:
    """Whether a column's name says that it holds a key of `table`: `customerId` of `tbl_customers`, `kunde_nr` of `kunden`."""
    owner = [word for word in snake(table.rpartition(".")[2]).split("_") if word not in _PREFIXES]
    parts = snake(column).split("_")
    own = [word for word in parts if word not in _SMALL]
    if parts == own and len(own) == 1:  # a name run together: kundennr, customerid
        own = [re.sub(r"(id|nr|no|nummer|number|key)$", "", own[0])]
        if own == parts:
            return False
    if not own or not owner or len(own) < len(owner):
        return False
    if parts == own and len(own) > len(owner):
        return False  # `once_per_client` is no key; `client` and `billing_client_id` may be
    return all(_same_word(one, two) for one, two in zip(own[-len(owner) :], owner, strict=True))


def _same_word(one: str, two: str) -> bool:
    """Whether two words differ at most by an ending: customer and customers, Kunde and Kunden, city and cities."""
    short, long = sorted((_without_umlauts(one), _without_umlauts(two)), key=len)
    if short == long:
        return True
    stem = short[:-1] if short[-1:] in {"e", "y", "n"} else short
    return len(stem) >= _STEM and long.startswith(stem) and len(long) - len(stem) <= _ENDING


def _without_umlauts(word: str) -> str:
    """`vertraege` and `verträge` -> vertrage, since German plurals change the vowel."""
    return re.sub(r"([aou])e", r"\1", word.translate(_UMLAUTS))


def names_owner(column: str) -> bool:
    """Whether a column's name says "whose it is" without naming a table: `ownerid`, `user_id`, `kunden_nr`."""
    return bool(_OWNER.fullmatch(snake(column)))


def _split(column: str) -> list[str]:
    """`buyerLast_name2` -> buyer, last, name, the neighbours joined, and the whole."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column)
    parts = [part.rstrip("0123456789") for part in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if part]
    pairs = [f"{one}_{two}" for one, two in pairwise(parts)]
    return [*parts, *pairs, "".join(parts), column.lower()]
