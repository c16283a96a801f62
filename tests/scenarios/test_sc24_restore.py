"""SC-24 on databases of real programs: erased, yesterday's dump restored, replayed; the other people unchanged by checksum."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from django.utils import timezone

from dsr.cases import answer, erasure_file, identity, plans, scope
from dsr.cases.actors import SYSTEM
from dsr.cases.facts import current_plan
from dsr.cases.identifiers import add_identifiers
from dsr.fulfil import replay_all
from dsr.law.rights import Right
from dsr.models import Case, Erasure, Plan
from dsr.work.tick import tick
from exporters.testing.checksums import RowSums, checksums, touched
from tests import servers
from tests.factories import ATTESTED, make_controller, make_request
from tests.journeys.erasures import mara, otto
from tests.stores import beds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.stores, pytest.mark.slow]
BEDS = ("fossbilling", "radius")
ERASED = (9, 12)
"""A company of the first plan, and the plus-address that RADIUS writes with an escape."""
KEPT = {"invoice", "invoice_item", "transaction", "client_balance"}
STORES = """\
stores:
  fossbilling:
    {{controller: northwave, system: sql, label: {{en: Billing}}, owner: Finance, map: fossbilling, url: "file:fossbilling.url"}}
  radius:
    {{controller: northwave, system: sql, label: {{en: Log-ins}}, owner: Network, map: radius, url: "file:radius.url"}}
"""


class World:
    """Two databases on MariaDB with 40 people, and how their backups are made and restored."""

    def __init__(self, folder: Path, urls: dict[str, str]) -> None:
        self.folder, self.urls = folder, urls
        self._server = servers.mariadb()

    def _client(self, program: str, *more: str) -> list[str]:
        found = shutil.which(program) or pytest.skip(f"{program} is not installed")
        return [found, "--no-defaults", f"--socket={self._server.folder}/s", "--user=root", *more]

    def _name(self, bed: str) -> str:
        return str(sa.make_url(self.urls[bed]).database)

    def back_up(self) -> None:
        """Yesterday's dumps."""
        for bed in BEDS:
            command = self._client("mariadb-dump", "--single-transaction", self._name(bed))
            with (self.folder / f"{bed}.sql").open("wb") as file:
                subprocess.run(command, stdout=file, check=True)

    def restore(self) -> None:
        """The dumps over what is there, as an operator does it."""
        for bed in BEDS:
            with (self.folder / f"{bed}.sql").open("rb") as file:
                subprocess.run(self._client("mariadb", self._name(bed)), stdin=file, check=True)

    def sums(self) -> dict[str, RowSums]:
        """Every row of both, read without the product's code."""
        return {bed: checksums(sa.create_engine(url, poolclass=sa.pool.NullPool)) for bed, url in self.urls.items()}

    def held(self) -> dict[str, set[str]]:
        """In which tables of which database a unique value of the erased stands."""
        return {
            bed: {
                cell.table
                for cell in beds.cells_at(url)
                for kind in beds.UNIQUE
                if beds.held(kind, cell.text) & set(ERASED)
            }
            for bed, url in self.urls.items()
        }


@pytest.fixture
def world(db: None, tmp_path: Path, settings: Any) -> Iterator[World]:
    folder = tmp_path / "stores"
    folder.mkdir()
    with beds.own_copy("fossbilling") as billing, beds.own_copy("radius") as radius:
        urls = {"fossbilling": billing, "radius": radius}
        for bed, url in urls.items():
            (folder / f"{bed}.url").write_text(url, encoding="utf-8")
        (folder / "stores.yaml").write_text(STORES.format(), encoding="utf-8")
        settings.DSR_STORES = str(folder / "stores.yaml")
        settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
        make_controller(cooling_hours=0)
        erasure_file.begin(now=timezone.now() - timedelta(days=30))
        yield World(folder, urls)
        scope.forget()


def erase(n: int, drain: Callable[[], int]) -> Case:
    """One of the 40, from her proven e-mail address to the last store read again."""
    person, now = beds.subscribers()[n - 1], timezone.now()
    request = make_request(
        rights=(Right.ERASURE,), at=now - timedelta(days=2), now=now, name=f"{person['first']} {person['last']}"
    )
    identity.identify(request=request, level=3, method="link", known=(), actor=SYSTEM, now=now)
    found = [{"kind": "email", "value": person["email"], "store": "", "link": "proof"}]
    found.append({"kind": "username", "value": person["radius_user"], "store": "", "link": "proof"})
    add_identifiers(request=request, found=found)
    case = request.cases.get()
    answer.start_collection(case_id=case.pk, actor=mara(), now=now)
    drain()
    plans.ask_for_plan(case_id=case.pk, actor=mara(), now=timezone.now())
    drain()
    case.refresh_from_db()
    assert current_plan(case), list(case.tasks.values("store", "operation", "error_code", "error_place"))
    answer.submit(case_id=case.pk, actor=mara(), now=timezone.now())
    sha256 = case.manifest_sha256
    plans.approve(case_id=case.pk, plan_sha256=sha256, actor=otto(), now=timezone.now(), attested=ATTESTED)
    for _ in range(2):
        tick(timezone.now())
        drain()
    case.refresh_from_db()
    left = case.tasks.exclude(status="done").values("store", "operation", "status", "error_code", "error_place")
    assert not left, list(left)
    return case


def test_SC_24_yesterdays_dump_is_restored_and_the_erased_are_erased_again(
    world: World, drain: Callable[[], int]
) -> None:
    """6.4 no. 7, 6.5: residue zero outside what law keeps; not one row of the other 38 differs from the dump."""
    world.back_up()
    before = world.sums()
    cases = {n: erase(n, drain) for n in ERASED}
    erased = world.sums()
    assert {bed for bed, tables in world.held().items() if tables - KEPT} == set()
    assert Erasure.objects.count() == 4
    since = timezone.now() - timedelta(days=1)
    quiet = replay_all.replay(since=since, store="", dry=True, now=timezone.now())
    assert [(row["store"], row["back"], row["reused"], row["elsewhere"], row["error"]) for row in quiet] == [
        ("fossbilling", 0, 0, 0, ""),
        ("radius", 0, 0, 0, ""),
    ]

    world.restore()
    assert world.sums() == before
    dry = replay_all.replay(since=since, store="", dry=True, now=timezone.now())
    assert [row["back"] for row in dry] == [2, 2]
    assert world.sums() == before
    done = replay_all.replay(since=since, store="", dry=False, now=timezone.now())
    assert [(row["again"], row["waiting"], row["blocked"], row["without_case"]) for row in done] == [(2, 0, 0, 0)] * 2
    drain()

    for case in cases.values():
        tasks = case.tasks.filter(operation="replay").order_by("store")
        states = list(tasks.values_list("store", "status", "error_code", "error_place"))
        assert states == [("fossbilling", "done", "", ""), ("radius", "done", "", "")]
    assert {bed for bed, tables in world.held().items() if tables - KEPT} == set()
    again = world.sums()
    for bed in BEDS:
        # The same rows as the first time, and none of anybody else: tokens differ, because each time has its own key.
        assert touched(before[bed], again[bed]) == touched(before[bed], erased[bed])
    assert Plan.objects.filter(occasion="replay", status="applied", policy="replay-1").count() == 4
    last = replay_all.replay(since=since, store="", dry=True, now=timezone.now())
    assert [row["back"] for row in last] == [0, 0]
