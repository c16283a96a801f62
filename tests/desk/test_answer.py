"""An access request answered on the desk's pages: collect, look, draft, second person, release (SC-01)."""

from __future__ import annotations

import sqlite3

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from dsr.audit import verify_case
from dsr.cases import actors
from dsr.demo.people import by_position
from dsr.law.attest import ATTESTATIONS
from dsr.law.rights import Right
from dsr.models import Artifact, Case, Subject
from tests.desk.conftest import text
from tests.factories import make_case, make_staff
from tests.redacting import settle

pytestmark = pytest.mark.django_db
PERSON = by_position(2)
SAID = ATTESTATIONS[Right.ACCESS]


def at(name: str, case: Case, *more) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *more])


def step(client, case: Case, action: str, **values):
    case.refresh_from_db()
    return client.post(at("step", case, action), {"version": case.version, **values})


@pytest.fixture
def collected(mara, demo_stores, drain, received):
    case: Case = make_case(number=PERSON.customer_no, name=PERSON.name, at=received)
    assert step(mara, case, "start_collection").status_code == 302
    drain()
    case.refresh_from_db()
    assert case.state == "drafting"
    return case


@pytest.fixture
def drafted(mara, collected, drain):
    sent = {"version": collected.version, "paragraph": "We looked everywhere."}
    assert mara.post(at("draft", collected), sent).status_code == 302
    drain()
    collected.refresh_from_db()
    assert collected.manifest_sha256
    return collected


@pytest.fixture
def in_review(mara, drafted, drain):
    settle(drafted.pk, actor=actors.staff(make_staff()), now=timezone.now(), drain=drain)
    assert step(mara, drafted, "submit_for_review").status_code == 302
    drafted.refresh_from_db()
    return drafted


def test_collected_data_can_be_looked_at_table_by_table(mara, collected):
    files = text(mara.get(at("files", collected)))
    assert "Customer record" in files
    assert "Connection records" in files

    page = text(mara.get(at("data", collected, "billing", "customers")))
    assert escape(PERSON.name) in page or PERSON.email in page
    sessions = Artifact.objects.get(case=collected, store="radius").details["datasets"]["radacct"]
    first = text(mara.get(at("data", collected, "radius", "radacct")))
    last = text(mara.get(at("data", collected, "radius", "radacct") + "?page=99"))
    assert first.count("<tr>") - 1 == min(50, sessions)
    assert f"of {sessions}" in first
    assert last.count("<tr>") - 1 == sessions % 50 or sessions % 50 == 0
    assert first.split("<tbody>")[1] != last.split("<tbody>")[1]


def test_what_is_not_there_is_not_shown(mara, collected):
    for store, dataset in (("billing", "nonsense"), ("nonsense", "customers")):
        assert mara.get(at("data", collected, store, dataset)).status_code == 404


def test_working_copies_that_are_gone_leave_counts_and_hashes(mara, collected):
    from dsr.fulfil.spool import drop_file

    for artifact in Artifact.objects.filter(case=collected):
        drop_file(artifact)

    page = text(mara.get(at("files", collected)))
    assert "These working copies have been deleted" in page
    assert "Customer record" in page
    assert mara.get(at("data", collected, "billing", "customers")).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("name", ["adam", "olga", "ines"])
def test_4_3_files_are_named_and_not_opened_for_who_may_not_read(signed_in, drafted, name):
    client = signed_in(name)
    letter = Artifact.objects.get(case=drafted, kind="letter", superseded_at__isnull=True)

    page = text(client.get(at("files", drafted)))

    assert "Customer record" in page
    assert "not what is in them" in page
    assert f"/files/{letter.pk}/" not in page
    assert client.get(at("preview", drafted, letter.pk)).status_code == 403
    assert client.get(at("data", drafted, "billing", "customers")).status_code == 403


@pytest.mark.slow
def test_a_draft_is_built_shown_and_can_be_built_again(mara, collected, drain):
    mara.post(at("draft", collected), {"version": collected.version, "paragraph": "First words."})
    building = text(mara.get(at("draft", collected)))
    assert "are being built" in building
    assert "hx-get" in building
    drain()
    collected.refresh_from_db()
    first = collected.manifest_sha256

    page = text(mara.get(at("draft", collected)))
    assert "First words." in page
    assert "Build it again" in page
    mara.post(at("draft", collected), {"version": collected.version, "paragraph": "Second words."})
    drain()
    collected.refresh_from_db()
    assert collected.manifest_sha256 not in {"", first}


@pytest.mark.slow
def test_letter_and_report_come_from_the_vault_as_they_would_leave(mara, drafted):
    for kind in ("letter", "report"):
        artifact = Artifact.objects.get(case=drafted, kind=kind, superseded_at__isnull=True)
        response = mara.get(at("preview", drafted, artifact.pk))
        body = b"".join(response.streaming_content)
        assert body.startswith(b"%PDF-")
        assert len(body) == artifact.size
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Disposition"].startswith("inline")


@pytest.mark.slow
def test_the_package_itself_never_leaves_through_the_desk(mara, otto, drafted):
    for artifact in Artifact.objects.filter(case=drafted, kind__in=["package", "collected"]):
        assert mara.get(at("preview", drafted, artifact.pk)).status_code == 404
        assert otto.get(at("preview", drafted, artifact.pk)).status_code == 404


def test_a_draft_needs_the_role_the_state_and_the_newest_page(mara, signed_in, snapshot, collected):
    before = snapshot(collected)
    sent = {"version": collected.version, "paragraph": "kept words"}

    refused = signed_in("rita").post(at("draft", collected), sent)
    overtaken = mara.post(at("draft", collected), {**sent, "version": collected.version - 1})

    assert (refused.status_code, overtaken.status_code) == (409, 409)
    assert "Your role does not allow this" in text(refused)
    assert "Somebody else changed this case" in text(overtaken)
    assert "kept words" in text(overtaken)
    assert snapshot(collected) == before


def test_a_draft_that_failed_says_what_to_do(mara, collected, drain):
    from dsr.models import Controller

    Controller.objects.update(transfers=None)
    mara.post(at("draft", collected), {"version": collected.version, "paragraph": ""})
    drain()

    for page in (text(mara.get(at("draft", collected))), text(mara.get("/desk/health/"))):
        assert "The company has not stated what the answer must say" in page
    assert "Build the answer" in text(mara.get(at("draft", collected)))


def test_4_3_who_prepared_cannot_approve_and_sees_why(mara, in_review, snapshot):
    make_staff("mara")
    before = snapshot(in_review)
    from dsr.models import User

    User.objects.filter(display_name="Mara Example").update(roles=["handler", "reviewer"])
    page = text(mara.get(at("review", in_review)))
    assert "You worked on this case yourself. Somebody else has to decide." in page
    assert at("step", in_review, "approve") not in page

    response = step(mara, in_review, "approve", manifest_sha256=in_review.manifest_sha256, attested=SAID)

    assert response.status_code == 409
    assert snapshot(in_review) == before


def test_the_second_person_sees_files_counts_and_checks(otto, in_review):
    page = text(otto.get(at("review", in_review)))

    for words in ("letter.pdf", "report.pdf", "data.json", "Customer record", in_review.manifest_sha256):
        assert words in page, words
    for words in (
        "Every store has answered, or was left out with a reason.",
        "In time: due",
        "The approval is bound to the hash of exactly what is shown.",
        "Prepared by Mara Example.",
    ):
        assert words in page, words
    assert "We looked everywhere." in page
    assert "tick-bad" not in page


@pytest.mark.slow
def test_a_waived_store_is_a_warning_for_the_second_person(otto, in_review):
    task = in_review.tasks.get(operation="collect", store="radius")
    task.status = "waived"
    task.save()

    page = text(otto.get(at("review", in_review)))

    assert "1 store was left out; the letter says so." in page
    assert "tick-warn" in page


@pytest.mark.slow
def test_returning_needs_a_comment_and_brings_it_to_the_handler(mara, otto, in_review, snapshot):
    before = snapshot(in_review)
    empty = step(otto, in_review, "return_to_drafting", comment="")
    assert "Enter what has to change" in text(empty)
    assert "What leaves the house" in text(empty)
    assert snapshot(in_review) == before

    assert step(otto, in_review, "return_to_drafting", comment="The neighbour's name is in it.").status_code == 302

    in_review.refresh_from_db()
    assert in_review.state == "drafting"
    assert escape("The neighbour's name is in it.") in text(mara.get(at("history", in_review)))


def test_idea_3_an_approval_is_of_the_manifest_on_the_screen(otto, in_review, snapshot):
    before = snapshot(in_review)

    response = step(otto, in_review, "approve", manifest_sha256="0" * 64, attested=SAID)

    assert response.status_code == 409
    assert "The package was built anew meanwhile" in text(response)
    assert f'value="{in_review.manifest_sha256}"' in text(response)
    assert snapshot(in_review) == before


@pytest.mark.slow
def test_the_auditor_sees_nothing_of_the_answer_by_trying_to_approve(signed_in, in_review):
    response = step(signed_in("adam"), in_review, "approve", manifest_sha256=in_review.manifest_sha256, attested=SAID)

    assert response.status_code == 409
    assert "We looked everywhere." not in text(response)
    assert "letter.pdf" not in text(response)


def test_approved_and_released_the_person_is_told_and_the_chain_is_whole(mara, otto, in_review, drain):
    unsaid = step(otto, in_review, "approve", manifest_sha256=in_review.manifest_sha256, attested=SAID[:1])
    assert "tick every line" in text(unsaid)  # 4.2 no. 13
    said = {"manifest_sha256": in_review.manifest_sha256, "attested": SAID}
    assert step(otto, in_review, "approve", **said).status_code == 302
    assert in_review.events.get(action="approve").data["attested"] == sorted(SAID)
    page = text(mara.get(at("case", in_review)))
    assert ">Release answer<" in page
    assert step(mara, in_review, "notify").status_code == 302
    drain()

    in_review.refresh_from_db()
    assert in_review.state == "completed"
    assert verify_case(in_review) == []
    page = text(mara.get(at("case", in_review)))
    assert "released" in page
    assert "Otto Example" in page
    assert "on offer until" in text(mara.get(at("files", in_review)))


def ambiguous(demo_stores, received) -> Case:
    """A clerk noted an e-mail address that two subscribers carry, and it is all we know."""
    case = make_case(number=PERSON.customer_no, at=received)
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        database.execute(
            "UPDATE customers SET email = 'shared@example.com' WHERE customer_no IN (?, ?)",
            (PERSON.customer_no, by_position(3).customer_no),
        )
    subject = Subject.objects.get()
    subject.put({"identifiers": [{"kind": "email", "value": "shared@example.com", "store": "", "link": "staff"}]})
    subject.save()
    return case


def test_two_people_match_and_a_person_says_who_it_is(mara, demo_stores, drain, received):
    case = ambiguous(demo_stores, received)
    step(mara, case, "start_collection")
    drain()
    page = text(mara.get(at("case", case)))
    assert "More than one person matches. Decide who it is." in page
    url = at("match", case, "billing")
    assert f'href="{url}"' in page

    match = text(mara.get(url))
    keys = [part.split('"')[0] for part in match.split('name="chosen" value="')[1:]]
    assert len(keys) == 2
    assert "Candidate 2" in match
    for secret in ("shared@example.com", PERSON.name, PERSON.customer_no):
        assert secret not in match.split("<tbody>")[1].split("</tbody>")[0]

    case.refresh_from_db()
    mara.post(url, {"version": case.version, "chosen": keys[0], "reason": "She knew her last invoice."})
    drain()
    case.refresh_from_db()
    assert case.state == "drafting"
    assert "She knew her last invoice." in text(mara.get(at("history", case)))
    assert mara.get(url).status_code == 404


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": "x"}, "Choose who it is, or say that it is none of them."),
        ({"reason": "x", "none": "on", "chosen": "first"}, "Choose somebody or nobody, not both."),
        ({"chosen": "first"}, "Enter how you know."),
        ({"chosen": "made up", "reason": "x"}, "There is a problem"),
    ],
)
def test_a_match_without_a_decision_or_a_reason_decides_nothing(mara, demo_stores, drain, received, values, words):
    case = ambiguous(demo_stores, received)
    step(mara, case, "start_collection")
    drain()
    case.refresh_from_db()
    url = at("match", case, "billing")
    first = text(mara.get(url)).split('name="chosen" value="')[1].split('"')[0]

    sent = {key: first if value == "first" else value for key, value in values.items()}
    page = text(mara.post(url, {"version": case.version, **sent}))

    assert words in page
    assert len(Subject.objects.get().content()["candidates"]["billing"]) == 2


def test_none_of_them_is_an_answer_too_and_only_handlers_give_it(
    mara, signed_in, demo_stores, drain, received, snapshot
):
    case = ambiguous(demo_stores, received)
    step(mara, case, "start_collection")
    drain()
    case.refresh_from_db()
    url = at("match", case, "billing")
    sent = {"version": case.version, "none": "on", "reason": "Neither knew the address."}
    before = snapshot(case)

    refused = signed_in("rita").post(url, sent)
    assert refused.status_code == 409
    assert snapshot(case) == before

    assert mara.post(url, sent).status_code == 302
    assert case.events.get(action="match_decided").data["chosen"] == 0
