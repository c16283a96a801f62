"""SC-11: somebody in Poland takes her data along, in her own language, and keeps her contract."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pytest
from django.utils import translation
from django.utils.translation import gettext

from dsr.audit import verify_case
from dsr.demo.people import by_position
from dsr.fulfil.spool import read_artifact
from dsr.models import Case
from tests.browser.journeys.people import code_in_mail, linked
from tests.correcting import rows
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON = by_position(9)


def test_SC_11_P_01_from_the_phone_to_the_files_and_the_contract_stands(journey, demo_stores) -> None:
    """1 June 2026: due 1 July; JSON and CSV with a schema; no score is in it, and a file names what is not."""
    ours = journey("SC-11", "PL", 6, 1, languages=["en", "pl"])
    before = rows(demo_stores, "billing", "SELECT * FROM customers ORDER BY id")
    anna = linked(make_user("anna"), PERSON)
    she = ours.phone(anna, locale="pl")
    case = ours.files(she, "portability", {"contact": {"reply": "portal", "language": "pl"}})
    assert (case.due_on, case.state, case.request.language) == (date(2026, 7, 1), "assessing", "pl")
    assert she.page.get_attribute("html", "lang") == "pl"

    office = ours.office()
    case = office.walk(case, {})
    assert case.state == "completed", office.steps
    office.handler.open(case)
    office.handler.look("portability done")

    she.go(f"/requests/{case.request.reference}/", stop="portability ready")
    she.go(f"/requests/{case.request.reference}/package/", stop="portability package before the code")
    she.submit(stop="portability code")
    she.page.locator("main input[name=code]").fill(code_in_mail(PERSON.email))
    she.submit(stop="portability package")
    with translation.override("pl"):
        everything, asks = gettext("Download all"), gettext("Is everything there?")
    assert asks not in she.page.inner_text("main")
    with she.page.expect_download() as downloading:
        she.page.get_by_role("link", name=everything).click()
    she.see(asks, stop="portability downloaded")
    with zipfile.ZipFile(downloading.value.path()) as hers:
        hers_names = hers.namelist()
    package = case.artifacts.get(kind="package", superseded_at__isnull=True)
    file = zipfile.ZipFile(io.BytesIO(b"".join(read_artifact(package))))
    names = file.namelist()
    assert hers_names == names
    assert any(name.endswith(".csv") for name in names), names
    assert any("schema" in name for name in names), names
    data = json.loads(file.read("data.json"))
    held = json.dumps(data)
    excluded = file.read("excluded.csv").decode()
    assert "Billing,Marketing profile,,Marketing profile,inferred" in excluded, "what is not in it is named"
    assert PERSON.email in held
    assert "churn_score" not in held
    assert "credit_checks" not in held
    assert rows(demo_stores, "billing", "SELECT * FROM customers ORDER BY id") == before, "the contract is unchanged"
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    ours.clean()
