"""An invented panel of ISPCare's shape with tables and columns of its own names: 300 subscribers, and whose every row is.

The oracle knows how the rows were filled and nothing of maps.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dsr.demo import radius
from exporters.testing.standins.people import ANNA, NAMESAKE, subscribers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.people import Person

TABLES: Mapping[str, tuple[str, ...]] = {
    "pnl_user": (
        *("uid", "login", "pw", "fname", "lname", "firm", "mail", "tel", "street", "town", "plz", "land", "born"),
        *("lat_lon", "cpe_mac", "memo", "tariff", "credit", "state", "nas_port"),
    ),
    "pnl_line": ("id", "uid", "login", "pw", "tariff", "state", "ip", "valid_to"),
    "pnl_bill": ("id", "bill_no", "uid", "dt", "total", "state", "memo", "made_by"),
    "pnl_bill_pos": ("id", "bill", "txt", "amount"),
    "pnl_pay": ("id", "login", "bill", "dt", "amount", "how", "ref", "taken_by"),
    "pnl_ticket": ("id", "mail", "subj", "body", "state", "dt", "agent"),
    "pnl_answer": ("id", "ticket", "body", "dt", "agent"),
    "pnl_card": ("id", "pin", "serial", "used_login", "worth", "used"),
    "pnl_log": ("id", "what", "ip", "staff", "dt"),
    "pnl_tariff": ("id", "price"),
}
NAMES = """names:
  subscriber:
    {table: pnl_user, id: uid, username: login, password: pw, name: null, first_name: fname, last_name: lname, company: firm,
     email: mail, phone: tel, mobile: null, address: street, city: town, state: null, zip: plz, country: land, birthday: born,
     id_number: null, coordinates: lat_lon, ip: null, mac: cpe_mac, photo: null, note: memo, package: tariff, balance: credit,
     status: state, status_restricted: blocked, created: null, last_login: null}
  account: {table: pnl_line, id: id, subscriber: uid, owner: null, username: login, password: pw, package: tariff, status: state,
            ip: ip, mac: null, started: null, expires: valid_to}
  invoice: {table: pnl_bill, id: id, number: bill_no, subscriber: uid, username: null, date: dt, amount: total, status: state,
            note: memo, staff: made_by}
  invoice_line: {table: pnl_bill_pos, id: id, invoice: bill, text: txt, amount: amount}
  payment: {table: pnl_pay, id: id, subscriber: null, username: login, invoice: bill, date: dt, amount: amount, method: how,
            reference: ref, note: null, staff: taken_by}
  ticket: {table: pnl_ticket, id: id, subscriber: null, username: null, email: mail, subject: subj, body: body, status: state,
           date: dt, staff: agent}
  reply: {table: pnl_answer, id: id, ticket: ticket, body: body, date: dt, staff: agent}
  message: null
  extra: null
  card: {table: pnl_card, id: id, pin: pin, serial: serial, username: used_login, value: worth, status: null, used: used}
  action_log: {table: pnl_log, id: id, text: what, username: null, ip: ip, staff: staff, date: dt}
more:
  subscriber: {nas_port: {label: {en: Port, de: Port}, erase: leave}}
datasets:
  userinfo:
    label: {en: Contact details of the network, de: Kontakt}
    key: [id]
    links: [{same_value: username, references: subscriber.login}, {same_value: username, references: subject.network}]
    fields:
      {id: {}, username: {}, firstname: {}, lastname: {}, email: {}, department: {}, company: {}, workphone: {}, homephone: {},
       mobilephone: {}, address: {}, city: {}, state: {label: region}, country: {}, zip: {}, notes: {free_text: true},
       changeuserinfo: {label: {en: May change, de: Darf}}, portalloginpassword: {label: password, secret: password},
       enableportallogin: {label: {en: Portal, de: Portal}}, creationdate: {}, creationby: {never: staff, whose: staff}, updatedate: {},
       updateby: {never: staff, whose: staff}}
not_personal:
  pnl_tariff: {reason: the price list, columns: [id, price]}
"""
SECRETS = ("panel-", "line-", "radius-", "typed-", "PIN-")
"""How the passwords and PINs of the fill begin."""
KEPT = frozenset({"pnl_user", "pnl_bill", "pnl_bill_pos", "pnl_pay"})
"""What stays while law keeps invoices: the documents and the buyer's block."""
Owned = dict[tuple[str, str], int]


def second(person: Person) -> str:
    """The log-in of every seventh subscriber's second line, which says nothing of the first."""
    return f"line+{person.number * 7919}"


def fill(url: str) -> Owned:
    """Make and fill the panel's database; whose each row is, by table and key."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    metadata = sa.MetaData()
    for name, columns in TABLES.items():
        keys = [sa.Column(columns[0], sa.Integer, primary_key=True)]
        numbers = {"uid", "bill", "ticket", "worth"}
        rest = [sa.Column(one, sa.Integer if one in numbers else sa.String(190)) for one in columns[1:]]
        sa.Table(name, metadata, *keys, *rest, mariadb_charset="utf8mb4")
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    owned: Owned = {}
    for person in subscribers():
        for table, row in _rows(person):
            table_key = "radacctid" if table == "radacct" else TABLES.get(table, ("id",))[0]
            number = row.setdefault(table_key, len(rows[table]) + 1)
            rows[table].append(row)
            owned[table, str(number)] = person.number
    rows["pnl_card"].append({"id": 9000, "pin": "PIN-unused", "serial": "S9000", "worth": 10})
    rows["pnl_log"].append({"id": 9000, "what": "tariff 3 changed", "ip": "192.0.2.9", "staff": "1"})
    with engine.begin() as connection:
        metadata.create_all(connection)
        radius.METADATA.create_all(connection)
        for table, some in rows.items():
            filled = sorted({column for row in some for column in row})
            target = sa.table(table, *map(sa.column, filled))
            connection.execute(sa.insert(target), [{column: row.get(column) for column in filled} for row in some])
    return owned


def _rows(one: Person) -> list[tuple[str, dict[str, Any]]]:
    """Everything of one subscriber, in the order of the tables."""
    number, day = one.number, f"2026-0{one.number % 5 + 1}-11"
    logins = [one.username, *([second(one)] if number % 7 == 0 else [])]
    user = {
        "uid": number,
        "login": one.username,
        "pw": f"panel-{number}",
        "fname": one.first,
        "lname": one.last,
        "firm": one.company,
        "mail": one.email,
        "tel": one.phone,
        "street": one.street,
        "town": one.city,
        "plz": one.postcode,
        "land": one.country,
        "born": one.born,
        "cpe_mac": one.mac,
        "tariff": "fibre",
        "lat_lon": f"52.{number},13.{number}",
        "memo": f"{one.name} rang",
        "credit": "3.50",
        "state": "active",
    }
    found: list[tuple[str, dict[str, Any]]] = [("pnl_user", user)]
    if len(logins) > 1:
        line = {"uid": number, "login": logins[1], "pw": f"line-{number}", "state": "active", "ip": one.ip}
        found.append(("pnl_line", line))
    if number % 3:
        bill = {"id": number, "bill_no": f"R{number}", "uid": number, "dt": day, "total": "20", "made_by": "agent1"}
        found += [("pnl_bill", bill), ("pnl_bill_pos", {"bill": number, "txt": "Fibre 500", "amount": "20"})]
        found.append(
            ("pnl_pay", {"login": one.username, "bill": number, "dt": day, "amount": "20", "taken_by": "agent1"})
        )
    if number % 4 == 3:
        ticket = {
            "id": number,
            "mail": one.email.upper(),
            "subj": "slow",
            "body": f"I am {one.name}",
            "agent": "agent2",
        }
        found += [
            ("pnl_ticket", ticket),
            ("pnl_answer", {"ticket": number, "body": f"Dear {one.name}", "agent": "agent2"}),
        ]
    if number % 2:
        card = {"pin": f"PIN-{number}", "serial": f"S{number}", "used_login": logins[-1], "worth": 10, "used": day}
        found.append(("pnl_card", card))
    found.append(("pnl_log", {"what": f"user {one.username} logged in", "ip": one.ip, "staff": None, "dt": day}))
    info = {"username": one.username, "firstname": one.first, "lastname": one.last, "email": one.email}
    found.append(("userinfo", {**info, "portalloginpassword": f"panel-{number}"}))
    for login in logins:
        check = {"username": login, "attribute": "Cleartext-Password", "op": ":=", "value": f"radius-{number}"}
        session = {"acctsessionid": f"s-{login}", "acctuniqueid": f"u{number}{login[:9]}", "framedipaddress": one.ip}
        stored = radius.escaped(login)
        found += [
            ("radcheck", check),
            ("radcheck", {**check, "attribute": "Simultaneous-Use", "value": "1"}),
            ("radusergroup", {"username": login, "groupname": "fibre"}),
            ("radacct", {"username": stored, "acctstarttime": _at(8), "acctstoptime": _at(9), **session}),
            (
                "radpostauth",
                {"username": stored, "pass": f"typed-{number}", "reply": "Access-Accept", "authdate": _at(8)},
            ),
        ]
    return found


def _at(hour: int) -> Any:
    return datetime(2026, 5, 4, hour)  # noqa: DTZ001 - the daemon writes local time without a zone


__all__ = ["ANNA", "KEPT", "NAMES", "NAMESAKE", "SECRETS", "TABLES", "Owned", "fill", "second"]
