"""The package of a portability answer, and the copy another controller gets (Art. 20; P-04 to P-06, P-09; decision 065).

One reading fills two archives: hers, with the letter and everything that explains it, and the outgoing one, which holds
the data and their description and nothing about why other things are not in it. Her manifest names the receiver, its
keys and the manifest of the outgoing archive: who approves the one approves both.
"""

from __future__ import annotations

import json
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.law.portability import PROVIDED
from dsr.output import machine, pdf, phrases, portable_data
from dsr.output.aside import Aside
from dsr.output.attached import add_all, is_attached
from dsr.output.inputs import Addressee, CaseHead, Found, Inquiry, OutputError, Sender, words
from dsr.output.letters import Letter, letter_document
from dsr.output.names import csv_paths
from dsr.output.package import LETTER, READ_ME, Archive
from dsr.output.pages import fill
from dsr.output.portable_data import Described
from dsr.output.portable_fields import Excluded, narrow
from dsr.output.portable_files import portable_files, redacted
from dsr.output.portable_letter import TO_HER, Handover, portability_letter
from dsr.output.readme import sheet
from dsr.output.signing import grouped
from dsr.output.survey import Rendered, survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dsr.output.attached import Attached
    from dsr.output.manifest import FileFact, Manifest
    from dsr.output.outlet import Outlet
    from dsr.output.signing import Signer
    from exporters.contract import DatasetInfo

COVER: Final = "read-me-first.txt"
FIELDS: Final = "fields.csv"
EXCLUDED: Final = "excluded.csv"
TRANSMISSION: Final = "transmission.json"


@dataclass(frozen=True, slots=True)
class PortableInput:
    """Everything a portability package is made from. `found` is all that was collected: narrowing it is done here.

    `bound` are the facts of the receiver that an approval binds; None where nothing is sent to anybody else.
    """

    sender: Sender
    addressee: Addressee
    head: CaseHead
    inquiry: Inquiry
    schema_url: str
    keys_url: str
    """Where the controller publishes the keys with which its packages are checked."""
    found: tuple[Found, ...] = field(repr=False)
    attached: tuple[Attached, ...] = field(default=(), repr=False)
    """Files of hers, in the order in which they are read; those that Article 20 does not cover stay out."""
    described: Mapping[tuple[str, str], DatasetInfo] = field(default_factory=dict)
    """What the data maps say of the data sets those files are from."""
    wording: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The controller's own words on the letter, by slot."""
    handover: Handover = TO_HER
    wanted: frozenset[str] = PROVIDED
    """The origins she asked for: what she gave, what her use created, or both."""
    bound: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """The manifests of her package and of the outgoing one, and the letter's body for a later copy of the letter."""

    manifest: Manifest
    outgoing: Manifest | None
    letter: Letter = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Content:
    described: tuple[Described, ...]
    excluded: tuple[Excluded, ...]
    others: bool
    paths: Mapping[tuple[str, str], str]
    attached: tuple[Attached, ...]


def build(
    sink: Outlet,
    order: PortableInput,
    *,
    outgoing: Outlet | None = None,
    signer: Signer | None = None,
    check: Callable[[], object] = lambda: None,
) -> Built:
    """Write her package into `sink` and, where `order.bound` names a receiver, the outgoing one into `outgoing`.

    `signer` signs both manifests; without one the packages are not signed.

    Raises OutputError when something must not leave the house, pdf.RenderError when the letter cannot be made.
    """
    with translation.override(order.head.language), Aside() as csv, Aside() as json_rows:
        rendered = Rendered(csv, json_rows)
        content = _content(order, rendered, check)
        letter = _letter(order, content, signer)
        (document,) = pdf.render_pdf([letter_document(letter)])
        check()
        archive = Archive(sink, order.head, check, signer=signer)
        archive.add(LETTER, [document])
        second = (
            Archive(outgoing, order.head, check, signer=signer)
            if outgoing is not None and order.bound is not None
            else None
        )
        if second is not None:
            second.add(COVER, [_cover(order, content).encode()])
        both = [archive] if second is None else [archive, second]
        _data(both, order, content, rendered)
        surveys = [item.survey for item in content.described]
        sent = second.close(order.head, surveys) if second is not None else None
        archive.add(EXCLUDED, portable_data.excluded_csv(content.excluded, order.head.language))
        if sent is not None:
            archive.add(TRANSMISSION, [_bound(order.bound, sent)])
        archive.add(READ_ME, [_read_me(order, content, tuple(archive.facts)).encode()])
        return Built(archive.close(order.head, surveys), sent, letter)


def _content(order: PortableInput, rendered: Rendered, check: Callable[[], object]) -> _Content:
    """Narrow and survey every data set, stores by name; data sets without a portable row are not in the package."""
    described: list[Described] = []
    excluded: list[Excluded] = []
    seen: set[tuple[str, str]] = set()
    others = False
    for item in sorted(order.found, key=lambda one: one.store):
        if (item.store, item.info.name) in seen:
            raise OutputError("dataset_twice", f"{item.store}.{item.info.name}")
        seen.add((item.store, item.info.name))
        narrowed = narrow(item, order.wanted)
        check()
        if narrowed.found is None:
            excluded += narrowed.excluded
            continue
        surveyed = survey(narrowed.found, rendered)
        check()
        described.append(Described(surveyed, narrowed.types, order.head.language))
        if surveyed.rows:
            excluded += narrowed.excluded
            others |= narrowed.others
    files, left = portable_files(order.attached, order.described, order.wanted)
    excluded += (*left, *redacted(order.inquiry.redactions, order.found, order.head.language))
    paths = csv_paths((item.store, item.survey.found.info.name) for item in described)
    return _Content(tuple(described), tuple(excluded), others, paths, files)


def _letter(order: PortableInput, content: _Content, signer: Signer | None) -> Letter:
    body = portability_letter(
        [item.survey for item in content.described],
        content.excluded,
        order.handover,
        language=order.head.language,
        schema_url=order.schema_url,
        files=content.attached,
        signed=grouped(signer.key_id) if signer else "",
        keys_url=order.keys_url,
        remarks=order.inquiry.remarks,
    )
    return Letter(order.sender, order.addressee, order.head, replace(body, wording=order.wording))


def _data(archives: Sequence[Archive], order: PortableInput, content: _Content, rendered: Rendered) -> None:
    """The machine files, each into every archive: JSON, CSV, the list of fields, notes, the schema."""
    filled = [item for item in content.described if item.survey.rows]
    name, chunks = portable_data.data_file(order.head, order.sender, filled, rendered.json, schema_url=order.schema_url)
    _into(archives, name, chunks, expected=2 * sum(item.survey.json_bytes for item in filled))
    for item in content.described:
        pieces = rendered.csv.take(item.survey.csv_bytes)
        if item.survey.rows:
            _into(
                archives, content.paths[item.store, item.survey.found.info.name], pieces, expected=item.survey.csv_bytes
            )
        else:
            deque(pieces, maxlen=0)  # no more than a header
    if filled:
        _into(archives, FIELDS, portable_data.fields_csv(filled, content.paths))
    noted = [item.survey for item in filled if item.survey.notes]
    if noted:
        _into(archives, "csv/notes.csv", machine.notes(noted, content.paths))
    _into(archives, portable_data.SCHEMA_FILE, [portable_data.schema_bytes()])
    add_all(_Both(archives), content.attached)


class _Both:
    """Several archives that get the same file from one reading."""

    def __init__(self, archives: Sequence[Archive]) -> None:
        self._archives = archives

    def add(self, path: str, chunks: Iterable[bytes], *, expected: int = 0, level: int | None = None) -> FileFact:
        """Write one file into all of them."""
        _into(self._archives, path, chunks, expected=expected, level=level)
        return self._archives[0].facts[-1]


def _into(
    archives: Sequence[Archive], path: str, chunks: Iterable[bytes], *, expected: int = 0, level: int | None = None
) -> None:
    with ExitStack() as stack:
        entries = [archive.entry(path, expected=expected, level=level) for archive in archives]
        writers = [stack.enter_context(entry) for entry in entries]
        for chunk in chunks:
            for write in writers:
                write(chunk)


def _bound(bound: Mapping[str, Any] | None, sent: Manifest) -> bytes:
    """transmission.json: the receiver and its keys as they were approved, and the hash of what it gets."""
    facts = {"receiver": dict(bound or {}), "manifest_sha256": sent.sha256}
    return (json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _read_me(order: PortableInput, content: _Content, facts: tuple[FileFact, ...]) -> str:
    style, digest = sheet()
    language = order.head.language
    values = {
        "sheet": style,
        "policy": f"default-src 'none'; style-src '{digest}'; base-uri 'none'; form-action 'none'",
        "sender": order.sender,
        "head": order.head,
        "files": sorted(
            (fact for fact in facts if not is_attached(fact.path)),
            key=lambda fact: (fact.path.startswith("csv/"), fact.path),
        ),
        "rows": sum(item.survey.rows for item in content.described),
        "sets": sum(1 for item in content.described if item.survey.rows),
        "attached": len(content.attached),
        "excluded": list(_listed(content.excluded, language)),
        "others": content.others,
        "schema": portable_data.SCHEMA,
        "schema_url": order.schema_url,
        "neither_confirm_nor_deny": str(phrases.NEITHER_CONFIRM_NOR_DENY),
    }
    return fill("package/portable_read_me.html", values)


def _listed(excluded: Iterable[Excluded], language: str) -> Iterator[dict[str, str]]:
    for item in excluded:
        yield {
            "where": f"{words(item.store_label, language)}: {words(item.dataset_label, language)}",
            "what": words(item.label, language) if item.column else phrases.records(item.rows),
            "why": portable_data.explained(item, language),
        }


def _cover(order: PortableInput, content: _Content) -> str:
    """The note for the receiving controller: what this is, from whom, and what must not be done with it (P-06)."""
    receiver = str((order.bound or {}).get("name", ""))
    lines = [
        _("Personal data sent on request of the data subject (Article 20(2) GDPR)"),
        "",
        _("From: %(sender)s, %(contact)s") % {"sender": order.sender.legal_name, "contact": order.sender.contact},
        _("To: %(receiver)s") % {"receiver": receiver},
        _("Reference: %(reference)s, %(day)s")
        % {"reference": order.head.reference, "day": phrases.day(order.head.written_on)},
        "",
        _(
            "The data are in data.json or data.jsonl and as tables in the folder csv. fields.csv explains every column, manifest.json lists every file with its SHA-256."
        ),
        _("The format is %(schema)s, published at %(address)s.")
        % {"schema": portable_data.SCHEMA, "address": order.schema_url},
        "",
        _(
            "You receive these data as a controller of your own. Use them only for what the data subject asked you for, and delete what you do not need."
        ),
    ]
    if content.others:
        lines += [
            "",
            _(
                "Some columns tell something about other people, for example numbers that were called. fields.csv marks them in the column about_others. Do not use them for purposes of your own: not for advertising, not for profiles, not to contact these people (Article 20(4) GDPR)."
            ),
        ]
    return "\n".join(lines) + "\n"
