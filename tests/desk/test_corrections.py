"""The page of the corrections: read, matched, decided, planned, shown to the second person, looked at again (R-01 to R-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from dsr.cases import corrections, decisions
from tests.correcting import EMAIL, MARIA, NAME, a_case, at, fresh, plan_of, rows, task
from tests.desk.conftest import text

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def page(client: Any, case: Any) -> str:
    return text(client.get(reverse("desk:corrections", args=[case.pk])))


def post(client: Any, name: str, case: Any, **fields: Any) -> Any:
    return client.post(reverse(f"desk:{name}", args=[case.pk]), {"version": fresh(case).version, **fields})


def step(client: Any, case: Any, action: str, **fields: Any) -> Any:
    return client.post(reverse("desk:step", args=[case.pk, action]), {"version": fresh(case).version, **fields})


def read_at(case: Any) -> str:
    sheet = corrections.sheet_of(case)
    return sheet.read_at.isoformat() if sheet and sheet.read_at else ""


def test_R_01_from_her_words_to_a_plan_that_a_second_person_reads(mara, otto, drain, demo_stores: Path):
    case = a_case(NAME, EMAIL)
    step(mara, case, "start_collection")
    drain()
    assert "Nobody has asked the stores yet" in page(mara, case)
    assert post(mara, "corrections-read", case).status_code == 302
    drain()
    shown = page(mara, case)
    assert "what she calls wrong" in shown
    assert "Gets a note, is not overwritten" in shown
    last, mail = at(case, "billing.customers.last_name"), at(case, "billing.customers.email")
    assert f'name="new_0_{last}" value="Kowalsky"' in shown.replace("\n", " ") or "Kowalsky" in shown

    sent = {
        "read_at": read_at(case),
        "claim_0": "accepted",
        f"pick_0_{last}": "on",
        f"new_0_{last}": "Kowalsky",
        "claim_1": "accepted",
        f"pick_1_{mail}": "on",
        f"new_1_{mail}": "x" * 191,
    }
    assert post(mara, "corrections", case, **sent).status_code == 302
    drain()
    assert "too long for this field" in page(mara, case)  # the schema cannot hold it
    assert task(case, "plan").status == "manual"
    early = post(mara, "decide", case, claim_0="accepted", said_0="x", claim_1="accepted", said_1="y", checked="Seen.")
    assert "The plan for the stores is not made yet" in text(early)

    assert post(mara, "corrections", case, **{**sent, f"new_1_{mail}": EMAIL["new"]}).status_code == 302
    drain()
    assert EMAIL["new"] in page(mara, case)
    said = {"said_0": "Your name: Kowalsky.", "said_1": "Your address for e-mails.", "checked": "Passport seen."}
    assert post(mara, "decide", case, **said).status_code == 302
    step(mara, case, "submit_for_review")
    second = text(otto.get(reverse("desk:decide", args=[case.pk])))
    assert plan_of(case).sha256 in second
    assert MARIA.email in second
    assert EMAIL["new"] in second
    signed = {"manifest_sha256": fresh(case).manifest_sha256, "attested": ["weighed", "words_read"]}
    assert step(mara, case, "approve", **signed).status_code == 409  # 4.3
    assert step(otto, case, "approve", **signed).status_code == 302
    drain()
    sql = "SELECT last_name, email FROM customers WHERE customer_no = ?"
    assert rows(demo_stores, "billing", sql, MARIA.customer_no) == [("Kowalsky", EMAIL["new"])]


@pytest.mark.slow
def test_12_4_a_claim_that_is_refused_says_why_and_a_page_that_is_old_changes_nothing(mara, drain, demo_stores: Path):
    case = a_case(NAME)
    step(mara, case, "start_collection")
    drain()
    silent = post(mara, "corrections", case, claim_0="refused")
    assert "Choose why it stands as it is" in text(silent)
    assert post(mara, "corrections", case, claim_0="refused", reason_0="opinion").status_code == 302
    form = text(mara.get(reverse("desk:decide", args=[case.pk])))
    assert "recorded as it was said" in form  # the words for the letter
    assert "Kowalsky" not in form.partition('name="instruction"')[2].partition("</textarea>")[0], "nobody is asked to"
    post(mara, "corrections-read", case)
    drain()
    old = post(mara, "corrections", case, claim_0="refused", reason_0="record", read_at="2026-01-01T00:00:00+00:00")
    assert old.status_code == 409


def test_12_4_where_everything_is_refused_no_system_is_asked_and_none_is_named(mara, drain, demo_stores: Path):
    case = a_case(NAME)
    step(mara, case, "start_collection")
    drain()
    post(mara, "corrections", case, claim_0="refused", reason_0="verified")
    said = {"why_0": "It is right.", "checked": "The contract.", "law": "Article 16 GDPR."}
    sent = post(mara, "decide", case, **said, instruction="Change it.", stores=["billing"])
    assert sent.status_code == 302, text(sent)
    decided = decisions.decided_of(fresh(case))
    assert (decided["outcome"], decided["instruction"], decided["stores"]) == ("refused", "", [])
    reading = text(mara.get(reverse("desk:decide", args=[case.pk])))
    assert "It is right." in reading
    assert "systems that were corrected" not in reading
