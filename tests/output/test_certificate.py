"""The certificate of erasure: counts, laws, hashes and roles; nothing personal; the same facts, the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pikepdf
import pytest

from dsr.law.rights import Right
from dsr.law.terms import Role
from dsr.output import pdf
from dsr.output.certificate import (
    CertificateInput,
    Chain,
    SignOff,
    certificate_document,
    certificate_html,
    certificate_json,
)
from dsr.output.inputs import OutputError
from exporters.contract import IdentifierKind
from tests.output import erased
from tests.output.reading import text_of

CANARY = "Zyx-Canary-Quux"
SUMMER = timezone(timedelta(hours=2), "CEST")
CERTIFICATE = CertificateInput(
    controller="Northwave Telecom GmbH",
    reference="DSR-2026-000123",
    right="erasure",
    language="en",
    written_at=datetime(2026, 5, 21, 8, 30, tzinfo=SUMMER),
    plan_number=2,
    approval=(
        SignOff("approved", Role.REVIEWER, datetime(2026, 5, 18, 9, 0, tzinfo=UTC)),
        SignOff("prepared", Role.HANDLER, datetime(2026, 5, 17, 9, 0, tzinfo=UTC)),
        SignOff("executed", Role.EXECUTOR, datetime(2026, 5, 20, 12, 0, tzinfo=UTC)),
    ),
    result=erased.RESULT,
    chain=Chain("a1" * 32, 41),
    software="1.0.0",
)


def facts(certificate: CertificateInput = CERTIFICATE) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(certificate_json(certificate))
    return told


def with_result(**changes: Any) -> CertificateInput:
    return replace(CERTIFICATE, result=replace(erased.RESULT, **changes))


def test_facts_of_the_case() -> None:
    told = facts()

    assert told["schema"] == "dsr-erasure-certificate/1"
    assert (told["case"], told["right"], told["software"]) == ("DSR-2026-000123", "erasure", "1.0.0")
    assert told["plan"] == {"number": 2, "sha256": erased.PLAN}
    assert told["chain"] == {"head": "a1" * 32, "length": 41}
    assert told["written_at"] == "2026-05-21T06:30:00+00:00"
    assert told["executed_on"] == "2026-05-20"
    assert [item["act"] for item in told["approval"]] == ["prepared", "approved", "executed"]
    assert told["recipients"] == {"told": 2, "not_told": 1}


def test_a_store_that_only_people_change_is_one_line_without_a_dataset() -> None:
    by_people = replace(erased.SESSION, store="paper", dataset="", reason="person", rows=0)

    assert facts(with_result(deferred=(by_people,)))["deferred"] == [
        {"store": "paper", "dataset": "", "reason": "person", "rows": 0}
    ]
    with pytest.raises(OutputError):
        certificate_json(with_result(deferred=(replace(by_people, store=""),)))


def test_counts_per_store_dataset_and_treatment() -> None:
    treated = {(item["store"], item["dataset"]): item for item in facts()["treated"]}

    assert treated["radius", "radacct"]["deleted"] == 11_904
    assert treated["billing", "client"] == {
        "store": "billing", "dataset": "client", "deleted": 0, "anonymised": 1, "unlinked": 0,
    }  # fmt: skip
    assert treated["billing", "address"]["unlinked"] == 1


def test_4_0_11_kept_records_have_an_end_date_per_year_and_show_the_mark() -> None:
    kept = facts()["kept"]

    ends = {item["year"]: item["until"] for item in kept if item["dataset"] == "invoice"}
    assert ends == {year: f"{year + 8}-12-31" for year in range(2019, 2027)}
    assert {item["mark"] for item in kept if item["dataset"] == "invoice"} == {"V/K"}
    assert [item["until"] for item in kept if item["dataset"] == "consent"] == [None]


def test_6_5_residue_scan_counts_by_class() -> None:
    scan = facts()["residue_scan"]

    assert scan["hits"] == {"hers": 0, "kept": 96, "deferred": 1, "other": 3, "unlinked": 0}
    assert [(item["store"], item["tables"], item["columns"]) for item in scan["stores"]] == [
        ("billing", 62, 711),
        ("radius", 9, 88),
    ]
    assert scan["identifiers"] == {"customer_number": 1, "email": 2, "username": 1}


def test_the_same_facts_in_another_order_and_language_give_the_same_bytes() -> None:
    result = erased.RESULT
    verified = replace(
        result.verified,
        at=result.verified.at.astimezone(SUMMER),
        stores=result.verified.stores[::-1],
        identifiers=dict(reversed(list(result.verified.identifiers.items()))),
    )
    turned = replace(
        CERTIFICATE,
        language="de",
        approval=CERTIFICATE.approval[::-1],
        result=replace(result, erased=result.erased[::-1], kept=result.kept[::-1], verified=verified),
    )

    assert certificate_json(turned) == certificate_json(CERTIFICATE)


def test_json_is_canonical() -> None:
    made = certificate_json(CERTIFICATE)

    assert made == json.dumps(facts(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def test_pdf_is_the_same_bytes_each_time_and_carries_the_json() -> None:
    first, second = (pdf.render_pdf([certificate_document(CERTIFICATE)])[0] for _run in range(2))

    assert first == second
    with pikepdf.open(io.BytesIO(first)) as opened:
        inside = opened.attachments["certificate.json"].get_file().read_bytes()
    assert inside == certificate_json(CERTIFICATE)
    assert hashlib.sha256(inside).hexdigest() in text_of(first).replace(" ", "")


@pytest.mark.parametrize(
    "said",
    [
        "Certificate of erasure",
        "DSR-2026-000123",
        "Plan prepared Handler 17 May 2026, 11:00 CEST",
        "Plan approved Reviewer 18 May 2026, 11:00 CEST",
        "Searched on 21 May 2026, 00:30 CEST, with this many identifiers of each kind: customer_number 1, email 2",
        "31 December 2034",
        "11,904",
        "DSR Desk 1.0.0",
        "told: 2, not told, with a reason: 1",
    ],
)
def test_pdf_says(said: str, page: str) -> None:
    assert said in page


@pytest.fixture(scope="module")
def page() -> str:
    return text_of(pdf.render_pdf([certificate_document(CERTIFICATE)])[0])


def test_4_4_nothing_personal_is_in_it() -> None:
    result = erased.RESULT
    said = {"en": CANARY, "de": CANARY}
    planted = replace(
        CERTIFICATE,
        result=replace(
            result,
            kept=tuple(replace(item, remark=said, condition=said) for item in result.kept),
            deferred=tuple(replace(item, remark=said) for item in result.deferred),
            recipients=(CANARY,),
            not_told=tuple(replace(item, name=CANARY, reason=CANARY) for item in result.not_told),
            backups=CANARY,
        ),
    )

    assert CANARY.encode() not in certificate_json(planted)
    assert CANARY not in certificate_html(planted)


@pytest.mark.parametrize(
    ("certificate", "field"),
    [
        (replace(CERTIFICATE, reference="Joan Doherty"), "reference"),
        (replace(CERTIFICATE, right="joan"), "right"),
        (replace(CERTIFICATE, software="joan@example.com"), "software"),
        (replace(CERTIFICATE, controller=" "), "controller"),
        (replace(CERTIFICATE, chain=Chain("a1" * 31, 41)), "chain"),
        (replace(CERTIFICATE, chain=Chain("a1" * 32, 0)), "chain"),
        (replace(CERTIFICATE, approval=(*CERTIFICATE.approval, replace(CERTIFICATE.approval[0], role="Joan"))), "approval"),
        (with_result(plan_sha256="abc"), "plan_sha256"),
        (with_result(erased=(replace(erased.RESULT.erased[0], dataset="joan@example.com"),)), "place"),
        (with_result(kept=(replace(erased.CONSENTS, law="mail of joan@example.com"),)), "law"),
        (with_result(kept=(replace(erased.CONSENTS, law="claim of +447700900123"),)), "law"),
        (with_result(kept=(replace(erased.CONSENTS, law=""),)), "law"),
        (with_result(kept=(replace(erased.CONSENTS, reason="Joan"),)), "reason"),
        (with_result(kept=(replace(erased.CONSENTS, mark="Joan"),)), "mark"),
        (with_result(deferred=(replace(erased.SESSION, reason="Joan"),)), "reason"),
    ],
)  # fmt: skip
def test_a_value_that_is_no_code_is_refused_and_not_repeated(certificate: CertificateInput, field: str) -> None:
    for make in (certificate_json, certificate_html):
        with pytest.raises(OutputError) as refused:
            make(certificate)
        assert (refused.value.code, refused.value.place) == ("bad_value", f"certificate.{field}")


def scanned(**hits: int) -> CertificateInput:
    store = replace(erased.RESULT.verified.stores[0], hits=hits)
    return with_result(verified=replace(erased.RESULT.verified, stores=(store,)))


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        (scanned(hers=1), "residue_left"),
        (scanned(joan=1), "bad_value"),
        (with_result(verified=replace(erased.RESULT.verified, stores=())), "not_verified"),
        (with_result(verified=replace(erased.RESULT.verified, identifiers={})), "not_verified"),
        (replace(CERTIFICATE, approval=()), "not_approved"),
        (replace(CERTIFICATE, approval=CERTIFICATE.approval[1:]), "not_approved"),
    ],
)
def test_no_certificate_for_what_was_not_done_approved_and_checked(certificate: CertificateInput, code: str) -> None:
    with pytest.raises(OutputError) as refused:
        certificate_document(certificate)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "certificate",
    [
        replace(CERTIFICATE, written_at=datetime(2026, 5, 21)),  # noqa: DTZ001 - the point of the test
        with_result(verified=replace(erased.RESULT.verified, at=datetime(2026, 5, 20))),  # noqa: DTZ001
    ],
)
def test_naive_instants_are_refused(certificate: CertificateInput) -> None:
    with pytest.raises(ValueError, match="aware"):
        certificate_json(certificate)


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_right_has_a_certificate(right: Right, language: str) -> None:
    assert f'lang="{language}"' in certificate_html(replace(CERTIFICATE, right=right, language=language))


def test_nothing_erased_and_nothing_kept_is_said() -> None:
    html = " ".join(certificate_html(with_result(erased=(), kept=(), deferred=())).split())

    assert html.count("<p>Nothing.</p>") == 2
    assert "What is still to be deleted" not in html


def test_kept_rows_of_the_same_year_and_law_are_added_up() -> None:
    doubled = with_result(kept=(erased.invoices(2026, 12), erased.invoices(2026, 3)))

    assert [(item["year"], item["rows"]) for item in facts(doubled)["kept"]] == [(2026, 15)]
    assert facts(doubled)["kept"][0]["until"] == date(2034, 12, 31).isoformat()


def test_kinds_without_an_identifier_are_not_claimed() -> None:
    verified = replace(erased.RESULT.verified, identifiers={IdentifierKind.EMAIL: 1, IdentifierKind.IBAN: 0})

    assert facts(with_result(verified=verified))["residue_scan"]["identifiers"] == {"email": 1}
