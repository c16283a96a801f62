"""Suggestions in free text: precise in every language of the product, never on what is hers (X-04, X-05)."""

from __future__ import annotations

import pytest

from dsr.redaction.detectors import Known, suggestions

HERS = Known(
    identifiers=frozenset({"maria.kowalska@example.com", "DE89370400440532013000", "02:00:5e:10:00:01", "81.2.69.142"}),
    numbers=frozenset({"10000002"}),
    names=frozenset({"Maria Kowalska"}),
    phones=frozenset({"+447700900123"}),
    houses=frozenset({"northwave.example.net"}),
    region="GB",
)

SENTENCES = [
    # English
    ("Customer called about the bill of her neighbour Tom Byrne, tel 07700 900 187.", ["Tom Byrne", "07700 900 187"]),
    ("Call me on +44 7700 900123 or maria.kowalska@example.com.", []),
    (
        "The payment of 10000006 (other.maria@example.org) was booked here by mistake.",
        ["10000006", "other.maria@example.org"],
    ),
    ("My neighbour has a key if I am at the doctor's.", []),
    ("Agent Niamh O. checked line 4411 on 2026-01-15.", []),
    ("Dear Mrs Kowalska, Maria speaking, ask support@northwave.example.net.", []),
    ("Router password: Wint3r-Sun. Mr. O'Neil-Byrne was there.", ["Wint3r-Sun", "O'Neil-Byrne"]),
    ("Booked twice from GB33BUKB20201555555555, hers is DE89 3704 0044 0532 0130 00.", ["GB33BUKB20201555555555"]),
    ("Card 4111 1111 1111 1111, reference 4111 1111 1111 1112.", ["4111 1111 1111 1111"]),
    ("Her modem 02-00-5E-10-00-01, the neighbour's 02:00:5E:10:00:77.", ["02:00:5E:10:00:77"]),
    ("From 81.2.69.142 and 81.2.69.160, inside 10.0.0.1, firmware 1.2.3.4.5.", ["81.2.69.160"]),
    # German
    ("Frau Kowalska bat um Rückruf, Herr Jürgen Lang aus dem 2. Stock war dabei.", ["Jürgen Lang"]),
    ("Den Schlüssel hat die Nachbarin, ich bin am Donnerstag in der Klinik.", []),
    ("Ihr Sohn Ben und ihre Nachbarin Frau von der Heide riefen an.", ["Ben", "von der Heide"]),
    ("Kundennummer 20998877 gehört jemand anderem.", ["20998877"]),
    ("Am 20260115 um 12:30 wurde nichts gefunden.", []),
    # French, Spanish, Italian
    ("Sa voisine Mme Claire Dupont a rappelé.", ["Claire Dupont"]),
    ("Bonjour Madame Kowalska, le technicien passera jeudi.", []),
    ("Su hijo José Ñuñez llamó ayer.", ["José Ñuñez"]),
    ("La signora Rossi, vicina di casa, ha la chiave.", ["Rossi"]),
    # Dutch, Polish, Portuguese, Greek
    ("De buurman, dhr. Jan van der Berg, belde.", ["Jan van der Berg"]),
    ("Zadzwoniła sąsiadka Żaneta Łuczak w sprawie pani Kowalskiej.", ["Żaneta Łuczak", "Kowalskiej"]),
    ("A vizinha Conceição Araújo ligou; palavra-passe: abc123", ["Conceição Araújo", "abc123"]),
    ("Ο κύριος Γιώργος Παπάς τηλεφώνησε.", ["Γιώργος Παπάς"]),
]


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[s[:30] for s, _ in SENTENCES])
def test_X_04_a_sentence_gives_these_suggestions_and_no_other(sentence: str, expected: list[str]) -> None:
    found = suggestions(sentence, HERS)
    assert [sentence[one.start : one.end] for one in found] == expected
    assert suggestions(sentence, HERS) == found


def test_X_04_the_reason_says_who_it_is_about() -> None:
    reasons = {one.reason for one in suggestions("Her son Ben knows Mr Byrne. PUK 12345678", HERS)}
    assert reasons == {"household_member", "other_person", "security"}
