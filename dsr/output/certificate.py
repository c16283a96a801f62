"""The certificate of an erasure for people: what was done, by which plan, approved by whom, what a search found afterwards.

The JSON for machines rides inside the PDF, and the PDF prints its hash, so that both can be compared later.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.law.rights import Right
from dsr.law.terms import Role
from dsr.output.certificate_facts import CertificateInput, Chain, SignOff, certificate_facts, certificate_json
from dsr.output.erasure_words import ACTS, HITS
from dsr.output.inputs import words
from dsr.output.pages import fill
from dsr.output.pdf import Attachment, Document
from dsr.wording.cases import RIGHTS, ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CertificateInput",
    "Chain",
    "SignOff",
    "certificate_document",
    "certificate_html",
    "certificate_json",
]

FILE_NAME: Final = "certificate.json"


def certificate_html(certificate: CertificateInput) -> str:
    """The certificate for people, in its language; errors as `certificate_json`."""
    digest = hashlib.sha256(certificate_json(certificate)).hexdigest()
    with translation.override(certificate.language):
        return fill("letters/certificate.html", _values(certificate, digest))


def certificate_document(certificate: CertificateInput) -> Document:
    """The certificate ready for `pdf.render_pdf`; the JSON with the same facts rides inside it."""
    attachment = Attachment(
        name=FILE_NAME,
        content=certificate_json(certificate),
        description="Certificate of erasure, machine-readable",
        relationship="Data",
    )
    return Document(html=certificate_html(certificate), written_at=certificate.written_at, attachments=(attachment,))


def _values(certificate: CertificateInput, digest: str) -> dict[str, Any]:
    """The facts for people: labels of data maps beside the codes, instants in the controller's time zone."""
    language, result = certificate.language, certificate.result
    labels: Mapping[tuple[str, str], str] = {
        (item.store, item.dataset): words(item.label, language) for item in result.lines
    }
    zone = certificate.written_at.tzinfo
    facts = certificate_facts(certificate)
    return {
        "title": _("Certificate of erasure"),
        "facts": facts,
        "language": language,
        "written_on": certificate.written_at.date(),
        "right": str(RIGHTS[Right(certificate.right)]),
        "approval": [
            (str(ACTS[i.act]), str(ROLES[Role(i.role)]), i.at.astimezone(zone))
            for i in sorted(certificate.approval, key=lambda i: (i.at, i.act))
        ],
        "executed_on": result.executed_on,
        "treated": [(labels[i["store"], i["dataset"]], i) for i in facts["treated"]],
        "kept": [
            (labels[i["store"], i["dataset"]], i["until"] and date.fromisoformat(i["until"]), i) for i in facts["kept"]
        ],
        "deferred": [(labels[i["store"], i["dataset"]], i) for i in facts["deferred"]],
        "searched_at": result.verified.at.astimezone(zone),
        "kinds": sorted(facts["residue_scan"]["identifiers"].items()),
        "scanned": [
            (words(store.label, language), found)
            for store, found in zip(
                sorted(result.verified.stores, key=lambda store: store.store),
                facts["residue_scan"]["stores"],
                strict=True,
            )
        ],
        "hits": [(str(words_of), facts["residue_scan"]["hits"][code]) for code, words_of in HITS.items()],
        "tables": sum(store.tables for store in result.verified.stores),
        "columns": sum(store.columns for store in result.verified.stores),
        "json_sha256": digest,
    }
