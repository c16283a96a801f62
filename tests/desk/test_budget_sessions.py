"""A click prolongs a session at most once a minute, so that most pages of the desk write nothing (decision 090)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from dsr.sessions import TOUCHED_EVERY

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_090_a_session_is_prolonged_by_a_click_that_is_a_minute_later_and_by_whatever_changes_it(mara: Client) -> None:
    assert mara.get("/desk/views/").status_code == 200
    whole = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    just_now, earlier = whole - TOUCHED_EVERY / 2, whole - TOUCHED_EVERY * 1.5

    Session.objects.update(expire_date=just_now)
    response: Any = mara.get("/desk/views/")
    assert "sessionid" not in response.cookies
    assert "Cookie" in response.headers["Vary"]
    assert Session.objects.get().expire_date == just_now

    Session.objects.update(expire_date=earlier)
    response = mara.get("/desk/views/")
    assert response.cookies["sessionid"]["max-age"] == settings.SESSION_COOKIE_AGE
    assert Session.objects.get().expire_date >= whole

    Session.objects.update(expire_date=just_now)
    held = mara.session
    held["guided_work"] = True
    held.save()
    assert Session.objects.get().expire_date > just_now
