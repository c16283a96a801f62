"""The evidence pack as a file: one signed ZIP with a summary to read, tables, the event chain, and what was sent (rules 4.6).

Everything in the summary stands in `case.json` for programs and each table in a CSV file. The manifest is signed with the key
of the controller's packages and names itself an evidence pack, so that the one can never be shown as the other.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Self

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.output import phrases
from dsr.output.cells import to_csv, to_json
from dsr.output.chain_check import CHAIN
from dsr.output.files import BYTE_ORDER_MARK, csv_lines
from dsr.output.manifest import EVIDENCE_SCHEMA, MANIFEST
from dsr.output.package import Archive
from dsr.output.pages import fill
from dsr.output.pdf import Document, render_pdf
from dsr.output.signing import SIGNATURE, grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dsr.output.inputs import CaseHead, Sender
    from dsr.output.manifest import Manifest
    from dsr.output.outlet import Outlet
    from dsr.output.signing import Signer

SUMMARY: Final = "summary.pdf"
HOW_TO_CHECK: Final = "how-to-check.txt"
DATA: Final = "case.json"
_HASH: Final = re.compile(r"\b([0-9a-f]{16})[0-9a-f]{48}\b")
# A date as cells carry it; not one that is part of a file's name or of a longer number.
_DAY: Final = re.compile(r"(?<![\w/.-])\d{4}-\d{2}-\d{2}(?![\w/-]|\.\w)")
PRINTED_ROWS: Final = 300
"""Rows of one table in the summary; the CSV file beside it has all of them."""


class Coded(str):
    """A cell or fact that is a code for programs (CSV, JSON) and stands in the summary in its `words`."""

    __slots__ = ("words",)
    words: str

    def __new__(cls, code: str = "", words: str = "") -> Self:
        """`words` empty: the code itself is what there is to say."""
        made = super().__new__(cls, code)
        made.words = words or code
        return made


def in_words(cell: str) -> str:
    """What the summary prints of a cell."""
    return cell.words if isinstance(cell, Coded) else cell


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of finished words, and of codes with their words. `name` is that of its CSV file, so it is plain ASCII.

    `widths`: per cent of each column in the summary, even numbers, 0 for what is left; `printed`: shorter rows for the summary, where it has others.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    widths: tuple[int, ...] = ()
    printed: tuple[tuple[str, ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words as somebody wrote them, with who and when as their title."""

    title: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Section:
    """One chapter of the summary."""

    title: str
    text: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    tables: tuple[Table, ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along as it is: a letter as it was sent, a certificate, a decision. `read` yields its bytes."""

    path: str
    title: str
    read: Callable[[], Iterable[bytes]] = field(repr=False)
    size: int = 0


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    """Everything a pack is made from. `left_out`: what is not in it, each with the reason; `chain`: the record of chain_check."""

    sender: Sender
    head: CaseHead
    authority: str
    reference: str
    extent: str
    sections: tuple[Section, ...]
    left_out: tuple[tuple[str, str], ...]
    chain: dict[str, Any] = field(repr=False)
    enclosures: tuple[Enclosure, ...] = ()
    keys_url: str = ""


def build(
    sink: Outlet, given: EvidenceInput, *, signer: Signer, check: Callable[[], object] = lambda: None
) -> Manifest:
    """Write the pack into `sink`, signed by `signer`, and return its manifest.

    `check` is called between chunks; what it raises ends the work. Raises OutputError or RenderError when the summary cannot
    be made; what is in `sink` by then is worthless.
    """
    with translation.override(given.head.language):
        pdf = render_pdf([evidence_document(given, fingerprint=grouped(signer.key_id))])[0]
        archive = Archive(sink, given.head, check, signer=signer)
        archive.add(SUMMARY, [pdf])
        archive.add(HOW_TO_CHECK, [how_to_check(given, grouped(signer.key_id)).encode()])
        archive.add(DATA, [(to_json(_data(given)) + "\n").encode()])
        archive.add(CHAIN, [(json.dumps(given.chain, ensure_ascii=False, indent=1) + "\n").encode()])
        for table in _tables(given):
            archive.add(path_of(table), [_csv(table)])
        for one in given.enclosures:
            archive.add(
                one.path, one.read(), expected=one.size, level=0 if one.path.endswith((".pdf", ".zip")) else None
            )
        return archive.close(given.head, (), schema=EVIDENCE_SCHEMA)


def path_of(table: Table) -> str:
    """Where a table stands in the pack."""
    return f"tables/{table.name}.csv"


def _tables(given: EvidenceInput) -> list[Table]:
    return [table for section in given.sections for table in section.tables if table.rows]


def _csv(table: Table) -> bytes:
    rows = (table.columns, *table.rows)
    return BYTE_ORDER_MARK + csv_lines([[to_csv(cell) for cell in row] for row in rows])


def _data(given: EvidenceInput) -> dict[str, Any]:
    return {
        "schema": EVIDENCE_SCHEMA,
        "language": given.head.language,
        "controller": given.sender.legal_name,
        "case": given.head.reference,
        "right": given.head.right,
        "written_at": given.head.written_at.isoformat(),
        "authority": given.authority,
        "authority_reference": given.reference,
        "extent": given.extent,
        "sections": [asdict(section) for section in given.sections],
        "left_out": [{"what": what, "why": why} for what, why in given.left_out],
    }


def evidence_document(given: EvidenceInput, *, fingerprint: str) -> Document:
    """The summary ready for `pdf.render_pdf`, in the active language."""
    return Document(html=evidence_html(given, fingerprint=fingerprint), written_at=given.head.written_at)


def evidence_html(given: EvidenceInput, *, fingerprint: str) -> str:
    """The summary: cover with contents and what is missing, then chapter by chapter."""
    values = {
        "title": _("Evidence on request %(reference)s") % {"reference": given.head.reference},
        "language": given.head.language,
        "sender": given.sender,
        "head": given.head,
        "cover": _cover(given),
        "contents": contents(given),
        "left_out": given.left_out,
        "sections": [
            {
                "section": section,
                "facts": [(label, in_its_form(in_words(value))) for label, value in section.facts],
                "passages": [Passage(in_its_form(one.title), one.text) for one in section.passages],
                "tables": [_printed(table) for table in section.tables if table.rows],
            }
            for section in given.sections
        ],
        "checks": how_to_check(given, fingerprint).split("\n\n"),
    }
    return fill("letters/evidence.html", values)


def _printed(table: Table) -> dict[str, Any]:
    """A table as the summary shows it: its first rows, hashes by their beginning."""
    rows = table.printed or table.rows
    widths = table.widths or (0,) * len(table.columns)
    return {
        "caption": table.caption,
        "columns": tuple(zip(table.columns, widths, strict=True)),
        "rows": [[in_its_form(_HASH.sub(r"\1…", in_words(cell))) for cell in row] for row in rows[:PRINTED_ROWS]],
        "total": len(table.rows),
        "more": len(rows) > PRINTED_ROWS,
        "path": path_of(table),
    }


def in_its_form(words: str) -> str:
    """Dates as the active language writes them: people read "4. Mai 2026", programs and tables have 2026-05-04."""

    def written(found: re.Match[str]) -> str:
        try:
            return phrases.day(date.fromisoformat(found[0]))
        except ValueError:
            return found[0]

    return _DAY.sub(written, words)


def _cover(given: EvidenceInput) -> tuple[tuple[str, str], ...]:
    sender = given.sender
    return (
        (_("For"), given.authority),
        (_("Its reference"), given.reference),
        (_("Controller"), ", ".join((sender.legal_name, *sender.address))),
        (_("Data protection officer"), ", ".join(filter(None, (sender.dpo, sender.dpo_contact)))),
        (_("Put together on"), f"{phrases.day(given.head.written_at)}, {given.head.written_at:%H:%M %Z}"),
        (_("Extent"), given.extent),
    )


def contents(given: EvidenceInput) -> tuple[tuple[str, str], ...]:
    """Every file of the pack with what it is, in the order in which they stand."""
    return (
        (SUMMARY, _("This summary")),
        (HOW_TO_CHECK, _("How to check that nothing in here was changed")),
        (DATA, _("Everything in the summary, for programs")),
        (CHAIN, _("The events of the case, each bound to the one before it, and the anchors")),
        *((path_of(table), table.caption) for table in _tables(given)),
        *((one.path, one.title) for one in given.enclosures),
        (MANIFEST, _("All files with size and SHA-256")),
        (SIGNATURE, _("The signature of the controller on that list")),
    )


def how_to_check(given: EvidenceInput, fingerprint: str) -> str:
    """In plain words and commands, for somebody who has nothing but Python and this file."""
    said = io.StringIO()
    said.write(
        _(
            "Take the public keys of the controller from its own website, never from this file: %(url)s . The key that signed has"
            " this fingerprint (SHA-256):\n%(fingerprint)s"
        )
        % {"url": given.keys_url, "fingerprint": fingerprint}
    )
    said.write("\n\n")
    said.write(
        _(
            "With the free program of the desk, Python and its package cryptography, no network is needed:\n"
            "python -m dsr.output.verify FILE.zip --key keys.json\n"
            "It reports every file that was changed, added or removed, whether the signature fits, whether each event of chain.json"
            " follows from the one before it, and whether the chain leads to the anchors in it. No finding means: exactly what the"
            " controller signed."
        )
    )
    said.write("\n\n")
    said.write(
        _(
            "An anchor is one hash over the event chains of all cases, made each night and mailed to the data protection officer at"
            " once. Ask for that mail and compare its hash with the one of the same day in chain.json: then nobody can have"
            " rewritten an event of before that day."
        )
    )
    said.write("\n")
    return said.getvalue()
