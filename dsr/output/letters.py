"""Letters to the subject, from frozen values to HTML: who writes, about which case, and what the law wants in it.

A letter that lacks a mandatory element is not made at all (rules 5.1); the error names the element, so that the
handler knows what to fill in. Its language is that of the case, whatever the caller's is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.law import letters as law
from dsr.law.letter_elements import Element
from dsr.law.letter_standing import Slot
from dsr.law.letters import LetterCode, Outcome
from dsr.output import erasure_letter, letter_stated, phrases
from dsr.output.erasure_letter import ErasureDone
from dsr.output.information import information, left_out
from dsr.output.inputs import Addressee, CaseHead, Inquiry, OutputError, Sender, words
from dsr.output.letter_plain import plain_text
from dsr.output.pages import fill
from dsr.output.pdf import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.output.survey import Survey


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """L-01, the receipt. `identity_open`: she still has to show who she is; the letter then says that this comes next."""

    code: ClassVar[LetterCode] = LetterCode.ACKNOWLEDGEMENT
    identity_open: bool
    paragraph: str = field(default="", repr=False)
    wording: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """L-09, the answer to Art. 15: the information of A-01 to A-15 beside the copy of the data.

    `keys_url` and `fingerprint`: with which key the package is signed, on paper, where nobody can change it.
    """

    code: ClassVar[LetterCode] = LetterCode.ACCESS_ANSWER
    inquiry: Inquiry
    surveys: tuple[Survey, ...] = field(repr=False)
    paragraph: str = field(default="", repr=False)
    wording: Mapping[str, str] = field(default_factory=dict, repr=False)
    keys_url: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """Any other letter of rules 5.1: its elements as whole sentences in the language of the letter.

    A str is prose (an empty line parts paragraphs), a tuple a list of lines. Facts of the case and the controller
    (`FACTS`) come from head and sender, whatever `texts` holds for them; a text for an element of `standing` takes the
    place of the fixed sentence. `paragraph` is the free paragraph of the handler; `wording` what the controller adds, by
    `Slot`: it only adds. All of it is printed as text, never as markup.
    """

    code: LetterCode
    outcome: Outcome
    texts: Mapping[Element, str | tuple[str, ...]] = field(repr=False)
    paragraph: str = field(default="", repr=False)
    wording: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.code not in letter_stated.TEMPLATES:
            raise ValueError(f"{self.code} has a body of its own")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: the common elements (C) and the body that makes it this letter."""

    sender: Sender
    addressee: Addressee
    head: CaseHead
    body: Acknowledgement | AccessAnswer | ErasureDone | Stated


MAX_LINE = 200
MAX_ADDRESS_LINES = 8
TEMPLATES = {
    LetterCode.ACKNOWLEDGEMENT: "letters/acknowledgement.html",
    LetterCode.ACCESS_ANSWER: "letters/access_answer.html",
    LetterCode.ERASURE_DONE: "letters/erasure_done.html",
    **letter_stated.TEMPLATES,
}


def letter_html(letter: Letter) -> str:
    """Write the letter in the language of its head.

    OutputError: `element_missing` names what it lacks, `text_too_long` what nobody would read.
    """
    for element in missing(letter):
        raise OutputError("element_missing", f"{letter.body.code}.{element}")
    body = letter.body
    stated = body.texts if isinstance(body, Stated) else {}
    for place in letter_stated.too_long(
        {"paragraph": body.paragraph, **body.wording, **{element.value: text for element, text in stated.items()}}
    ):
        raise OutputError("text_too_long", f"{body.code}.{place}")
    with translation.override(letter.head.language):
        values = {
            "sender": letter.sender,
            "addressee": _bounded(letter.addressee),
            "head": letter.head,
            "title": title(letter),
            "channel": str(phrases.CHANNELS[letter.head.channel]),
            "request": str(phrases.REQUESTS[letter.head.right]),
            "paragraph": letter.body.paragraph,
            **{slot.value: letter.body.wording.get(slot, "") for slot in Slot},
            "remedy": False,
            "negative": False,
            **_body(letter),
        }
        return fill(TEMPLATES[letter.body.code], values)


def letter_text(letter: Letter) -> str:
    """The letter as plain text for the portal and for reading aloud, word for word what `letter_html` prints."""
    return plain_text(letter_html(letter))


def _bounded(addressee: Addressee) -> Addressee:
    """Cut what no envelope can carry: a name of 300,000 letters would keep the renderer busy for minutes."""
    lines = tuple(line[:MAX_LINE] for line in addressee.address[:MAX_ADDRESS_LINES])
    return Addressee(addressee.name[:MAX_LINE], lines)


def letter_document(letter: Letter) -> Document:
    """The letter ready for `pdf.render_pdf`."""
    return Document(html=letter_html(letter), written_at=letter.head.written_at, logo=letter.sender.logo)


def title(letter: Letter) -> str:
    """The subject line; it is also the title of the file. No name in it: titles show up in window bars and lists."""
    match letter.body:
        case Acknowledgement():
            return _("We have received your request")
        case AccessAnswer():
            return _("The data we hold about you")
        case ErasureDone(result=result):
            return erasure_letter.title(result)
        case Stated(code=code, outcome=outcome):
            return letter_stated.title(code, outcome, letter.head.right)


def missing(letter: Letter) -> tuple[str, ...]:
    """The mandatory elements this letter cannot fill, by their names in dsr.law.letter_elements.

    `element:store.dataset` is one that a data map leaves open (A-04, A-08, A-11).
    """
    content, outcome = _elements(letter), _outcome(letter)
    codes = letter.body.codes if isinstance(letter.body, ErasureDone) else (letter.body.code,)
    absent = [
        element.value
        for code in codes
        for element in law.missing(code, content, outcome=outcome, regime=letter.head.regime)
    ]
    if letter.head.channel not in phrases.CHANNELS:
        absent.append(Element.RECEIPT_CHANNEL.value)
    if letter.head.right not in phrases.REQUESTS:
        absent.append(Element.RIGHTS_UNDERSTOOD.value)
    if not letter.addressee.name.strip():
        absent.append("addressee")
    match letter.body:
        case AccessAnswer(surveys=surveys):
            absent += _undescribed(surveys, letter.head.language)
        case ErasureDone(result=result):
            absent += erasure_letter.lacking(result, letter.head.language)
    return tuple(dict.fromkeys(absent))


def _outcome(letter: Letter) -> Outcome:
    """An answer that leaves something out is negative in that part and names reasons and remedies (5.1, X-02)."""
    match letter.body:
        case AccessAnswer(inquiry=inquiry, surveys=surveys) if left_out(
            surveys, inquiry.redactions, letter.head.language
        ):
            return Outcome.PARTLY
        case ErasureDone(result=result) if result.partly:
            return Outcome.PARTLY
        case Stated(outcome=outcome):
            return outcome
        case _:
            return Outcome.GRANTED


def _elements(letter: Letter) -> dict[Element, object]:
    """What fills each element. `True`: the template says it in every letter of this kind, and a test reads it there."""
    sender, head = letter.sender, letter.head
    common: dict[Element, object] = {
        Element.CASE_NUMBER: head.reference,
        Element.CONTROLLER: sender.legal_name and sender.address,
        Element.DPO_CONTACT: sender.dpo and sender.dpo_contact,
        Element.DATE: head.written_at,
        Element.LANGUAGE: head.language,
        Element.PLAIN_TEXT: True,
        Element.NEXT_STEPS: True,
        Element.CONTACT_CHANNEL: sender.contact,
        Element.RECEIPT_DATE: head.received_on,
        Element.RECEIPT_CHANNEL: head.channel in phrases.CHANNELS,
        Element.RIGHTS_UNDERSTOOD: head.right in phrases.REQUESTS,
    }
    match letter.body:
        case Acknowledgement(identity_open=identity_open):
            # While the clock stands still for the proof of identity there is no date to name, and the letter says so (T-11).
            own: dict[Element, object] = {
                Element.DUE_DATE: head.due_on or identity_open,
                Element.NO_COST: True,
                Element.HOW_TO_ADD: sender.contact,
                Element.VERIFICATION_DESCRIBED: True,
            }
        case AccessAnswer(inquiry=inquiry):
            always = (
                Element.COPY_OF_DATA,
                Element.PURPOSES,
                Element.CATEGORIES,
                Element.RECIPIENTS_NAMED,
                Element.STORAGE_PERIODS,
                Element.OTHER_RIGHTS,
                Element.SOURCES,
                Element.AUTOMATED_DECISIONS,
                Element.THIRD_COUNTRY_SAFEGUARDS,
                Element.REDACTION_NOTE,
                Element.HOW_TO_READ,
                Element.REASONS_FACT,
                Element.REASONS_LAW,
                Element.JUDICIAL_REMEDY,
            )
            own = dict.fromkeys(always, True) | {
                Element.CONFIRMATION: inquiry.searched and inquiry.kinds,
                Element.AUTHORITY: sender.authority and sender.authority_address,
            }
        case ErasureDone() as done:
            own = erasure_letter.elements(done, sender)
        case Stated(code=code, texts=texts):
            own = letter_stated.elements(code, texts, sender)
    return common | own


def _undescribed(surveys: tuple[Survey, ...], language: str) -> list[str]:
    """Data sets that hold something and whose map leaves purpose, legal basis, source or retention open."""
    absent = []
    for survey in surveys:
        info = survey.found.info
        facts = {
            Element.PURPOSES: words(info.purpose, language) and info.legal_basis,
            Element.SOURCES: words(info.source, language),
            Element.STORAGE_PERIODS: words(info.retention.text, language),
        }
        if survey.rows:
            absent += [
                f"{element.value}:{survey.found.store}.{info.name}" for element, fact in facts.items() if not fact
            ]
    return absent


def _body(letter: Letter) -> dict[str, Any]:
    match letter.body:
        case Acknowledgement(identity_open=identity_open):
            return {"identity_open": identity_open}
        case AccessAnswer(inquiry=inquiry, surveys=surveys, keys_url=keys_url, fingerprint=fingerprint):
            signed = {"keys_url": keys_url, "fingerprint": fingerprint}
            return information(inquiry, surveys, letter.head.language) | signed
        case ErasureDone(result=result):
            return erasure_letter.values(result, letter.head)
        case Stated(code=code, outcome=outcome, texts=texts):
            return letter_stated.values(code, outcome, texts, letter.head)
