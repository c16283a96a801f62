"""`manage.py calendar` as an administrator types it."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dsr.models import CalendarDay
from tests.factories import make_controller, make_request, make_staff

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("calendar", *words, "--controller", "northwave", stdout=out)
    return out.getvalue()


def test_a_day_is_set_listed_and_cleared():
    make_request()
    make_staff("dora", "dpo")
    by = ("--by", "dora@northwave.example.com", "--day", "2026-08-08", "--json")

    assert json.loads(run("holiday", *by, "--name", "Peace Festival")) == {"day": "2026-08-08", "cases_to_recompute": 1}
    assert json.loads(run("list", "--json")) == [{"day": "2026-08-08", "holiday": True, "name": "Peace Festival"}]

    run("clear", *by)
    assert "no days of its own" in run("list")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("holiday", "--day", "2026-08-08", "--by", "nobody@example.com"), "--by must be"),
        (("holiday", "--day", "8 August", "--by", "dora@northwave.example.com"), "--day must be a date"),
        (("holiday", "--day", "2026-08-08", "--by", "otto@northwave.example.com"), "Only the data protection officer"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(words, says):
    make_controller()
    make_staff("dora", "dpo")
    make_staff("otto", "lead")

    with pytest.raises(CommandError, match=says) as failed:
        run(*words)

    assert failed.value.returncode == 2
    assert not CalendarDay.objects.exists()
