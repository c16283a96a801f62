"""What a person chose on the pages of her right, on the card of the case at the desk."""

from __future__ import annotations

import pytest

from dsr.cases.intake import Told
from dsr.law.rights import Right
from dsr.wording import asked
from tests.factories import make_request, make_staff

pytestmark = pytest.mark.django_db
ERASURE = {"delete": "some", "delete_kinds": ["usage"], "reason": "Too much mail"}
CORRECTION = {"corrections": [{"kind": "birth_date", "old": "", "new": "1985-03-27"}]}
SCOPE = {**ERASURE, **CORRECTION, "reply": "letter"}
BY_RIGHT = {"erasure": {"words": "", "scope": ERASURE}, "rectification": {"words": "", "scope": CORRECTION}}


def test_T_26_the_card_of_a_right_shows_what_was_chosen_for_it_and_for_no_other(client):
    told = Told(name="Anna Example", contact_email="anna@example.com", scope=SCOPE, by_right=BY_RIGHT)
    request = make_request(rights=(Right.ERASURE, Right.RECTIFICATION), told=told)
    client.force_login(make_staff())

    page = client.get(f"/desk/cases/{request.cases.get(right='erasure').pk}/").content.decode()

    assert "Connection and usage" in page
    assert "Too much mail" in page
    assert "By letter" in page
    assert "27 March 1985" not in page
    other = client.get(f"/desk/cases/{request.cases.get(right='rectification').pk}/").content.decode()
    assert "Correct: Date of birth" in other
    assert "27 March 1985" in other


def test_one_right_alone_has_the_whole_scope():
    assert asked.of_right({"scope": SCOPE}, "erasure") == SCOPE
    assert asked.of_right({}, "erasure") == {}
