"""Accounts that several people's contracts hang on: none of them gets another's data in her answer (A-02, 15(4))."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dsr.cases import identity
from dsr.fulfil.own_records import own_found, references
from dsr.law.rights import Right
from dsr.models import Subject
from tests.factories import MONDAY, make_case, make_request
from tests.fulfil.test_own_records import LATER, NUMBER, everything, linked, rows

pytestmark = pytest.mark.django_db
HERS = "30000003"


def daughter() -> Any:
    """An account with a contract of its own that also looks after the subject's."""
    zoe = linked("zoe", HERS)
    identity.link(
        user=zoe, store="billing", customer_number=NUMBER, contact="home@example.com", method="code", now=MONDAY
    )
    return zoe


def test_the_account_of_a_daughter_who_looks_after_the_contract_is_not_the_mothers() -> None:
    zoe = daughter()
    own = make_request(account=zoe, name="Zoe Example", rights=(Right.OBJECTION,), at=MONDAY - timedelta(days=9))

    found = own_found(make_case(), until=LATER)

    assert rows(found, "account") == rows(found, "account_links") == []
    assert own.reference not in references(found)
    for words in (HERS, "zoe@example.com", "Zoe"):
        assert words not in everything(found)


def test_the_daughter_herself_gets_her_account_with_all_of_its_links() -> None:
    zoe = daughter()

    found = own_found(make_case(account=zoe, number=HERS), until=LATER)

    assert {row["customer_number"] for row in rows(found, "account_links")} == {HERS, NUMBER}


def test_an_account_with_an_address_of_hers_is_hers_whatever_else_hangs_on_it() -> None:
    daughter()
    case = make_case()
    row = Subject.objects.get(request=case.request)
    content = row.content()
    content["identifiers"].append({"kind": "email", "value": "ZOE@example.com", "store": "", "link": "billing:x"})
    row.put(content)
    row.save()

    assert [one["email"] for one in rows(own_found(case, until=LATER), "account")] == ["zoe@example.com"]

    content["identifiers"][-1]["shared"] = True
    row.put(content)
    row.save()
    assert rows(own_found(case, until=LATER), "account") == []
