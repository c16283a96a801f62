"""The numbers of the side bar are counted once in a few seconds, and anew for whoever has just done something (decision 090)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dsr.desk import counts
from dsr.law.rights import Right
from dsr.models import Case
from tests.factories import make_case, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_for_seconds(settings: Any) -> None:
    settings.DSR_COUNTS_SECONDS = 60


def links(client: Client, address: str = "/desk/") -> tuple[dict[str, int], Any]:
    """The number of each view as the side bar says it, and the page of the list."""
    context: Any = client.get(address).context
    views = {str(link["label"]): link["count"] for link in context["sidebar"][0]["links"]}
    return views, context["page_obj"]


def test_090_numbers_are_kept_but_rows_are_not_and_who_acts_sees_both_anew() -> None:
    otto, mara = Client(), Client()
    otto.force_login(make_staff("otto", "handler"))
    mara.force_login(make_staff("mara", "handler"))
    first = make_case()
    assert links(otto)[0]["All open"] == 1
    second = make_case()

    views, listed = links(mara)  # of the same process: what Otto's page counted
    assert views["All open"] == 1
    assert {case.pk for case in listed.object_list} == {first.pk, second.pk}
    assert listed.paginator.count == 2  # the list is as long as it is
    with CaptureQueriesContext(connection) as sent:
        links(mara)
    assert not [one for one in sent if "COUNT(" in one["sql"] and "unclassified" in one["sql"]]

    response = otto.post("/desk/take/", {"take": str(second.pk)})
    assert otto.cookies[counts.COOKIE].value == "1"
    assert response.cookies[counts.COOKIE]["httponly"]
    views, _ = links(otto)
    assert (views["All open"], views["My cases"]) == (2, 1)
    assert links(mara)[0]["My cases"] == 0


def test_090_a_page_beyond_the_end_of_a_list_that_became_shorter_is_its_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsr.desk.views.queue.PER_PAGE", 1)
    otto = Client()
    otto.force_login(make_staff("otto", "handler"))
    one, other = make_case(), make_case()
    assert links(otto)[1].paginator.num_pages == 2
    Case.objects.filter(pk=other.pk).update(state="withdrawn")

    _, listed = links(otto, "/desk/?view=open&page=2")
    assert [case.pk for case in listed.object_list] == [one.pk]
    assert (listed.number, listed.paginator.count) == (1, 1)


def test_090_without_seconds_every_page_counts(settings: Any) -> None:
    settings.DSR_COUNTS_SECONDS = 0
    otto = Client()
    otto.force_login(make_staff("otto", "handler"))
    make_case()
    assert links(otto)[0]["All open"] == 1
    make_case()
    assert links(otto)[0]["All open"] == 2


def test_090_the_length_of_a_narrowed_list_is_kept_and_its_rows_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsr.desk.views.queue.PER_PAGE", 1)
    otto, mara = Client(), Client()
    otto.force_login(make_staff("otto", "handler"))
    mara.force_login(make_staff("mara", "handler"))
    make_case(rights=(Right.ERASURE,)), make_case(rights=(Right.ERASURE,)), make_case()
    narrowed = "/desk/?view=open&right=erasure"
    assert links(otto, narrowed)[1].paginator.count == 2
    assert links(mara, "/desk/?view=open&right=access")[1].paginator.count == 1  # another filter, another number

    make_case(rights=(Right.ERASURE,))
    with CaptureQueriesContext(connection) as sent:
        listed = links(mara, narrowed)[1]
    assert (listed.paginator.count, len(listed.object_list)) == (2, 1)
    assert not [one for one in sent if one["sql"].startswith("SELECT COUNT(")]
    assert links(mara, f"{narrowed}&assigned=me")[1].paginator.count == 0  # her own: nobody else's number

    otto.post("/desk/take/", {"take": str(Case.objects.filter(right="erasure").values_list("pk", flat=True)[0])})
    assert links(otto, narrowed)[1].paginator.count == 3
    assert links(otto, f"{narrowed}&assigned=me")[1].paginator.count == 1
    assert links(mara, f"{narrowed}&assigned=me")[1].paginator.count == 0


def test_090_the_length_of_the_closed_cases_is_kept_apart_from_those_of_who_reads_the_archive() -> None:
    otto, dora = Client(), Client()
    otto.force_login(make_staff("otto", "handler"))
    dora.force_login(make_staff("dora", "dpo"))
    Case.objects.filter(pk__in=[make_case().pk, make_case().pk]).update(state="archived")
    Case.objects.filter(pk=make_case().pk).update(state="completed")
    assert links(dora, "/desk/?view=closed")[1].paginator.count == 3
    assert links(otto, "/desk/?view=closed")[1].paginator.count == 1


def test_090_a_long_list_is_counted_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(counts, "LONG", 2)
    monkeypatch.setattr("dsr.desk.views.queue.PER_PAGE", 1)
    monkeypatch.setattr("dsr.desk.counts.time.monotonic", lambda: now)
    otto = Client()
    otto.force_login(make_staff("otto", "handler"))

    def listed() -> int:
        return int(links(otto, "/desk/?view=open&right=access")[1].paginator.count)

    make_case()
    assert listed() == 1
    make_case(), make_case()
    now += 61  # a short one: the seconds are over
    assert listed() == 3
    make_case()
    now += 61
    assert listed() == 3
    now += 700
    assert listed() == 4
