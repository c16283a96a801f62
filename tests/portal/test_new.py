"""The new request: one question per page, nothing asked twice, nothing lost, one request whatever the clicks."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from dsr import wording
from dsr.law.persons import Behalf
from dsr.law.rights import Right
from dsr.models import Case, Draft, IndexToken, Request, Suspicion
from portal.forms.send import SendForm, stamp
from portal.questions import STEPS, About
from tests.factories import make_controller, make_user
from tests.portal.walk import ACCESS, ME, NO_ACCOUNT, REPLY, answer, due, file_access, key_of, send, text_of, walk

pytestmark = pytest.mark.django_db

CHILD = {
    "name": "Jan Kowalski",
    "born_on_day": "3",
    "born_on_month": "2",
    "born_on_year": "2019",
    "relation": "Mother",
    "shown": "account",
}
OWN = {
    Right.ACCESS: ACCESS,
    Right.RECTIFICATION: {
        "correct": {"kind-0": "name", "old-0": "Mary", "new-0": "Maria", "count": "1"},
        "evidence": {},
        "pause": {"pause": "no"},
    },
    Right.ERASURE: {"delete": {"delete": "everything"}, "copy": {"copy_first": "no"}},
    Right.RESTRICTION: {"restriction": {"ground": "unlawful"}, "restriction-what": {"words": "My calls"}},
    Right.PORTABILITY: {"portability": {"origins": "both", "to_whom": "provider"}, "provider": {"name": "Southwave"}},
    Right.OBJECTION: {"objection": {"use": "Credit check", "situation": "I was ill"}},
    Right.CONSENT_WITHDRAWAL: {"consent": {"words": "Newsletter"}},
    Right.AUTOMATED_DECISION: {"decision": {"decision": "Order refused", "view": ""}},
}


@pytest.fixture(autouse=True)
def _controller():
    make_controller()


@pytest.mark.parametrize("right", list(OWN))
def test_T_02_every_right_can_be_sent_without_an_account_and_counts_at_once(client, drain, right):
    walk(client, right.value, ME, NO_ACCOUNT, OWN[right], REPLY)

    response = send(client)

    case = Case.objects.select_related("request").get()
    assert response.headers["Location"] == f"/sent/{case.request.reference}/"
    assert (case.right, case.state, case.request.channel) == (right.value, "received", "portal")
    assert abs((timezone.now() - case.request.received_at).total_seconds()) < 60
    drain()
    assert [m.to for m in mail.outbox] == [["maria@example.com"]]


@pytest.mark.parametrize("right", list(OWN))
def test_every_right_can_be_sent_from_an_account_without_being_asked_who_one_is(client, right):
    client.force_login(make_user())

    met = walk(client, right.value, ME, OWN[right], REPLY)
    send(client)

    assert not {"account", "details", "email", "name"} & set(met)
    request = Request.objects.get()
    assert request.account
    assert request.account.email == "anna@example.com"
    assert request.content()["contact_email"] == "anna@example.com"


def test_an_access_request_takes_few_pages(client):
    """EDPB 03/2022, continuous prompting: at most six pages between the choice and the last button."""
    assert len(walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)) - 1 <= 6


def test_I_06_a_marketing_stop_has_two_pages_of_its_own(client):
    assert set(Right) - set(OWN) == {Right.MARKETING_OBJECTION}
    assert client.post("/new/what/", {"right": "marketing_objection"})["Location"] == "/marketing-stop/"
    assert client.get("/new/?right=marketing_objection")["Location"] == "/marketing-stop/"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_no_answer_is_chosen_beforehand(client, step):
    """EDPB 03/2022, deceptive snugness."""
    form = step.form(controller=make_controller(), user=None)
    html = str(form)

    assert " checked" not in html


MISSING = {
    "what": "Select what you want us to do",
    "own-words": "Tell us what you want. A few words are enough.",
    "who": "Select who this request is for",
    "child": "Enter the full name of the child",
    "represented": "Enter the full name of that person",
    "deceased": "Enter the full name of the person who died",
    "other-user": "Enter the full name of that person",
    "sender": "Enter your full name",
    "former": "Tell us roughly until when you were a customer",
    "account": "Select whether you have an account",
    "details": "Enter your full name",
    "name": "Enter your full name",
    "data": "Select all the data, or only some of it",
    "kinds": "Select at least one kind of data",
    "period": "Select all the time, or only a certain time",
    "months": "Enter the month it starts",
    "correct": "Tell us what is wrong or missing",
    "pause": "Select whether we should stop using the disputed data",
    "delete": "Select what we should delete",
    "delete-some": "Tell us which data we should delete",
    "copy": "Select whether you want a copy",
    "marketing": "Enter the e-mail address, phone number or address that should get no marketing",
    "objection": "Tell us about your situation",
    "restriction": "Select why we should pause",
    "restriction-what": "Tell us which data or which use we should pause",
    "portability": "Select who should get your data",
    "provider": "Enter the name of the provider",
    "consent": "Tell us which consent you take back",
    "decision": "Tell us which decision it is",
    "contact": "Select how we should reply",
    "email": "Enter your e-mail address",
    "post": "Enter the address for the letter",
}


@pytest.mark.parametrize(
    "step", [step for step in STEPS if step.name not in {"evidence", "authority"}], ids=lambda step: step.name
)
def test_every_page_says_what_to_do_when_it_is_left_empty(step):
    form = step.form({}, controller=make_controller(), user=None)

    assert MISSING[step.name] in [error for errors in form.errors.values() for error in errors]


@pytest.mark.parametrize(
    ("step", "data", "error"),
    [
        ("details", {"name": "M"}, "Enter at least one of customer number, phone, e-mail address or address"),
        ("details", {"name": "M", "email": "maria"}, "E-mail address must have an @ sign, like name@example.org"),
        ("details", {"name": "M", "phone": "none"}, "Phone must be a number, like 07700 900123"),
        ("months", {"start": "13 2025"}, "Month must be between 1 and 12"),
        ("months", {"start": "2025"}, "Enter month and year, like 03 2025"),
        ("months", {"start": "03 2025", "end": "02 2025"}, "“To” must not be before “From”"),
        ("kinds", {"kinds": ["other"]}, "Tell us what else you are looking for"),
        ("consent", {"words": "x" * 2001}, "That must be 2000 characters or fewer"),
        ("what", {"right": "everything"}, "Select what you want us to do"),
    ],
)
def test_errors_say_what_is_wrong_in_plain_words(step, data, error):
    form = next(each for each in STEPS if each.name == step).form(data, controller=make_controller(), user=None)

    assert error in [text for errors in form.errors.values() for text in errors]


@pytest.mark.parametrize("written", ["03 2025", "3/2025", "2025-03", "3.2025"])
def test_a_month_can_be_written_as_people_write_it(written):
    form = next(each for each in STEPS if each.name == "months").form(
        {"start": written}, controller=make_controller(), user=None
    )

    assert form.is_valid()
    assert form.cleaned_data["start"] == "2025-03"


def test_a_page_with_an_error_shows_it_twice_and_says_so_in_its_title(client):
    response = client.post("/new/what/", {})
    body = response.content.decode()

    assert response.status_code == 422
    assert body.count("Select what you want us to do") == 2
    assert "<title>Error: What do you want us to do?" in body
    assert "data-errors" in body


def test_back_shows_what_was_answered(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)

    body = client.get("/new/details/").content.decode()

    assert 'value="Maria Kowalska"' in body
    assert 'value="maria@example.com"' in body
    assert re.search(r'value="me"[^>]*checked', client.get("/new/who/").content.decode())


def test_changing_one_answer_goes_straight_back_to_the_check(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)

    assert answer(client, "details", name="Maria K.", email="maria@example.com") == "/new/check/"
    assert "Maria K." in text_of(client.get("/new/check/"))


def test_another_choice_asks_only_what_is_new_and_the_first_choice_is_not_lost(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)

    assert answer(client, "what", right="erasure") == "/new/delete/"
    assert answer(client, "what", right="access") == "/new/check/"


def test_a_page_that_does_not_apply_leads_to_the_one_that_does(client):
    answer(client, "what", right="access")

    assert client.get("/new/delete/").headers["Location"] == "/new/who/"
    assert client.get("/new/check/").headers["Location"] == "/new/who/"
    assert client.get("/new/nonsense/").status_code == 404


def test_who_wants_to_sign_in_signs_in_and_goes_on_where_she_was(client):
    make_user()
    answer(client, "what", right="access")
    answer(client, "who", who="me")

    where = answer(client, "account", account="yes")
    assert where == "/account/login/?next=%2Fnew%2F"
    response = client.post(where, {"login": "anna@example.com", "password": "correct horse battery"})

    assert response.headers["Location"] == "/new/"
    assert client.get("/new/").headers["Location"] == "/new/data/"


def test_who_comes_back_without_having_signed_in_is_asked_again(client):
    answer(client, "what", right="access")
    answer(client, "who", who="me")
    answer(client, "account", account="yes")

    assert client.get("/new/").headers["Location"] == "/new/account/"


def test_a_tile_of_the_start_page_answers_the_first_question(client):
    assert client.get("/new/?right=erasure").headers["Location"] == "/new/who/"
    assert client.get("/new/?right=nonsense").headers["Location"] == "/new/who/"


def test_whoever_is_not_sure_gets_help_and_loses_nothing(client):
    assert answer(client, "what", right="unsure") == "/new/unsure/"
    page = text_of(client.get("/new/unsure/"))

    assert "What do you know about me?" in page
    assert "privacy@northwave.example.com" in page


def test_T_05_the_date_on_the_check_page_is_the_date_of_the_case_the_mail_and_the_receipt_page(client, drain):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    check = text_of(client.get("/new/check/"))
    response = send(client)
    drain()

    words = wording.day(due(Case.objects.get()))
    assert f"we answer at the latest on {words}" in check
    assert words in text_of(client.get(response.headers["Location"]))
    assert words in mail.outbox[-1].body


def test_the_receipt_page_names_the_reference_and_the_one_step_left(client):
    reference = file_access(client)

    page = text_of(client.get(f"/sent/{reference}/"))

    assert reference in page
    assert "Your month has already started" in page
    assert "maria@example.com" in page


def test_T_26_a_copy_before_deletion_and_a_pause_while_correcting_are_rights_of_their_own(client):
    walk(client, "erasure", ME, NO_ACCOUNT, {"delete": {"delete": "everything"}, "copy": {"copy_first": "yes"}}, REPLY)
    assert "You ask for more than one thing" in text_of(client.get("/new/check/"))
    send(client)
    walk(client, "rectification", ME, NO_ACCOUNT, OWN[Right.RECTIFICATION] | {"pause": {"pause": "yes"}}, REPLY)
    send(client)

    first, second = Request.objects.order_by("reference")
    assert set(first.cases.values_list("right", flat=True)) == {"erasure", "access"}
    assert set(second.cases.values_list("right", flat=True)) == {"rectification", "restriction"}
    assert second.content()["scope"]["ground"] == "accuracy_contested"


def test_a_double_click_and_a_second_press_after_back_make_one_request(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    key = key_of(client)

    first = client.post("/new/check/", {"key": key})
    second = client.post("/new/check/", {"key": key})

    assert first.headers["Location"] == second.headers["Location"]
    assert Request.objects.count() == 1


def test_a_double_click_whose_second_half_comes_from_another_process_makes_one_request(client):
    """Both halves read the draft before either has deleted it: the submission key holds."""
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    kept, cookie = Draft.objects.get(), client.cookies["draft"].value
    sent = send(client).headers["Location"]
    kept.save(force_insert=True)
    client.cookies["draft"] = cookie
    session = client.session
    session.pop("sent")
    session["draft"] = str(kept.pk)
    session.save()

    assert send(client).headers["Location"] == sent

    assert Request.objects.count() == 1


def test_a_key_of_another_draft_sends_nothing(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)

    response = client.post("/new/check/", {"key": "made-up"})

    assert response.status_code == 422
    assert "Your answers changed in another window" in text_of(response)
    assert not Request.objects.exists()


def test_the_trap_for_programs_refuses_nobody_and_is_noted(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    page = client.get("/new/check/").content.decode()
    fields = dict(re.findall(r'type="hidden" name="(key|begun)" value="([^"]+)"', page))

    response = client.post("/new/check/", {**fields, "website": "http://example.com"})

    assert response.headers["Location"].startswith("/sent/")
    assert Request.objects.get().content()["scope"]["marks"] == ["honeypot", "too_quick"]
    assert set(Suspicion.objects.get().reasons) == {"honeypot", "too_quick"}


def test_who_takes_longer_than_a_program_is_not_marked():
    now = timezone.now()
    form = SendForm({"key": "k", "website": "", "begun": stamp((now - timedelta(seconds=2)).isoformat())})

    assert form.is_valid()
    assert form.marks(now) == []
    assert form.marks(now - timedelta(seconds=1)) == ["too_quick"]


def test_the_draft_lies_sealed_in_the_database(client):
    answer(client, "what", right="access")
    answer(client, "who", who="me")
    answer(client, "account", account="no")
    answer(client, "details", name="Maria Kowalska", email="maria@example.com")

    row = Draft.objects.get()

    assert row.content()["answers"]["details"]["name"] == "Maria Kowalska"
    assert b"Maria" not in bytes(row.sealed)
    assert client.cookies["draft"].value not in row.digest
    assert "Maria" not in json.dumps(dict(client.session.items()))


def test_what_was_told_is_sealed_and_can_be_found_again(client):
    walk(
        client,
        "access",
        {"who": {"who": "child"}, "child": CHILD},
        {"account": {"account": "former"}, "former": {"address": "Old Road 1", "until": "summer 2023"}},
        {"details": {"name": "Maria Kowalska", "customer_number": "1000 2345", "phone": "07700 900123"}},
        {"data": {"extent": "some"}, "kinds": {"kinds": ["contract", "other"], "words": "The old meter"}},
        {"period": {"period": "part"}, "months": {"start": "03 2025", "end": ""}},
        {
            "contact": {"reply": "letter", "language": "de", "formats": ["large"]},
            "post": {"post": "Beispielweg 1\n10115 Berlin"},
        },
    )
    send(client)

    request = Request.objects.get()
    assert request.language == "de"
    assert request.content() == {
        "name": "Maria Kowalska",
        "words": "The old meter",
        "contact_email": "",
        "contact_post": "Beispielweg 1\n10115 Berlin",
        "identifiers": [["customer_number", "10002345"], ["phone", "07700 900123"], ["address", "Old Road 1"]],
        "scope": {
            "data": "some",
            "kinds": ["contract", "other"],
            "from": "2025-03",
            "reply": "letter",
            "formats": ["large"],
            "former": True,
            "former_until": "summer 2023",
            "for": Behalf(
                who="child", name="Jan Kowalski", relation="Mother", born_on="2019-02-03", shown="account"
            ).scope(),
        },
    }
    assert IndexToken.objects.filter(kind="customer_number").count() == 1


def test_a_step_applies_to_the_answers_and_to_nothing_else():
    about = About({"what": {"right": "access"}, "delete": {"delete": "some"}}, None)

    assert {step.name for step in STEPS if step.applies(about)} >= {"who", "data"}
    assert "delete-some" not in {step.name for step in STEPS if step.applies(about)}


def test_the_date_of_a_family_is_the_latest_of_its_dates(client):
    walk(client, "erasure", ME, NO_ACCOUNT, {"delete": {"delete": "everything"}, "copy": {"copy_first": "yes"}}, REPLY)
    check = text_of(client.get("/new/check/"))
    send(client)

    latest = max(due(case) for case in Case.objects.all())
    assert wording.day(latest) in check
