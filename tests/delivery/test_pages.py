"""The same through the pages of the portal and the desk."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pikepdf
import pytest
import pyzipper
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from dsr import wording
from dsr.cases import actors, codes, delivery
from dsr.cases.answer import record_download
from dsr.demo.people import by_position
from dsr.fulfil.gather import addressee_of
from dsr.models import Case
from tests.delivery.handed import PLAIN, handed_over, package
from tests.factories import PASSWORD, make_case, make_staff, make_user
from tests.output.reading import text_of as text_of_pdf
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return handed_over(timezone.now() - timedelta(days=3))


@pytest.fixture
def anna(demo_stores):
    return make_user()


def digits_of(case: Case) -> str:
    return delivery.letter_code(case_id=case.pk, actor=actors.staff(make_staff()), now=timezone.now())


def enter(client, reference: str, code: str):
    return client.post("/requests/letter/", {"reference": reference, "code": code})


def test_A_16_a_letter_opens_the_answer_without_account_and_e_mail(client, case):
    reference = case.request.reference

    opened = enter(client, reference.lower(), codes.grouped(digits_of(case)))

    assert opened.headers["Location"] == f"/requests/{reference}/package/"
    page = text_of(client.get(opened.headers["Location"]))
    assert "Download all" in page
    answer = client.get(f"/requests/{reference}/package/download/")
    assert b"".join(answer.streaming_content) == PLAIN
    assert answer.headers["Cache-Control"] == "no-store"
    assert case.events.get(action="downloaded").data["proof"] == "letter"


def test_unknown_reference_wrong_code_and_another_brand_look_alike(client, case):
    digits = digits_of(case)
    unknown = enter(client, "DSR-2026-999999", digits)
    wrong = enter(client, case.request.reference, "123456789012")

    assert (unknown.status_code, wrong.status_code) == (422, 422)
    words = "That did not work. Compare reference and code with the newest letter from us."
    assert words in text_of(unknown)
    assert words in text_of(wrong)
    assert "_auth_user_id" not in client.session


def test_a_code_of_one_letter_opens_no_other_request(client, case):
    other = handed_over(timezone.now(), name="Zoe Example")
    digits = digits_of(case)
    enter(client, case.request.reference, digits)

    assert enter(client, other.request.reference, digits).status_code == 422
    assert client.get(f"/requests/{other.request.reference}/package/download/").status_code == 302


def test_the_code_of_a_letter_is_fresh_for_ten_minutes_only(client, case, time_machine):
    enter(client, case.request.reference, digits_of(case))
    at = f"/requests/{case.request.reference}/package/"
    time_machine.move_to(timezone.now() + timedelta(minutes=11), tick=False)

    assert client.get(f"{at}download/").headers["Location"] == at


def test_rule_4_5_I_have_everything(client, case):
    enter(client, case.request.reference, digits_of(case))
    at = f"/requests/{case.request.reference}/package/"
    assert "data-after hidden" in client.get(at).content.decode()  # nothing was downloaded yet
    b"".join(client.get(f"{at}download/").streaming_content)

    assert "data-after" not in client.get(at).content.decode()
    done = client.post(f"{at}confirm/", {"right": "access"}, follow=True)

    assert "We delete the file a week from now" in text_of(done)
    ends = package(case).expires_at
    assert ends is not None
    assert ends < timezone.now() + timedelta(days=7, minutes=1)
    assert "I have everything" not in text_of(client.get(at))


def test_a_stranger_confirms_nothing(client, case):
    record_download(artifact=package(case), proof="code", actor=actors.subject(""), now=timezone.now())

    client.post(f"/requests/{case.request.reference}/package/confirm/", {"right": "access"})

    assert package(case).confirmed_at is None


def test_an_answer_taken_back_says_so_and_gives_no_byte(client, case):
    enter(client, case.request.reference, digits_of(case))
    at = f"/requests/{case.request.reference}/package/"
    lead = actors.staff(make_staff("otto", "lead"))
    delivery.revoke(case_id=case.pk, reason="x", actor=lead, now=timezone.now())

    assert "We had to take this file back" in text_of(client.get(at))
    assert client.get(f"{at}download/").status_code == 404
    assert enter(client, case.request.reference, "123456789012").status_code == 422


def staffed(client, name: str, *roles: str):
    client.force_login(make_staff(name, *roles))
    return client


def version(case: Case) -> int:
    return Case.objects.get(pk=case.pk).version


def test_the_desk_shows_how_the_answer_stands_and_takes_it_back(client, case):
    staffed(client, "otto", "lead")
    at = f"/desk/cases/{case.pk}/delivery/"
    shown = client.get(at)
    assert "Open for the person." in text_of(shown)
    assert shown.context["state"] == wording.state(
        case.state
    )  # the tag in the head is the case's, as on its other pages

    empty = client.post(f"{at}revoke/", {"version": version(case), "reason": ""})
    assert empty.status_code == 422
    assert "Enter why it is taken back." in text_of(empty)
    old = client.post(f"{at}revoke/", {"version": 1, "reason": "Somebody else is in it"})
    assert old.status_code == 409
    assert "Somebody else is in it" in old.content.decode()
    done = client.post(f"{at}revoke/", {"version": version(case), "reason": "Somebody else is in it"}, follow=True)

    assert "Taken back: nobody can open it." in text_of(done)
    client.post(f"{at}again/", {"version": version(case)})
    assert "Open for the person." in text_of(client.get(at))


@pytest.mark.parametrize(
    ("role", "seen", "again", "revoke"),
    [
        ("handler", 200, 302, 409),
        ("lead", 200, 302, 302),
        ("dpo", 200, 409, 302),
        ("reviewer", 200, 409, 409),
        ("intake", 403, 403, 403),
        ("auditor", 403, 403, 403),
        ("administrator", 403, 403, 403),
    ],
)
def test_rule_4_3_who_may_do_what_with_an_answer_that_is_out(client, case, role, seen, again, revoke):
    staffed(client, "rosa", role)
    at = f"/desk/cases/{case.pk}/delivery/"

    assert client.get(at).status_code == seen
    assert client.post(f"{at}again/", {"version": version(case)}).status_code == again
    assert client.post(f"{at}revoke/", {"version": version(case), "reason": "x"}).status_code == revoke


def test_there_is_no_page_before_an_answer_is_out(client):
    staffed(client, "otto", "lead")

    assert client.get(f"/desk/cases/{make_case().pk}/delivery/").status_code == 404


def test_the_letter_is_printed_with_the_address_the_code_and_the_way_in(client, case):
    staffed(client, "mara")
    at = f"/desk/cases/{case.pk}/delivery/letter/"
    address = "1 Example Road\nLondon\nSW1A 1AA"

    many = client.post(at, {"version": version(case), "address": "\n".join("abcdefghi")})
    printed = client.post(at, {"version": version(case), "address": address})

    assert many.status_code == 422
    assert "At most eight lines" in text_of(many)
    assert printed.headers["Content-Type"] == "application/pdf"
    assert printed.headers["Cache-Control"] == "no-store"
    name = addressee_of(case).name
    named = client.post(at, {"version": version(case), "address": f" {name.upper()}\n{address}"})
    for letter in (printed, named):
        assert text_of_pdf(letter.content).casefold().count(f"{name} 1 Example Road".casefold()) == 1
        assert f"{name} {name}".casefold() not in text_of_pdf(letter.content).casefold()
    with pikepdf.open(io.BytesIO(printed.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert len(pdf.pages) == 1


def test_the_person_reads_of_letters_where_no_address_is_on_file(client, anna):
    case = handed_over(timezone.now(), account=anna, identified=False)
    client.force_login(anna)

    page = text_of(client.get(f"/requests/{case.request.reference}/package/"))

    assert "I have a letter with a code" in page
    assert by_position(2).email not in page


def test_A_16_a_copy_for_the_post_opens_with_the_password_of_its_letter_only(client, case):
    staffed(client, "mara")
    at = f"/desk/cases/{case.pk}/delivery/"
    assert client.get(f"{at}carrier/protected.zip").status_code == 404

    client.post(f"{at}carrier/", {"version": version(case), "address": "1 Example Road\nLondon"})
    letter = client.get(f"{at}carrier/password.pdf")
    copy = b"".join(client.get(f"{at}carrier/protected.zip").streaming_content)

    with pikepdf.open(io.BytesIO(letter.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
    password = re.search(r"(?:[a-z2-9]{5}-){4}[a-z2-9]{5}", text_of_pdf(letter.content))
    assert password
    assert password.group(0) not in str(list(case.events.values())) + str(list(Session.objects.values()))
    with pyzipper.AESZipFile(io.BytesIO(copy)) as archive:
        [name] = archive.namelist()
        assert archive.read(name, pwd=password.group(0).encode()) == PLAIN
        with pytest.raises(RuntimeError):
            archive.read(name, pwd=b"another")
    assert case.events.get(action="copy_made").data["package_sha256"] == package(case).sha256


def test_the_password_is_forgotten_after_half_an_hour_and_with_the_answer(client, case, time_machine):
    staffed(client, "otto", "lead")
    at = f"/desk/cases/{case.pk}/delivery/"
    client.post(f"{at}carrier/", {"version": version(case), "address": "1 Example Road"})
    assert client.get(f"{at}carrier/password.pdf").status_code == 200
    other = Client()
    other.force_login(make_staff())
    assert other.get(f"{at}carrier/password.pdf").status_code == 404

    for _ in range(2):  # the session itself would end without a click
        time_machine.move_to(timezone.now() + timedelta(minutes=16), tick=False)
        client.get(at)

    asked = client.get(f"{at}carrier/protected.zip").headers[
        "Location"
    ]  # what leaves the house asks again who is there
    client.post(asked, {"password": PASSWORD})
    assert client.get(f"{at}carrier/protected.zip").status_code == 404
    client.post(f"{at}carrier/", {"version": version(case), "address": "1 Example Road"})
    client.post(f"{at}revoke/", {"version": version(case), "reason": "x"})
    assert client.get(f"{at}carrier/protected.zip").status_code == 404
