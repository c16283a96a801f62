"""Every letter of rules 5.1 against the table of the law: complete or not made, and nothing it was given is lost."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from dsr.law.letter_elements import Element
from dsr.law.letter_standing import FACTS, Slot, standing, to_write
from dsr.law.letters import COMMON, LetterCode, Outcome, required
from dsr.law.regimes import REGIMES as REGIME_ROWS
from dsr.output import letter_stated
from dsr.output.inputs import Addressee, OutputError
from dsr.output.letters import Letter, Stated, letter_html, letter_text, missing
from tests.output import sample, sample_letters

CODES = tuple(letter_stated.TEMPLATES)
REGIMES = sorted({regime.code for regime in REGIME_ROWS})
HEAD = replace(sample.HEAD, account_url="https://privacy.example.com/x/")
# Facts of the sender and the case that fill an element: what takes them away.
AWAY: dict[Element, dict[str, Any]] = {
    Element.CASE_NUMBER: {"reference": " "},
    Element.LANGUAGE: {"language": ""},
    Element.CONTROLLER: {"legal_name": ""},
    Element.DPO_CONTACT: {"dpo_contact": ""},
    Element.CONTACT_CHANNEL: {"contact": ""},
    Element.AUTHORITY: {"authority_address": ()},
    Element.COMPLAINT_ROUTE: {"authority": " "},
}


def marked(code: LetterCode, outcome: Outcome, regime: str = "EU_GDPR", *, lines: bool = False) -> Stated:
    """A letter whose every element is a mark of its own."""
    elements = required(code, outcome=outcome, regime=regime)
    texts = {element: (mark(element), "second line") if lines else mark(element) for element in elements}
    return Stated(code, outcome, {element: text for element, text in texts.items() if element not in FACTS})


def mark(element: Element) -> str:
    return f"«{element.value}»"


def letter(body: Stated, regime: str = "EU_GDPR") -> Letter:
    return Letter(sample.SENDER, sample_letters.MARIA, replace(HEAD, regime=regime), body)


def without(whole: Letter, element: Element) -> Letter:
    """The letter with one element taken away, wherever it comes from."""
    if element in AWAY:
        changes = AWAY[element]
        if changes.keys() <= {"reference", "language"}:
            return replace(whole, head=replace(whole.head, **changes))
        return replace(whole, sender=replace(whole.sender, **changes))
    assert isinstance(whole.body, Stated)
    texts = {key: text for key, text in whole.body.texts.items() if key is not element}
    return replace(whole, body=replace(whole.body, texts=texts))


@pytest.mark.parametrize("code", CODES)
def test_5_1_a_letter_lacking_any_one_element_is_not_made(code: LetterCode) -> None:
    """Each outcome, each regime, each element in turn; a blank text is as good as none."""
    for outcome, regime in product(Outcome, REGIMES):
        whole = letter(marked(code, outcome, regime), regime)
        assert missing(whole) == ()
        said = standing(code) | {Element.PLAIN_TEXT, Element.DATE}
        for element in set(required(code, outcome=outcome, regime=regime)) - said:
            with pytest.raises(OutputError) as refused:
                letter_html(without(whole, element))
            assert refused.value.code == "element_missing"
            # The same fact may fill two elements: the authority is also the complaint route of L-05.
            lacking = missing(without(whole, element))
            assert element.value in lacking
            assert refused.value.place == f"{code.value}.{lacking[0]}"
            assert len(lacking) == 1 or set(lacking) == {Element.AUTHORITY, Element.COMPLAINT_ROUTE}
            if element not in AWAY:
                assert isinstance(whole.body, Stated)
                blank = replace(whole.body, texts={**whole.body.texts, element: " \n"})
                empty = replace(whole.body, texts={**whole.body.texts, element: ("", " ")})
                assert missing(letter(blank, regime)) == missing(letter(empty, regime)) == (element.value,)


@pytest.mark.parametrize("name", ["L-01", "L-09", "L-11"])
def test_5_1_letters_filled_from_the_case_need_the_same_facts(name: str) -> None:
    whole = sample_letters.letters()[name]
    for element in set(AWAY) - {Element.COMPLAINT_ROUTE} - ({Element.AUTHORITY} if name == "L-01" else set()):
        with pytest.raises(OutputError, match=rf"element_missing: L-\d\d\.{element.value}$"):
            letter_html(without(whole, element))


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("code", CODES)
def test_5_1_every_element_given_stands_in_html_and_text(code: LetterCode, lines: bool) -> None:
    for outcome in Outcome:
        body = marked(code, outcome, lines=lines)
        html, text = letter_html(letter(body)), letter_text(letter(body))
        for element in body.texts:
            assert html.count(mark(element)) == 1, element
            assert text.count(mark(element)) == 1, element
        assert "Further information" not in text  # each has a place of its own


@pytest.mark.parametrize("code", CODES)
def test_common_facts_stand_in_every_letter(code: LetterCode) -> None:
    """The elements C of rules 5.1, and the remedies where the law wants them."""
    for outcome in Outcome:
        text = letter_text(letter(marked(code, outcome)))
        asked = set(required(code, outcome=outcome))
        for said in (
            "DSR-2026-000123",
            "Northwave Telecom GmbH, Hafenstraße 12, 80331 Munich, Germany",
            "Data protection officer: Otto Brandt, dpo@northwave.example.com",
            "20 May 2026",
            "Questions to\nprivacy@northwave.example.com",
            "What happens next",
        ):
            assert said in text
        complaint = "Bayerisches Landesamt für Datenschutzaufsicht\nPromenade 18\n91522 Ansbach"
        assert (complaint in text) == bool(asked & {Element.AUTHORITY, Element.COMPLAINT_ROUTE})


# What the fixed words say for each element that nobody has to write (`standing`).
FIXED = {
    LetterCode.IDENTITY_REQUEST: {
        Element.WHAT_NOT_TO_SEND: "black out everything in it that we did not ask for",
        Element.PROOF_PURPOSE_AND_DELETION: "We use it only to check that it is you, and delete it as soon as the check is done.",
        Element.EFFECT_ON_TIME: "Our time to answer goes on while we wait for you. You hear from us by 5 June 2026 at the latest.",
        Element.CONSEQUENCE_OF_SILENCE: "If we hear nothing, we remind you.",
    },
    LetterCode.CLARIFICATION_REQUEST: {
        Element.WHOLE_IF_INSISTED: "If you want everything, tell us so, and you get everything.",
        Element.EFFECT_ON_TIME: "You hear from us by 5 June 2026 at the latest.",
    },
    LetterCode.FEE_NOTICE: {Element.WITHDRAW_OR_NARROW: "You can withdraw your request: then you pay nothing."},
    LetterCode.NOT_IDENTIFIED: {Element.HOW_TO_RESUME: "You can make your request again at any time."},
    LetterCode.PARTIAL_REFUSAL: {Element.KEPT_USE_RESTRICTED: "we use them for nothing but the reason given here"},
    LetterCode.RECTIFICATION: {
        Element.RECIPIENTS_INFORMED: "If you ask us, we name them to you.",
        Element.SUPPLEMENTARY_STATEMENT: "You can send us a short statement in your own words.",
    },
    LetterCode.RESTRICTION_SET: {
        Element.STILL_ALLOWED: "only if you agree, for legal claims, to protect the rights of another person, or for reasons of important public interest (Article 18(2) GDPR)",
        Element.NOTICE_BEFORE_LIFTING: "Before the restriction ends, we write to you and say why",
    },
    LetterCode.PORTABILITY: {Element.CONTRACT_CONTINUES: "Your contract goes on unchanged."},
    LetterCode.STOP_CONFIRMED: {Element.SERVICE_MESSAGES: "You still get messages that belong to your contract"},
    LetterCode.WITHDRAWAL_CONFIRMED: {Element.NEW_REQUEST_POSSIBLE: "You can make a new request at any time."},
    LetterCode.CONTEST_ACKNOWLEDGEMENT: {Element.OTHER_REVIEWER: "who did not decide the first time"},
    LetterCode.RECIPIENT_NOTICE: {
        Element.CONFIRMATION_ASKED: "Please confirm in writing what you have done",
        Element.ONWARD_DUTY: "please tell those who received them from you",
    },
    LetterCode.PUBLIC_NOTICE: {Element.SUBJECT_REQUEST: "be erased"},
    LetterCode.PROCESSOR_INSTRUCTION: {Element.SUB_PROCESSORS: "every sub-processor who holds these data"},
}
# And what stands in every letter, where its elements ask for it.
EVERYWHERE = {
    Element.NEXT_STEPS: "What happens next",
    Element.JUDICIAL_REMEDY: "You can also go to court.",
}


@pytest.mark.parametrize("code", CODES)
def test_fixed_words_say_what_nobody_has_to_write(code: LetterCode) -> None:
    fixed = {**EVERYWHERE, **FIXED.get(code, {})}
    assert set(fixed) == standing(code)
    for outcome in Outcome:
        texts = {element: mark(element) for element in to_write(code, outcome=outcome)}
        text = letter_text(letter(Stated(code, outcome, texts)))
        for element, said in fixed.items():
            asked = element in required(code, outcome=outcome)
            beside = element is Element.JUDICIAL_REMEDY and code is LetterCode.EXTENSION_NOTICE  # good practice there
            assert (said in text) == (asked or beside), (outcome, element)


@pytest.mark.parametrize(("code", "element"), [(code, element) for code in FIXED for element in FIXED[code]])
def test_a_text_given_takes_the_place_of_the_fixed_words(code: LetterCode, element: Element) -> None:
    outcome = next(item for item in Outcome if element in required(code, outcome=item))
    texts = {key: mark(key) for key in (*to_write(code, outcome=outcome), element)}

    text = letter_text(letter(Stated(code, outcome, texts)))

    assert mark(element) in text
    assert FIXED[code][element] not in text


def test_paused_clock_is_said_in_the_questions() -> None:
    """T-10, T-11: without a date the letter says that the time stands still."""
    for name in ("L-02", "L-03"):
        assert "Our time to answer stands still while we wait for you." in letter_text(sample_letters.letters()[name])


def test_what_has_no_place_in_a_letter_comes_last_instead_of_being_lost() -> None:
    body = sample_letters.letters()["L-20"].body
    assert isinstance(body, Stated)
    added = replace(body, texts={**body.texts, Element.LOGIC: "Points are added up.", Element.SYSTEMS: ("One", "Two")})

    text = letter_text(letter(added))

    assert "Further information\n\nPoints are added up.\n\n- One\n- Two\n\nYours sincerely" in text


def test_facts_come_from_the_controller_and_the_case_only() -> None:
    body = sample_letters.letters()["L-07"].body
    assert isinstance(body, Stated)
    other = dict.fromkeys(FACTS, "another authority, another date")

    assert letter_html(letter(replace(body, texts={**body.texts, **other}))) == letter_html(letter(body))
    assert set(COMMON) - FACTS == {Element.NEXT_STEPS}


@pytest.mark.parametrize("name", sorted(sample_letters.letters()))
def test_paragraph_and_wording_add_and_take_nothing_away(name: str) -> None:
    """4.3: the controller's own words stand in three places; every line of the letter without them is still there."""
    plain = sample_letters.letters()[name]
    wording = {Slot.INTRO.value: "Own intro.", Slot.OUTRO.value: "Own outro.", Slot.SIGNATURE.value: "Own signature."}
    body = replace(plain.body, paragraph="Free\nparagraph.\n\nIts second part.", wording=wording)

    text = letter_text(replace(plain, body=body))

    before, after = letter_text(plain).split("\n"), text.split("\n")
    added = ["Own intro.", "Free", "paragraph.", "Its second part.", "Own outro.", "Own signature."]
    assert sorted(line for line in after if line) == sorted([*(line for line in before if line), *added])
    assert [text.index(line) for line in added] == sorted(text.index(line) for line in added)
    assert text.index("Own outro.") < text.index("Yours sincerely") < text.index("Own signature.")


def test_what_people_write_stays_text() -> None:
    """Neither an element nor a paragraph nor the controller's wording is markup or template code."""
    evil = "<script>alert(1)</script> {{ sender.name }} {% now 'Y' %} &amp; <b>x</b>"
    for code, outcome in product(CODES, Outcome):
        texts = dict.fromkeys(marked(code, outcome).texts, evil)
        html = letter_html(letter(Stated(code, outcome, texts, evil, dict.fromkeys(Slot, evil))))
        assert "<script" not in html
        assert (
            "&lt;script&gt;alert(1)&lt;/script&gt; {{ sender.name }} {% now &#x27;Y&#x27; %} &amp;amp; &lt;b&gt;"
            in html
        )
        assert html.count("&lt;script&gt;") == len(texts) + 1 + len(Slot)


def test_texts_stay_out_of_repr_and_errors() -> None:
    secret = "Kowalska owes 84 euros"
    body = Stated(LetterCode.REFUSAL, Outcome.REFUSED, {Element.GROUND: secret}, secret, {"intro": secret})

    with pytest.raises(OutputError) as refused:
        letter_html(letter(body))

    assert secret not in f"{body!r} {letter(body)!r} {refused.value} {refused.value!r}"


def test_text_nobody_would_read_is_refused() -> None:
    body = sample_letters.letters()["L-18"].body
    assert isinstance(body, Stated)
    long = "x" * (letter_stated.MAX_TEXT + 1)
    for changed, place in [
        (replace(body, paragraph=long), "L-18.paragraph"),
        (replace(body, wording={"intro": long}), "L-18.intro"),
        (replace(body, texts={Element.NEXT_STEPS: (long[:9000], long[9000:])}), "L-18.next_steps"),
    ]:
        with pytest.raises(OutputError) as refused:
            letter_html(letter(changed))
        assert (refused.value.code, refused.value.place) == ("text_too_long", place)


@pytest.mark.parametrize("code", sorted(set(LetterCode) - set(CODES)))
def test_letters_filled_from_the_case_have_bodies_of_their_own(code: LetterCode) -> None:
    with pytest.raises(ValueError, match="body of its own"):
        Stated(code, Outcome.GRANTED, {})


@pytest.mark.parametrize("name", ["L-21", "L-22", "L-23"])
def test_letters_to_companies_name_nobody(name: str) -> None:
    """5.1: what finds the record, and no more: neither her name nor her words nor the page of her request."""
    text = letter_text(sample_letters.letters()[name])

    assert "Dear Sir or Madam," in text
    assert "Please answer to privacy@northwave.example.com and give our case number DSR-2026-000123." in text
    for hers in ("Maria", "Your request reached us", "/requests/", "You ask"):
        assert hers not in text


@pytest.mark.parametrize("code", CODES)
def test_subject_line_is_one_heading_and_names_nobody(code: LetterCode) -> None:
    for outcome, right in product(Outcome, ("access", "consent_withdrawal")):
        title = letter_stated.title(code, outcome, right)
        whole = replace(letter(marked(code, outcome)), addressee=Addressee("Zygfryda"))
        html = letter_html(replace(whole, head=replace(HEAD, right=right)))
        assert html.count("<h1>") == 1
        assert f"<h1>{title}</h1>" in html
        assert f"<title>{title}</title>" in html
        assert "Zygfryda" not in title


def test_titles_differ() -> None:
    titles = {letter_stated.title(code, Outcome.GRANTED, "access") for code in CODES}

    assert len(titles) == len(CODES)
