"""`manage.py reindex`: requests of before the index knew more spellings are found again; twice, in pieces, beside everything else."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dsr.cases import reindexing
from dsr.cases.finding import found
from dsr.law.workflow import State
from dsr.models import Case, IndexToken, Request
from tests.factories import MONDAY, make_case

pytestmark = pytest.mark.django_db


def test_the_index_is_made_whole_in_chunks_and_running_it_again_adds_nothing():
    """house.md "Sealing": identifiers by the whole value however written, names by words and prefixes; archived requests keep few."""
    cases = [make_case(name=f"Anna Müller-Lüdenscheidt {n}", number=f"1000000{n}") for n in range(5)]
    controller = cases[0].controller
    whole = set(IndexToken.objects.values_list("request", "kind", "token"))
    archived = cases[4]
    Case.objects.filter(pk=archived.pk).update(state=State.ARCHIVED, closed_at=MONDAY)
    IndexToken.objects.all().delete()
    assert not Case.objects.filter(found(controller, "lüdenscheidt")).exists()

    steps = list(reindexing.run(controller=controller, chunk=3))

    assert [step.looked for step in steps] == [3, 1]
    wanted = {row for row in whole if row[0] != archived.request_id}
    assert set(IndexToken.objects.values_list("request", "kind", "token")) >= wanted
    assert not archived.request.tokens.exists()
    assert Case.objects.filter(found(controller, "lüdenscheidt")).count() == 4
    assert Case.objects.get(found(controller, "10000002")) == cases[2]

    # Stopped behind the first chunk, it goes on there; a request whose key is gone stops nobody.
    behind = sorted(case.request_id for case in cases[:4])[2]
    Request.objects.filter(pk=min(case.request_id for case in cases[:4])).update(wrapped_key="")
    again = list(reindexing.run(controller=controller, after=behind))
    assert [(step.looked, step.added) for step in again] == [(1, 0)]
    out = StringIO()
    call_command("reindex", "--json", stdout=out, stderr=StringIO())
    assert json.loads(out.getvalue()) == {"requests": 4, "tokens_added": 0, "keys_gone": 1}
    with pytest.raises(CommandError, match="--controller"):
        call_command("reindex", "--after", str(behind))
