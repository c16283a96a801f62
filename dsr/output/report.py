"""The readable report: what was found, category by category, in a document a person can read and a screen reader can speak.

It begins with a summary in numbers and pictures, shows what was found under the categories of Art. 15(1)(b) in the order
in which people ask (who I am, what I ordered, what I paid, what I did), names the system beside each data set, and ends
with what is not in the copy, and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.output import phrases
from dsr.output.attached import SHOWN_IN_REPORT, groups
from dsr.output.information import left_out
from dsr.output.inputs import words
from dsr.output.pages import fill
from dsr.output.pdf import Document
from dsr.output.sections import Section, allot, section
from dsr.output.summary import spans, summary
from dsr.output.upright import settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsr.output.attached import Attached
    from dsr.output.inputs import CaseHead, Inquiry, Sender
    from dsr.output.manifest import FileFact
    from dsr.output.survey import Survey


@dataclass(frozen=True, slots=True)
class Part:
    """One category of the report (A-05): its name, how many records, its data sets."""

    label: str
    rows: int
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class ReportInput:
    """What a report is made from. `paths` are the CSV paths of `names.csv_paths`.

    `data_files` are the files for programs with their checksums; `attached` says that the document carries them.
    `attachments` are files of the subject, which lie beside the report.
    """

    sender: Sender
    head: CaseHead
    inquiry: Inquiry
    surveys: tuple[Survey, ...]
    paths: Mapping[tuple[str, str], str]
    data_files: tuple[FileFact, ...] = ()
    attached: bool = False
    attachments: tuple[Attached, ...] = field(default=(), repr=False)


def report_html(report: ReportInput) -> str:
    """Write the report in the language of the case, within `sections.MAX_ROWS` rows and the renderer's cell limit."""
    language = report.head.language
    with translation.override(language):
        filled = in_order(report.surveys)
        parts = _parts(filled, report)
        found = summary(filled, language)
        values = {
            "sender": report.sender,
            "head": report.head,
            "inquiry": report.inquiry,
            "title": _("Report: the data we hold about you"),
            "parts": parts,
            "summary": found,
            "stores": [(line, spans(line)) for line in found.stores],
            "empty": [words(item.label, language) for item in report.inquiry.searched if not item.found],
            "rows": sum(part.rows for part in parts),
            "sets": len(filled),
            "left_out": left_out(report.surveys, report.inquiry.redactions, language),
            "data_files": report.data_files,
            "attached": report.attached,
            "attachments": groups(report.attachments, language, most=SHOWN_IN_REPORT),
            "neither_confirm_nor_deny": str(phrases.NEITHER_CONFIRM_NOR_DENY),
        }
        return fill("package/report.html", values)


def report_document(report: ReportInput) -> Document:
    """The report ready for `pdf.render_pdf`."""
    return Document(html=report_html(report), written_at=report.head.written_at, logo=report.sender.logo)


def in_order(surveys: Sequence[Survey]) -> list[Survey]:
    """The data sets with rows in the reader's order: by category, within one our own office last, else as found."""
    order = {code: at for at, code in enumerate(phrases.CATEGORIES)}
    filled = [survey for survey in surveys if survey.rows]
    return sorted(filled, key=lambda one: (order.get(one.found.info.category, len(order)), one.found.own))


def _parts(surveys: Sequence[Survey], report: ReportInput) -> tuple[Part, ...]:
    allotted = allot(surveys)
    made = settled(
        [
            section(
                survey,
                language=report.head.language,
                path=report.paths[survey.found.store, survey.found.info.name],
                one_by_one=at in allotted.one_by_one,
                share=allotted.share,
            )
            for at, survey in enumerate(surveys)
        ]
    )
    groups: dict[str, list[Section]] = {}
    for one in made:
        groups.setdefault(one.category, []).append(one)
    return tuple(Part(label, sum(one.rows_total for one in items), tuple(items)) for label, items in groups.items())
