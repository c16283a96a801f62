"""The systems of vendors that the demo's stand-ins play, and the nightly files of the warehouse: how they are filled and reached."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dsr.demo import place
from dsr.demo.people import subscribers
from exporters.testing.standins import billmax, whmcs
from exporters.testing.standins.people import Person as Played

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from dsr.demo.people import Person

SYSTEMS: Final = ("whmcs", "billmax")
"""What the stand-ins play, by the names they have on their command line."""
FIRST_PORT = 8100
DEVICES = Path(__file__).with_name("devices.yaml")
"""The data map of the warehouse."""
KEPT, PEOPLE, DROP, MASTER = "standins", "people.json", "devices", "devices.csv"
"""Below var/demo: the rows of the stand-ins, whom they are filled with, the drop folder, what the warehouse delivers."""
NOT_YET: Final = frozenset({3, 9, 11, 14, 17, 22, 26, 30, 35, 38, 40, 42, 43, 47, 50, 53, 54, 56, 58, 59, 60, 61})
"""Positions of subscribers whom the vendors' systems do not know yet.

A use of theirs is stopped, or a value corrected, in a story that is one transaction (`cases`). What a system that cannot undo is
asked to change is written down outside of every transaction, so that story cannot change one.
"""
LOG_INS: Final = {
    "whmcs.identifier": whmcs.IDENTIFIER,
    "whmcs.secret": whmcs.SECRET,
    "billmax.key": billmax.API_KEY,
    "billmax.password": billmax.PASSWORD,
}
"""File beside the store list: what stands in it."""
COLUMNS: Final = {
    "Seriennr": "serial",
    "Anschluss": "login",
    "Kundennr": "customer",
    "Gerät": "device",
    "MAC": "mac",
    "Seit": "since",
}
"""Headers of the warehouse's file: names of the data map."""

STORES_YAML: Final = """\
  whmcs:
    controller: northwave
    system: whmcs
    label: {{en: Customer portal, de: Kundenportal}}
    owner: Finance
    map: whmcs
    profile: whmcs
    url: {whmcs}
    networks: 127.0.0.0/8
    rate: 0
    identifier: file:whmcs.identifier
    secret: file:whmcs.secret
  billmax:
    controller: northwave
    system: billmax
    label: {{en: Accounts and services, de: Konten und Dienste}}
    owner: Finance
    map: billmax
    profile: billmax
    url: {billmax}{base}
    networks: 127.0.0.0/8
    rate: 0
    api_key: file:billmax.key
    username: {username}
    password: file:billmax.password
  devices:
    controller: northwave
    system: drop
    label: {{en: Rented devices, de: Mietgeräte}}
    owner: Warehouse
    folder: devices
    map: devices.yaml
    # The warehouse delivers when the demo starts, and a demo may be left open for longer than a week.
    oldest_days: 60
"""


def listen() -> dict[str, socket.socket]:
    """A listening socket on the loopback for each system. Raises DemoError when no port is free."""
    return {name: place.listen(first=FIRST_PORT) for name in SYSTEMS}


def connect(folder: Path, sockets: Mapping[str, socket.socket], *, today: date) -> None:
    """Complete the store list in `folder` (var/demo) by what only runs with the demo, and write whom the systems know."""
    (folder / PEOPLE).write_text(
        json.dumps([asdict(played(one)) for one in subscribers() if known(one)]), encoding="utf-8"
    )
    for name, text in LOG_INS.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copyfile(DEVICES, folder / DEVICES.name)
    deliver(folder, today=today)
    urls = {name: f"http://{place.LOOPBACK}:{one.getsockname()[1]}/" for name, one in sockets.items()}
    stores = place.write_store_list(folder)
    stores.write_text(
        stores.read_text(encoding="utf-8") + STORES_YAML.format(**urls, base=billmax.BASE, username=billmax.USERNAME),
        encoding="utf-8",
    )


def command(folder: Path, sockets: Mapping[str, socket.socket]) -> list[str]:
    """The process that plays the systems on these sockets, which it inherits."""
    served = [f"{name}={one.fileno()}" for name, one in sockets.items()]
    options = ["--people", str(folder / PEOPLE), "--kept", str(folder / KEPT)]
    return [sys.executable, "-m", "exporters.testing.standins", *options, *served]


def known(person: Person) -> bool:
    """Whether the systems of vendors know her: they came after the former subscribers had left, and the move goes on."""
    return person.left_days is None and person.n not in NOT_YET


def played(person: Person) -> Played:
    """A subscriber of the demo as the stand-ins know people."""
    return Played(
        number=person.n,
        first=person.first,
        last=person.last,
        email=person.email,
        phone=person.phone,
        username=person.username,
        street=person.address.street,
        city=person.address.town,
        postcode=person.address.postcode,
        country=person.address.country,
        born=person.born.isoformat(),
        ip=person.ipv4,
        mac=person.mac,
        company=person.company,
    )


def deliver(folder: Path, *, today: date) -> None:
    """Put the delivery of `today` into the drop folder, once a day; what the warehouse knows is made when it is missing.

    Whoever takes a line out of the warehouse's file (var/demo/devices.csv) has erased it there: the next delivery lacks it.
    """
    master = folder / MASTER
    if not master.exists():
        master.write_bytes(_devices(today))
    drop, name = folder / DROP, f"{today:%Y%m%d}"
    target = drop / "incoming" / name
    if target.exists() or any((drop / "ready").glob(f"{name}T*")):
        return
    part = drop / f".{name}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    content = master.read_bytes()
    (part / "devices.csv").write_bytes(content)
    (part / "manifest.json").write_text(json.dumps(_manifest(content, today)), encoding="utf-8")
    target.parent.mkdir(exist_ok=True)
    part.rename(target)


def _devices(today: date) -> bytes:
    """As the warehouse's program writes: semicolons, and the letters of Western Europe only."""
    out = io.StringIO()
    lines = csv.writer(out, delimiter=";", lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for person in subscribers():
        if known(person):
            since = person.joined_on(today).isoformat()
            serial = f"NWR-{4000 + person.n}"
            lines.writerow((serial, person.username, person.customer_no, "Router", person.mac, since))
    return out.getvalue().encode("cp1252")


def _manifest(content: bytes, today: date) -> dict[str, Any]:
    file = {
        "dataset": "devices",
        "name": "devices.csv",
        "kind": "csv",
        "encoding": "cp1252",
        "delimiter": ";",
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": content.count(b"\r\n") - 1,
        "columns": COLUMNS,
    }
    created = datetime.combine(today, time(0), tzinfo=UTC)
    return {"format": 1, "created": created.isoformat(), "files": [file]}
