"""The package of an access answer: letter, readable report, all data for programs, a manifest that binds them, a signature.

One stream goes out, so that a vault can encrypt it while it is written. What was found is read once: its files are
rendered while it is surveyed, and wait sealed for the letter and the report that stand before them. The same inputs give
the same files: dates come from the case, the order is sorted, and the manifest's hash is what a second person approves
(house.md, Determinism).
"""

from __future__ import annotations

import hashlib
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, cast

from django.utils import translation

from dsr.output import pdf
from dsr.output.aside import Aside
from dsr.output.attached import add_all
from dsr.output.datafiles import DataFiles
from dsr.output.inputs import Addressee, CaseHead, Found, Inquiry, OutputError, Sender
from dsr.output.letters import AccessAnswer, Letter, letter_document, letter_text
from dsr.output.manifest import MANIFEST, SCHEMA, FileFact, Manifest
from dsr.output.readme import read_me_html
from dsr.output.report import ReportInput, report_document
from dsr.output.schema import Kinds
from dsr.output.signing import SIGNATURE, grouped
from dsr.output.survey import Rendered, Survey, survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dsr.output.attached import Attached
    from dsr.output.outlet import Outlet
    from dsr.output.signing import Signer

READ_ME = "read-me-first.html"
LETTER = "letter.pdf"
REPORT = "report.pdf"
ZIP64_FROM = 1_900_000_000
_LEVEL = 6
_EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PackageInput:
    """Everything a package is made from. `found` in the order of the data maps; data sets without rows are not shown."""

    sender: Sender
    addressee: Addressee
    head: CaseHead
    inquiry: Inquiry
    found: tuple[Found, ...] = field(repr=False)
    keys_url: str = ""
    """Where the controller publishes the keys with which its packages are checked."""
    wording: Mapping[str, str] = field(default_factory=dict)
    """The controller's own words on the letter, by slot."""
    attached: tuple[Attached, ...] = field(default=(), repr=False)
    """Files of the subject, in the order in which they are read."""


def build(
    sink: Outlet,
    order: PackageInput,
    *,
    signer: Signer,
    check: Callable[[], object] = lambda: None,
    said: Callable[[str], object] = lambda _text: None,
) -> Manifest:
    """Write the package into `sink` (`write` and `flush` are enough), signed by `signer`, and return its manifest.

    `said` is given the text of the letter. `check` is called between chunks: it may renew a lease, and what it raises ends the work. Raises OutputError when
    something must not leave the house, pdf.RenderError when letter or report cannot be made; what is in `sink` by then
    is worthless.
    """
    with translation.override(order.head.language), Aside() as csv, Aside() as json:
        rendered, kinds = Rendered(csv, json), Kinds()
        surveys = _surveys(order.found, rendered, kinds, check)
        files = DataFiles(order.head, order.sender, surveys, rendered, kinds)
        letter, report = _documents(order, surveys, files, signer, said)
        check()
        archive = Archive(sink, order.head, check, signer=signer)
        archive.add(LETTER, [letter])
        archive.add(REPORT, [report])
        for file in files.each():
            archive.add(file.path, file.chunks, expected=file.expected)
        add_all(archive, order.attached)
        page = read_me_html(
            order.sender,
            order.head,
            order.inquiry,
            surveys,
            tuple(archive.facts),
            keys_url=order.keys_url,
            attachments=order.attached,
        )
        archive.add(READ_ME, [page.encode()])
        return archive.close(order.head, surveys)


def _surveys(
    found: Iterable[Found], rendered: Rendered, kinds: Kinds, check: Callable[[], object]
) -> tuple[Survey, ...]:
    """Survey every data set, in the order of the package: stores by name, data sets as given (the order of the map)."""
    surveys: dict[tuple[str, str], Survey] = {}
    for item in sorted(found, key=lambda one: one.store):
        if (item.store, item.info.name) in surveys:
            raise OutputError("dataset_twice", f"{item.store}.{item.info.name}")
        surveys[item.store, item.info.name] = survey(kinds.watch(item), rendered)
        check()
    return tuple(surveys.values())


def _documents(
    order: PackageInput,
    surveys: tuple[Survey, ...],
    files: DataFiles,
    signer: Signer,
    said: Callable[[str], object],
) -> tuple[bytes, bytes]:
    """Letter and report; the report carries the data files, or their checksums when they are too large (ux.md 5.2)."""
    body = AccessAnswer(
        order.inquiry, surveys, wording=order.wording, keys_url=order.keys_url, fingerprint=grouped(signer.key_id)
    )
    letter = Letter(order.sender, order.addressee, order.head, body)
    said(letter_text(letter))
    carried = files.attachments()
    facts = tuple(
        FileFact(item.description, len(item.content), hashlib.sha256(item.content).hexdigest()) for item in carried
    )
    report = ReportInput(
        order.sender,
        order.head,
        order.inquiry,
        surveys,
        files.paths,
        facts or files.facts(),
        attached=bool(carried),
        attachments=order.attached,
    )
    with_data = replace(report_document(report), attachments=carried)
    first, second = pdf.render_pdf([letter_document(letter), with_data])
    return first, second


class Archive:
    """A ZIP that is only ever written forwards, and the facts of what went in. `signer` signs its manifest."""

    def __init__(
        self, sink: Outlet, head: CaseHead, check: Callable[[], object], *, signer: Signer | None = None
    ) -> None:
        self.facts: list[FileFact] = []
        self._check, self._signer = check, signer
        # ZipFile wants tell() only of sinks that have one; a sink that cannot seek gets data descriptors.
        self._zip = zipfile.ZipFile(cast("BinaryIO", sink), "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._moment = max(head.written_at.timetuple()[:6], _EARLIEST)

    def add(self, path: str, chunks: Iterable[bytes], *, expected: int = 0, level: int | None = None) -> FileFact:
        """Write one file; `expected` bytes decide whether its entry has room for more than 4 GB.

        `level` is zlib's, 0 for what is compressed already.
        """
        with self.entry(path, expected=expected, level=level) as write:
            for chunk in chunks:
                write(chunk)
        return self.facts[-1]

    @contextmanager
    def entry(self, path: str, *, expected: int = 0, level: int | None = None) -> Iterator[Callable[[bytes], None]]:
        """One file to write into, for chunks that go into two archives at once; its facts are known at its end."""
        info = zipfile.ZipInfo(path, date_time=self._moment)
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = level  # type: ignore[attr-defined]  # noqa: SLF001 - public as compress_level from 3.13 on
        info.external_attr = 0o644 << 16
        info.create_system = 3  # Unix, also when written elsewhere: the same input, the same bytes
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=expected >= ZIP64_FROM) as entry:

            def write(chunk: bytes) -> None:
                nonlocal size
                entry.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                self._check()

            yield write
        self.facts.append(FileFact(path, size, digest.hexdigest()))

    def close(self, head: CaseHead, surveys: Iterable[Survey], *, schema: str = SCHEMA) -> Manifest:
        """Write the manifest, its signature and the directory of the ZIP; `schema` says what kind of archive it is."""
        counts: dict[str, dict[str, int]] = {}
        for item in surveys:
            if item.rows:
                counts.setdefault(item.found.store, {})[item.found.info.name] = item.rows
        manifest = Manifest(
            case=head.reference,
            right=head.right,
            language=head.language,
            written_at=head.written_at.isoformat(),
            files=tuple(self.facts),
            counts=counts,
            schema=schema,
        )
        self.add(MANIFEST, [manifest.to_bytes()])
        if self._signer:
            self.add(SIGNATURE, [self._signer.sign(manifest.to_bytes())])
        self._zip.close()
        return manifest
