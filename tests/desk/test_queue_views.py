"""Filters in the address, saved views, search by parts of names in any alphabet, live rows, keys and own settings."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsr.cases import actors, identity, saved_views
from dsr.cases.intake import Told
from dsr.cases.perform import assign
from dsr.desk import keys
from dsr.law.rights import Right
from dsr.models import Controller, DeskSettings, Presence, SavedView, SetupEvent, Tag
from tests.desk.conftest import text
from tests.desk.test_queue import references
from tests.factories import make_case, make_controller, make_request, make_staff

pytestmark = pytest.mark.django_db


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def found(client, words: str) -> list[str]:
    return references(text(client.post("/desk/find/", {"q": words, "view": "open"}, follow=True)))


def told(name: str, *identifiers: tuple[str, str], scope: dict[str, Any] | None = None) -> Told:
    return Told(name=name, contact_email="someone@example.net", identifiers=identifiers, scope=scope or {})


def test_names_are_found_by_parts_in_any_alphabet_and_order_and_numbers_however_they_are_written(mara):
    people = {
        "greek": told("Γιώργος Παπαδόπουλος"),
        "cyrillic": told("Йорданка Алексиева"),
        "double": told("Änne Müller-Lüdenscheidt", ("phone", "07700 900123")),
        "irish": told("Niamh O'Brien", ("customer_number", "10023456")),
    }
    Controller.objects.update(country="GB", subdivision="ENG")
    known = {name: make_request(at=days_ago(2), told=one).reference for name, one in people.items()}
    number = str(int(known["irish"].rpartition("-")[2]))

    for words, who in (
        ("παπ", "greek"),
        ("ΓΙΏΡΓΟΣ παπαδοπουλος", "greek"),
        ("алек ЙОР", "cyrillic"),
        ("lüd", "double"),
        ("Muller-Ludenscheidt, Anne", "double"),
        ("+44 7700 900123", "double"),
        ("07700900123", "double"),
        ("brien niamh", "irish"),
        ("o'brien", "irish"),
        ("10023456", "irish"),
        (number, "irish"),
        (f"-{number.zfill(6)}", "irish"),
        (known["irish"].removeprefix("DSR-"), "irish"),
    ):
        assert found(mara, words) == [known[who]], words
    assert found(mara, "someone@example.net")
    for words in ("pa", "brien greek", "1002345", "07700 900124"):
        assert found(mara, words) == [], words


def test_every_filter_narrows_stands_in_the_address_and_can_be_taken_off(mara, demo_stores):
    user = make_staff("mara")
    child = make_request(
        at=days_ago(5), told=told("Anna Example", scope={"for": {"who": "child"}}), channel="phone", language="de"
    )
    mine = make_case(at=days_ago(2), rights=(Right.ERASURE,))
    assign(case_id=mine.pk, to=user, actor=actors.staff(user), now=timezone.now())
    paused = make_case(at=days_ago(3), identified=False)
    identity.ask(case_id=paused.pk, doubt="unknown", seen_version=None, actor=actors.staff(user), now=timezone.now())

    for query, wanted in {
        "right=erasure": [mine.request],
        "assigned=me": [mine.request],
        f"assigned={user.pk}": [mine.request],
        "assigned=nobody": [child, paused.request],
        "channel=phone": [child],
        "language=de": [child],
        "person=child": [child],
        "person=represented": [],
        "clock=paused": [paused.request],
        "clock=extended": [],
        "store=billing": [],
        "channel=phone&language=de&assigned=nobody": [child],
    }.items():
        page = text(mara.get(f"/desk/?view=open&{query}"))
        assert references(page) == [one.reference for one in wanted], query
        assert page.count('class="chip"') >= query.count("=")
    page = text(mara.get("/desk/?channel=phone&right=access"))
    assert 'href="?view=open&amp;channel=phone"' in page  # the link of the chip that takes the right off
    assert "For a child" in page
    assert "paused 0 days" in text(mara.get("/desk/?clock=paused"))
    assert "heat-" in page


def test_a_view_is_saved_counted_shared_by_leads_only_and_the_desk_opens_with_it(signed_in):
    mara, otto = signed_in("mara"), signed_in("otto")
    make_case(at=days_ago(2), rights=(Right.ERASURE,))
    make_case(at=days_ago(2))
    query = "view=open&right=erasure"

    saved = mara.post("/desk/views/save/", {"name": "Erasures", "query": f"{query}&find=secret&x=y", "shared": ""})
    assert saved.headers["Location"] == f"/desk/?{query}"
    side = text(mara.get(f"/desk/?{query}")).split('id="side-saved"')[1].split("</ul>")[0]
    assert re.search(r'aria-current="page"><span>Erasures</span><span>1</span>', side)
    assert "Erasures" not in text(otto.get("/desk/"))

    refused = mara.post("/desk/views/save/", {"name": "All", "query": query, "shared": "on"}, follow=True)
    assert "Your role does not allow this" in text(refused)
    otto.post("/desk/views/save/", {"name": "For all", "query": query, "shared": "on"})
    shared = SavedView.objects.get(name="For all")
    assert "For all" in text(mara.get("/desk/views/"))
    assert "Only whoever saved this view" in text(
        mara.post(f"/desk/views/{shared.pk}/", {"act": "delete"}, follow=True)
    )
    mara.post(f"/desk/views/{shared.pk}/", {"act": "start"})
    assert mara.get("/desk/").headers["Location"] == f"/desk/?{query}"
    otto.post(f"/desk/views/{shared.pk}/", {"act": "rename", "name": "Deletions"})
    assert SavedView.objects.get(pk=shared.pk).name == "Deletions"
    otto.post(f"/desk/views/{shared.pk}/", {"act": "delete"})
    assert mara.get("/desk/").status_code == 200
    kinds = list(SetupEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["view_shared", "view_renamed", "view_deleted"]


@pytest.mark.slow
def test_views_of_another_colleague_or_brand_have_no_address(signed_in, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    make_controller()
    rita, south = make_staff("rita", "reviewer"), make_staff("otto", "lead", controller=make_controller("southwave"))
    for owner, shared in ((rita, False), (south, True)):
        view = saved_views.save(
            user=owner, name="V", query="view=open", shared=shared, actor=actors.staff(owner), now=timezone.now()
        )
        assert signed_in("otto").post(f"/desk/views/{view.pk}/", {"act": "delete"}).status_code == 404


def test_the_page_asks_for_rows_alone_and_the_number_of_queries_stays(mara):
    user = make_staff("mara")
    for number in range(3):
        saved_views.save(
            user=user,
            name=f"V{number}",
            query="view=open&right=access",
            shared=False,
            actor=actors.staff(user),
            now=timezone.now(),
        )
    tag = Tag.objects.create(controller=user.controller, name="merger")

    def add() -> None:
        case = make_case(at=days_ago(2))
        case.case_tags.create(controller=case.controller, tag=tag)
        Presence.objects.create(
            controller=case.controller, case=case, user=make_staff("rita", "reviewer"), seen_at=timezone.now()
        )

    def count(address: str = "/desk/?view=open") -> int:
        mara.get(address)  # warm
        with CaptureQueriesContext(connection) as queries:
            assert mara.get(address).status_code == 200
        return sum(query["sql"].startswith("SELECT") for query in queries)

    add()
    one = count()
    for _ in range(11):
        add()
    assert count() == one
    assert one <= 16, one  # fifteen, and one more for the counts of saved views
    assert count("/desk/rows/?view=open&had=rows") <= one

    live = mara.get("/desk/rows/?view=open&had=rows")
    assert text(live).count("data-row=") == 12
    assert 'hx-get="/desk/rows/?view=open"' in text(live)
    assert "Rita Example has it open" in text(live)
    assert "<main" not in text(live)
    assert mara.get("/desk/rows/?view=closed&had=rows").headers["HX-Refresh"] == "true"


def test_keys_are_listed_changed_and_never_doubled(mara):
    page = text(mara.get("/desk/"))
    for one in keys.KEYS:
        assert str(one.words) in page
    assert json.loads(keys.for_script(keys.keys_of(None)))["g q"] == "go_queue"
    ours = {one.act: one.key for one in keys.KEYS}

    doubled = mara.post("/desk/me/", {**ours, "next": "k"})
    assert doubled.status_code == 422
    assert "Another act has this key already" in text(doubled)
    assert mara.post("/desk/me/", {**ours, "next": "g"}).status_code == 422
    mara.post("/desk/me/", {**ours, "next": "ö"})
    assert DeskSettings.objects.get().keys == {"next": "ö"}
    assert "ö&quot;: &quot;next" in text(mara.get("/desk/")) or "u00f6" in text(mara.get("/desk/"))
    mara.post("/desk/me/", {"ours": "yes"})
    assert DeskSettings.objects.get().keys == {}
