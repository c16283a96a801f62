"""A running request made narrower or wider, and another language or form of the answer, on their pages (decision 074)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from dsr import wording
from dsr.law.rights import Right
from dsr.models import Case, Message, Request
from tests.factories import make_case, make_request, make_user
from tests.portal.walk import due, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client):
    user = make_user()
    client.force_login(user)
    return user


def test_she_asks_for_less_and_the_date_stays(client, anna):
    case = make_case(account=anna, at=timezone.now())
    here = f"/requests/{case.request.reference}/change/"
    first = client.get(here)
    assert wording.day(due(case)) in text_of(first)
    assert " checked" not in first.content.decode()  # nothing narrows a right by itself

    missing = client.post(here, {"extent": "some"})
    assert "Select what you want, or say it in your own words" in text_of(missing)
    wrong = client.post(here, {"extent": "some", "kinds": ["contract"], "start": "March", "end": "2025-01"})
    assert "Enter a month like 2025-03" in text_of(wrong)
    backwards = client.post(here, {"extent": "some", "start": "2025-03", "end": "2025-01"})
    assert "must not be before the first" in text_of(backwards)
    done = client.post(here, {"extent": "some", "kinds": ["contract"], "words": "No letters."}, follow=True)

    page = text_of(done)
    assert "The date of our answer stays the same" in page
    assert "Contract and bills" in page
    assert "No letters." in page
    assert Case.objects.get().due_on == case.due_on
    assert " checked" in client.get(here).content.decode()  # her own choice is kept


def test_a_request_to_delete_and_one_that_is_too_far(client, anna):
    request = make_request(account=anna, rights=(Right.ERASURE, Right.ACCESS), at=timezone.now())
    here = f"/requests/{request.reference}/change/"

    assert "What do you want us to delete?" in text_of(client.get(f"{here}?right=erasure"))
    client.post(f"{here}?right=erasure", {"delete": "profile"})
    assert Request.objects.get().content()["scope"] == {"delete": "profile"}
    Case.objects.update(state="review")
    late = client.post(f"{here}?right=erasure", {"delete": "everything"}, follow=True)
    assert "This cannot be changed here any more" in text_of(late)
    assert Request.objects.get().content()["scope"] == {"delete": "profile"}


def test_another_language_and_form_for_what_comes(client, anna):
    case = make_case(account=anna, at=timezone.now())
    here = f"/requests/{case.request.reference}/wishes/"
    assert "Deutsch" in text_of(client.get(here))

    done = client.post(here, {"language": "de", "formats": ["large"]}, follow=True)

    assert "What we write from now on follows your wish" in text_of(done)
    assert Request.objects.get().language == "de"
    assert client.post(here, {"language": "xx"}).status_code == 422
    Case.objects.update(state="completed", closed_at=timezone.now())
    assert client.get(here).status_code == 302


def test_strangers_change_nothing(client):
    case = make_case(account=make_user(), at=timezone.now())
    client.force_login(make_user("zoe"))

    for name, data in (
        ("change", {"extent": "everything"}),
        ("wishes", {"language": "de"}),
        ("contest", {"reason": "x"}),
    ):
        assert client.post(f"/requests/{case.request.reference}/{name}/", data).status_code == 404
    assert not Message.objects.filter(inbound=True).exists()
