"""The pages of each right: what they ask, which words they refuse with, what the request holds in the end (ux.md 1.5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from dsr.cases import identity
from dsr.demo.people import by_position
from dsr.fulfil import current
from dsr.law.rights import Right
from dsr.models import Receiver, Request, Upload
from dsr.wording import asked
from portal.questions import BY_NAME, STEPS
from tests.factories import MONDAY, make_controller, make_user
from tests.portal.walk import ACCESS, ME, NO_ACCOUNT, REPLY, answer, send, text_of, walk

pytestmark = pytest.mark.django_db
PERSON = by_position(2)
ONE = {"kind-0": "email", "old-0": "maria@example.net", "new-0": "maria@example.com", "count": "1"}


@pytest.fixture(autouse=True)
def _controller(monkeypatch):
    monkeypatch.setattr(current, "SECONDS", 60.0)  # a busy machine is no store that is down
    make_controller()


def errors(step, data):
    form = BY_NAME[step].form(data, controller=make_controller(), user=None)
    return [text for found in form.errors.values() for text in found]


@pytest.mark.parametrize(
    ("step", "data", "error"),
    [
        ("kinds", {"kinds": ["recordings"]}, "Enter the day of the call and the number you called"),
        ("kinds", {"kinds": ["footage"]}, "Enter the place, the day and the time of the pictures"),
        ("correct", {"count": "1", "kind-0": "email", "new-0": ""}, "Enter the correct value"),
        ("correct", {"count": "1", "new-0": "Maria"}, "Select what kind of data it is"),
        (
            "correct",
            {"count": "1", "kind-0": "iban", "new-0": "93115212345678"},
            "IBAN must start with two letters, like IE29AIBK93115212345678",
        ),
        ("delete-some", {"kinds": ["other"]}, "Tell us which data we should delete"),
        ("restriction-what", {"kinds": ["other"]}, "Tell us which data or which use we should pause"),
        ("portability", {"to_whom": "me"}, "Select which data you want"),
        ("portability", {"origins": "both"}, "Select who should get your data"),
        ("objection", {"situation": "I was ill"}, "Select the use you object to"),
        ("objection", {"use": "Credit check"}, "Tell us about your situation"),
        (
            "objection",
            {"use": "Credit check", "situation": "x" * 2001},
            "Situation must be 2,000 characters or fewer",
        ),
        (
            "decision",
            {"decision": "My order", "call": ["yes"], "phone": ""},
            "Enter the phone number for the call, like 07700 900123",
        ),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(step, data, error):
    assert errors(step, data) == [error]


@pytest.mark.parametrize(
    ("step", "data"),
    [
        ("data", {"extent": "everything"}),
        ("kinds", {"kinds": ["recordings"], "recordings": "3 March 2026, 07700 900123"}),
        ("correct", ONE),
        ("delete", {"delete": "everything"}),
        ("delete-some", {"kinds": ["usage"]}),
        ("delete-some", {"words": "The photo of my passport"}),
        ("restriction-what", {"kinds": ["usage"]}),
        ("objection", {"use": "Credit check", "situation": "I was ill"}),
        ("consent", {"consents": ["all"]}),
        ("decision", {"decision": "My order was refused"}),
    ],
)
def test_what_is_enough_is_enough(step, data):
    """EDPB 03/2022, longer than necessary: own words do, and so does the list; no reason where none may be asked."""
    assert errors(step, data) == []


def test_access_on_paper_and_by_search_key_is_in_the_request_in_words(client):
    some: dict[str, Any] = {
        "data": {"extent": "some", "paper": ["paper"]},
        "kinds": {"kinds": ["recordings", "usage"], "recordings": "3 March 2026, 07700 900123"},
        "post": {"post": "Beispielweg 1\n10115 Berlin"},
    }
    met = walk(client, "access", ME, NO_ACCOUNT, ACCESS | some, REPLY)
    assert met[-1] == "post"
    check = text_of(client.get("/new/check/"))
    assert "Yes, on paper, by post" in check
    assert "3 March 2026, 07700 900123" in check
    send(client)

    content = Request.objects.get().content()
    assert content["contact_post"] == ""  # letters still come the way she chose
    words = dict(asked.lines(content["scope"]))
    assert words["Where the paper goes"] == "Beispielweg 1\n10115 Berlin"
    assert words["Recordings of calls"] == "3 March 2026, 07700 900123"


def test_R_01_several_corrections_with_a_document_go_into_one_request(client, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    walk(client, "rectification", ME, NO_ACCOUNT, {"correct": ONE, "evidence": {}, "pause": {"pause": "yes"}}, REPLY)

    more = client.post("/new/correct/", {**ONE, "more": "1"})
    page = more.content.decode()
    assert more.status_code == 200  # no complaint about the empty one
    assert 'value="maria@example.com"' in page or "maria@example.com</textarea>" in page
    assert 'name="kind-1"' in page
    answer(client, "correct", **ONE | {"kind-1": "birth_date", "old-1": "", "new-1": "27 3 1985", "count": "2"})
    letter = SimpleUploadedFile("proof.txt", b"Maria Kowalska, born 27 March 1985", "text/plain")
    answer(client, "evidence", evidence=letter)
    check = text_of(client.get("/new/check/"))
    assert "maria@example.com (now: maria@example.net)" in check
    assert "27 March 1985" in check
    assert "proof.txt" in check
    send(client)

    request = Request.objects.get()
    assert request.content()["scope"]["corrections"] == [
        {"kind": "email", "old": "maria@example.net", "new": "maria@example.com"},
        {"kind": "birth_date", "old": "", "new": "1985-03-27"},
    ]
    assert request.content()["scope"]["ground"] == "accuracy_contested"
    assert [(upload.request_id, upload.draft_id) for upload in Upload.objects.all()] == [(request.pk, None)]


def test_back_keeps_every_correction(client):
    walk(client, "rectification", ME, NO_ACCOUNT, {"correct": ONE, "evidence": {}, "pause": {"pause": "no"}}, REPLY)

    page = client.get("/new/correct/").content.decode()

    assert 'value="maria@example.net"' in page
    assert ">\nmaria@example.com</textarea>" in page
    assert "we also tell the old one" in text_of(client.get("/new/correct/"))


def anna_linked():
    anna = make_user()
    identity.link(
        user=anna, store="billing", customer_number=PERSON.customer_no, contact=PERSON.email, method="code", now=MONDAY
    )
    return anna


def test_I_02_whoever_has_proved_a_number_corrects_a_row_of_what_stands_there(client, demo_stores):
    client.force_login(anna_linked())
    for step, data in (("what", {"right": "rectification"}), ("who", {"who": "me"})):
        answer(client, step, **data)
    page = client.get("/new/correct/")
    body = page.content.decode()
    assert f"E-mail address {PERSON.email}" in text_of(page)
    assert PERSON.iban not in body.replace(" ", "")  # only its end
    rows = [part.split('"')[0] for part in body.split('name="row" value="')[1:]]
    at = text_of(page).split("What is right?")
    place = next(i for i, part in enumerate(at) if f"E-mail address {PERSON.email}" in part)

    (demo_stores / "billing.sqlite3").unlink()  # the store goes down a minute later
    answer(client, "correct", row=rows, count="1", **{f"row-{place}": "new@example.com"})

    back = client.get("/new/correct/")  # and the page still has what she typed, and the blocks
    assert 'value="new@example.com"' in back.content.decode()
    assert "What stands there now?" in text_of(back)
    answer(client, "evidence")
    answer(client, "pause", pause="no")
    answer(client, "contact", **REPLY["contact"])
    send(client)
    (found,) = Request.objects.get().content()["scope"]["corrections"]
    assert (found["kind"], found["old"], found["new"]) == ("email", PERSON.email, "new@example.com")
    assert found["place"].startswith("billing.customers.")


def test_I_02_whoever_is_only_signed_in_sees_nothing_of_a_store_and_no_row_of_somebody_else_is_taken(
    client, demo_stores
):
    client.force_login(anna_linked())
    for step, data in (("what", {"right": "rectification"}), ("who", {"who": "me"})):
        answer(client, step, **data)
    row = client.get("/new/correct/").content.decode().split('name="row" value="')[1].split('"')[0]
    client.logout()
    client.force_login(make_user("berta"))
    for step, data in (("what", {"right": "rectification"}), ("who", {"who": "me"})):
        answer(client, step, **data)

    assert PERSON.email not in client.get("/new/correct/").content.decode()
    refused = client.post("/new/correct/", {"row": [row], "row-0": "x", "count": "1"})
    assert "Tell us what is wrong or missing" in text_of(refused)


def test_4_0_11_the_check_page_of_an_erasure_says_what_stays_why_and_until_when(client, demo_stores):
    make_controller().__class__.objects.update(contract_url="https://example.com/end")
    some = {"delete": {"delete": "profile", "reason": "Too much mail"}, "copy": {"copy_first": "no"}}
    walk(client, "erasure", ME, NO_ACCOUNT, some, REPLY)
    profile = text_of(client.get("/new/check/"))
    assert "Marketing profile" in profile
    assert "Invoices" not in profile
    assert 'href="https://example.com/end"' in client.get("/new/delete/").content.decode()

    answer(client, "delete", delete="everything")
    everything = text_of(client.get("/new/check/"))
    assert "Invoices (Billing)" in everything
    assert "147 AO" in everything
    assert "Last day for each year" in everything
    answer(client, "delete", delete="some")
    answer(client, "delete-some", kinds=["usage"])
    send(client)
    assert Request.objects.get().content()["scope"]["delete_kinds"] == ["usage"]


def test_O_01_a_use_is_chosen_from_the_list_and_kept_in_the_words_she_read(client, demo_stores):
    walk(client, "objection", ME, NO_ACCOUNT, {"objection": {"use": "x", "situation": "I was ill"}}, REPLY)
    form = BY_NAME["objection"].form(controller=make_controller(), user=None)
    listed: Any = form.fields["uses"]
    code, label = listed.choices[0]

    page = text_of(client.get("/new/objection/"))
    assert "(optional)" not in page.split("Another use")[0]  # one of the two is needed
    answer(client, "objection", uses=[code], use="", situation="I was ill")
    assert str(label) in text_of(client.get("/new/check/"))
    send(client)

    scope = Request.objects.get().content()["scope"]
    assert scope["uses"] == [{"code": code, "text": str(label)}]
    assert dict(asked.lines(scope))["Uses objected to"] == str(label)


def test_every_right_has_pages_and_no_page_of_a_right_preselects_anything(demo_stores):
    """EDPB 03/2022, deceptive snugness: also with the lists of a controller that has some."""
    for step in (step for step in STEPS if not step.common):
        form = step.form(controller=make_controller(automated_decisions=None), user=None)
        assert " checked" not in str(form), step.name
        assert " selected" not in str(form).replace('<option value="" selected>', ""), step.name
    assert {Right.ACCESS, Right.PORTABILITY} <= set(Right)


def test_P_05_a_provider_on_file_is_chosen_by_name_and_another_one_is_typed(client):
    today = timezone.localdate()
    ready = {"host": "sftp.example.com", "username": "northwave", "secret": "env:DSR_RECEIVER_X", "folder": "/in"}
    keys = {"host_key": "SHA256:x", "recipient_key": "age1x", "verified_on": today, "verified_by": "Dora"}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("Southwave Ltd", {}),
        ("Oldwave", {"ended_at": timezone.now()}),
        ("Unproven", {"verified_on": None}),
    ]
    for name, changes in rows:
        values = {**ready, **keys, "contact": "privacy@example.com", "created_at": timezone.now(), **changes}
        Receiver.objects.create(controller=make_controller(), name=name, **values)
    form = BY_NAME["provider"].form(controller=make_controller(), user=None)
    field: Any = form.fields["receiver"]
    choices = dict(field.choices)
    assert [str(label) for label in choices.values()] == ["Southwave Ltd", "Another provider"]
    assert errors("provider", {"receiver": "another"}) == ["Enter the name of the provider"]
    assert errors("provider", {}) == ["Select the provider, or that it is another one"]

    chosen = next(iter(choices))
    pages = {"portability": {"origins": "provided", "to_whom": "provider"}, "provider": {"receiver": chosen}}
    walk(client, "portability", ME, NO_ACCOUNT, pages, REPLY)
    assert "Southwave Ltd" in text_of(client.get("/new/check/"))
    send(client)

    content = Request.objects.get().content()
    assert content["words"] == "Southwave Ltd"
    assert (content["scope"]["origins"], content["scope"]["receiver"]) == ("provided", chosen)
    assert "Only what I gave you" in dict(asked.lines(content["scope"]))["Which part of the data"]


def test_22_3_a_decision_is_looked_at_by_a_person_who_may_call(client):
    make_controller().__class__.objects.update(
        automated_decisions=[{"name": "Order credit check", "logic": "x", "effect": "y"}]
    )
    decision = {
        "decisions": ["Order credit check"],
        "decision": "",
        "view": "I always paid",
        "call": ["yes"],
        "phone": "07700 900123",
    }
    walk(client, "automated_decision", ME, NO_ACCOUNT, {"decision": decision}, REPLY)
    assert "Order credit check" in text_of(client.get("/new/check/"))
    send(client)

    words = dict(asked.lines(Request.objects.get().content()["scope"]))
    assert words["Decisions to look at"] == "Order credit check"
    assert words["Wants to be called"] == "07700 900123"
