"""All rights one after the other on databases of real programs, then the restore: only her rows change, and she stays erased."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsr.cases import answer, by_hand, decisions, identity, restrictions, scope
from dsr.cases.actors import SYSTEM
from dsr.cases.identifiers import add_identifiers
from dsr.cases.intake import Told
from dsr.fulfil import operations, replay_all
from dsr.law.attest import ATTESTATIONS
from dsr.law.letter_elements import Element
from dsr.law.letters import Outcome
from dsr.law.rights import Right
from dsr.models import Case, Plan, Restriction
from exporters import systems
from exporters.testing.checksums import touched
from tests.correcting import accepted, approved, decide, mara, otto, searched, written
from tests.factories import make_request
from tests.jobs import run_due
from tests.scenarios.test_sc24_restore import BEDS, KEPT, World, erase, world
from tests.stores import beds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from exporters.testing.checksums import RowSums

__all__ = ["world"]  # fixture
pytestmark = [pytest.mark.django_db, pytest.mark.stores, pytest.mark.slow]
WHO = 9
USE = "security"
"""The use she objects to: a map that comes with the product names no switch for one, so the controller's own does."""
SWITCH = "    objection:\n      security: {set: {department: no analysis of log-ins}}\n"


@pytest.fixture
def own_map(world: World, settings: Any) -> World:
    """RADIUS by the controller's own copy of the map, with a switch for one use."""
    folder: Path = world.folder
    text = (files(systems) / "radius" / "map.yaml").read_text(encoding="utf-8")
    at = text.index("    links:", text.index("  userinfo:"))
    (folder / "radius.yaml").write_text(text[:at] + SWITCH + text[at:], encoding="utf-8")
    stores = folder / "stores.yaml"
    stores.write_text(stores.read_text(encoding="utf-8").replace("map: radius,", "map: radius.yaml,"), encoding="utf-8")
    scope.forget()
    return world


def a_case(right: Right, **asked: Any) -> Case:
    """Her request with a proven e-mail address and user name."""
    person, now = beds.subscribers()[WHO - 1], timezone.now()
    told = Told(name=f"{person['first']} {person['last']}", words="Please.", contact_email=person["email"], scope=asked)
    request = make_request(rights=(right,), at=now - timedelta(days=2), now=now, told=told)
    identity.identify(request=request, level=3, method="link", known=(), actor=SYSTEM, now=now)
    found = [
        {"kind": kind, "value": person[name], "store": "", "link": "proof"}
        for kind, name in (("email", "email"), ("username", "radius_user"))
    ]
    add_identifiers(request=request, found=found)
    case: Case = request.cases.select_related("controller", "request").get()
    return case


def trouble(case: Case) -> list[Any]:
    return list(case.tasks.exclude(status="done").values("store", "operation", "status", "error_code", "error_place"))


def columns_of(changed: Iterable[tuple[str, str, str]]) -> set[str]:
    return {f"{bed}.{table}" for bed, table, _key in changed}


def differs(before: dict[str, RowSums], after: dict[str, RowSums]) -> set[tuple[str, str, str]]:
    """(database, table, key) of every row that is another one."""
    return {(bed, table, key) for bed in BEDS for table, key in touched(before[bed], after[bed])}


def of_others(yours: World) -> set[tuple[str, str, str]]:
    """Rows that name another of the 40 and not her, or hang on another customer; read without the product's code."""
    named: dict[tuple[str, str, str], set[int]] = {}
    client = next(
        cell.key
        for cell in beds.cells_at(yours.urls["fossbilling"])
        if (cell.table, cell.column, cell.text) == ("client", "email", beds.subscribers()[WHO - 1]["email"])
    )
    for bed, url in yours.urls.items():
        for cell in beds.cells_at(url):
            people = named.setdefault((bed, cell.table, cell.key), set())
            people |= {n for kind in beds.UNIQUE for n in beds.held(kind, cell.text)}
            if cell.column == "client_id":
                people.add(WHO if cell.text == client else 0)
    return {row for row, people in named.items() if people and WHO not in people}


def left(yours: World) -> set[str]:
    """Tables outside of what the law keeps in which a value of hers stands."""
    return {
        f"{bed}.{cell.table}"
        for bed, url in yours.urls.items()
        for cell in beds.cells_at(url)
        if cell.table not in KEPT and any(WHO in beds.held(kind, cell.text) for kind in beds.UNIQUE)
    }


def rectified() -> None:
    """Art. 16: her surname in both systems, decided by one person and approved by another."""
    wrong, right = "Annamaria Martin", "Annamaria Marten"
    case = searched(a_case(Right.RECTIFICATION, corrections=[{"kind": "name", "old": wrong, "new": right}]))
    case = decide(case, accepted(case, fossbilling__client__last_name="Marten", radius__userinfo__lastname="Marten"))
    approved(written(case))
    run_due()
    assert not case.tasks.filter(operation="apply").exclude(status="done").exists(), trouble(case)


def restricted() -> Case:
    """Art. 18: set in both systems at once."""
    case = a_case(Right.RESTRICTION)
    restrictions.restrict(
        case_id=case.pk,
        ground="accuracy_contested",
        what="All data.",
        duration="Until checked.",
        instruction="Store only.",
        actor=mara(),
        now=timezone.now(),
    )
    run_due()
    assert not trouble(case)
    return case


def lifted(case: Case) -> None:
    """18(3): she was told a week before; what stood there comes back."""
    today = timezone.now().date()
    Restriction.objects.filter(case=case).update(lift_told_on=today - timedelta(days=8), lift_on=today)
    restrictions.lift(case_id=case.pk, instruction="Use it again.", actor=otto(), now=timezone.now())
    run_due()
    assert not trouble(case)


def objected() -> None:
    """Art. 21(1): weighed, accepted by two people; a program stops the use in one system, a person in the other."""
    case = a_case(Right.OBJECTION)
    Case.objects.filter(pk=case.pk).update(state="drafting")
    values: dict[str, Any] = {
        "outcome": Outcome.GRANTED,
        "elements": {Element.DECISION: "We accept your objection.", Element.WHAT_STOPPED: "The analysis has stopped."},
        "instruction": "No analysis of her log-ins.",
        "uses": (USE,),
        "stores": BEDS,
    }
    drafted = decisions.draft(case_id=case.pk, decision=decisions.Decision(**values), actor=mara(), now=timezone.now())
    answer.submit(case_id=case.pk, actor=mara(), now=timezone.now())
    attested = [one.value for one in ATTESTATIONS[Right.OBJECTION]]
    sha256 = drafted.manifest_sha256
    decisions.approve(case_id=case.pk, manifest_sha256=sha256, attested=attested, actor=otto(), now=timezone.now())
    run_due()
    (task,) = case.tasks.filter(status="manual")
    assert (task.operation, task.store) == (by_hand.OPERATION, "fossbilling")
    by_hand.confirm(task_id=task.pk, who="Finance", how="Nothing there.", actor=mara(), now=timezone.now())
    operations.after(case.pk, now=timezone.now())
    case.refresh_from_db()
    assert case.state == "notifying", trouble(case)


def test_SC_24_all_rights_then_yesterdays_dump_and_only_her_rows_ever_changed(
    own_map: World, drain: Callable[[], int]
) -> None:
    """Art. 16, 18, 21, 17, 6.4 no. 7, 6.5: rectify, restrict, lift, object, erase, restore, replay."""
    yours = own_map
    yours.back_up()
    start, others = yours.sums(), of_others(yours)
    assert len(others) > 300
    rectified()
    corrected = yours.sums()
    assert columns_of(differs(start, corrected)) == {"fossbilling.client", "radius.userinfo"}
    assert len(differs(start, corrected)) == 2

    case = restricted()
    marked = yours.sums()
    hers = {("fossbilling", "client"), ("radius", "userinfo"), ("radius", "userbillinfo")}
    assert {(bed, table) for bed, table, _key in differs(corrected, marked)} <= hers
    assert {bed for bed, _table, _key in differs(corrected, marked)} == set(BEDS)
    lifted(case)
    assert yours.sums() == corrected  # to the last row, hers too

    objected()
    stopped = yours.sums()
    assert {(bed, table) for bed, table, _key in differs(corrected, stopped)} == {("radius", "userinfo")}
    assert len(differs(corrected, stopped)) == 1

    erased_case = erase(WHO, drain)
    erased = yours.sums()
    assert not differs(start, erased) & others
    assert not left(yours)

    yours.restore()
    assert yours.sums() == start
    since = timezone.now() - timedelta(days=1)
    done = replay_all.replay(since=since, store="", dry=False, now=timezone.now())
    assert [(row["store"], row["back"], row["again"], row["waiting"], row["error"]) for row in done] == [
        ("fossbilling", 1, 1, 0, ""),
        ("radius", 1, 1, 0, ""),
    ]
    drain()
    states = list(erased_case.tasks.filter(operation="replay").values_list("status", "error_code"))
    assert states == [("done", ""), ("done", "")]
    assert not left(yours)
    again = yours.sums()
    assert not differs(start, again) & others
    assert differs(start, again) == differs(start, erased)
    assert Plan.objects.filter(case=erased_case, occasion="replay", status="applied").count() == 2
