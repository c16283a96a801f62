"""No page of the portal steers, hides, nags or leads into a dead end: EDPB 03/2022, one test for each row of ux.md 1.2 (its words: test_no_tricks_words.py).

The lines of ux.md 6 about the portal, and where each is tested:

| line | test |
|---|---|
| every right in at most two clicks from the start | here: test_maze |
| sent without an account, with a receipt, reference and date before any identity step | test_new: T_02; here: test_dead_end |
| without a telephone, a computer, an e-mail address | here: test_dead_end |
| without JavaScript | browser/test_portal: the_journey_works_without_scripts |
| on 320 px | browser/test_portal: every_question_is_clean (narrow) |
| by keyboard | browser/test_portal: the_journey_works_with_the_keyboard_alone |
| in dark, in print | browser/test_portal with its modes; browser/test_styleguide: print_leaves_out |
| no preselected answer | here: test_snugness; test_new, test_rights by form |
| each error has summary, words at the field, focus, title | test_new: a_page_with_an_error; browser/test_scripts: error_summary |
| Back never loses data | test_new: back_shows; test_draft |
| a double send makes one case | test_new: a_double_click; test_draft: sent_again_after |
| the date is the same on page, mail, PDF, calendar file, desk | here: test_conflicting_information |
| the language switch keeps the page | test_status: the_page_switches_language; here: test_language_discontinuity |
| the page of every state has a headline and a next step | test_status: every_state_of_every_right |
| the package page shows contents, checksum, expiry, what is missing | test_package: the_page_names_contents |
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from dsr import wording
from dsr.law import identity as law
from dsr.law.rights import IdentityLevel, Right
from dsr.models import Case, Letter
from portal.questions import STEPS
from tests.factories import make_controller, make_request, make_staff, make_user
from tests.output.reading import text_of as text_of_pdf
from tests.portal.test_new import OWN
from tests.portal.test_package import handed_over
from tests.portal.walk import ACCESS, ME, NO_ACCOUNT, REPLY, answer, due, key_of, send, text_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PUBLIC = ("/", "/help/", "/accessibility/", "/complain/", "/keys/", "/marketing-stop/", "/new/what/", "/new/unsure/")
ENTRANCES = ("/requests/find/", "/requests/letter/", "/account/login/", "/account/login/code/", "/account/signup/")
BY_LETTER = {
    "account": {"account": "former"},
    "details": {"name": "Maria Kowalska", "address": "Beispielweg 1, 10115 Berlin"},
    "former": {"until": "2024"},
    "contact": {"reply": "letter", "language": "en"},
}


@pytest.fixture(autouse=True)
def _controller():
    make_controller()


def of_a_request(reference: str) -> list[str]:
    ends = ("", "withdraw/", "change/", "wishes/")
    ways = ("", "number/", "letter/", "call/", "shop/")
    return [f"/sent/{reference}/", *(f"/requests/{reference}/{end}" for end in ends)] + [
        f"/identity/{reference}/{way}" for way in ways
    ]


_SEEN: dict[str, str] = {}


@pytest.fixture
def pages() -> dict[str, str]:
    """Every kind of page at its first show: for everybody, every question, around a request and an answer.

    Walked once for all tests of a process: they only read.
    """
    if not _SEEN:
        _SEEN.update(_walked(Client()), **dict(questions(Client())))
    return _SEEN


def _walked(client: Client) -> dict[str, str]:
    anna = make_user()
    found = {where: client.get(where) for where in (*PUBLIC, *ENTRANCES)}
    client.force_login(anna)
    reference = make_request(account=anna, rights=(Right.ACCESS, Right.ERASURE), at=timezone.now()).reference
    case = handed_over(anna)
    hers = (*of_a_request(reference), f"/requests/{case.request.reference}/package/", "/requests/", "/link/")
    found |= {where: client.get(where) for where in (*hers, "/account/", "/account/logout/")}
    assert {where: page.status_code for where, page in found.items() if page.status_code != 200} == {}
    return {where: page.content.decode() for where, page in found.items()}


def questions(client: Client) -> Iterator[tuple[str, str]]:
    """Every question on the way of every right, as it is shown before anything is answered."""
    for right, own in OWN.items():
        client.post("/new/throw-away/")
        where, given = answer(client, "what", right=right.value), {**ME, **NO_ACCOUNT, **own, **REPLY}
        while where != "/new/check/":
            yield f"{right}: {where}", client.get(where).content.decode()
            step = where.strip("/").removeprefix("new/")
            where = answer(client, step, **given[step])
        yield f"{right}: {where}", client.get(where).content.decode()


def main_of(body: str) -> str:
    return body[body.index("<main") : body.index("</main>")]


def primary(body: str) -> list[str]:
    """The words of the filled buttons: `btn` alone, not `btn btn-2` and not `btn btn-link`."""
    found = re.findall(r'<(?:button|a) class="btn"[^>]*>(.*?)</(?:button|a)>', main_of(body), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


# --- overloading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("right", list(OWN))
def test_continuous_prompting(client, right):
    """Pages between the choice and the last button: access at most six, no right more than eight; then no survey, no offer."""
    met = walk(client, right.value, ME, NO_ACCOUNT, OWN[right], REPLY)
    assert len(met) - 1 <= (6 if right is Right.ACCESS else 8)
    own = Client()
    own.force_login(make_user())
    assert len(walk(own, right.value, ME, OWN[right], REPLY)) - 1 <= 5

    assert send(client).headers["Location"].startswith("/sent/")  # no page that asks once more


def test_continuous_prompting_marketing_and_withdrawal(client):
    """A marketing stop is a page and its receipt; giving a request up is one page, without `are you sure`."""
    assert client.post("/marketing-stop/", {"reach": "a@example.com", "everything": "on"}).status_code == 302
    anna = make_user()
    asked = make_request(account=anna, at=timezone.now())
    client.force_login(anna)
    where = f"/requests/{asked.reference}/withdraw/"
    form = client.get(where).content.decode()
    names = set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', main_of(form)))

    assert names <= {"csrfmiddlewaretoken", "right", "rights"}  # no reason is asked
    client.post(where, {"right": "access"})
    assert asked.cases.get().state == "withdrawn"


def test_maze(client):
    """Every right is two clicks from the start, and the start is one click from every page."""
    links = set(re.findall(r'href="(/[^"#]*)"', client.get("/").content.decode()))
    after_one = "".join(Client().get(link, follow=True).content.decode() for link in links if link.startswith("/new/"))

    for right in Right:
        by_tile = f"/new/?right={right.value}" in links
        assert by_tile or f'value="{right.value}"' in after_one, right
    assert "/requests/" in links


def test_too_many_options(client):
    """`Everything` comes first, and the kinds of data stand on a page of their own that whoever wants everything never sees."""
    met = walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    first = re.search(r'type="radio"[^>]*value="([^"]+)"', client.get("/new/data/").content.decode())

    assert first
    assert first.group(1) == "everything"
    assert "kinds" not in met


# --- skipping -----------------------------------------------------------------------------------------------------------


def test_snugness(pages):
    """Nothing is chosen for the person. One box is: all channels of a marketing stop, which widens it (O-03)."""
    chosen = {}
    for where, body in pages.items():
        boxes = re.findall(r"<input[^>]*\bchecked\b[^>]*>", main_of(body))
        names = {name for box in boxes for name in re.findall(r' name="([^"]+)"', box)}
        for select in re.findall(
            r'<select name="([^"]+)"[^>]*>(?:(?!</select>).)*<option value="[^"]+" selected', main_of(body), re.DOTALL
        ):
            names.add(select)
        # The language of the answer is that of the page she reads; what she wished before is shown as it stands.
        if names - {"language"} and not where.endswith("/wishes/"):
            chosen[where] = names

    assert chosen == {"/marketing-stop/": {"everything"}}


def test_look_over_there(pages):
    """No slot for an advertisement, nothing fetched from elsewhere, and links away only to what the controller must name."""
    for name in ("base.html", "portal/base.html"):
        blocks = set(re.findall(r"{% block (\w+)", (TEMPLATES / name).read_text(encoding="utf-8")))
        assert blocks <= {"title", "site", "head", "body", "body_class", "account", "main", "session"}, name
    controller = make_controller()
    named = {controller.notice_url, controller.authority_url, controller.account_url, controller.contract_url}
    for where, body in pages.items():
        assert not re.findall(r"<(?:iframe|video|audio|object|embed|marquee|dialog)\b", body), where
        assert not re.findall(r'src="(?!/)', body), where
        away = {link for link in re.findall(r'<a [^>]*href="(https?://[^"]+)"', body) if "testserver" not in link}
        assert away <= named, (where, away)


# --- stirring -----------------------------------------------------------------------------------------------------------


def test_hidden_in_plain_sight(pages):
    """All rights stand in one list with one class; no page of one right has a louder, quieter or redder button than another."""
    boxes = re.findall(r'<input[^>]*type="radio"[^>]*>', pages["/new/what/"])
    classes = {tuple(re.findall(r'class="([^"]+)"', box)) for box in boxes}
    tiles = re.findall(r'<a class="([^"]+)" href="/new/\?right=', pages["/"])

    assert len(boxes) == len(Right) + 1
    assert len(classes) == 1
    assert set(tiles) == {"card card-link"}
    for where, body in pages.items():
        if ": /new/" in where:
            assert primary(body) == ["Send my request" if where.endswith("/check/") else "Continue"], where
        assert not re.search(r'class="[^"]*btn-(?!2\b|link\b)', main_of(body)), where


# --- obstructing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("right", list(OWN))
def test_dead_end(client, right):
    """No account, no telephone, no e-mail, no computer afterwards: a name and an address are enough, and the answer is a letter."""
    walk(client, right.value, ME, BY_LETTER, OWN[right])
    page = client.get(send(client).headers["Location"])

    case = Case.objects.select_related("request").get()
    assert case.request.content()["contact_email"] == ""
    assert case.request.reference in text_of(page)
    assert case.due_on is None or wording.day(case.due_on) in text_of(page)
    ways = text_of(client.get(f"/identity/{case.request.reference}/"))
    assert ("In a shop" in ways and "With a call" in ways) or "Nothing more is needed" in ways


def test_dead_end_every_page_names_people(pages):
    """Whoever is stuck finds a telephone number, an address and the way to complain on the page where she is (WCAG 3.2.6)."""
    controller = make_controller()
    for where, body in pages.items():
        foot = body[body.index("<footer") :]
        for words in (controller.phone, controller.privacy_email, "10115 Berlin", "/complain/", "/accessibility/"):
            assert words in foot, (where, words)


@pytest.mark.parametrize(
    ("right", "level"),
    [
        (Right.MARKETING_OBJECTION, IdentityLevel.NONE),
        (Right.CONSENT_WITHDRAWAL, IdentityLevel.NONE),
        (Right.RESTRICTION, IdentityLevel.KNOWN),
        (Right.OBJECTION, IdentityLevel.KNOWN),
        (Right.AUTOMATED_DECISION, IdentityLevel.KNOWN),
        (Right.ERASURE, IdentityLevel.KNOWN),
        (Right.RECTIFICATION, IdentityLevel.KNOWN),
        (Right.ACCESS, IdentityLevel.STRONG),
        (Right.PORTABILITY, IdentityLevel.STRONG),
    ],
)
def test_longer_than_necessary(right, level):
    """I-01, I-06, I-07: proof by risk, none where none is needed, and more than one way to reach each level."""
    assert law.needed(right, contact_is_new=False) == level
    ways = [way for way in law.Way if law.reached(way, contact_is_new=False) >= level]
    assert len(ways) >= 5
    assert {law.Way.CALLBACK, law.Way.SHOP, law.Way.LETTER} <= set(ways)


def test_longer_than_necessary_no_copy_of_a_document_and_no_birthday():
    """I-03, I-04: no page asks a person herself for a picture of her passport, nor for the day she was born."""
    for step in STEPS:
        names = set(step.form.base_fields)
        if step.name not in {"child", "deceased", "authority", "evidence"}:
            assert not {name for name in names if "birth" in name or "born" in name or "passport" in name}, step.name
            assert 'type="file"' not in str(step.form(controller=make_controller(), user=None)), step.name


def test_misleading_action(pages):
    """The filled button says what it does, there is one of it in a form, and the way out never looks like the way on."""
    acts = {
        "/marketing-stop/": "Stop marketing",
        "withdraw/": "Withdraw",
        "change/": "Change my request",
        "wishes/": "Save my wish",
    }
    for where, body in pages.items():
        for form in re.findall(r"<form.*?</form>", main_of(body), re.DOTALL):
            assert len(re.findall(r'<button class="btn"', form)) <= 1, where
        for end, words in acts.items():
            if where.endswith(end) and ": /new/" not in where:
                assert primary(body) == [words], where
        for words in primary(body):
            assert words not in {"OK", "Yes", "No", "Submit", "Agree", "Accept", "Click here"}, where


# --- fickle -------------------------------------------------------------------------------------------------------------


def test_lacking_hierarchy(pages):
    """One portal: the same three places in the head of every page, in the same order, and help among them (WCAG 3.2.6)."""
    order = ["/", "/requests/", "/help/"]
    for where, body in pages.items():
        head = body[body.index("<header") : body.index("</header>")]
        links = [link for link in re.findall(r'class="nav-link" href="([^"]+)"', head) if link in order]
        assert links == order, where
        assert body.count("<h1") == 1, where


def test_language_discontinuity(client, pages, drain):
    """Every page can be switched, and who asked in a language gets mail and letters in it."""
    for where, body in pages.items():
        assert 'action="/language/setlang/"' in body, where
    client.post("/language/setlang/", {"language": "de", "next": "/new/"})
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, {"contact": {"reply": "portal", "language": "de"}})
    client.post("/new/check/", {"key": key_of(client), "website": ""})
    drain()

    asked = Case.objects.order_by("-request__received_at").first().request  # type: ignore[union-attr]
    assert asked.language == "de"
    mine = next(m for m in mail.outbox if m.to == ["maria@example.com"])
    assert "Datum" in str(mine.body) or "spätestens" in str(mine.body) or "Anfrage" in str(mine.body)


# --- left in the dark ---------------------------------------------------------------------------------------------------


def test_conflicting_information(client, drain):
    """One date, computed once: on the check page, the receipt page, the status page, in mail, letter, calendar file, at the desk."""
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    before = text_of(client.get("/new/check/"))
    receipt = text_of(client.get(send(client).headers["Location"]))
    drain()
    case = Case.objects.select_related("request").get()
    reference, day = case.request.reference, wording.day(due(case))
    here = f"/requests/{reference}/"
    paper = client.get(f"{here}receipt.pdf").getvalue()
    calendar = client.get(f"{here}deadline.ics").content.decode()
    portal = {"check": before, "sent": receipt, "status": text_of(client.get(here))}
    portal |= {"list": text_of(client.get("/requests/")), "live": text_of(client.get(f"{here}live/"))}
    portal |= {"mail": str(mail.outbox[-1].body), "letter": text_of_pdf(paper)}
    desk = Client()
    desk.force_login(make_staff())
    portal["desk"] = text_of(desk.get(f"/desk/cases/{case.pk}/"))

    for where, words in portal.items():
        assert day in " ".join(words.split()), where
        assert not re.search(r"30 days(?! left)", words), where
    assert f"DTSTART;VALUE=DATE:{due(case):%Y%m%d}" in calendar
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert len(pdf.pages) >= 1
    assert Letter.objects.filter(case=case).count() == 1


def test_the_walk_over_the_questions_met_every_page_that_a_person_without_an_account_meets(pages: dict[str, Any]):
    """What the tests above look at is what there is: a new question is walked as well."""
    met = {where.rpartition("/new/")[2].strip("/") for where in pages if ": /new/" in where}
    rare = {"own-words", "child", "represented", "deceased", "other-user", "authority", "sender", "name", "former"}
    rare |= {"kinds", "months", "delete-some", "marketing", "email", "post"}

    assert {step.name for step in STEPS} - met == rare | {"what"}
