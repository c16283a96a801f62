"""A person no store knows gets an answer all the same: that nothing is held but the file of her request, and that file (T-21)."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from dsr.cases import actors, answer
from dsr.fulfil.own_described import OWN
from dsr.fulfil.package import package_of
from dsr.fulfil.spool import read_artifact
from dsr.models import Case
from tests.factories import MONDAY, make_case, make_staff
from tests.output.reading import text_of

pytestmark = pytest.mark.django_db


def test_t_21_nothing_is_held_but_the_file_of_the_request_and_that_is_in_the_package(demo_stores, drain):
    mara = actors.staff(make_staff())
    case = make_case(number="99999999")
    answer.start_collection(case_id=case.pk, actor=mara, now=MONDAY)
    drain()
    answer.draft(case_id=case.pk, paragraph="", actor=mara, now=MONDAY)
    drain()

    package = package_of(Case.objects.get(pk=case.pk))
    assert package is not None
    with zipfile.ZipFile(io.BytesIO(b"".join(read_artifact(package)))) as archive:
        letter, report = (text_of(archive.read(name)) for name in ("letter.pdf", "report.pdf"))
        data = json.loads(archive.read("data.json"))

    assert "We hold no data about you in the systems we searched, except the file of this request itself." in letter
    assert "Our office for privacy requests data found" in letter
    assert [store["name"] for store in data["stores"]] == [OWN]
    requests = next(one for one in data["stores"][0]["datasets"] if one["name"] == "requests")
    assert [row["reference"] for row in requests["rows"]] == [case.request.reference]
    assert "Everything please." in report
    assert "through our privacy portal" in report  # the word for its code
