"""Sorts what a database driver raises into Temporary and Permanent.

The driver's own message may quote a value of a person, so it is dropped: only a code and the place remain.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError

from exporters.contract import Permanent, StoreError, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MYSQL: Mapping[int, tuple[type[StoreError], str]] = {
    1040: (Temporary, "busy"),  # too many connections
    1203: (Temporary, "busy"),
    1021: (Temporary, "disk_full"),
    1114: (Temporary, "disk_full"),  # the table is full
    1205: (Temporary, "lock"),
    1213: (Temporary, "lock"),
    1317: (Temporary, "timeout"),  # the query was interrupted
    1969: (Temporary, "timeout"),  # MariaDB's max_statement_time
    3024: (Temporary, "timeout"),  # MySQL's max_execution_time
    1044: (Permanent, "access_denied"),
    1045: (Permanent, "access_denied"),
    1142: (Permanent, "access_denied"),
    1143: (Permanent, "access_denied"),
    1698: (Permanent, "access_denied"),
    1049: (Permanent, "no_database"),
    1054: (Permanent, "schema_changed"),
    1146: (Permanent, "schema_changed"),
    1792: (Permanent, "read_only"),
    **dict.fromkeys((1048, 1062, 1264, 1265, 1364, 1406, 1451, 1452, 3819, 4025), (Permanent, "constraint")),
}
_SQLSTATE: Mapping[str, tuple[type[StoreError], str]] = {
    "53100": (Temporary, "disk_full"),
    "57014": (Temporary, "timeout"),
    "55P03": (Temporary, "lock"),
    "40001": (Temporary, "lock"),
    "40P01": (Temporary, "lock"),
    "28000": (Permanent, "access_denied"),
    "28P01": (Permanent, "access_denied"),
    "42501": (Permanent, "access_denied"),
    "3D000": (Permanent, "no_database"),
    "42P01": (Permanent, "schema_changed"),
    "42703": (Permanent, "schema_changed"),
    "25006": (Permanent, "read_only"),
    "22001": (Permanent, "constraint"),
    "22021": (Permanent, "encoding"),  # bytes that are no text in the encoding the database claims
    "22P05": (Permanent, "encoding"),  # a character of its encoding that Unicode does not have
}
_SQLSTATE_CLASSES: Mapping[str, tuple[type[StoreError], str]] = {
    "08": (Temporary, "store_down"),
    "23": (Permanent, "constraint"),
    "53": (Temporary, "busy"),
    "57": (Temporary, "store_down"),
    "58": (Temporary, "store_down"),
}
_CONNECTING: tuple[tuple[str, tuple[type[StoreError], str]], ...] = (
    ("authentication failed", (Permanent, "access_denied")),
    ("no pg_hba.conf entry", (Permanent, "access_denied")),
    ("permission denied", (Permanent, "access_denied")),
    ('FATAL:  role "', (Permanent, "access_denied")),
    ('FATAL:  database "', (Permanent, "no_database")),
)
# SQLite has no numbers for some of these before Python 3.11's error names; the words are stable since 2004.
_SQLITE: tuple[tuple[str, type[StoreError], str], ...] = (
    ("locked", Temporary, "lock"),
    ("busy", Temporary, "lock"),
    ("interrupted", Temporary, "timeout"),
    ("disk is full", Temporary, "disk_full"),
    ("unable to open", Temporary, "store_down"),
    ("disk i/o", Temporary, "store_down"),
    ("no such table", Permanent, "schema_changed"),
    ("no such column", Permanent, "schema_changed"),
    ("not a database", Permanent, "corrupt"),
    ("malformed", Permanent, "corrupt"),
    ("readonly", Permanent, "read_only"),
    ("constraint failed", Permanent, "constraint"),
)
_FIRST_CLIENT_ERROR = 2000
"""MySQL client errors (2002 no connection, 2006 gone away, 2013 lost …): all say that the server is not there."""


def classify(error: Exception, place: str) -> StoreError:
    """The contract's exception for a driver's; what nobody has seen before is Permanent, so that a person looks."""
    if isinstance(error, NoSuchTableError):
        return Permanent("schema_changed", place)
    if not isinstance(error, DBAPIError):
        # A socket error below the driver, or the driver stumbling over half an answer.
        return Temporary("store_down", place) if isinstance(error, OSError) else Permanent("failed", place)
    driver = error.orig
    state = getattr(driver, "sqlstate", None)
    module = type(driver).__module__.partition(".")[0]
    kind: type[StoreError] = Permanent
    code = "failed"
    if module == "psycopg":
        kind, code = _postgresql(state, str(driver))
    elif module == "pymysql":
        kind, code = _mysql(driver)
    elif module == "sqlite3":
        kind, code = _sqlite(str(driver).lower())
    if error.connection_invalidated and kind is Permanent and code == "failed":
        kind, code = Temporary, "store_down"
    return kind(code, place)


def _postgresql(state: str | None, message: str) -> tuple[type[StoreError], str]:
    if state is None:
        # libpq gives no state when the connection could not be made or broke, only the server's words.
        return next((verdict for words, verdict in _CONNECTING if words in message), (Temporary, "store_down"))
    return _SQLSTATE.get(state) or _SQLSTATE_CLASSES.get(state[:2]) or (Permanent, "failed")


def _mysql(driver: BaseException | None) -> tuple[type[StoreError], str]:
    number = driver.args[0] if driver is not None and driver.args else None
    if not isinstance(number, int):
        return Temporary, "store_down"  # "Packet sequence number wrong": the connection broke in mid-answer
    if number in _MYSQL:
        return _MYSQL[number]
    lost = number == 0 or number >= _FIRST_CLIENT_ERROR or number in {1053, 1080, 1158, 1159, 1160, 1161, 1927}
    return (Temporary, "store_down") if lost else (Permanent, "failed")


def _sqlite(message: str) -> tuple[type[StoreError], str]:
    for words, kind, code in _SQLITE:
        if words in message:
            return kind, code
    return Permanent, "failed"


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Run database work; whatever it raises arrives as Temporary or Permanent at `place`, without the original."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise classify(error, place) from None
