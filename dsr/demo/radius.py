"""Northwave's RADIUS database: FreeRADIUS's own table and column names, months of sessions of the invented subscribers.

As the real server does, everything hangs on the user name; the daemon escapes unsafe characters before it writes
(`+` becomes `=2B`) while the provisioning tables hold the plain name, and the typed password is logged in clear.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dsr.demo import names
from dsr.demo.billing_rows import Row, Rows, add, at
from dsr.demo.people import SEED, Person, subscribers

METADATA = sa.MetaData()
SESSION_DAYS = 150
"""Sessions reach this many days back."""


def _text(name: str, length: int, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=default is None, server_default=default)


def _table(name: str, *columns: sa.Column[Any], key: str = "id") -> sa.Table:
    number = sa.Column(key, sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True)
    return sa.Table(
        name, METADATA, number, *columns, mysql_engine="InnoDB", mysql_charset="utf8mb4", mariadb_charset="utf8mb4"
    )


def _attribute_table(name: str) -> sa.Table:
    username = sa.Column("username", sa.String(64), nullable=False, server_default="", index=True)
    return _table(name, username, _text("attribute", 64), _text("op", 2, "=="), _text("value", 253))


_attribute_table("radcheck")
_attribute_table("radreply")
_table(
    "radusergroup",
    sa.Column("username", sa.String(64), nullable=False, server_default="", index=True),
    _text("groupname", 64),
    sa.Column("priority", sa.Integer, nullable=False, server_default="1"),
)
_table(
    "radpostauth",
    sa.Column("username", sa.String(64), nullable=False, server_default="", index=True),
    _text("pass", 64),
    _text("reply", 32),
    sa.Column("authdate", sa.DateTime, nullable=False),
    _text("class", 64),
)
_table(
    "radacct",
    _text("acctsessionid", 64),
    sa.Column("acctuniqueid", sa.String(32), nullable=False, unique=True),
    sa.Column("username", sa.String(64), nullable=False, server_default="", index=True),
    _text("groupname", 64),
    _text("realm", 64),
    _text("nasipaddress", 15),
    _text("nasportid", 32, None),
    _text("nasporttype", 32, None),
    sa.Column("acctstarttime", sa.DateTime),
    sa.Column("acctupdatetime", sa.DateTime),
    sa.Column("acctstoptime", sa.DateTime),
    sa.Column("acctinterval", sa.Integer),
    sa.Column("acctsessiontime", sa.Integer),
    _text("acctauthentic", 32, None),
    _text("connectinfo_start", 50, None),
    _text("connectinfo_stop", 50, None),
    sa.Column("acctinputoctets", sa.BigInteger),
    sa.Column("acctoutputoctets", sa.BigInteger),
    _text("calledstationid", 50),
    _text("callingstationid", 50),
    _text("acctterminatecause", 32),
    _text("servicetype", 32, None),
    _text("framedprotocol", 32, None),
    _text("framedipaddress", 15),
    _text("framedipv6address", 45),
    _text("framedipv6prefix", 45),
    _text("framedinterfaceid", 44),
    _text("delegatedipv6prefix", 45),
    _text("class", 64, None),
    key="radacctid",
)
_table(
    "userinfo",
    sa.Column("username", sa.String(128), index=True),
    *(
        _text(name, 200, None)
        for name in ("firstname", "lastname", "email", "department", "company", "workphone", "homephone", "mobilephone")
    ),
    *(_text(name, 200, None) for name in ("address", "city", "state", "country", "zip", "notes")),
    _text("changeuserinfo", 128, None),
    _text("portalloginpassword", 128),
    sa.Column("enableportallogin", sa.Integer, server_default="0"),
    sa.Column("creationdate", sa.DateTime),
    _text("creationby", 128, None),
    sa.Column("updatedate", sa.DateTime),
    _text("updateby", 128, None),
)


def escaped(username: str) -> str:
    """The user name as the daemon (version 3) writes it to radacct and radpostauth: unsafe ASCII signs as `=XX`."""
    safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@.-_: /"
    return "".join(sign if sign in safe or not sign.isascii() else f"={ord(sign):02X}" for sign in username)


def radius_rows(today: date) -> Rows:
    """All rows of the RADIUS database, built as of `today`."""
    rng = random.Random(SEED + 3)
    rows: Rows = defaultdict(list)
    for person in subscribers():
        _provision(rows, person, today)
        _authentications(rows, person, today, rng)
        _sessions(rows, person, today, rng)
    # The daemon writes in order of time, not subscriber by subscriber.
    rows["radacct"].sort(key=lambda row: row["acctstarttime"])
    for number, row in enumerate(rows["radacct"], start=1):
        row["radacctid"] = number
    return rows


def _provision(rows: Rows, person: Person, today: date) -> None:
    if person.left_days is None:
        add(
            rows,
            "radcheck",
            username=person.username,
            attribute="Cleartext-Password",
            op=":=",
            value=f"geheim-{person.n:04d}",
        )
        add(rows, "radreply", username=person.username, attribute="Framed-IP-Address", op=":=", value=person.ipv4)
        add(
            rows,
            "radreply",
            username=person.username,
            attribute="Delegated-IPv6-Prefix",
            op=":=",
            value=person.ipv6_prefix,
        )
        add(rows, "radusergroup", username=person.username, groupname=names.PLANS[person.plan][0].lower(), priority=1)
    joined = at(person.joined_on(today), 10)
    add(
        rows,
        "userinfo",
        username=person.username,
        firstname=person.first,
        lastname=person.last,
        email=person.email,
        department="",
        company=person.company,
        workphone="",
        homephone="",
        mobilephone=person.phone,
        address=person.address.street,
        city=person.address.town,
        state=person.address.region,
        country=person.address.country,
        zip=person.address.postcode,
        notes=f"Router {person.mac}",
        changeuserinfo="0",
        portalloginpassword="",
        enableportallogin=0,
        creationdate=joined,
        creationby="provisioning",
        updatedate=joined,
        updateby="provisioning",
    )


def _authentications(rows: Rows, person: Person, today: date, rng: random.Random) -> None:
    last = person.left_on(today) or today
    for index in range(rng.randint(2, 5)):
        wrong = index == 0 and person.n % 6 == 0
        password = "MyOtherSecret=3D21" if wrong else f"geheim-{person.n:04d}"
        username = escaped(person.username)
        if wrong and "@" in username:
            username = username.upper()  # typed in capitals, refused, logged all the same
        stamp = at(last - timedelta(days=rng.randint(1, 60)), rng.randint(0, 23), rng.randint(0, 59))
        reply = "Access-Reject" if wrong else "Access-Accept"
        add(rows, "radpostauth", username=username, reply=reply, authdate=stamp, **{"pass": password, "class": ""})


def _sessions(rows: Rows, person: Person, today: date, rng: random.Random) -> None:
    last = person.left_on(today) or today
    for index in range(person.sessions):
        minutes = rng.randint(5, 20 * 60)
        start = at(last - timedelta(days=1 + rng.randint(0, SESSION_DAYS)), rng.randint(0, 23), rng.randint(0, 59))
        still_open = person.left_days is None and person.n % 3 == 1 and index == 0
        if still_open:
            start = at(today, 0, person.n % 60) - timedelta(minutes=minutes)
        rows["radacct"].append(_session(person, index, start=start, minutes=minutes, still_open=still_open, rng=rng))


def _session(person: Person, index: int, *, start: datetime, minutes: int, still_open: bool, rng: random.Random) -> Row:
    stop = start + timedelta(minutes=minutes)
    return {
        "acctsessionid": f"{person.n:04X}{index:04X}",
        "acctuniqueid": hashlib.blake2s(f"{person.n}/{index}".encode(), digest_size=16).hexdigest(),
        "username": escaped(person.username),
        "groupname": names.PLANS[person.plan][0].lower(),
        "realm": "",
        "nasipaddress": "192.0.2.1",
        "nasportid": str(person.n),
        "nasporttype": "Ethernet",
        "acctstarttime": start,
        "acctupdatetime": stop,
        "acctstoptime": None if still_open else stop,
        "acctinterval": 300,
        "acctsessiontime": minutes * 60,
        "acctauthentic": "RADIUS",
        "connectinfo_start": "",
        "connectinfo_stop": "",
        "acctinputoctets": rng.randint(10**5, 10**9),
        "acctoutputoctets": rng.randint(10**6, 10**10),
        "calledstationid": "pop-nordhafen",
        "callingstationid": person.mac,
        "acctterminatecause": "" if still_open else rng.choice(("User-Request", "Lost-Carrier", "Session-Timeout")),
        "servicetype": "Framed-User",
        "framedprotocol": "PPP",
        "framedipaddress": person.ipv4,
        "framedipv6address": "",
        "framedipv6prefix": "",
        "framedinterfaceid": "",
        "delegatedipv6prefix": person.ipv6_prefix,
        "class": "",
    }
