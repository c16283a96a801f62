"""Words for the codes that letters, reports and packages print. Every enumeration here is complete; a test counts."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from dsr.wording import dates
from exporters.contract import CellNote, IdentifierKind, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

CATEGORIES: Final[Mapping[str, str | _StrPromise]] = {
    "master": _("Master data"),
    "contract": _("Contract"),
    "identification": _("Identification"),
    "payment": _("Payment"),
    "invoice": _("Invoices"),
    "traffic": _("Traffic data"),
    "usage": _("Usage"),
    "location": _("Location"),
    "device": _("Devices"),
    "communication": _("Communication"),
    "support": _("Support"),
    "consent": _("Consents"),
    "marketing": _("Marketing"),
    "credentials": _("Access credentials"),
    "security": _("Security"),
    "technical": _("Technical data"),
}
ORIGINS: Final[Mapping[Origin, str | _StrPromise]] = {
    Origin.PROVIDED: _("given by you"),
    Origin.OBSERVED: _("arose from your use of the service"),
    Origin.INFERRED: _("derived by us from other data"),
    Origin.GENERATED: _("made by us"),
}
KINDS: Final[Mapping[IdentifierKind, str | _StrPromise]] = {
    IdentifierKind.RECORD: _("your record in our systems"),
    IdentifierKind.CUSTOMER_NUMBER: _("customer number"),
    IdentifierKind.CONTRACT_NUMBER: _("contract number"),
    IdentifierKind.INVOICE_NUMBER: _("invoice number"),
    IdentifierKind.USERNAME: _("user name"),
    IdentifierKind.EMAIL: _("e-mail address, in any spelling of capitals"),
    IdentifierKind.PHONE: _("telephone number"),
    IdentifierKind.MAC: _("hardware address (MAC) of your devices"),
    IdentifierKind.SERIAL: _("serial number of your devices"),
    IdentifierKind.IBAN: _("bank account number (IBAN)"),
    IdentifierKind.IP: _("IP address"),
    IdentifierKind.NAME: _("name"),
    IdentifierKind.COMPANY: _("company"),
    IdentifierKind.ADDRESS: _("postal address"),
    IdentifierKind.BIRTH_DATE: _("date of birth"),
}
NOTES: Final[Mapping[CellNote, str | _StrPromise]] = {
    CellNote.ZERO_DATE: _("The system stored the date 0000-00-00, which is no date: left empty."),
    CellNote.OUT_OF_RANGE: _("A date or number too large for other programs: given as text."),
    CellNote.NUL_REMOVED: _("Invisible zero characters were removed."),
    CellNote.NOT_UTF8: _("Characters that the system stored unreadably were replaced."),
    CellNote.BASE64: _("A value that is no text: given in Base64."),
    CellNote.TOO_LARGE: _("A value of more than 16 MB, too large for this file: ask us and we will send it to you."),
    CellNote.BIG_INTEGER: _("A number with more than 15 digits: given as text, so that no program rounds it."),
    CellNote.WITHHELD: _("This value is not disclosed; the reason stands in csv/fields.csv."),
    CellNote.PART_WITHHELD: _("A part of this value is not disclosed; the reason stands in csv/fields.csv."),
    CellNote.REDACTED: _("Something in this value was blacked out by hand; the reason stands in its place."),
}
CHANNELS: Final[Mapping[str, str | _StrPromise]] = {
    "portal": _("through our privacy portal"),
    "email": _("by e-mail"),
    "phone": _("by telephone"),
    "post": _("by post"),
    "shop": _("in one of our shops"),
    "other": _("in another way"),
}
# What each right asks for, as the object of "You ask …".
REQUESTS: Final[Mapping[str, str | _StrPromise]] = {
    "access": _("for information about the data we hold about you, and for a copy of them (Article 15 GDPR)"),
    "rectification": _("that we correct or complete your data (Article 16 GDPR)"),
    "erasure": _("that we erase your data (Article 17 GDPR)"),
    "restriction": _("that we restrict the processing of your data (Article 18 GDPR)"),
    "portability": _("for your data in a machine-readable form (Article 20 GDPR)"),
    "objection": _("that we stop a processing you object to (Article 21(1) GDPR)"),
    "marketing_objection": _("that we stop using your data for advertising (Article 21(2) GDPR)"),
    "consent_withdrawal": _("that your consent no longer counts (Article 7(3) GDPR)"),
    "automated_decision": _("that a person reviews an automated decision (Article 22(3) GDPR)"),
}
BASES: Final[Mapping[str, str | _StrPromise]] = {
    "a": _("your consent"),
    "b": _("contract with you"),
    "c": _("legal obligation"),
    "d": _("vital interests"),
    "e": _("public interest"),
    "f": _("legitimate interests"),
}
NEITHER_CONFIRM_NOR_DENY = _(
    "Some laws forbid us to say whether certain records exist, for example records about inquiries of authorities. "
    "About such records we neither confirm nor deny anything. This sentence stands in every answer we give."
)
_KILO = 1000
_ONE_DIGIT = 10
_BASIS = re.compile(r"(?:art(?:icle)?\W*)?6\W*1\W*([a-f])\W*(?:gdpr)?", re.IGNORECASE)


def category(code: str) -> str:
    """The category in words (A-05); a code that a store invented is shown as it is."""
    return str(CATEGORIES.get(code, code))


def legal_basis(code: str) -> str:
    """The legal basis in words with its article: `6(1)(b)` becomes "contract with you, Article 6(1)(b) GDPR"."""
    match = _BASIS.fullmatch(code.strip())
    if match is None:
        return code
    letter = match[1].lower()
    return gettext("%(words)s, Article 6(1)(%(letter)s) GDPR") % {"words": BASES[letter], "letter": letter}


def day(value: date) -> str:
    """A date in the language's form, day first also in English: "4 May 2026", "4. Mai 2026"."""
    return dates.day(value)


def month(key: str) -> str:
    """A month `2026-05` in words: "May 2026"."""
    year, _dash, number_of_month = key.partition("-")
    return dates.month(date(int(year), int(number_of_month), 1))


def number(value: int) -> str:
    """A count with the language's separator: 11,904 or 11.904."""
    return number_format(value, force_grouping=True)


def records(count: int) -> str:
    """Count records: "1 record", "11,904 records"."""
    return ngettext("%(n)s record", "%(n)s records", count) % {"n": number(count)}


def datasets(count: int) -> str:
    """Count data sets as they stand after "in" and "from": "one data set", "15 data sets"."""
    return ngettext("one data set", "%(n)s data sets", count) % {"n": number(count)}


def places(count: int) -> str:
    """Count what was blacked out or withheld: "1 place", "3 places"."""
    return ngettext("%(n)s place", "%(n)s places", count) % {"n": number(count)}


def size(value: int) -> str:
    """A file size for people, in decimal units: "812 bytes", "24 kB", "6.2 MB"."""
    if value < _KILO:
        return gettext("%(n)s bytes") % {"n": value}
    scaled, units = value / _KILO, iter(("kB", "MB", "GB", "TB"))
    unit = next(units)
    while round(scaled) >= _KILO:
        scaled, unit = scaled / _KILO, next(units)
    places = 0 if scaled >= _ONE_DIGIT else 1
    # number_format cuts digits off instead of rounding.
    return f"{number_format(round(scaled, places), decimal_pos=places)} {unit}"


def blacked_out() -> str:
    """What stands for a place that was blacked out by hand."""
    return gettext("Blacked out by hand")
