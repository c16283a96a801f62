"""What a person reads of an evidence pack is words: every code of models and law has them, and the summary prints them (rules 4.6)."""

from __future__ import annotations

import copy
import html
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone, translation

from dsr.cases import actors
from dsr.cases.perform import record
from dsr.fulfil import evidence_decided, evidence_facts, evidence_measures, evidence_work
from dsr.fulfil.evidence import given_of
from dsr.fulfil.evidence_facts import fact
from dsr.fulfil.evidence_reading import read
from dsr.law.decisions import ReviewResult
from dsr.law.ladder import RungCode
from dsr.law.letters import LetterCode, Outcome
from dsr.law.policies import MarketingChannel
from dsr.law.portability import NoTransmission
from dsr.law.retention import DocumentClass
from dsr.models import (
    AnswerVersion,
    Artifact,
    AuthorityCase,
    EvidencePack,
    IdentityCheck,
    Incident,
    Letter,
    Message,
    OneTimeCode,
    Plan,
    RecipientNotice,
    Suppression,
    Transmission,
)
from dsr.models.case import Channel
from dsr.output.evidence import Coded, evidence_html, in_words
from dsr.output.phrases import CHANNELS
from dsr.wording import filed, letters, mails, marketing, portability, recipients
from exporters.plans import Treatment
from tests.cases.test_evidence_covers import fill, ordered
from tests.factories import MONDAY, make_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.django_db
# Codes as a column of a table holds them, beside the table of words that the summary reads for it.
TABLES: list[tuple[Any, Mapping[Any, object]]] = [
    (AnswerVersion.Kind, evidence_work.KINDS_OF_VERSION),
    (Artifact.Kind, filed.FILES),
    (AuthorityCase.Outcome, filed.AUTHORITY_OUTCOMES),
    (AuthorityCase.State, filed.AUTHORITY_STATES),
    (Channel, CHANNELS),
    (DocumentClass, letters.DOCUMENT_CLASSES),
    (EvidencePack.Extent, filed.EXTENTS),
    (IdentityCheck.Kind, filed.CHECKS),
    (Incident.Kind, filed.INCIDENTS),
    (Letter.Channel, filed.WAYS),
    (LetterCode, letters.LETTERS),
    (MarketingChannel, marketing.CHANNELS),
    (Message.Status, filed.MESSAGES),
    (NoTransmission, portability.NO_TRANSMISSION),
    (OneTimeCode.Purpose, filed.CODES),
    (OneTimeCode.Way, filed.WAYS),
    (Outcome, filed.OUTCOMES),
    (Plan.Occasion, evidence_decided.OCCASIONS),
    (Plan.Status, filed.PLANS),
    (RecipientNotice.Change, recipients.CHANGES),
    (RecipientNotice.Status, recipients.STATUSES),
    (ReviewResult, filed.RESULTS),
    (RungCode, letters.RUNGS),
    (Suppression.Kind, filed.HASHED),
    (Suppression.Source, evidence_measures.LISTED_BY),
    (Transmission.Status, filed.TRANSMISSIONS),
    (Treatment, filed.TREATMENTS),
]


@pytest.mark.parametrize(("codes", "words"), TABLES, ids=lambda one: getattr(one, "__qualname__", ""))
def test_every_code_of_a_column_has_words(codes: Any, words: Mapping[Any, object]) -> None:
    for one in codes:
        assert one.value in words, f"say in the table of words what {one.value} is"
        assert str(words[one.value]).strip()
        assert "_" not in str(words[one.value])


def test_every_fact_of_the_history_has_a_name_and_words() -> None:
    named = {*evidence_facts.FACTS, *evidence_facts.PLAIN, "store"}
    assert named == set(filed.FACTS)
    for name, table in evidence_facts.FACTS.values():
        assert str(name)
        assert all(str(words).strip() and "_" not in str(words) for words in table.values())


def codes_of(given: Any) -> Iterator[Coded]:
    for section in given.sections:
        yield from (value for _label, value in section.facts if isinstance(value, Coded))
        for table in section.tables:
            yield from (cell for row in table.rows for cell in row if isinstance(cell, Coded))


def test_the_summary_of_a_full_case_prints_words_and_its_files_hold_codes() -> None:
    """Every row that a case can have, and no code with an underscore in what a person reads; case.json keeps them."""
    case = make_case()
    fill(case)
    record(
        case_id=case.pk,
        kind="message",
        actor=actors.SYSTEM,
        now=MONDAY,
        data={"channel": "portal", "letter": "L-09", "sha256": "0" * 64, "unheard_of": "a_code"},
    )
    pack = EvidencePack.objects.select_related("case__request__account", "case__controller").get(pk=ordered(case).pk)
    with translation.override("en"):
        given = given_of(pack, now=timezone.now())
        page = evidence_html(given, fingerprint="0")
    found = list(codes_of(given))
    assert {"by_hand", "sms", "callback", "customer_number", "L-21", "declined"} <= set(found)
    for one in found:
        assert "_" not in one.words, str(one)
        assert html.escape(one.words) in page, str(one)
    known = {one.value for codes, _words in TABLES for one in codes} | set(mails.KINDS) | set(filed.OPERATIONS)
    assert [code for code in sorted(known) if "_" in code and code in page] == []
    assert "unheard_of" not in page
    assert "Way: through our privacy portal" in page
    # Programs read the codes, in whatever way the record is copied.
    cells = {str(cell) for section in given.sections for table in section.tables for row in table.rows for cell in row}
    assert {"by_hand", "customer_number", "sms"} <= cells
    assert json.loads(json.dumps(copy.deepcopy(Coded("some_code", "Some words")))) == "some_code"
    assert in_words(copy.deepcopy(Coded("some_code", "Some words"))) == "Some words"


def test_a_fact_without_words_stays_out_of_the_summary() -> None:
    """A hash, an id, a code of a later release: chain.json and the table have them, and a person has no use for them."""
    case = make_case()
    pack = EvidencePack.objects.select_related("case__request__account", "case__controller").get(pk=ordered(case).pk)
    reading = read(pack, now=timezone.now())
    assert fact("operation", "lift", reading) == "Step: Lifting the restriction"
    assert fact("operation", "of_a_later_release", reading) == ""
    assert fact("sha256", "0" * 64, reading) == ""
    assert fact("rows", 4, reading) == "Records: 4"
