"""What the invented subscribers write and what the office of the demo answers: sentences, one place for each right."""

from __future__ import annotations

from typing import Any, Final

from dsr.cases.fees import Evidence
from dsr.law.letter_elements import Element
from dsr.law.rights import Ground, Right

WORDS: Final[dict[Right, tuple[str, ...]]] = {
    Right.ACCESS: (
        "Please tell me what you have stored about me, and send me a copy.",
        "Under Article 15 GDPR I ask for a copy of my data and for who received them.",
        "Which data of my line do you keep, and for how long?",
    ),
    Right.PORTABILITY: (
        "I change my provider. Please give me my data in a form that a program can read.",
        "My contract and my usage as a file, please (Article 20 GDPR).",
    ),
    Right.RECTIFICATION: (
        "My name is spelled wrongly on your invoices. Please correct it.",
        "You still have my old house number and a wrong date of birth.",
    ),
    Right.ERASURE: (
        "Please delete everything about me.",
        "I do not want you to keep my old tickets and my location any longer.",
    ),
    Right.RESTRICTION: (
        "The usage of May is wrong. Do not use it until you have checked the meter.",
        "We are in dispute about the installation. Please keep my data and do nothing else with them.",
    ),
    Right.OBJECTION: (
        "I object to the credit score: I work in shifts and your program reads that as a risk.",
        "I do not want my use of the network to be analysed. My job makes it look odd.",
    ),
    Right.MARKETING_OBJECTION: ("Please no more advertising.", "Take me off your list."),
    Right.CONSENT_WITHDRAWAL: (
        "I take back my consent to the use of my location.",
        "I do not agree any more that you make a profile of me.",
    ),
    Right.AUTOMATED_DECISION: (
        "Your shop refused my order in a second. I want a person to look at it.",
        "A program decided that I have to pay in advance. Please check that.",
    ),
}

_ASK: Final = "If you know something that we do not, write to us and we look again."

REFUSALS: Final[dict[Right, dict[str, Any]]] = {
    Right.ACCESS: {
        "ground": Ground.NOT_PERSONAL_DATA,
        "reason": "You ask for the wiring plan of the house. It says nothing about you or anybody else.",
        "advice": "You can ask for a copy of what we hold about you at any time.",
    },
    Right.PORTABILITY: {
        "ground": Ground.NOT_PORTABLE,
        "reason": "You ask for our notes on the quality of your line. We made them ourselves; you did not provide them.",
        "advice": "You find them in a copy of your data under Article 15 GDPR.",
    },
    Right.RECTIFICATION: {
        "ground": Ground.ACCURATE,
        "reason": "The contract of 2023 shows the address that you had then, and that is what it has to show.",
        "advice": "Your address of today is right in our customer record.",
    },
    Right.ERASURE: {
        "ground": Ground.STILL_NEEDED,
        "reason": "Your contract runs, and without these data we cannot provide your connection.",
        "advice": "When you end your contract we delete what no law keeps.",
    },
    Right.RESTRICTION: {
        "ground": Ground.NO_RESTRICTION_GROUND,
        "reason": "You do not say that the data are wrong, and we use them for your invoices only.",
        "advice": _ASK,
    },
    Right.OBJECTION: {
        "ground": Ground.COMPELLING_GROUNDS,
        "reason": "Attacks on the network come through lines like these, and each has harmed other customers.",
        "advice": _ASK,
        "balancing": "You told us about your work. It weighs less than the safety of everybody on the network.",
    },
    Right.AUTOMATED_DECISION: {
        "ground": Ground.NOT_SOLELY_AUTOMATED,
        "reason": "Your order was refused by a colleague, who had spoken with you on the telephone.",
        "advice": _ASK,
    },
}

FREQUENT: Final = Evidence(
    history="The same question was answered in January, in March and in June, each time in full.",
    changes="Nothing has changed since June.",
    conduct="Each time the request came within an hour of a reminder of an unpaid invoice.",
    conclusion="An extract of what is new was offered and declined.",
)
FEE: Final[dict[str, str]] = {
    "amount": "12.50 EUR",
    "basis": "That is half an hour of a colleague's work.",
    "why": "We have answered the same question three times this year, and nothing has changed since.",
    "reason": "You asked in January, in March and in June.",
    "law": "Article 12(5) GDPR allows a reasonable fee for requests that are excessive because they are repeated.",
}

CORRECTED: Final[dict[Element, Any]] = {Element.OLD_AND_NEW_VALUE: ("Your name as you wrote it to us.",)}
CORRECTED_PARTLY: Final[dict[Element, Any]] = {
    Element.OLD_AND_NEW_VALUE: ("Your house number: 12 (was: 21).",),
    Element.REASONS_FACT: "We did not change your date of birth: your passport, which you showed us in the shop, says the same as we do.",
    Element.REASONS_LAW: "Data that are right as they stand are not changed (Article 16 GDPR).",
}
ACCEPTED: Final[dict[Element, Any]] = {
    Element.DECISION: "We accept your objection.",
    Element.WHAT_STOPPED: "The score is not used any more and is deleted (Article 17(1)(c) GDPR).",
}
BALANCED: Final[dict[str, Any]] = {
    "situation": "Shift work, which makes unusual patterns.",
    "interests": "Fewer unpaid invoices; not compelling in this case.",
    "necessity": "A deposit does the same.",
}
REVIEWED: Final[dict[Element, Any]] = {
    Element.REVIEWER_FUNCTION: "Head of customer care; she did not set up the scoring.",
    Element.FACTS_CONSIDERED: ("Two late payments in 2024.", "Your statement: the bank was late."),
    Element.REASONS_FACT: "The bank booked your payments late.",
    Element.MAIN_REASONS: "The late payments were the bank's mistake.",
    Element.LOGIC: "The program counts late payments of the last two years.",
    Element.DECISION: "We have changed the decision: you get the contract.",
    Element.REASONS_LAW: "A person looks at it when you ask (Article 22(3) GDPR).",
}
REVIEWED_BEFORE: Final[dict[str, Any]] = {"result": "changed"}
