"""Reads a record of processing from YAML; every complaint names file, line and column."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from exporters.description import Retention
from exporters.document import Item, read_document
from exporters.record.countries import home_of
from exporters.record.model import Decision, Purpose, Recipient, Record, Role, Safeguard, TransferOut

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from exporters.description import Text

REQUIRED = (
    *("record", "version", "country", "languages", "purposes", "recipients", "sources"),
    *("transfers", "automated_decisions"),
)
OPTIONAL = ("retention",)
_LEGAL_BASIS = re.compile(r"(6\(1\)\([a-f]\)|9\(2\)\([a-j]\))")
_INTEREST = "6(1)(f)"


def load_record(path: Path, *, languages: tuple[str, ...] = ()) -> Record:
    """Load and check the record at `path`; `languages` are those its texts must have besides its own.

    Raises ConfigError with `file:line:column`.
    """
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0, languages)


@lru_cache(maxsize=32)
def _load(path: Path, _changed: int, languages: tuple[str, ...]) -> Record:
    top = read_document(path).options(*OPTIONAL, required=REQUIRED)
    read = _Reader(tuple(dict.fromkeys((*top["languages"].texts(), *languages))))
    country = _country(top["country"])
    purposes = {name: read.purpose(name, item) for name, item in top["purposes"].entries().items()}
    recipients = {name: read.recipient(name, item) for name, item in top["recipients"].entries().items()}
    transfers = tuple(read.transfer(recipients, item) for item in top["transfers"].items())
    _check_transfers(country, recipients, transfers, top)
    keeping = top["retention"].entries() if "retention" in top else {}
    return Record(
        name=top["record"].text(),
        version=top["version"].integer(),
        country=country,
        languages=read.languages,
        purposes=purposes,
        recipients=recipients,
        sources={name: read.text(item) for name, item in top["sources"].entries().items()},
        retention={code: read.keeping(code, item) for code, item in keeping.items()},
        transfers=transfers,
        decisions=tuple(read.decision(purposes, item) for item in top["automated_decisions"].items()),
    )


class _Reader:
    """Reads parts of a record whose texts must exist in `languages`."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages

    def text(self, item: Item) -> Text:
        """Words per language; a single text (a name) is the same in all."""
        if item.is_text:
            return dict.fromkeys(self.languages, item.text())
        found = {language: words.text() for language, words in item.entries().items()}
        for language in self.languages:
            if language not in found:
                raise item.error(f"the text lacks language {language!r}")
        return found

    def sentence(self, item: Item) -> Text:
        """Words per language, and nothing but that: a sentence is not the same in two languages."""
        if item.is_text:
            raise item.error("write the sentence per language, {en: …}")
        return self.text(item)

    def purpose(self, name: str, item: Item) -> Purpose:
        """Read one purpose; one that rests on an interest must name it (Art. 13(1)(d))."""
        options = item.options("legal_basis", "interest", required=("text",))
        basis = options["legal_basis"].text() if "legal_basis" in options else ""
        if basis and not _LEGAL_BASIS.fullmatch(basis):
            raise options["legal_basis"].error("a legal basis is written 6(1)(b) or 9(2)(a)")
        if basis == _INTEREST and "interest" not in options:
            raise options["legal_basis"].error("6(1)(f) needs `interest`: the legitimate interest pursued, in words")
        interest = self.sentence(options["interest"]) if "interest" in options else {}
        return Purpose(name, self.sentence(options["text"]), basis, interest)

    def recipient(self, code: str, item: Item) -> Recipient:
        """Read one recipient: who it is, what it is to the controller, where."""
        options = item.options("does", required=("name", "role", "country"))
        return Recipient(
            code=code,
            name=self.text(options["name"]),
            role=options["role"].choice(Role),
            country=_country(options["country"]),
            does=self.sentence(options["does"]) if "does" in options else {},
        )

    def transfer(self, recipients: Mapping[str, Recipient], item: Item) -> TransferOut:
        """Read one transfer to a third country."""
        options = item.options("country", required=("recipient", "kind", "safeguard", "copy_from"))
        recipient = recipients.get(options["recipient"].text())
        if recipient is None:
            raise options["recipient"].error(f"{options['recipient'].text()!r} is not defined under 'recipients'")
        return TransferOut(
            recipient=recipient,
            country=_country(options["country"]) if "country" in options else recipient.country,
            kind=options["kind"].choice(Safeguard),
            safeguard=self.sentence(options["safeguard"]),
            copy_from=self.text(options["copy_from"]),
        )

    def decision(self, purposes: Mapping[str, Purpose], item: Item) -> Decision:
        """Read one automated decision; a logic and its consequences are demanded (rule A-12)."""
        options = item.options("review", "purpose", required=("name", "logic", "consequences"))
        purpose = options["purpose"].text() if "purpose" in options else ""
        if purpose and purpose not in purposes:
            raise options["purpose"].error(f"{purpose!r} is not defined under 'purposes'")
        return Decision(
            name=self.text(options["name"]),
            logic=self.sentence(options["logic"]),
            consequences=self.sentence(options["consequences"]),
            review=self.sentence(options["review"]) if "review" in options else {},
            purpose=purpose,
        )

    def keeping(self, code: str, item: Item) -> Retention:
        """Read how long one class of data stays."""
        options = item.options("law", required=("text",))
        law = options["law"].text() if "law" in options else ""
        return Retention(code, self.sentence(options["text"]), law)


def _country(item: Item) -> str:
    code = item.text()
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise item.error("a country is its two capital letters (ISO 3166), for example DE")
    return code


def _check_transfers(
    country: str, recipients: Mapping[str, Recipient], transfers: tuple[TransferOut, ...], top: Mapping[str, Item]
) -> None:
    """Who sits in a third country needs a safeguard stated, and nobody else does (Art. 15(2))."""
    home = home_of(country)
    for at, transfer in enumerate(transfers):
        if transfer.country in home:
            place = top["transfers"].at(at, "country")
            raise place.error(f"{transfer.country} is no third country for a controller in {country}")
    stated = {transfer.recipient.code for transfer in transfers}
    for code, recipient in recipients.items():
        if recipient.country not in home and code not in stated:
            raise (
                top["recipients"]
                .at(code, "country")
                .error(f"{recipient.country} is a third country: state the safeguard under 'transfers' (Art. 15(2))")
            )
