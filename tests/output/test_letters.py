"""Letters: everything the law wants in them is in the text, and a letter that lacks something is not made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from dsr.law.letters import LetterCode
from dsr.output import pages, pdf, phrases
from dsr.output.inputs import Addressee, AutomatedDecision, OutputError
from dsr.output.letters import AccessAnswer, Acknowledgement, Letter, letter_document, letter_html, missing
from dsr.output.survey import survey
from exporters.contract import CellNote, IdentifierKind, Origin, Retention
from exporters.datamap.model import Category
from tests.output import sample
from tests.output.reading import text_of

SURVEYS = tuple(survey(item) for item in sample.everything(30))
RECEIPT = Letter(sample.SENDER, sample.ADDRESSEE, sample.HEAD, Acknowledgement(identity_open=False))
ANSWER = Letter(sample.SENDER, sample.ADDRESSEE, sample.HEAD, AccessAnswer(sample.INQUIRY, SURVEYS))


@pytest.fixture(scope="module")
def receipt() -> str:
    return text_of(pdf.render_pdf([letter_document(RECEIPT)])[0])


@pytest.fixture(scope="module")
def answer() -> str:
    return text_of(pdf.render_pdf([letter_document(ANSWER)])[0])


@pytest.mark.parametrize(
    "said",
    [
        "DSR-2026-000123",
        "Northwave Telecom GmbH",
        "Hafenstraße 12",
        "Otto Brandt, dpo@northwave.example.com",
        "20 May 2026",
        "privacy@northwave.example.com",
        "Małgorzata Ευαγγελία Щерева",
        "What happens next",
    ],
)
def test_common_elements_stand_in_both_letters(said: str, receipt: str, answer: str) -> None:
    assert said in receipt
    if said != "What happens next":
        assert said in answer


@pytest.mark.parametrize(
    "said",
    [
        "reached us on 4 May 2026, through our privacy portal",
        "for information about the data we hold about you, and for a copy of them (Article 15 GDPR)",
        "by 5 June 2026 at the latest",
        "This costs you nothing.",
        "If you want to add or change something Write to privacy@northwave.example.com",
    ],
)
def test_l_01_receipt_says(said: str, receipt: str) -> None:
    assert said in receipt


def test_l_01_without_a_date_says_when_there_will_be_one() -> None:
    paused = replace(RECEIPT, head=replace(sample.HEAD, due_on=None), body=Acknowledgement(identity_open=True))

    text = " ".join(letter_html(paused).split())

    assert "We can name a date as soon as we know for certain that it is you who asks." in text
    assert "You show us that it is you." in text


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("A-01", "Yes, we process data about you."),
        ("A-01", "customer number, e-mail address, in any spelling of capitals, telephone number, user name"),
        ("A-01", "Support nothing found"),
        ("A-02", "We found 45 records in 4 data sets. A complete copy comes with this letter"),
        ("A-03", "Archives and pseudonymised data that still lead to you are included."),
        ("A-04", "To provide your connection"),
        ("A-05", "Traffic data"),
        ("A-06", "Beispielbank AG (direct debit) Customer record"),
        ("A-06", "Beispieldruck GmbH (prints letters) Invoices"),
        ("A-07", "Our own employees, who work with your data on our instructions, are not recipients"),
        ("A-08", "seven days after the end of the connection"),
        ("A-08", "§ 147 AO"),
        ("A-09", "correct data that are wrong, to erase data that we no longer need, and to restrict"),
        ("A-10", "Bayerisches Landesamt für Datenschutzaufsicht: Promenade 18, 91522 Ansbach"),
        ("A-11", "arose from your use of"),
        ("A-12", "We take no decision about you by automated means alone"),
        ("A-13", "Example Cloud Inc., United States. Your data are protected by: standard contractual clauses."),
        ("A-14", "How to read the files"),
        ("A-15", "This copy is free of charge."),
        ("A-18", "It shows the data as they were on 19 May 2026."),
        ("X-02", "a password: disclosing it would endanger your account"),
        ("X-02", "Blacked out by hand (2 places) the name of another person"),
        (
            "X-06",
            "About such records we neither confirm nor deny anything. This sentence stands in every answer we give.",
        ),
        ("N", "The law that allows this: Article 15(4) GDPR"),
        ("N", "You can also go to court."),
        ("remark", "You asked about the call on 3 March: we made no recording of it."),
    ],
)
def test_l_09_answer_says(rule: str, said: str, answer: str) -> None:
    assert said in answer


def test_a_12_automated_decisions_are_explained() -> None:
    decision = AutomatedDecision("Credit check", "Unpaid invoices of two years are added up.", "You pay in advance.")
    inquiry = replace(sample.INQUIRY, automated=(decision,))

    text = letter_html(replace(ANSWER, body=AccessAnswer(inquiry, SURVEYS)))

    assert "Unpaid invoices of two years are added up." in text
    assert "You pay in advance." in text
    assert "We take no decision about you by automated means" not in text


def test_a_06_recipient_of_an_empty_column_is_not_named() -> None:
    row = tuple(
        None if column == "iban" else value
        for column, value in zip(sample.CUSTOMER_COLUMNS, sample.CUSTOMER_ROW, strict=True)
    )
    customer = survey(sample.found("billing", "Billing", sample.CUSTOMER, sample.CUSTOMER_COLUMNS, [row]))

    text = letter_html(replace(ANSWER, body=AccessAnswer(sample.INQUIRY, (customer,))))

    assert "Beispielbank" not in text
    assert "Nobody outside our company received these data." in text


def test_x_06_dataset_without_rows_leaves_no_trace() -> None:
    hidden = sample.dataset("orders_of_authorities", "Orders of authorities", [sample.field("text", "Text")])
    silent = survey(sample.found("legal", "Legal office", hidden, ("text",), []))

    assert letter_html(replace(ANSWER, body=AccessAnswer(sample.INQUIRY, (*SURVEYS, silent)))) == letter_html(ANSWER)


def test_what_a_subscriber_wrote_stays_text() -> None:
    hostile = Addressee("<img src=x onerror=alert(1)> {{ sender.name }} {% now 'Y' %}", ("'\"><script>",))

    html = letter_html(replace(RECEIPT, addressee=hostile))

    assert "&lt;img src=x onerror=alert(1)&gt; {{ sender.name }} {% now &#x27;Y&#x27; %}" in html
    assert "<script>" not in html


@pytest.mark.parametrize("name", ["x" * 300_000, "\x00\x01\u202eabc", "李小龍 😀", "א" * 50])
def test_hostile_name_still_gives_a_letter(name: str) -> None:
    (made,) = pdf.render_pdf([letter_document(replace(RECEIPT, addressee=Addressee(name)))])

    assert made.startswith(b"%PDF-1.7")


def without(**changes: Any) -> Letter:
    return replace(RECEIPT, sender=replace(sample.SENDER, **changes))


@pytest.mark.parametrize(
    ("letter", "element"),
    [
        (without(legal_name=""), "controller"),
        (without(address=()), "controller"),
        (without(dpo=""), "dpo_contact"),
        (without(contact=" "), "contact_channel"),
        (replace(RECEIPT, head=replace(sample.HEAD, reference="")), "case_number"),
        (replace(RECEIPT, head=replace(sample.HEAD, due_on=None)), "due_date"),
        (replace(RECEIPT, head=replace(sample.HEAD, channel="pigeon")), "receipt_channel"),
        (replace(RECEIPT, head=replace(sample.HEAD, right="unknown")), "rights_understood"),
        (replace(RECEIPT, addressee=Addressee(" ")), "addressee"),
        (replace(ANSWER, sender=replace(sample.SENDER, authority="")), "authority"),
        (replace(ANSWER, body=AccessAnswer(replace(sample.INQUIRY, searched=()), SURVEYS)), "confirmation"),
        (replace(ANSWER, body=AccessAnswer(replace(sample.INQUIRY, kinds=()), SURVEYS)), "confirmation"),
    ],
)
def test_letter_without_a_mandatory_element_is_not_made(letter: Letter, element: str) -> None:
    assert element in missing(letter)
    with pytest.raises(OutputError) as refused:
        letter_html(letter)

    assert (refused.value.code, refused.value.place) == ("element_missing", f"{letter.body.code}.{element}")


@pytest.mark.parametrize(("is_open", "said"), [(True, "You show us that it is you."), (False, "We have checked that")])
def test_california_reads_how_it_is_made_sure_who_asks(is_open: bool, said: str) -> None:
    """11 CCR 7021(a): the acknowledgement describes the verification, also when it is over."""
    receipt = replace(RECEIPT, head=replace(sample.HEAD, regime="US_CCPA"), body=Acknowledgement(identity_open=is_open))

    assert missing(receipt) == ()
    assert said in letter_html(receipt)


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"purpose": {}}, "purposes"),
        ({"legal_basis": ""}, "purposes"),
        ({"source": {}}, "sources"),
        ({"retention": Retention("x", {})}, "storage_periods"),
    ],
)
def test_a_04_a_08_a_11_dataset_that_is_not_described_stops_the_answer(changes: dict[str, Any], element: str) -> None:
    info = replace(sample.CUSTOMER, **changes)
    customer = survey(sample.found("billing", "Billing", info, sample.CUSTOMER_COLUMNS, [sample.CUSTOMER_ROW]))

    assert missing(replace(ANSWER, body=AccessAnswer(sample.INQUIRY, (customer,)))) == (f"{element}:billing.customers",)


def test_complete_letters_lack_nothing() -> None:
    assert missing(RECEIPT) == ()
    assert missing(ANSWER) == ()


def test_template_with_a_hole_is_not_sent() -> None:
    with pytest.raises(OutputError, match=r"hole: letters/acknowledgement\.html: "):
        pages.fill("letters/acknowledgement.html", {"head": sample.HEAD, "sender": sample.SENDER})


def test_title_holds_no_name() -> None:
    assert "<title>The data we hold about you</title>" in letter_html(ANSWER)


def test_every_code_has_words() -> None:
    assert set(phrases.CATEGORIES) == {item.value for item in Category}
    assert set(phrases.ORIGINS) == set(Origin)
    assert set(phrases.KINDS) == set(IdentifierKind)
    assert set(phrases.NOTES) == set(CellNote)
    assert set(phrases.BASES) == set("abcdef")


def test_rights_and_channels_are_those_of_the_case() -> None:
    from dsr.law.rights import Right
    from dsr.models.case import Channel

    assert set(phrases.REQUESTS) == {right.value for right in Right}
    assert set(phrases.CHANNELS) == set(Channel.values)


@pytest.mark.parametrize("basis", ["6(1)(b)", "Art. 6(1)(b)", "article 6(1)(b) GDPR", "6 (1) (b)"])
def test_legal_basis_in_words(basis: str) -> None:
    assert phrases.legal_basis(basis) == "contract with you, Article 6(1)(b) GDPR"


def test_unknown_legal_basis_is_shown_as_it_stands() -> None:
    assert phrases.legal_basis("§ 25 TDDDG") == "§ 25 TDDDG"


@pytest.mark.parametrize(
    ("language", "day", "number"),
    [
        ("en", "4 May 2026", "11,904"),
        ("en-gb", "4 May 2026", "11,904"),
        ("de", "4. Mai 2026", "11.904"),
        ("fr", "4 mai 2026", "11\xa0904"),
        ("es", "4 de mayo de 2026", "11\xa0904"),
        ("it", "4 maggio 2026", "11.904"),
        ("nl", "4 mei 2026", "11.904"),
        ("pl", "4 maja 2026", "11\xa0904"),
        ("pt", "4 de maio de 2026", "11.904"),
    ],
)
def test_dates_and_numbers_in_the_form_of_the_language(language: str, day: str, number: str) -> None:
    with translation.override(language):
        assert phrases.day(sample.HEAD.received_on) == day
        assert phrases.number(11_904) == number


@pytest.mark.parametrize(
    ("language", "month"),
    [("en", "May 2026"), ("de", "Mai 2026"), ("fr", "mai 2026"), ("es", "mayo de 2026"), ("pl", "maj 2026")],
)
def test_months_in_the_form_of_the_language(language: str, month: str) -> None:
    with translation.override(language):
        assert phrases.month("2026-05") == month


def test_first_of_a_month_in_french() -> None:
    with translation.override("fr"):
        assert phrases.day(date(2026, 3, 1)) == "1er mars 2026"
        assert phrases.day(date(2026, 3, 11)) == "11 mars 2026"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (24_300, "24 kB"),
        (999_999, "1.0 MB"),
        (6_240_000, "6.2 MB"),
        (28 * 10**9, "28 GB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert phrases.size(size) == text


def test_letter_date_is_that_of_the_controllers_clock() -> None:
    from datetime import UTC, datetime, timezone

    midnight = datetime(2026, 5, 20, 23, 30, tzinfo=UTC).astimezone(timezone(timedelta(hours=2)))

    assert "21 May 2026" in letter_html(replace(RECEIPT, head=replace(sample.HEAD, written_at=midnight)))


def test_codes_are_those_of_the_rule_book() -> None:
    assert (Acknowledgement.code, AccessAnswer.code) == (LetterCode.ACKNOWLEDGEMENT, LetterCode.ACCESS_ANSWER)


def test_entries_marked_as_deleted_are_said_to_be_included() -> None:
    info = replace(sample.CUSTOMER, soft_deleted=True)
    customer = survey(sample.found("billing", "Billing", info, sample.CUSTOMER_COLUMNS, [sample.CUSTOMER_ROW]))

    text = letter_html(replace(ANSWER, body=AccessAnswer(sample.INQUIRY, (customer,))))

    assert "includes entries our system marks as deleted and still holds" in text
