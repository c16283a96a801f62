"""The demo's systems of vendors: stand-ins that keep what they hold, the warehouse's deliveries, and requests that reach all of them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.parse
import urllib.request
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dsr.demo import cases, office, plots, rights, vendors
from dsr.demo import plots_stops as stops
from dsr.demo.people import by_position, subscribers
from dsr.demo.processes import ROOT
from dsr.demo.stores import build_files
from dsr.demo.story import Story, open_request
from dsr.law.rights import Right
from dsr.models import Artifact, Channel, Task
from exporters.registry import load_stores, open_store
from exporters.testing.standins.__main__ import read_people, standin
from exporters.testing.standins.whmcs import IDENTIFIER, SECRET

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporters.testing.standins.server import StandIn

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
MARIA, LEAVING = 2, 44
BY_HAND = {
    "whmcs": frozenset(
        {"emails", "activity", "orders", "client_notes", "domains", "projects", "project_tasks", "project_messages"}
        | {"invoices", "invoice_items", "transactions", "credits", "clients.lastlogin"}
    ),
    "billmax": frozenset({"payhist", "cards", "echecks"}),
}
"""What law keeps, and what only a person can clear, as the page of the system says (docs/stores): tables, or one column."""

SHOWN = {
    "whmcs": ("clients", "invoices", "transactions", "orders", "emails", "products"),
    "billmax": ("accounts", "users", "services", "payhist"),
}
"""Tables of which a copy has every row of hers."""


@pytest.fixture
def sockets() -> Iterator[dict[str, socket.socket]]:
    opened = vendors.listen()
    yield opened
    for one in opened.values():
        one.close()


@pytest.fixture
def folder(tmp_path: Path, sockets: dict[str, socket.socket]) -> Path:
    vendors.connect(tmp_path, sockets, today=datetime.now(UTC).date())
    return tmp_path


@pytest.fixture
def played(folder: Path, sockets: dict[str, socket.socket]) -> Iterator[Mapping[str, StandIn]]:
    """The systems, in this process: their rows and oracles can be asked."""
    people = read_people(folder / vendors.PEOPLE)
    systems = {name: standin(name).of(people)() for name in vendors.SYSTEMS}
    with ExitStack() as stack:
        for name, system in systems.items():
            stack.enter_context(system.running(listener=sockets[name].dup()))
        yield systems


@pytest.fixture
def connected(folder: Path, stores: None) -> None:
    """The desk on all of the demo's stores, those beside the vendors' included."""
    build_files(folder, today=NOW.date())


def _ask(one: socket.socket, action: str, **given: str) -> Any:
    """One call of WHMCS's interface, as anybody could make it."""
    say = {"identifier": IDENTIFIER, "secret": SECRET, "action": action, "responsetype": "json", **given}
    url = f"http://127.0.0.1:{one.getsockname()[1]}/includes/api.php"
    with urllib.request.urlopen(url, urllib.parse.urlencode(say).encode(), timeout=20) as answer:
        return json.load(answer)


def test_a_killed_process_is_the_same_system_when_it_is_started_again(
    folder: Path, sockets: dict[str, socket.socket]
) -> None:
    command = vendors.command(folder, sockets)
    fds = [one.fileno() for one in sockets.values()]
    for number, wanted in enumerate(("Nordhafen", "Südhafen", "Südhafen")):
        running = subprocess.Popen(command, pass_fds=fds, cwd=ROOT)
        try:
            if number:
                assert _ask(sockets["whmcs"], "GetClientsDetails", clientid=f"{MARIA}")["client"]["city"] == "Südhafen"
            else:
                changed = _ask(sockets["whmcs"], "UpdateClient", clientid=f"{MARIA}", city="Südhafen")
                assert changed["result"] == "success"
        finally:
            running.send_signal(signal.SIGKILL if wanted == "Nordhafen" else signal.SIGTERM)
            ended = running.wait(10)
    assert ended == 0  # asked to end, it ends


def test_a_system_that_is_not_played_is_refused_in_a_sentence(folder: Path, sockets: dict[str, socket.socket]) -> None:
    command = [*vendors.command(folder, sockets)[:-1], "sap=3"]

    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=30)

    assert ended.returncode == 2
    assert "'sap=3' is not one of whmcs, billmax" in ended.stderr


def test_the_warehouse_delivers_once_a_day_what_it_has(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    for _ in range(2):
        vendors.deliver(tmp_path, today=today - timedelta(days=1))
    (first,) = (tmp_path / vendors.DROP / "incoming").iterdir()
    rented = [one for one in subscribers() if vendors.known(one)]
    assert (first / "devices.csv").read_bytes().count(b"\r\n") == len(rented) + 1

    master = tmp_path / vendors.MASTER
    gone = by_position(MARIA).customer_no.encode()
    master.write_bytes(b"".join(line for line in master.read_bytes().splitlines(keepends=True) if gone not in line))
    vendors.deliver(tmp_path, today=today)

    second = tmp_path / vendors.DROP / "incoming" / f"{today:%Y%m%d}"
    assert gone not in (second / "devices.csv").read_bytes()
    assert json.loads((second / "manifest.json").read_text())["files"][0]["rows"] == len(rented) - 1


def test_a_second_start_delivers_nothing_that_was_taken_over(folder: Path) -> None:
    today = datetime.now(UTC).date()
    store = open_store(load_stores(folder / "stores.yaml")["devices"])
    assert [one for one in store.check() if one.severity != "info"] == []
    vendors.deliver(folder, today=today)

    assert list((folder / vendors.DROP / "incoming").iterdir()) == []


def test_no_story_of_one_transaction_changes_a_system_that_cannot_undo() -> None:
    changing = {plots.sheet_applied, plots.sheet_closed}
    found = {
        story.position
        for story in rights.stories()
        if story.play.__module__ == stops.__name__ or story.play in changing
        if not story.writes
    }
    assert len(found) > 20
    assert not [n for n in found if vendors.known(by_position(n))]


def test_all_stores_are_content(folder: Path, played: Mapping[str, StandIn]) -> None:
    listed = load_stores(folder / "stores.yaml")
    for name in (*played, "devices"):
        assert [one for one in open_store(listed[name]).check() if one.severity != "info"] == [], name


def test_the_secrets_of_the_systems_are_readable_by_their_owner_only(folder: Path) -> None:
    assert {(folder / name).stat().st_mode & 0o077 for name in vendors.LOG_INS} == {0}


def _play(key: str, position: int, right: Right, play: Any) -> Any:
    story = Story(key, position, right, Channel.EMAIL, 20, "My data, please.", play)
    scene = open_request(controller=office.open_office(), story=story, key=cases._key(story), now=NOW)
    story.play(scene)
    return scene


@pytest.mark.slow
@pytest.mark.django_db
def test_a_copy_has_what_the_vendors_systems_hold_of_her(connected: None, played: Mapping[str, StandIn]) -> None:
    scene = _play("vendors-copy", MARIA, Right.ACCESS, plots.searched)

    done = Task.objects.filter(case=scene.case(), operation="collect")
    assert set(done.values_list("status", flat=True)) == {"done"}
    written = Artifact.objects.filter(case=scene.case(), kind=Artifact.Kind.COLLECTED)
    rows = {one.store: one.details["datasets"] for one in written}
    assert {"billing", "radius", "devices", *played} <= rows.keys()
    assert rows["devices"] == {"devices": 1}
    assert rows["radius"]["radacct"] == by_position(MARIA).sessions
    for store, tables in SHOWN.items():
        shown = played[store].hers(MARIA)
        for table in tables:
            assert rows[store][table] == sum(1 for one, _ in shown if one == table) > 0, (store, table)


@pytest.mark.slow
@pytest.mark.django_db
def test_an_erasure_leaves_nothing_in_the_vendors_systems_but_what_law_and_people_keep(
    connected: None, played: Mapping[str, StandIn], folder: Path
) -> None:
    person = by_position(LEAVING)
    before = {name: system.sums() for name, system in played.items()}
    hers = {name: system.hers(LEAVING) for name, system in played.items()}
    needles = re.compile(
        "|".join(map(re.escape, (person.email, person.phone, person.username, person.ipv4))), re.IGNORECASE
    )

    scene = _play("vendors-erasure", LEAVING, Right.ERASURE, plots.erasing)

    for name, system in played.items():
        left = {
            place
            for table, rows in system.tables.items()
            for row in rows.values()
            for column, value in row.items()
            if needles.search(json.dumps(value, ensure_ascii=False))
            for place in (f"{table}.{column}",)
            if not {table, place} & BY_HAND[name]
        }
        assert left == set(), name
        moved = {
            (table, key)
            for table, rows in system.sums().items()
            for key in rows.keys() | before[name][table].keys()
            if rows.get(key) != before[name][table].get(key)
        }
        assert moved, name
        assert moved <= hers[name], name
    tasks = Task.objects.filter(case=scene.case(), status="manual")
    assert {"whmcs", "devices"} <= set(tasks.values_list("store", flat=True))  # people are told what is theirs to do
