"""Imports and lists of leads: nobody who was erased or objected comes back (3.4.3, O-03, peers.md trap 15)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from dsr.cases import contacts, erasure_ledger, suppression
from dsr.law.rights import Right
from dsr.models import ErasedIdentifier, Erasure, SetupEvent
from tests.factories import MONDAY, make_case, make_controller

if TYPE_CHECKING:
    from pathlib import Path

    from dsr.models import Controller

pytestmark = pytest.mark.django_db


def erased(controller: Controller, **identifiers: str) -> None:
    """Somebody who was erased in the store `billing`, as the ledger remembers her."""
    case = make_case(controller=controller, rights=(Right.ERASURE,))
    erasure_ledger.remember(
        case=case,
        store="billing",
        plan_sha256="0" * 64,
        strategy=[],
        persons=[[(kind, value, False) for kind, value in identifiers.items()]],
        now=MONDAY,
    )


def run(*words: str) -> tuple[list[list[str]], str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_guard", "--controller", "northwave", *words, stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
    return list(csv.reader(io.StringIO(out.getvalue()))), err.getvalue()


def test_a_feed_does_not_bring_back_who_is_gone(tmp_path: Path) -> None:
    """3.4.3, 6.5 no. 8, trap 15: erased by e-mail, phone or number, objecting by any contact; codes by line, never values."""
    controller = make_controller(country="GB", subdivision="ENG")
    erased(controller, email="Gone@Example.com", phone="07700 900104", customer_number="1004")
    for kind, value, channels in (
        ("email", "no@example.com", []),
        ("post", "Example Street 12 a, London SW1A 1AA", ["post"]),
    ):
        one = contacts.contact(controller, kind, value)
        suppression.add(controller=controller, contact=one, channels=channels, source="staff", now=MONDAY)
    given, reasons = tmp_path / "leads.csv", tmp_path / "left-out.csv"
    given.write_text(
        "Mail;Tel;customer number;street;postcode;city\n"
        "new@example.com;07700 900101;1001;New Road 1;E1 6AN;London\n"
        "GONE@example.com;;;;;\n"
        ";+44 7700 900104;;;;\n"
        ";;1004;;;\n"
        "NO@example.com;07700 900102;;;;\n"
        "other@example.com;;;12A Example St;sw1a1aa;LONDON\n"
        "not an address;;;;;\n",
        encoding="utf-8",
    )
    rows, err = run("--csv", str(given), "--columns", "email=Mail,phone=Tel", "--reasons", str(reasons))
    assert [row[0] for row in rows[1:]] == ["new@example.com"]
    assert reasons.read_text(encoding="utf-8").splitlines() == [
        "line,code",
        "3,erased",
        "4,erased",
        "5,erased",
        "6,objected",
        "7,objected",
        "8,not_usable_email",
    ]
    assert reasons.stat().st_mode & 0o077 == 0
    assert "@" not in err + reasons.read_text(encoding="utf-8")
    event = SetupEvent.objects.get(kind="import_guarded")
    assert event.data == {"rows": 7, "taken": 1, "erased": 3, "objected": 2, "not_usable": 1}
    rows, _err = run("--csv", str(given), "--columns", "email=Mail,phone=Tel", "--channel", "sms")
    assert [row[0] for row in rows[1:]] == ["new@example.com", "other@example.com"], "the objection was to letters only"


def test_lists_of_other_brands_and_old_entries_do_not_count(tmp_path: Path) -> None:
    """The same address in two brands is two subjects; a ledger entry ends with the last backup (6.4 no. 7)."""
    controller, other = make_controller(), make_controller("fernwind")
    erased(other, email="anna@example.com")
    given = tmp_path / "leads.csv"
    given.write_text("email\nanna@example.com\n", encoding="utf-8")
    assert len(run("--csv", str(given))[0]) == 2
    erased(controller, email="anna@example.com")
    assert len(run("--csv", str(given))[0]) == 1
    Erasure.objects.all().delete()
    assert not ErasedIdentifier.objects.exists()
    assert len(run("--csv", str(given))[0]) == 2
    assert "columns are named like" in run("--csv", str(given), "--columns", "fax=Fax")[1]
