"""L-11 with L-08: what went, how, what stays under which law until when; and no letter where something is missing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta, timezone
from typing import Any

import pytest

from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome, required
from dsr.law.retention_rows import DocumentClass
from dsr.output import pdf
from dsr.output.erasure_inputs import HERS, Method
from dsr.output.erasure_letter import ErasureDone, elements, erased_lines, kept_lines
from dsr.output.erasure_words import ARTICLES, DEFER_REASONS, HITS, KEEP_REASONS, METHODS, METHODS_EXPLAINED
from dsr.output.inputs import OutputError
from dsr.output.letters import Letter, letter_document, letter_html, missing
from exporters.contract import HitClass, Reason
from tests.output import erased, sample
from tests.output.reading import text_of

HEAD = replace(sample.HEAD, right="erasure")
LETTER = Letter(sample.SENDER, sample.ADDRESSEE, HEAD, ErasureDone(erased.RESULT))


def letter(**changes: Any) -> Letter:
    return replace(LETTER, body=ErasureDone(replace(erased.RESULT, **changes)))


def read(which: Letter) -> str:
    """The letter's words, tags and doubled blanks gone."""
    return " ".join(re.sub(r"<[^>]+>", " ", letter_html(which)).split())


@pytest.fixture(scope="module")
def answer() -> str:
    return text_of(pdf.render_pdf([letter_document(LETTER)])[0])


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ("case_number", "DSR-2026-000123"),
        ("controller", "Northwave Telecom GmbH · Hafenstraße 12"),
        ("dpo_contact", "Otto Brandt, dpo@northwave.example.com"),
        ("date", "20 May 2026"),
        ("rights_understood", "You ask that we erase your data (Article 17 GDPR)."),
        ("title", "We have deleted your data, except what the law makes us keep"),
        ("erased_categories", "11,911 records in 5 data sets"),
        ("method", "Deleted means: the records are gone from the system."),
        ("method", "No key and no list leads back to you, not for us either."),
        ("method", "an address shared by a household"),
        ("kept_data", "What the law makes us keep"),
        ("kept_legal_basis", "AO 147(1),(3),(4); HGB 257; UStG"),
        ("kept_until", "31 December 2034"),
        ("kept_until", "three years after the consent ended"),
        ("kept_use_restricted", "Their processing is restricted"),
        ("kept_use_restricted", "After that they are deleted without your having to ask again."),
        ("reasons_fact", "Tax and bookkeeping law obliges us to keep these documents complete and unchanged."),
        ("reasons_fact", "We keep them for this purpose only: to prove that you had agreed."),
        ("reasons_law", "Article 17(3)(b) GDPR: the right to erasure does not apply as far as a law"),
        ("deferred", "Your connection was in use when we deleted"),
        ("authority", "Bayerisches Landesamt für Datenschutzaufsicht: Promenade 18, 91522 Ansbach"),
        ("judicial_remedy", "You can also go to court."),
        ("recipients_informed", "Beispielinkasso AG (debt collection), Beispielauskunft GmbH (credit bureau)."),
        ("recipients_informed", "Example Directory Ltd: it has closed down"),
        ("suppression_entry", "We keep one entry that recognises you"),
        ("backups", "They are overwritten after 35 days, on 24 June 2026 at the latest."),
        ("next_steps", "You need not do anything."),
        ("next_steps", "for 3 years from the end of the year in which it is closed"),
        ("contact_channel", "write to privacy@northwave.example.com"),
        ("verified", "On 20 May 2026 we searched these systems again: Billing, Network log-in."),
    ],
)
def test_l_11_and_l_08_say(element: str, said: str, answer: str) -> None:
    assert said in answer


def test_4_0_8_the_end_of_the_case_file_is_the_controllers_own_where_it_has_one() -> None:
    html = letter_html(letter(file_until=date(2032, 5, 20)))

    assert "until 20 May 2032, to be able to prove what we did" in html
    assert "years from the end of the year" not in html


@pytest.mark.parametrize(
    "line",
    [
        "Marketing profile Marketing Billing 1 deleted",
        "Connections Traffic data Network log-in 11,904 deleted",
        "Addresses Master data Billing 1 separated from you",
        "Invoices Billing · Invoices 2019 12 AO 147(1),(3),(4); HGB 257; UStG 14b 31 December 2027",
        "Consents Billing · Consents no year 2 Art. 7(1) GDPR three years after the consent ended",
        "Connections 1 record Network log-in Your connection was in use when we deleted",
    ],
)
def test_lines_of_the_tables(line: str) -> None:
    assert line in read(LETTER)


def test_sc_03_each_year_of_invoices_has_its_own_line_and_end_date() -> None:
    lines = [line for line in kept_lines(erased.RESULT, "en") if line.label == "Invoices"]

    assert [(line.year, line.until) for line in lines] == [(year, date(year + 8, 12, 31)) for year in range(2019, 2027)]
    assert all(line.law == erased.STATUTE and line.rows == 12 for line in lines)


def test_equal_lines_are_added_up_and_empty_ones_left_out() -> None:
    ticket = erased.RESULT.erased[0]
    result = replace(
        erased.RESULT,
        erased=(ticket, replace(ticket, rows=3), replace(ticket, dataset="empty", rows=0)),
        kept=(erased.invoices(2026, 2), erased.invoices(2025), erased.invoices(2026, 5)),
    )

    assert [(line.label, line.rows) for line in erased_lines(result, "en")] == [("Tickets", 7)]
    assert [(line.year, line.rows) for line in kept_lines(result, "en")] == [(2025, 12), (2026, 7)]


def test_two_statutes_for_one_year_are_two_lines() -> None:
    tax = replace(erased.invoices(2026), law="UStG 14b", until=date(2036, 12, 31))

    assert len(kept_lines(replace(erased.RESULT, kept=(erased.invoices(2026), tax)), "en")) == 2


def test_only_the_methods_that_were_used_are_explained() -> None:
    text = read(letter(erased=(erased.gone("profile", {"en": "Marketing profile"}, 1),)))

    assert "Deleted means" in text
    assert "Made anonymous means" not in text
    assert "Separated from you means" not in text


def test_complete_erasure_promises_that_nothing_is_kept() -> None:
    whole = letter(kept=(), deferred=(), suppression=False, recipients=(), not_told=())
    text = read(whole)

    assert whole.body.codes == (LetterCode.ERASURE_DONE,)  # type: ignore[union-attr]
    assert "<title>We have deleted your data</title>" in letter_html(whole)
    assert "We keep nothing of what you asked us to delete." in text
    assert "Nothing of your data is left in them." in text
    assert "We did not pass your data on to anybody." in text
    assert "We keep no entry about you on a suppression list." in text
    assert "In this part we cannot do what you ask" not in text
    assert "What the law makes us keep" not in text


def test_only_a_deferred_part_is_not_called_done() -> None:
    text = read(letter(kept=()))

    assert "We have deleted your data, except a part that follows later" in text
    assert "We keep nothing of what you asked us to delete." not in text
    assert "Beyond what this letter names, nothing of your data is left in them." in text


def test_nothing_erased_is_not_called_deleted() -> None:
    text = read(letter(erased=()))

    assert "Your request to delete your data" in text
    assert "We could not delete anything yet." in text
    assert "We have deleted" not in text


def test_nothing_found_says_so_and_invites_another_search() -> None:
    text = read(letter(erased=(), kept=(), deferred=(), recipients=(), not_told=()))

    assert "We found no data about you in the systems we searched, so there was nothing to delete." in text
    assert "tell us and we search again" in text


def test_the_scan_has_the_date_of_the_controllers_clock() -> None:
    moscow = replace(HEAD, written_at=HEAD.written_at.astimezone(timezone(timedelta(hours=3))))

    assert "On 21 May 2026 we searched these systems again" in read(replace(LETTER, head=moscow))


def test_words_of_the_case_stay_text() -> None:
    hostile = replace(erased.CONSENTS, remark={"en": "<script>alert(1)</script> {{ head }}"})

    html = letter_html(letter(kept=(hostile,), backups="<img src=x>"))

    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ head }}." in html
    assert "&lt;img src=x&gt;" in html


def test_remarks_stay_out_of_repr() -> None:
    assert "agreed" not in repr(erased.CONSENTS)
    assert repr(LETTER.body) == "ErasureDone()"


INVOICE, TICKET = erased.invoices(2026), erased.RESULT.erased[0]


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"backups": " "}, "backups"),
        ({"erased": (replace(TICKET, label={}),)}, "erased_categories:billing.support_ticket"),
        ({"erased": (replace(TICKET, category=""),)}, "erased_categories:billing.support_ticket"),
        ({"kept": (replace(INVOICE, label={}),)}, "kept_categories:billing.invoice"),
        ({"kept": (replace(INVOICE, category=""),)}, "kept_categories:billing.invoice"),
        ({"kept": (replace(INVOICE, law=" "),)}, "kept_legal_basis:billing.invoice"),
        ({"kept": (replace(INVOICE, until=None),)}, "kept_until:billing.invoice"),
        ({"kept": (replace(INVOICE, until=date(2026, 5, 19)),)}, "kept_until:billing.invoice"),
        ({"kept": (replace(INVOICE, reason="because"),)}, "reasons_fact:billing.invoice"),
        ({"kept": (replace(INVOICE, reason="claim"),)}, "reasons_fact:billing.invoice"),
        ({"kept": (replace(erased.CONSENTS, remark={}),)}, "reasons_fact:billing.consent"),
        ({"kept": (replace(erased.CONSENTS, condition={}),)}, "kept_until:billing.consent"),
        ({"deferred": (replace(erased.SESSION, reason="later"),)}, "deferred:radius.radacct"),
        ({"deferred": (replace(erased.SESSION, label={}),)}, "deferred:radius.radacct"),
        ({"verified": replace(erased.RESULT.verified, stores=())}, "verified"),
        ({"verified": replace(erased.RESULT.verified, identifiers={})}, "verified"),
    ],
)
def test_l_11_and_l_08_without_a_mandatory_element_are_not_made(changes: dict[str, Any], element: str) -> None:
    refuse(letter(**changes), element)


def refuse(which: Letter, element: str) -> None:
    assert missing(which) == (element,)
    with pytest.raises(OutputError) as refused:
        letter_html(which)
    assert refused.value.place == f"L-11.{element}"


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"legal_name": ""}, "controller"),
        ({"dpo_contact": ""}, "dpo_contact"),
        ({"contact": ""}, "contact_channel"),
        ({"authority": ""}, "authority"),
        ({"authority_address": ()}, "authority"),
    ],
)
def test_l_11_without_the_sender_is_not_made(changes: dict[str, Any], element: str) -> None:
    refuse(replace(LETTER, sender=replace(sample.SENDER, **changes)), element)


def test_6_5_letter_is_not_made_while_something_of_hers_is_left() -> None:
    store = replace(erased.RESULT.verified.stores[0], hits={HERS: 1, "kept": 3})

    refuse(letter(verified=replace(erased.RESULT.verified, stores=(store,))), "residue")


def test_n_deferred_alone_needs_the_authority_too() -> None:
    refuse(replace(letter(kept=()), sender=replace(sample.SENDER, authority="")), "authority")


def test_every_element_of_l_11_and_l_08_is_accounted_for() -> None:
    """Common elements are filled for every letter in letters.py; the rest here, and nothing by chance."""
    own = set(elements(ErasureDone(erased.RESULT), sample.SENDER))
    common = set(required(LetterCode.INTERIM_DELIVERY)) - {Element.WHAT_IS_INCLUDED, Element.WHAT_FOLLOWS_WHEN}
    wanted = {
        element
        for code in (LetterCode.ERASURE_DONE, LetterCode.PARTIAL_REFUSAL)
        for element in required(code, outcome=Outcome.PARTLY)
    }

    assert own == wanted - common
    assert missing(LETTER) == ()


def test_every_code_of_stores_and_law_has_words() -> None:
    assert set(METHODS) == set(METHODS_EXPLAINED) == set(Method)
    assert set(DocumentClass) <= set(KEEP_REASONS)
    assert {ground.article for ground in KEEP_REASONS.values()} == set(ARTICLES)
    # Reasons of the other rights stand in no plan of an erasure.
    others = {
        Reason.ISSUED, Reason.COPY, Reason.NO_SWITCH, Reason.ALREADY, Reason.STANDS, Reason.CHANGED_SINCE,
    }  # fmt: skip
    assert set(Reason) - {Reason.LAW} - others <= set(DEFER_REASONS)
    assert {Reason.LAW, Reason.MAP} <= set(KEEP_REASONS)
    assert set(HITS) == {*HitClass, "deferred"}
    assert HERS == HitClass.HERS
