"""No page of the desk sends more than fifteen statements, and none sends more because a list or a case is longer (decision 090).

Everything counts: the session, the account, the frame. SAVEPOINT and RELEASE do not: they ask the database for nothing; nor does
what prolongs a session, which happens at most once a minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection
from django.db.models import Prefetch
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.models import Case, Event, IdentityCheck, InboundMail, Letter, Message, Request, Suspension, Task
from dsr.models.together import attach, attached, together
from tests.desk.addresses import CAST, EXPECTED
from tests.desk.budgets import grow, lists, rich_case
from tests.factories import make_case, make_staff
from tests.jobs import run_due

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.django_db

MOST: Final = 15
OF_A_CASE: Final = (
    "case", "messages", "letters", "files", "decision", "notes", "history", "redaction", "evidence", "by-hand", "identity",
    "compose-choose", "forward", "closeness", "consultation", "evidence-packs", "authority",
)  # fmt: skip
LISTS: Final = (
    "queue", "dashboard", "calendar", "reports", "stores", "changes", "setup", "setup-calendar", "setup-ladder",
    "setup-retention", "setup-keys", "at-once", "mails", "letter-wordings", "identity-checks", "health", "receivers", "absences",
    "account", "people", "person-invite", "glasses", "inbox", "held", "partners", "me", "sharing", "new", "views", "brand",
    "programs", "holds", "recipients",
)  # fmt: skip
ELSEWHERE: Final[Mapping[str, str]] = {
    "brand-sample": "a stylesheet",
    "calendar-subscribe": "a file for a calendar",
    "compose": "the form of one letter, which rehearses its step",
    "setup-controller": "the form of one section, walked below",
    "evidence-live": "a piece of the page of evidence packs",
}
"""Addresses that show something and are no page of a list or of a case, and why."""
VIEWS: Final = ("mine", "sort", "unassigned", "due7", "overdue", "waiting", "second", "manual", "open", "closed")
FILTERS: Final = ("right=access", "state=collecting", "assigned=nobody", "language=en", "channel=portal", "store=store1",
    "person=self", "clock=paused", "clock=extended")  # fmt: skip


def test_every_page_of_the_desk_has_its_budget() -> None:
    shown = {name.removeprefix("desk:") for name, row in EXPECTED.items() if name.startswith("desk:") and 200 in row}
    assert shown - set(OF_A_CASE) - set(LISTS) == set(ELSEWHERE)


UNCOUNTED: Final = (
    "SAVEPOINT", "RELEASE", "BEGIN", 'UPDATE "django_session"', 'UPDATE "dsr_staffsession"',
)  # fmt: skip


def statements(client: Client, address: str) -> int:
    """How many a page sends, without what is written at most once a minute."""
    client.get(address)  # what is loaded once
    with CaptureQueriesContext(connection) as sent:
        response: Any = client.get(address)
    assert response.status_code in {200, 204}, (address, response.status_code)
    return sum(not one["sql"].startswith(UNCOUNTED) for one in sent)


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(make_staff(name, *CAST[name]))
    return client


def over(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: number for name, number in counts.items() if number > MOST}


def test_090_the_queue_and_a_case_send_no_more_when_there_is_more(demo_stores: Any) -> None:
    otto, case = signed_in("otto"), rich_case()
    addresses = ("/desk/", "/desk/?view=manual", reverse("desk:case", args=[case.pk]))
    lists(rows=1)
    grow(case, times=1)
    few = {one: statements(otto, one) for one in addresses}
    lists(rows=4)
    grow(case, times=4)

    assert {one: statements(otto, one) for one in addresses} == few
    assert not over(few)


@pytest.mark.slow
def test_090_every_view_filter_and_list_is_constant_and_within_fifteen(demo_stores: Any) -> None:
    otto = signed_in("otto")
    addresses = {name: reverse(f"desk:{name}", urlconf="dsr.urls_desk") for name in LISTS}
    addresses |= {f"view {view}": f"/desk/?view={view}" for view in VIEWS}
    addresses |= {f"filter {one}": f"/desk/?view=open&{one}" for one in FILTERS}
    addresses["section"] = reverse("desk:setup-controller", args=["facts"], urlconf="dsr.urls_desk")
    lists(rows=1)
    few = {name: statements(otto, address) for name, address in addresses.items()}
    lists(rows=49)

    assert {name: statements(otto, address) for name, address in addresses.items()} == few
    assert not over(few)


@pytest.mark.slow
def test_090_every_page_of_a_case_is_constant_and_within_fifteen(demo_stores: Any) -> None:
    otto, case = signed_in("otto"), rich_case()
    run_due()
    grow(case, times=1)
    addresses = of_case(case)
    few = {name: statements(otto, address) for name, address in addresses.items()}
    grow(case, times=20)

    assert {name: statements(otto, address) for name, address in addresses.items()} == few
    assert not over(few)


def of_case(case: Case) -> dict[str, str]:
    """The addresses of its pages that open in this state."""
    more: dict[str, Any] = {
        "hand": Task.objects.filter(case=case, hand__isnull=False).earliest("created_at").pk,
        "letter": Letter.objects.filter(case=case).earliest("created_at").pk,
    }
    found = {
        name: reverse(f"desk:{name}", args=[case.pk, *([more[name]] if name in more else [])], urlconf="dsr.urls_desk")
        for name in (*OF_A_CASE, *more)
    }
    mail = Message.objects.filter(request=case.request, by_mail=True, status="bounced").earliest("created_at")
    return {
        **found,
        "mail": reverse("desk:mail", args=[mail.pk], urlconf="dsr.urls_desk"),
        "live": f"{reverse('desk:live', args=[case.pk], urlconf='dsr.urls_desk')}?state={case.state}",
    }


def test_090_rows_of_several_tables_come_back_as_they_were_saved() -> None:
    """Ids, dates, moments to the microsecond, JSON, bytes, empty values; nothing of a row is lost on the way."""
    case = make_case(identified=False)
    made = Suspension.objects.create(
        controller=case.controller,
        case=case,
        kind="identity",
        started_at=timezone.now(),
        started_on=timezone.now().date(),
    )
    wanted = {
        "cases": Case.objects.filter(pk=case.pk),
        "requests": Request.objects.filter(pk=case.request_id),
        "events": Event.objects.filter(case=case),
        "pauses": Suspension.objects.filter(case=case),
        "none": IdentityCheck.objects.filter(request=case.request),
    }
    with CaptureQueriesContext(connection) as sent:
        rows, counts = together(wanted, {"mails": InboundMail.objects.all(), "links": Event.objects.filter(case=case)})
    assert len(sent) == 1
    for name, query in wanted.items():
        plain = {row.pk: row.__dict__ | {"_state": None} for row in query}
        assert {row.pk: row.__dict__ | {"_state": None} for row in rows[name]} == plain, name
    assert rows["requests"][0].content() == case.request.content()
    assert counts == {"mails": 0, "links": len(rows["events"])}
    assert rows["pauses"] == [made]
    deferred, _ = together({"requests": Request.objects.filter(pk=case.request_id).defer("sealed")})
    assert deferred["requests"][0].get_deferred_fields() == {"sealed"}
    with pytest.raises(ValueError, match="no limit"):
        together({"cases": Case.objects.all()[:1]})
    with pytest.raises(ValueError, match="one name"):
        together({"cases": Case.objects.all()}, {"cases": Case.objects.all()})


def test_090_attached_rows_are_read_like_prefetched_ones_and_forgotten_with_the_case(
    django_assert_num_queries: Any,
) -> None:
    case = make_case(identified=False)
    rows = list(Event.objects.filter(case=case).order_by("seq"))
    assert attached(case, "events") is None
    attach(case, "events", rows)
    with django_assert_num_queries(0):
        assert list(case.events.all()) == rows == attached(case, "events")
        assert rows[0].case is case
    case.refresh_from_db()
    assert attached(case, "events") is None
    again = Case.objects.prefetch_related(Prefetch("events", Event.objects.order_by("seq"))).get(pk=case.pk)
    assert attached(again, "events") == rows
