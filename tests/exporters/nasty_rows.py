"""A table of one person's rows with every type and every value that ever went wrong, for each database."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.registry import load_stores, open_store
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TEXTS = (
    "plain",
    "",
    " blank ",
    'quo"te',
    "back\\slash \\n \\u0041",
    "tab\tnew\nline\rreturn",
    "\x01\x1f\x7f bell",
    "zoë 漢字 😀",
    "\u2028\u200f\ufeff",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "=cmd|' /C calc'!A0",
    "null",
    "[1]",
    "x" * 3000,
)
_LONG = "' OR 1=1 -- "
LOGINS = ("ada", "a'; DROP TABLE nasty; --", 'a"b`c', "a\\'b", "%s %(x)s :x", "ada\x1a", "$$ada$$", "{}", _LONG)
"""Logins that would break out of a statement that was put together by hand."""

_MOMENTS = ("2026-01-02 03:04:05", "2026-01-02 03:04:05.5", "2026-12-31 23:59:59.999999", "1000-01-01 00:00:00")
_POSTGRESQL: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "i2": ("smallint", (0, -32768, 32767)),
    "i4": ("integer", (0, -2147483648)),
    "i8": ("bigint", (2**53, 2**53 + 1, -(2**53), -(2**53) - 1, 2**63 - 1)),
    "yes": ("boolean", (True, False)),
    "words": ("text", TEXTS),
    "fixed": ("char(20)", ("short", "zoë")),
    "day": ("date", ("2026-02-28", "infinity", "-infinity", "0044-03-15 BC", "10000-01-01")),
    "local": ("timestamp", (*_MOMENTS, "infinity", "0044-03-15 00:00:00 BC", "10000-01-01 00:00:00", "2026-01-02 03:04:05.12345")),
    "moment": ("timestamptz", (*(f"{m}+02" for m in _MOMENTS), "infinity", "-infinity", "0044-03-15 00:00:00+00 BC", "12000-01-01 00:00:00.5+00")),
    "hour": ("time", ("03:04:05", "03:04:05.5", "24:00:00", "00:00:00")),
    "hour_there": ("timetz", ("03:04:05+02", "24:00:00+00")),
    "ip": ("inet", ("192.0.2.1", "192.0.2.1/24", "2001:db8::1", "2001:db8::1/64", "::ffff:192.0.2.7", "0.0.0.0/0")),
    "net": ("cidr", ("192.0.2.0/24", "192.0.2.1/32", "2001:db8::/32")),
    "mac": ("macaddr", ("02:00:5e:10:00:01",)),
    "uid": ("uuid", ("00000000-0000-4000-8000-00000000000A",)),
    "money": ("numeric", ("12345678.90", "1E+20", "0.0000001", "NaN", "Infinity", "-0.50", "9" * 40)),
    "f4": ("real", (0.1, 1e10, "NaN", "-Infinity", 1.0)),
    "f8": ("double precision", (0.1, 1e300, 1e16, "NaN", "Infinity", 1.0, -0.0, 5e-324)),
    "doc": ("jsonb", ('{"a": [1, 2.50, null, "x\\"y"], "n": 12345678901234567890}', "null", '"text"', "3", "[]")),
    "raw": ("json", ('{"a":1,"a":2}', "  [1,  2] ", "1e400", "1.0", str(2**70))),
}  # fmt: skip
_MARIADB: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "i1": ("tinyint(1)", (0, 1, -128)),
    "i3": ("mediumint", (8388607,)),
    "i4": ("int unsigned", (4294967295,)),
    "i8": ("bigint unsigned", (2**53, 2**53 + 1, 2**64 - 1)),
    "s8": ("bigint", (-(2**53) - 1, 2**63 - 1)),
    "words": ("text", TEXTS),
    "long_words": ("mediumtext", TEXTS),
    "latin": ("varchar(200) CHARACTER SET latin1", ("zoë", "na\x92me", 'back\\sl"ash', "€")),
    "wide": ("varchar(200) CHARACTER SET utf16", ("zoë 漢字 😀", 'q"\\')),
    "sorted_bytes": ("varchar(200) COLLATE utf8mb4_bin", ("Zoë", "a\\b")),
    "day": ("date", ("2026-02-28", "0000-00-00", "2026-02-30", "2026-00-00", "0001-01-01", "9999-12-31")),
    "local": ("datetime(6)", (*_MOMENTS, "0000-00-00 00:00:00", "2026-02-30 01:02:03", "2026-00-00 00:00:00")),
    "half": ("datetime(3)", ("2026-01-02 03:04:05.5", "2026-01-02 03:04:05")),
    "second": ("datetime", ("2026-01-02 03:04:05",)),
    "moment": ("timestamp NULL", ("2026-01-02 03:04:05", "0000-00-00 00:00:00")),
    "money": ("decimal(40,10)", ("12345678.90", "-0.5", "9" * 25)),
    "f4": ("float", (0.1, 1e10, 1.0, 16777217, 3.4e38)),
    "f8": ("double", (0.1, 1e300, 1e16, 1.0, -0.0, 5e-320)),
    "choice": ("enum('a', 'b \"c', '1')", ("a", 'b "c', "1")),
    "choices": ("set('x', 'y')", ("x", "x,y", "")),
    "uid": ("uuid", ("00000000-0000-4000-8000-00000000000a",)),
    "ip": ("inet6", ("2001:db8::1", "::ffff:192.0.2.7")),
}  # fmt: skip
_SQLITE: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "number": ("INTEGER", (2**53, 2**53 + 1, -(2**63), "not a number", 1.5)),
    "words": ("TEXT", (*TEXTS, "a\x00b", b"caf\xe9 and more text", b"\xff\xfe\x00")),
    "anything": ("", (1, "1", 1.5, b"\x00\xff", "", float("inf"))),
}
COLUMNS = {"postgresql": _POSTGRESQL, "mariadb": _MARIADB, "sqlite": _SQLITE}

_HEAD = """map: nasty
version: 1
title: {en: Nasty}
languages: [en]
subjects:
  person: {kind: username}
purposes: {test: {en: to test}}
sources: {you: {en: you}}
retention:
  person: {class: subscriber_data, text: {en: never}}
reasons: {secret: {en: a secret}}
defaults: {category: master, purpose: test, legal_basis: 6(1)(b), source: you, retention: person, origin: provided, erase: delete}
datasets:
  nasty:
    label: {en: Nasty}
    key: id
    links:
      - {same_value: login, references: subject.person}
    fields:
      id: {}
      login: {identifier: username}
"""


@dataclass(frozen=True)
class Nasty:
    """The filled table and the exporter on it."""

    backend: str
    url: str
    store: Any

    def execute(self, *statements: str) -> None:
        """Change the table behind the exporter's back."""
        engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@contextmanager
def nasty(backend: str, folder: Path, *, extra: str = "") -> Iterator[Nasty]:
    """A table of one's own, its rows under each of LOGINS in turn; `extra` are more lines of the map's fields."""
    if backend == "sqlite":
        yield made(backend, f"sqlite:///{folder / 'nasty.sqlite3'}", folder, extra)
        return
    server = servers.mariadb() if backend == "mariadb" else servers.postgresql()
    with server.database() as database:
        yield made(backend, server.url(database), folder, extra)


def made(backend: str, url: str, folder: Path, extra: str = "") -> Nasty:
    """The table in the database at `url`, and a store on it; its files in `folder`."""
    columns = COLUMNS[backend]
    _fill(backend, url, columns)
    fields = "".join(f"      {name}: {{label: {{en: {name}}}}}\n" for name in columns if f" {name}:" not in extra)
    (folder / "nasty-map.yaml").write_text(_HEAD + fields + extra, encoding="utf-8")
    (folder / "nasty.url").write_text(url, encoding="utf-8")
    (folder / "nasty.yaml").write_text(
        "stores:\n  nasty:\n    controller: vik\n    system: sql\n    label: {en: Nasty}\n    owner: Ida\n"
        "    map: nasty-map.yaml\n    url: file:nasty.url\n",
        encoding="utf-8",
    )
    return Nasty(backend, url, open_store(load_stores(folder / "nasty.yaml")["nasty"]))


def _fill(backend: str, url: str, columns: Mapping[str, tuple[str, tuple[Any, ...]]]) -> None:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    quote = engine.dialect.identifier_preparer.quote
    kinds = ", ".join(f"{quote(name)} {kind}" for name, (kind, _) in columns.items())
    with engine.begin() as connection:
        if backend == "mariadb":
            connection.exec_driver_sql("SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'")
        connection.exec_driver_sql(f"CREATE TABLE nasty (id INTEGER PRIMARY KEY, login VARCHAR(80), {kinds})")
        table = sa.table("nasty", sa.column("id"), sa.column("login"), *map(sa.column, columns))
        longest = max(len(values) for _, values in columns.values())
        number = 0
        for login in LOGINS:
            for at in range(longest + 1):
                number += 1
                row = {name: values[at] if at < len(values) else None for name, (_, values) in columns.items()}
                bound = {
                    name: sa.cast(sa.bindparam(None, str(value), sa.Text), _Raw(columns[name][0]))
                    if backend == "postgresql" and value is not None
                    else sa.bindparam(None, value, sa.types.NULLTYPE)
                    for name, value in row.items()
                }
                connection.execute(table.insert().values(id=number, login=login, **bound))


class _Raw(sa.types.UserDefinedType[Any]):
    """A type by its name in the database."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name
