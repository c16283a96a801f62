"""What a person changes about her running request: its scope, the language and the format of the answer (decision 074)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsr.audit import verify_case
from dsr.cases import actors, changes, endings
from dsr.cases.intake import Told
from dsr.cases.perform import ConflictError, RefusedError
from dsr.law.rights import Right
from dsr.models import Case, Letter, Message, Request
from tests.factories import MONDAY, make_case, make_request

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(days=2)
HER = actors.subject()
SOME = {"data": "some", "kinds": ["contract"], "from": "2025-01", "to": "2025-06"}


def change(case: Case, scope, **fields) -> Case:
    return changes.change_scope(case_id=case.pk, scope=scope, **{"words": "", "actor": HER, "now": NOW, **fields})


def code_of(error) -> str:
    return str(error.value.refusal.code)


@pytest.mark.parametrize(
    ("old", "new", "wider"),
    [
        ({}, SOME, False),
        (SOME, {}, True),
        (SOME, {"data": "everything"}, True),
        ({"data": "everything"}, SOME, False),
        (SOME, SOME | {"kinds": ["contract", "usage"]}, True),
        (SOME | {"kinds": ["contract", "usage"]}, SOME, False),
        (SOME, SOME | {"from": "2024-12"}, True),
        (SOME, SOME | {"from": "2025-02"}, False),
        (SOME, SOME | {"to": ""}, True),
        (SOME, SOME | {"to": "2025-05"}, False),
        ({"delete": "some"}, {"delete": "everything"}, True),
        ({"delete": "everything"}, {"delete": "some"}, False),
    ],
)
def test_wider_is_whatever_was_not_asked_for_before(old, new, wider):
    assert changes.is_wider(old, new) is wider


def test_she_narrows_it_and_the_date_stays():
    case = make_case()
    due = case.due_on

    case = change(case, SOME, words="Only the bills.")

    request = Request.objects.get()
    assert request.content()["scope"] == SOME
    assert (case.due_on, case.state) == (due, "assessing")
    event = case.events.get(action="scope_changed")
    assert event.data == {"direction": "narrower", "collect_again": False}
    said = Message.objects.get(inbound=True).content()["body"]
    assert "Only the bills." in said
    assert "January 2025" in said
    assert "collect again" not in said
    assert verify_case(Case.objects.get(pk=case.pk)) == []


@pytest.mark.parametrize("state", ["collecting", "drafting"])
def test_4_0_1_wider_after_the_search_began_asks_the_office_to_collect_again(state):
    case = change(make_case(), SOME)
    Case.objects.update(state=state)

    change(case, {"data": "everything"}, now=NOW + timedelta(hours=1))

    assert [event.data["collect_again"] for event in case.events.filter(action="scope_changed").order_by("seq")] == [
        False,
        True,
    ]
    assert "please collect again" in Message.objects.filter(inbound=True).latest("created_at").content()["body"]


@pytest.mark.parametrize(
    ("state", "right", "code"),
    [
        ("drafting", Right.ACCESS, "scope_too_late"),
        ("review", Right.ACCESS, "scope_too_late"),
        ("completed", Right.ACCESS, "scope_too_late"),
        ("assessing", Right.RECTIFICATION, "scope_fixed"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_words_and_leaves_nothing(state, right, code):
    case = make_case(rights=(right,))
    Case.objects.update(state=state)

    with pytest.raises(RefusedError) as error:
        change(case, SOME)

    assert code_of(error) == code
    assert not Message.objects.filter(inbound=True).exists()
    assert "kinds" not in Request.objects.get().content()["scope"]


def test_of_several_rights_only_the_one_meant_changes():
    own = {
        "access": {"words": "", "scope": {"data": "everything"}},
        "erasure": {"words": "", "scope": {"delete": "some"}},
    }
    told = Told(name="Anna Example", scope={"data": "everything", "delete": "some"}, by_right=own)
    request = make_request(rights=(Right.ACCESS, Right.ERASURE), told=told)

    change(request.cases.get(right="erasure"), {"delete": "everything", "data": "some"})

    content = Request.objects.get().content()
    assert content["by_right"]["erasure"]["scope"] == {"delete": "everything"}
    assert content["by_right"]["access"]["scope"] == {"data": "everything"}
    assert content["scope"] == {"data": "everything", "delete": "everything"}


def test_a_second_browser_with_an_old_page_changes_nothing():
    case = make_case()
    change(case, SOME, seen_version=case.version)

    with pytest.raises(ConflictError):
        change(case, {"data": "everything"}, seen_version=case.version)
    assert Request.objects.get().content()["scope"] == SOME


def test_letters_from_now_on_are_in_the_language_she_chose_and_what_was_sent_stays():
    case = make_case()
    Case.objects.update(manifest_sha256="a" * 64)

    changes.change_wishes(request_id=case.request_id, language="de", formats=["large"], actor=HER, now=NOW)

    request = Request.objects.get()
    assert (request.language, request.content()["scope"]["formats"]) == ("de", ["large"])
    assert case.events.get(action="wishes_changed").data == {"language": "de", "formats": 1, "prepared": 1}
    assert Message.objects.filter(inbound=True).count() == 1
    endings.withdraw(case_id=case.pk, actor=HER, now=NOW)
    assert Letter.objects.get(code="L-18").language == "de"
    assert Letter.objects.get(code="L-01").language == "en"


def test_the_same_wish_twice_is_one_change():
    case = make_case()

    for _ in range(2):
        changes.change_wishes(request_id=case.request_id, language="de", formats=[], actor=HER, now=NOW)

    assert case.events.filter(action="wishes_changed").count() == 1


@pytest.mark.parametrize(
    ("fields", "code"), [({"language": "xx"}, "language_not_offered"), ({"formats": ["smoke"]}, "format_unknown")]
)
def test_a_wish_we_cannot_fulfil_is_refused(fields, code):
    case = make_case()

    with pytest.raises(RefusedError) as error:
        changes.change_wishes(
            request_id=case.request_id, **{"language": "en", "formats": [], "actor": HER, "now": NOW, **fields}
        )
    assert code_of(error) == code


def test_after_the_answer_there_is_no_wish_left():
    case = make_case()
    endings.withdraw(case_id=case.pk, actor=HER, now=NOW)

    with pytest.raises(RefusedError) as error:
        changes.change_wishes(request_id=case.request_id, language="de", formats=[], actor=HER, now=NOW)
    assert code_of(error) == "answer_is_out"
