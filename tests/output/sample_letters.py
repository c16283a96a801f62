"""Every letter of the rule book with invented, lawful contents, for tests, golden texts and demonstrations.

The cases follow the acceptance scenarios of the rule book (SC-…), told for one provider in Bavaria. What elements say is
English in every language: only the fixed words of the templates change with the language asked for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome
from dsr.output.erasure_letter import ErasureDone
from dsr.output.inputs import Addressee
from dsr.output.letters import AccessAnswer, Acknowledgement, Letter, Stated
from dsr.output.survey import survey
from tests.output import erased, sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    Stating = Mapping[Element, str | tuple[str, ...]]

MARIA = Addressee("Maria Kowalska", ("Fischergasse 3", "80469 Munich"))


def stated(
    code: LetterCode, texts: Stating, *, outcome: Outcome = Outcome.GRANTED, to: Addressee = MARIA, **head: Any
) -> Letter:
    """One letter of stated elements; `head` changes the facts of the sample case, `on` is the day of the letter."""
    on: date = head.pop("on")
    facts = replace(sample.HEAD, written_at=datetime(on.year, on.month, on.day, 9, 0, tzinfo=UTC), **head)
    return Letter(sample.SENDER, to, facts, Stated(code, outcome, texts))


def letters(language: str = "en") -> dict[str, Letter]:
    """All letters by a name that starts with their code: `L-10` as granted, `L-10-refused` as refused."""
    made = {**_rich(), **_questions(), **_refusals(), **_answers(), **_stops(), **_notices(), **_business()}
    return {
        name: replace(letter, head=replace(letter.head, language=language)) for name, letter in sorted(made.items())
    }


def _rich() -> dict[str, Letter]:
    """L-01, L-09 and L-11 with L-08 inside: the letters that are filled from the case, the stores and the plan."""
    surveys = tuple(survey(item) for item in sample.everything(30))
    erasure = replace(sample.HEAD, right="erasure")
    return {
        "L-01": Letter(sample.SENDER, MARIA, sample.HEAD, Acknowledgement(identity_open=False)),
        "L-09": Letter(sample.SENDER, sample.ADDRESSEE, sample.HEAD, AccessAnswer(sample.INQUIRY, surveys)),
        "L-11": Letter(sample.SENDER, sample.ADDRESSEE, erasure, ErasureDone(erased.RESULT)),
    }


def _questions() -> dict[str, Letter]:
    return {
        "L-02": stated(  # SC-02: nothing found in a store is told before she is identified
            LetterCode.IDENTITY_REQUEST,
            {
                Element.CONCRETE_DOUBT: "You wrote from an e-mail address that we do not know. From a name alone we cannot tell whose data you mean.",
                Element.WHAT_IS_NEEDED: "Please open the page of your request and ask there for a code. We send it to the telephone number or e-mail address in your contract. Type it in on the page, and you are done.",
                Element.ALTERNATIVES: (
                    "Sign in to your customer account and confirm the request there.",
                    "Ask us for a letter with a code to the postal address in your contract.",
                    "Come to one of our shops with an identity document. We look at it and make no copy.",
                ),
            },
            received_on=date(2026, 2, 2),
            channel="email",
            due_on=None,
            on=date(2026, 2, 5),
        ),
        "L-03": stated(  # SC-25, the part about access
            LetterCode.CLARIFICATION_REQUEST,
            {
                Element.WHY_LARGE: "You have been our customer since 2008. In 11 systems we hold about 40,000 documents with your name, most of them notes and e-mails of our customer service.",
                Element.SPECIFIC_OPTIONS: (
                    "Only what you and our customer service wrote to each other, from a year you name.",
                    "Only the recordings of your calls.",
                    "Only your connections and your use of the network.",
                    "Everything.",
                ),
                Element.ALREADY_PROCESSED: "We are already collecting your contract, your bills and payments, and your consents. You get these whatever you choose.",
            },
            received_on=date(2026, 2, 9),
            due_on=None,
            on=date(2026, 2, 13),
        ),
        "L-04": stated(  # SC-22
            LetterCode.FEE_NOTICE,
            {
                Element.FEE_AMOUNT_AND_BASIS: "18.50 euros, for half an hour of work at 37 euros an hour. This is what it costs us, without any profit.",
                Element.WHY_FEE: "In September 2026 you asked the same three times. We answered completely on 4, 15 and 25 September. Since then your data have not changed, except for the bill of 1 October, which you have.",
                Element.REASONS_FACT: "On 28 September you wrote that you will repeat the request every week until we give you a discount. So this request does not serve to check your data.",
                Element.REASONS_LAW: "Article 12(5) GDPR: where requests are excessive, a controller may charge a reasonable fee for its administrative costs. The number of requests alone is not enough for this (Court of Justice, C-416/23); what counts here is the purpose you named.",
            },
            outcome=Outcome.REFUSED,
            received_on=date(2026, 10, 5),
            channel="email",
            due_on=date(2026, 11, 5),
            on=date(2026, 10, 12),
        ),
        "L-05": stated(  # SC-20
            LetterCode.EXTENSION_NOTICE,
            {
                Element.NEW_DATE: "We need more than one month. You will have our answer by 30 April 2026 at the latest.",
                Element.INDIVIDUAL_REASONS: "Your data are in 11 systems. Among them are 40,000 documents of our call centre, which we have to read one by one, because they also speak of other people.",
                Element.DELIVERED_MEANWHILE: "With our letter of today you get your contract, your bills and payments, and your connections of the last seven days.",
            },
            received_on=date(2026, 1, 31),
            due_on=date(2026, 4, 30),
            on=date(2026, 2, 26),
        ),
        "L-06": stated(
            LetterCode.INTERIM_DELIVERY,
            {
                Element.WHAT_IS_INCLUDED: (
                    "Your contract and your customer record.",
                    "Your bills and payments since 2018.",
                    "Your connections of the last seven days.",
                ),
                Element.WHAT_FOLLOWS_WHEN: "The documents of our call centre follow by 30 April 2026 at the latest.",
            },
            received_on=date(2026, 1, 31),
            due_on=date(2026, 4, 30),
            on=date(2026, 2, 26),
        ),
    }


def _refusals() -> dict[str, Letter]:
    return {
        "L-07": stated(
            LetterCode.REFUSAL,
            {
                Element.GROUND: "We cannot delete your data, because your contract with us is still running.",
                Element.REASONS_FACT: "Neither you nor we have ended your fibre contract. To supply the connection and to send you bills we need your name, your address, your bank account and your customer number.",
                Element.REASONS_LAW: "Article 17(1)(a) GDPR gives you a right to erasure when data are no longer needed for what they were collected for. While the contract runs, these data are needed for it (Article 6(1)(b) GDPR).",
                Element.WHAT_YOU_CAN_DO: (
                    "You can end your contract. We then delete what no law makes us keep, without your asking again.",
                    "You can ask us to stop using your data for advertising. We do so at once.",
                ),
            },
            outcome=Outcome.REFUSED,
            right="erasure",
            on=date(2026, 5, 20),
        ),
        "L-07b": stated(
            LetterCode.NOT_IDENTIFIED,
            {
                Element.QUERY_HISTORY: (
                    "On 5 February 2026 we asked you to confirm the request with a code.",
                    "On 19 February 2026 we reminded you.",
                    "Since then we have heard nothing from you.",
                ),
                Element.REASONS_FACT: "You wrote from an e-mail address that we do not know, and from a name alone we cannot tell whose data you mean.",
                Element.REASONS_LAW: "Article 12(2) and (6) GDPR: we need not act on a request while we cannot identify the person who asks, and may ask for what confirms it.",
            },
            outcome=Outcome.REFUSED,
            received_on=date(2026, 2, 2),
            channel="email",
            due_on=None,
            on=date(2026, 3, 23),
        ),
        "L-08": stated(  # SC-04, under German law
            LetterCode.PARTIAL_REFUSAL,
            {
                Element.WHAT_WAS_DONE: "On 12 July 2026 we deleted your customer account, your e-mails to our customer service, your consents and what we used for advertising.",
                Element.KEPT_CATEGORIES: (
                    "The unpaid bill of 2 March 2026 and the letters about it",
                    "Bills of 2025",
                    "Bills of 2026",
                ),
                Element.KEPT_LEGAL_BASIS: (
                    "Article 17(3)(e) GDPR, §§ 195, 199 BGB",
                    "Article 17(3)(b) GDPR, § 147 AO, § 14b UStG",
                    "Article 17(3)(b) GDPR, § 147 AO, § 14b UStG",
                ),
                Element.KEPT_UNTIL: (
                    "31 December 2029, or earlier when the dispute is over",
                    "31 December 2033",
                    "31 December 2034",
                ),
                Element.REASONS_FACT: "You do not agree with the bill of 2 March 2026 over 84 euros and have not paid it. To settle the dispute we need the bill and the letters about it. Tax law makes us keep all bills for eight years.",
                Element.REASONS_LAW: "Article 17(3) GDPR: the right to erasure does not apply as far as a law obliges us to keep data (letter b), or as far as they are needed for legal claims (letter e).",
            },
            outcome=Outcome.PARTLY,
            right="erasure",
            received_on=date(2026, 6, 14),
            due_on=date(2026, 7, 15),
            on=date(2026, 7, 13),
        ),
    }


def _answers() -> dict[str, Letter]:
    return {
        "L-10": stated(  # SC-08
            LetterCode.RECTIFICATION,
            {
                Element.OLD_AND_NEW_VALUE: (
                    "Family name: was \u201cKowalsky\u201d, is now \u201cKowalska\u201d.",
                    "Address of the connection: was number 30, is now number 3.",
                ),
                Element.SYSTEMS: ("Customer record", "Billing", "Fault service", "Log-in to the network"),
                Element.RECIPIENTS_INFORMED: "We have told Example Directory Ltd and Beispielauskunft GmbH (credit bureau) of the change. Bills already sent stay as they are, because tax law forbids us to change them; we have added a note to them.",
            },
            right="rectification",
            received_on=date(2026, 6, 21),
            due_on=date(2026, 7, 21),
            on=date(2026, 6, 25),
        ),
        "L-10-refused": stated(  # SC-09
            LetterCode.RECTIFICATION,
            {
                Element.REASONS_FACT: "You say that the 180 gigabytes on your bill of April 2026 are wrong. We compared the counters of two systems for every day of that month, and had the meter of your line checked on 18 May. Both agree with the bill.",
                Element.REASONS_LAW: "Article 16 GDPR gives you a right to have inaccurate data corrected. These data are accurate.",
            },
            outcome=Outcome.REFUSED,
            right="rectification",
            received_on=date(2026, 5, 2),
            due_on=date(2026, 6, 2),
            on=date(2026, 5, 28),
        ),
        "L-12": stated(  # SC-10
            LetterCode.RESTRICTION_SET,
            {
                Element.RESTRICTED_DATA: "The records of your connections from 1 April to 30 June 2026.",
                Element.GROUND: "You need these data for a lawsuit, and we no longer need them ourselves (Article 18(1)(c) GDPR). Without the restriction they would be deleted on 10 July 2026.",
                Element.DURATION: "Until you tell us that the lawsuit is over, or we learn it from the court.",
            },
            right="restriction",
            received_on=date(2026, 7, 1),
            due_on=date(2026, 8, 3),
            on=date(2026, 7, 1),
        ),
        "L-13": stated(  # SC-09: at least seven days before
            LetterCode.RESTRICTION_LIFT,
            {
                Element.LIFT_DATE: "On 8 June 2026 we lift the restriction of your usage data of April 2026.",
                Element.VERIFICATION_RESULT: "We compared the counters of two systems, and had the meter of your line checked on 18 May 2026. Both agree with your bill.",
                Element.REASONS_FACT: "We had restricted these data while we checked whether they are correct. The check is done: they are.",
                Element.REASONS_LAW: "Article 18(1)(a) GDPR restricts data for as long as it takes to check whether they are accurate. Article 18(3) GDPR obliges us to inform you before.",
            },
            outcome=Outcome.REFUSED,
            right="restriction",
            received_on=date(2026, 5, 2),
            due_on=date(2026, 6, 2),
            on=date(2026, 5, 28),
        ),
        "L-14": stated(  # SC-11
            LetterCode.PORTABILITY,
            {
                **PORTABLE,
                Element.TRANSMISSION: "On 24 June 2026 at 10:12 we put the files into our portal for you. They are meant for you alone; we have sent them to nobody else. The SHA-256 checksum of the archive is 9f2c1e07a4b8d35566f0c1a2938e7d4bb01c6f52e9a8d7034415c6b7f8e9a0d1.",
            },
            right="portability",
            received_on=date(2026, 6, 1),
            due_on=date(2026, 7, 1),
            on=date(2026, 6, 24),
        ),
        "L-14-partly": stated(  # SC-12
            LetterCode.PORTABILITY,
            {
                **PORTABLE,
                Element.TRANSMISSION: "You asked us to send the files straight to Example Fibre Ltd. This is not possible. You get the files yourself, in our portal, and can hand them on. The SHA-256 checksum of the archive is 9f2c1e07a4b8d35566f0c1a2938e7d4bb01c6f52e9a8d7034415c6b7f8e9a0d1.",
                Element.REASONS_FACT: "Example Fibre Ltd told us on 9 June 2026 that it has no way to receive such files: neither an interface nor a protected upload.",
                Element.REASONS_LAW: "Article 20(2) GDPR gives you a right to direct transmission where it is technically feasible. Recital 68 says that providers need not build new systems for this.",
            },
            outcome=Outcome.PARTLY,
            right="portability",
            received_on=date(2026, 5, 10),
            due_on=date(2026, 6, 10),
            on=date(2026, 6, 9),
        ),
        "L-17": stated(  # SC-13
            LetterCode.HUMAN_REVIEW,
            {
                Element.DECISION: "We accept your order of 3 March 2026. The automated refusal no longer counts.",
                Element.REVIEWER_FUNCTION: "The head of our credit department. She did not set up the automated decision and was free to decide otherwise.",
                Element.FACTS_CONSIDERED: (
                    "Your order and what you wrote to us on 5 March 2026.",
                    "Three years of bills, all paid in time.",
                    "The report of the credit bureau of 3 March 2026.",
                ),
                Element.MAIN_REASONS: "The program counted a move within the last six months against you. You explained that you moved for work, and you have always paid in time.",
                Element.REASONS_FACT: "As the credit bureau still reports one unpaid bill of another company, we ask you to pay by direct debit.",
                Element.LOGIC: "The program adds up points for unpaid bills, for the length of the contract and for moves. With fewer than 40 points it refuses an order. You had 38.",
                Element.REASONS_LAW: "Article 22(3) GDPR: you have a right to have a person look at an automated decision, to say what you think of it and to contest it.",
            },
            outcome=Outcome.PARTLY,
            right="automated_decision",
            received_on=date(2026, 3, 5),
            due_on=date(2026, 4, 7),
            on=date(2026, 3, 19),
        ),
    }


PORTABLE: Stating = {
    Element.FORMAT: "JSON and CSV files, with a description of every field. Other programs can read both.",
    Element.CONTENT_LIST: (
        "Customer record and contract options",
        "Consents",
        "Usage counters and connections",
        "The messages you wrote to our customer service",
    ),
    Element.EXCLUDED_DATA: (
        "Our estimate of how likely you are to leave us, and your credit score: we derived these ourselves, so Article 20 GDPR does not cover them. You can ask for a copy of them under Article 15 GDPR.",
        "Bills kept for the tax office: we process them because a law obliges us to.",
    ),
}


def _stops() -> dict[str, Letter]:
    return {
        "L-15": stated(  # SC-07, accepted
            LetterCode.OBJECTION_DECISION,
            {
                Element.DECISION: "You are right: we no longer use your data for fraud scoring.",
                Element.WHAT_STOPPED: "We stopped the scoring on 26 September 2026. On 19 October 2026 we deleted your score and all earlier ones (Article 17(1)(c) GDPR).",
            },
            right="objection",
            received_on=date(2026, 9, 26),
            due_on=date(2026, 10, 26),
            on=date(2026, 10, 20),
        ),
        "L-15-refused": stated(  # SC-07, rejected; L-13 went before
            LetterCode.OBJECTION_DECISION,
            {
                Element.DECISION: "We go on using your connection data to detect fraud.",
                Element.BALANCING: "You work at night and fear that this looks like fraud. We looked at your score: calls at night do not count in it, only calls to numbers known from fraud. Twice in 2025 your line was used for such calls, and you would have had to pay 1,900 euros. Without the check we cannot protect your line. Nobody but our fraud team sees the score, and it is deleted after 30 days.",
                Element.REASONS_FACT: "Our grounds for the check outweigh yours in this case, for the reasons just given.",
                Element.REASONS_LAW: "Article 21(1) GDPR: we may go on when we show compelling legitimate grounds that override your interests, rights and freedoms.",
            },
            outcome=Outcome.REFUSED,
            right="objection",
            received_on=date(2026, 9, 26),
            due_on=date(2026, 10, 26),
            on=date(2026, 10, 20),
        ),
        "L-16": stated(  # SC-06
            LetterCode.STOP_CONFIRMED,
            {
                Element.CHANNELS_AND_TIME: (
                    "Telephone: since 2 March 2026, 11:02",
                    "E-mail and text message: since 2 March 2026, 11:02",
                    "Letters, and companies that advertise for us: since 3 March 2026",
                ),
                Element.ALREADY_IN_PRODUCTION: "A leaflet was already at the printer's. It may reach you until 16 March 2026.",
                Element.SUPPRESSION_ENTRY: "We keep your telephone number and your e-mail address on a list of people who want no advertising. The list serves for nothing else.",
            },
            right="marketing_objection",
            received_on=date(2026, 3, 2),
            channel="phone",
            due_on=date(2026, 4, 2),
            on=date(2026, 3, 3),
        ),
        "L-16-consent": stated(  # SC-14
            LetterCode.STOP_CONFIRMED,
            {
                Element.CHANNELS_AND_TIME: "We no longer use the data of your connections for advertising, since 31 January 2026, 20:14. What we had derived from them is deleted.",
                Element.ALREADY_IN_PRODUCTION: "Nothing was on its way to you.",
                Element.SUPPRESSION_ENTRY: "We note in your customer record that the consent is withdrawn, and when. There is no other entry.",
                Element.SERVICE_MESSAGES: "You still get messages that belong to your contract. We still need the data of your connections for your bills.",
            },
            right="consent_withdrawal",
            received_on=date(2026, 1, 31),
            due_on=date(2026, 3, 2),
            on=date(2026, 2, 2),
        ),
    }


def _notices() -> dict[str, Letter]:
    return {
        "L-18": stated(LetterCode.WITHDRAWAL_CONFIRMED, {}, on=date(2026, 5, 22)),
        "L-19": stated(  # SC-23
            LetterCode.OVERDUE_NOTICE,
            {
                Element.APOLOGY: "We had to answer you by 15 May 2026 and have not done so. We are sorry.",
                Element.CASE_STATE: "We have collected your data from all systems. A second person still has to check them.",
                Element.NEW_DATE: "You will have our answer by 1 June 2026.",
            },
            received_on=date(2026, 4, 14),
            due_on=date(2026, 5, 15),
            on=date(2026, 5, 18),
        ),
        "L-20": stated(
            LetterCode.CONTEST_ACKNOWLEDGEMENT,
            {Element.ANSWER_DATE: "You will have our answer by 6 July 2026 at the latest."},
            on=date(2026, 6, 8),
        ),
    }


def _business() -> dict[str, Letter]:
    return {
        "L-21": stated(  # SC-08
            LetterCode.RECIPIENT_NOTICE,
            {
                Element.INSTRUCTION: "On 25 June 2026 we corrected personal data that you received from us. Please correct them too: the family name is now \u201cKowalska\u201d.",
                Element.IDENTIFIER: "Your entry number ED-55102.",
            },
            to=Addressee("Example Directory Ltd", ("Register Street 9", "60311 Frankfurt am Main")),
            right="rectification",
            on=date(2026, 6, 25),
        ),
        "L-22": stated(  # SC-25
            LetterCode.PUBLIC_NOTICE,
            {
                Element.ENTRIES_CONCERNED: (
                    "https://directory.example.com/entry/55102",
                    "https://directory.example.com/munich/k/1187",
                )
            },
            to=Addressee("Example Search Inc.", ("Removal Requests", "Harbour Road 1", "Dublin 2, Ireland")),
            right="erasure",
            on=date(2026, 3, 9),
        ),
        "L-23": stated(
            LetterCode.PROCESSOR_INSTRUCTION,
            {
                Element.INSTRUCTION: "Please delete the data described below.",
                Element.SCOPE: "All letters in your print archive for our customer number NW-10024, from 2019 until today, and every copy of them.",
                Element.DEADLINE: "3 June 2026.",
                Element.CONFIRMATION_FORMAT: "By e-mail to the address above: the day of the deletion, the number of letters deleted, and what is left in backup copies and until when.",
            },
            to=Addressee("Beispieldruck GmbH", ("Druckweg 4", "86150 Augsburg")),
            right="erasure",
            on=date(2026, 5, 20),
        ),
    }
