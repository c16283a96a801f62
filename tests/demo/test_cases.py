from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dsr.cases import clock
from dsr.demo import cases, office, place
from dsr.demo.office import PASSWORD, SLUG, STAFF, SUBSCRIBERS
from dsr.demo.story import Story
from dsr.models import Case, Controller, Kind, Request, User
from tests.factories import make_controller

if TYPE_CHECKING:
    from collections.abc import Callable


NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _quiet(_: str) -> None:
    """Nobody reads the progress here."""


def test_the_office_opens_once() -> None:
    first = office.open_office()
    second = office.open_office()

    assert first == second
    assert Controller.objects.count() == 1
    assert User.objects.filter(kind=Kind.STAFF).count() == len(STAFF)
    assert User.objects.filter(kind=Kind.SUBSCRIBER).count() == len(SUBSCRIBERS)
    assert all(user.check_password(PASSWORD) for user in User.objects.all())


def test_the_demo_never_mixes_with_another_controllers_data() -> None:
    make_controller("realnet")

    with pytest.raises(place.DemoError, match="another controller"):
        office.open_office()

    assert not Controller.objects.filter(slug=SLUG).exists()


@pytest.mark.slow
@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize("now", [NOW, datetime(2027, 3, 1, 9, 30, tzinfo=UTC)], ids=["november", "march"])
def test_a_dozen_requests_stand_at_different_stages(now: datetime) -> None:
    controller = office.open_office()

    assert cases.open_all(controller=controller, now=now, done=_quiet) == 13
    assert cases.open_all(controller=controller, now=now, done=_quiet) == 0

    found = {case.request.submission_key: case for case in Case.objects.select_related("request")}
    assert {key: case.state for key, case in found.items()} == {
        "demo-overdue": "assessing",
        "demo-due-soon": "drafting",
        "demo-completed": "completed",
        "demo-refused": "refused",
        "demo-withdrawn": "withdrawn",
        "demo-review": "review",
        "demo-drafting": "drafting",
        "demo-collecting": "collecting",
        "demo-by-hand": "collecting",
        "demo-identity": "id_pending",
        "demo-erasure": "assessing",
        "demo-rectification": "received",
        "demo-marketing": "executing",  # it works at once; the workers do the rest
    }
    today = clock.local_date(controller, now)
    assert found["demo-overdue"].due_on < today
    assert 3 <= (found["demo-due-soon"].due_on - today).days <= 7
    assert found["demo-identity"].due_on is None
    assert found["demo-review"].manifest_sha256
    assert found["demo-completed"].approved_sha256 == found["demo-completed"].manifest_sha256
    (waiting,) = found["demo-collecting"].tasks.all()
    assert (waiting.status, waiting.error_code) == ("manual", "nobody_identified")
    asked = found["demo-by-hand"].tasks.get(store="visits")
    assert (asked.status, asked.error_code) == ("manual", "with_owner")
    assert asked.hand.answer_by < today
    assert all(case.request.received_at < now for case in found.values())


@pytest.mark.usefixtures("stores")
def test_a_story_that_breaks_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = office.open_office()

    def breaks(on: object) -> None:
        raise RuntimeError

    first, *_ = cases.stories(due_soon_days=28)
    broken: Callable[..., tuple[Story, ...]] = lambda **_: (  # noqa: E731
        Story("whole", 42, first.right, "email", 3, "Everything.", cases._waits),
        Story("broken", 1, first.right, "post", 2, "Everything.", breaks),
    )
    monkeypatch.setattr(cases, "stories", broken)

    with pytest.raises(RuntimeError):
        cases.open_all(controller=controller, now=NOW, done=_quiet)

    assert [request.submission_key for request in Request.objects.all()] == ["demo-whole"]
