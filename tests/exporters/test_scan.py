"""The fast search and the rules alone say the same about every text, in every database (rules 6.5.1)."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from exporters.contract import HitClass, Subject, Temporary
from exporters.identifiers import Identifier
from exporters.identifiers import IdentifierKind as Kind
from exporters.needles import Haystack, needles
from exporters.sql.scan_filter import Sieve
from tests.exporters import club
from tests.exporters.scan_texts import HERS, dull, made, slowly

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HER = Subject("Claire", HERS)


@pytest.fixture
def own(backend: str, tmp_path: Path) -> Iterator[club.Club]:
    """A club on each database."""
    with club.fresh(backend, tmp_path) as found:
        yield found


@pytest.mark.parametrize("seed", range(4))
def test_the_sieve_lets_every_row_pass_that_the_rules_find(seed: int) -> None:
    chance = random.Random(seed)
    sieve = Sieve(Haystack(needles(HERS)))
    texts = [made(chance) for _ in range(2500)]

    for text in texts:
        raw = text.encode(errors="replace")
        kept = list(sieve.keep([raw], lambda row: row.decode(), copied=False))

        assert kept or not slowly(text), repr(text)


def test_rows_that_hold_nothing_do_not_pass() -> None:
    chance = random.Random(1)
    rows = [f"{dull(chance)} {number}".encode() for number in range(5000)]

    assert list(Sieve(Haystack(needles(HERS))).keep(rows, bytes.decode, copied=False)) == []


def _scraps(own: club.Club, texts: list[str]) -> Counter[tuple[Kind, HitClass]]:
    with own.engine.begin() as connection:
        table = sa.table("attic", sa.column("id"), sa.column("scrap"))
        connection.execute(table.insert(), [{"id": 100 + at, "scrap": text} for at, text in enumerate(texts)])
    found: Counter[tuple[Kind, HitClass]] = Counter()
    for one in own.store().residue(HER, (), now=NOW):
        assert (one.table, one.column) == ("attic", "scrap")
        found[one.kind, one.cls] += one.count
    return found


def test_each_database_says_what_the_rules_alone_say(own: club.Club) -> None:
    chance = random.Random(7)
    texts = [made(chance) if number % 3 else dull(chance) for number in range(6000)]
    texts = [text.replace("\0", "") for text in texts]

    found = _scraps(own, texts)

    assert found == Counter((kind, HitClass.UNLINKED) for text in texts for kind in slowly(text))


@pytest.mark.slow
def test_a_cell_of_64_megabytes_is_searched_to_its_end(own: club.Club) -> None:
    if own.backend == "mariadb":
        own.execute("ALTER TABLE attic MODIFY scrap LONGTEXT")
        own.execute("SET GLOBAL max_allowed_packet = 1073741824")
    filled = {"mariadb": "REPEAT('filling ', {n})", "postgresql": "REPEAT('filling ', {n})"}
    text = filled.get(own.backend, "REPLACE(HEX(ZEROBLOB({n})), '00', 'filling ')").format(n=8 * 1024 * 1024)
    joined = f"CONCAT({text}, ' nw-100107')" if own.backend == "mariadb" else f"{text} || ' nw-100107'"
    try:
        own.execute(f"INSERT INTO attic (id, scrap) VALUES (7, {joined})")

        found = own.store().residue(Subject("Claire", HERS[-1:]), (), now=NOW)
    finally:
        if own.backend == "mariadb":
            own.execute("SET GLOBAL max_allowed_packet = DEFAULT")

    assert [(one.table, one.column, one.count) for one in found] == [("attic", "scrap", 1)]


@pytest.mark.parametrize(
    ("value", "found"),
    [("447700900112", {Kind.PHONE}), ("3405803783", {Kind.IP}), ("100107", set()), ("447700900113", set())],
)
def test_integers_hold_addresses_and_long_numbers(own: club.Club, value: str, found: set[Kind]) -> None:
    own.execute(
        "CREATE TABLE counters (id INTEGER PRIMARY KEY, seen BIGINT)", f"INSERT INTO counters VALUES (1, {value})"
    )
    who = Subject("Claire", (*HERS, Identifier(Kind.CUSTOMER_NUMBER, "100107")))

    assert {one.kind for one in own.store().residue(who, (), now=NOW)} == found


@pytest.mark.stores
def test_bytes_documents_lists_and_partitions_of_postgresql(tmp_path: Path) -> None:
    with club.fresh("postgresql", tmp_path) as own:
        own.execute(
            "CREATE TABLE odd (id int, raw bytea, doc jsonb, old json, many text[], at inet, mac macaddr)",
            "CREATE TABLE logs (id int, line text) PARTITION BY RANGE (id)",
            "CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10)",
            "CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM (10) TO (20)",
            "INSERT INTO odd (id, raw) VALUES (1, convert_to(E'ليلى\\t\\\\u0062', 'UTF8')), (2, '\\x00ff10')",
            """INSERT INTO odd (id, doc) VALUES (3, '{"a": ["Claire Müller"]}')""",
            r"""INSERT INTO odd (id, old) VALUES (4, '{"a": "\u0063laire M\u00fcller"}')""",
            "INSERT INTO odd (id, many) VALUES (5, ARRAY['x', 'a \"ليلى\" b'])",
            "INSERT INTO odd (id, at) VALUES (6, '203.0.113.7'), (7, '203.0.113.70')",
            "INSERT INTO odd (id, mac) VALUES (8, '00:00:5e:00:53:0c')",
            "INSERT INTO logs VALUES (1, 'smith77'), (11, 'nw-100107'), (12, 'smith77')",
        )

        found = {(one.table, one.column, one.kind): one.count for one in own.store().residue(HER, (), now=NOW)}

        assert found == {
            ("odd", "raw", Kind.NAME): 1,
            ("odd", "doc", Kind.NAME): 1,
            ("odd", "old", Kind.NAME): 1,
            ("odd", "many", Kind.NAME): 1,
            ("odd", "at", Kind.IP): 1,
            ("odd", "mac", Kind.MAC): 1,
            ("logs", "line", Kind.USERNAME): 2,
            ("logs", "line", Kind.CUSTOMER_NUMBER): 1,
        }


@pytest.mark.stores
@pytest.mark.parametrize("key", ["", ", PRIMARY KEY (a, b)", ", PRIMARY KEY (t)", ", PRIMARY KEY (d)"])
def test_tables_of_mariadb_with_any_key_or_none_and_any_character_set(tmp_path: Path, key: str) -> None:
    with club.fresh("mariadb", tmp_path) as own:
        own.execute(
            f"CREATE TABLE odd (a INT, b INT, t VARCHAR(40) CHARACTER SET latin1, d DATE, raw BLOB, at INET6, p POINT{key})",
            "INSERT INTO odd VALUES (1, 1, 'Claire Müller', '2001-01-01', 'ليلى', '::1', POINT(1, 2)),"
            " (1, 2, 'claire.smith%%2Bisp@example.com', '1987-03-04', X'00ff80', '2001:db8:7::7', NULL)",
        )

        found = {(one.column, one.kind): one.count for one in own.store().residue(HER, (), now=NOW)}

        assert found == {
            ("t", Kind.NAME): 1,
            ("t", Kind.EMAIL): 1,
            ("raw", Kind.NAME): 1,
            ("d", Kind.BIRTH_DATE): 1,
            ("at", Kind.IP): 1,
        }


@pytest.mark.stores
def test_a_key_of_texts_and_numbers_leads_back_to_its_row_in_mariadb(tmp_path: Path) -> None:
    """Keys with blanks, line feeds and signs, in a character set of their own; rows.py says `busy` if one is lost."""
    with club.fresh("mariadb", tmp_path) as own:
        own.execute(
            "CREATE TABLE odd (n BIGINT ZEROFILL, m INT, t VARCHAR(40) CHARACTER SET latin1, word TEXT, PRIMARY KEY (t, m, n))",
            "INSERT INTO odd VALUES (7, -3, 'a b\\n c', 'NW-100107'), (7, -3, '', 'NW-100107'), (8, 2, 'Mü', 'NW-100107'),"
            " (9, 2, 'x', 'nothing')",
        )

        found = {(one.table, one.column, one.kind): one.count for one in own.store().residue(HER, (), now=NOW)}

        assert found == {("odd", "word", Kind.CUSTOMER_NUMBER): 3}


@pytest.mark.slow
@pytest.mark.stores
def test_a_row_of_mariadb_larger_than_its_packets_is_looked_at_all_the_same(tmp_path: Path) -> None:
    with club.fresh("mariadb", tmp_path) as own:
        own.execute("SET GLOBAL max_allowed_packet = DEFAULT")  # a test before may have raised it
        half = own.ask("SELECT @@GLOBAL.max_allowed_packet")[0][0] * 5 // 8
        own.execute(
            "CREATE TABLE wide (id INT PRIMARY KEY, a LONGTEXT, b LONGTEXT, word TEXT)",
            f"INSERT INTO wide VALUES (1, REPEAT('a', {half}), REPEAT('b', {half}), 'NW-100107')",
        )

        found = {(one.table, one.column, one.kind): one.count for one in own.store().residue(HER, (), now=NOW)}

        assert found == {("wide", "word", Kind.CUSTOMER_NUMBER): 1}


_READING = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE left(query, 4) = 'COPY' AND state = 'active' AND datname = current_database()",
    "mariadb": "SELECT id FROM information_schema.processlist"
    " WHERE db = DATABASE() AND LOCATE('attic', info) AND LOCATE('concat_ws', info) AND id <> CONNECTION_ID()",
}


@pytest.mark.slow
@pytest.mark.stores
@pytest.mark.parametrize("backend", ["postgresql", "mariadb"])
def test_a_server_that_hangs_up_in_the_middle_is_temporary(backend: str, tmp_path: Path) -> None:
    numbers = {"postgresql": "generate_series(2, 120000) s(n)", "mariadb": "(SELECT seq AS n FROM seq_2_to_120000) s"}
    digest = {"postgresql": "md5(n::text)", "mariadb": "md5(n)"}[backend]
    with club.fresh(backend, tmp_path) as own:
        own.execute(f"INSERT INTO attic SELECT n, repeat({digest}, 60) FROM {numbers[backend]}")
        store = own.store()
        done = threading.Event()

        def hang_up() -> None:
            while not done.is_set():
                reading = own.ask(_READING[backend])
                for (number,) in reading:
                    if backend == "mariadb":
                        own.execute(f"KILL {number}")
                if reading:
                    return
                time.sleep(0.01)

        other = threading.Thread(target=hang_up)
        other.start()
        try:
            with pytest.raises(Temporary):
                store.residue(HER, (), now=NOW)
        finally:
            done.set()
            other.join()


_CHILD = """
import pathlib, sys
from datetime import UTC, datetime
from exporters.contract import Subject
from exporters.registry import load_stores, open_store
from tests.exporters.scan_texts import HERS
store = open_store(load_stores(sys.argv[1])["club"])
found = store.residue(Subject("Claire", HERS), (), now=datetime(2026, 11, 22, tzinfo=UTC))
peak = next(line for line in pathlib.Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(sum(one.count for one in found), int(peak.split()[1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.stores
@pytest.mark.parametrize(
    ("kind", "numbers"),
    [("postgresql", "generate_series(2, 1000001) AS s (n)"), ("mariadb", "(SELECT seq n FROM seq_2_to_1000001) s")],
)
def test_a_million_rows_are_searched_within_150_mebibytes(tmp_path: Path, kind: str, numbers: str) -> None:
    """Her number stands in every hundredth row: what is to be looked at again is read again in portions."""
    with club.fresh(kind, tmp_path) as own:
        text = "concat('line ', n, ' of many, ', CASE WHEN n % 100 = 0 THEN 'nw-100107' ELSE md5(concat(n, '')) END)"
        own.execute(f"INSERT INTO attic SELECT n, {text} FROM {numbers}".replace("%", "%%"))

        done = subprocess.run(
            [sys.executable, "-c", _CHILD, str(own.config_file())],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )

        count, mebibytes = map(int, done.stdout.split())
        assert count == 10_000
        assert mebibytes <= 150
