"""Letters to publishers and processors (L-22, L-23, rules 5.1): composed in a language of choice, looked at, sent, never hers."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from dsr.cases import actors, free_letters
from dsr.cases.perform import RefusedError
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode
from dsr.law.rights import Right
from dsr.models import Case, Letter, Message
from tests.desk.conftest import text
from tests.factories import MONDAY, make_case, make_staff
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db
LINKS = {
    "to_name": "Example Search Ltd",
    "to_address": "Court Road 1\nExampletown",
    "entries_concerned": "https://www.example.com/directory/4711",
    "paragraph": "",
}
ORDER = {
    "to_name": "Example Print GmbH",
    "to_address": "",
    "instruction": "Bitte löschen Sie die Adresse aus der Versandliste.",
    "scope": "Kundennummer 10000001",
    "deadline": "30. Juni 2026",
    "confirmation_format": "Eine E-Mail genügt.",
    "paragraph": "",
}


def compose(case: Case, code: str) -> str:
    return reverse("desk:compose", args=[case.pk, code])


def sent(client: Any, case: Case, code: str, values: dict[str, str], drain: Any) -> Letter:
    """Written, laid out, looked at, sent: as on the screen."""
    case.refresh_from_db()
    made = client.post(compose(case, code), {**values, "version": case.version, "draft": "1"})
    assert made.status_code == 302, text(made)
    drain()
    row = Letter.objects.get(case=case, code=code, status="draft")
    assert client.get(reverse("desk:letter-pdf", args=[case.pk, row.pk])).status_code == 200
    case.refresh_from_db()
    hashes = {"content_sha256": row.content_sha256, "pdf_sha256": row.pdf_sha256, "version": case.version}
    assert client.post(reverse("desk:letter-send", args=[case.pk, row.pk]), hashes).status_code == 302
    row.refresh_from_db()
    return row


@pytest.mark.slow
def test_17_2_a_publisher_is_asked_to_take_links_away_and_reads_no_name(mara, received, drain):
    """L-22: entries concerned and the request of the subject; by post, never among her letters, no mail to her."""
    case = make_case(at=received, rights=(Right.ERASURE,))
    assert "L-22" in text(mara.get(reverse("desk:compose-choose", args=[case.pk])))
    mails = Message.objects.count()

    row = sent(mara, case, "L-22", LINKS, drain)

    assert (row.status, row.channel, row.language) == ("sent", "post", "en")
    said = letter_text("L-22")
    assert "https://www.example.com/directory/4711" in said
    assert "Example Search Ltd" in said
    assert "Anna Example" not in said
    assert Message.objects.count() == mails
    assert case.events.filter(action="letter_sent", data__letter="L-22").count() == 1


@pytest.mark.slow
def test_28_a_processor_is_instructed_in_its_own_language(mara, received, drain):
    """L-23: action, scope, deadline, confirmation, sub-processors; the fixed words in German for an English request."""
    case = make_case(at=received, rights=(Right.ERASURE,))
    look = mara.post(
        compose(case, "L-23"),
        {**ORDER, "letter_language": "de", "version": case.version},
        headers={"HX-Request": "true"},
    )
    assert 'lang="de"' in text(look)
    assert "Betreff" in text(look) or "Auftragsverarbeiter" in text(look)

    row = sent(mara, case, "L-23", {**ORDER, "letter_language": "de"}, drain)

    assert (row.language, row.channel, row.status) == ("de", "post", "sent")
    assert row.content()["said"]["head"]["language"] == "de"
    said = letter_text("L-23")
    assert "Versandliste" in said
    assert "sub-processor" not in said
    assert "de" in text(mara.get(reverse("desk:letters", args=[case.pk])))


def test_5_1_a_language_nobody_offers_and_a_role_that_writes_none_are_refused():
    case = make_case(rights=(Right.ERASURE,))
    texts = {Element.ENTRIES_CONCERNED: "https://www.example.com/4711"}

    def write(who: Any, language: str) -> str:
        with pytest.raises(RefusedError) as refused:
            free_letters.write(
                case_id=case.pk,
                code=LetterCode.PUBLIC_NOTICE,
                texts=texts,
                to_name="Example Search Ltd",
                actor=actors.staff(who),
                now=MONDAY,
                language=language,
            )
        return refused.value.refusal.code

    assert write(make_staff("mara"), "tlh") == "language_unknown"
    assert write(make_staff("adam", "auditor"), "de") == "role"
    assert not Letter.objects.filter(code="L-22").exists()
