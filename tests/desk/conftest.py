"""The desk's cast, signed in; and what a case looks like, to see that a refusal changed nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from dsr.models import Case, Event, Message, Task
from tests.factories import make_controller, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

ROLES = {
    "ines": ("intake",),
    "mara": ("handler",),
    "rita": ("reviewer",),
    "otto": ("lead",),
    "dora": ("dpo",),
    "adam": ("auditor",),
    "olga": ("administrator",),
}


@pytest.fixture
def received() -> datetime:
    """Three days ago: early enough for every step, and never in the future."""
    return timezone.now() - timedelta(days=3)


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    """`signed_in("otto")` gives a browser of that member of staff; the name says the role."""

    def sign_in(name: str, *, controller: Any = None) -> Client:
        client = Client()
        client.force_login(make_staff(name, *ROLES[name], controller=controller or make_controller()))
        return client

    return sign_in


@pytest.fixture
def mara(signed_in: Callable[..., Client]) -> Client:
    """A handler."""
    return signed_in("mara")


@pytest.fixture
def otto(signed_in: Callable[..., Client]) -> Client:
    """A privacy lead."""
    return signed_in("otto")


@pytest.fixture
def snapshot() -> Callable[[Case], Any]:
    """Everything about a case that a step could change, for comparing before and after."""

    def look(case: Case) -> Any:
        return (
            Case.objects.filter(pk=case.pk).values().get(),
            list(Task.objects.filter(case=case).order_by("pk").values()),
            Event.objects.filter(case=case).count(),
            Message.objects.filter(request=case.request).count(),
        )

    return look


def due(day: date | None) -> date:
    """A date that must be there."""
    assert day is not None
    return day


def text(response: Any) -> str:
    """The page as text; a streamed one is read to its end."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode())
