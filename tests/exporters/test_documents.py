"""Documents in columns of a database come out as files, on each database, and not as base64 among the rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Attaches, Identifier, IdentifierKind, Permanent, Subject
from exporters.datamap.load import load
from exporters.document import ConfigError
from exporters.registry import capable
from exporters.sql import files
from tests.exporters import shop

if TYPE_CHECKING:
    from collections.abc import Iterator

MAP = Path(__file__).with_name("documents.yaml")
METADATA = sa.MetaData()
TICKETS = sa.Table(
    "tickets", METADATA, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(99))
)
FILES = sa.Table(
    "ticket_files",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ticket_id", sa.Integer),
    sa.Column("filename", sa.String(99)),
    sa.Column("mime", sa.String(99)),
    sa.Column("added", sa.Date),
    sa.Column("internal", sa.Integer),
    sa.Column("content", sa.LargeBinary(2**24)),
)
MIA = Subject("mia", (Identifier(IdentifierKind.EMAIL, "mia@example.com"),))
RAW = bytes(range(256)) * 40


@pytest.fixture
def desk(backend: str, tmp_path: Path) -> Iterator[shop.Shop]:
    with shop.fresh(backend, tmp_path) as found:
        engine = sa.create_engine(found.url, poolclass=sa.pool.NullPool)
        METADATA.create_all(engine)
        day = date(2026, 3, 4)
        found.insert(TICKETS, {"id": 1, "email": "mia@example.com"}, {"id": 2, "email": "ola@example.com"})
        found.insert(
            FILES,
            _file(10, 1, "Grüße.pdf", "application/pdf", day, RAW),
            _file(11, 1, "router.jpg", None, None, RAW[:7]),
            _file(12, 1, "notes.txt", "text/plain", day, b"about her", internal=1),
            _file(13, 1, None, None, None, b""),
            _file(14, 1, "gone.txt", None, None, None),
            _file(15, 2, "his.pdf", "application/pdf", day, b"his"),
        )
        yield found


def _file(number: int, ticket: int, name: Any, mime: Any, day: Any, data: Any, *, internal: int = 0) -> dict[str, Any]:
    return {
        "id": number,
        "ticket_id": ticket,
        "filename": name,
        "mime": mime,
        "added": day,
        "internal": internal,
        "content": data,
    }


def _attachments(found: shop.Shop) -> list[Any]:
    store = found.store("desk", map=str(MAP))
    assert capable(store, Attaches)
    batches = store.attachments(MIA, store.locate(MIA).keys)
    return [one for batch in batches for one in batch.files]


def test_hers_with_name_type_date_and_bytes_and_none_of_another(desk: shop.Shop, monkeypatch: Any) -> None:
    monkeypatch.setattr(files, "PIECE", 1000)

    found = _attachments(desk)

    assert [(one.name, one.media_type, one.size, one.date) for one in found if not one.withheld] == [
        ("Grüße.pdf", "application/pdf", len(RAW), "2026-03-04"),
        ("router.jpg", "image/jpeg", 7, ""),
        ("file-13", "application/octet-stream", 0, ""),
    ]
    assert [b"".join(one.open()) for one in found if not one.withheld] == [RAW, RAW[:7], b""]
    assert b"".join(found[0].open()) == RAW, "from the start at every call"


def test_X_02_a_document_the_row_keeps_back_has_a_reason_and_no_name(desk: shop.Shop) -> None:
    (kept,) = [one for one in _attachments(desk) if one.withheld]

    assert dict(kept.withheld) == {"en": "written among our staff"}
    assert (kept.name, kept.size, list(kept.open())) == ("", 0, [])


def test_the_rows_say_which_files_there_are_and_hold_no_bytes(desk: shop.Shop) -> None:
    store = desk.store("desk", map=str(MAP))

    (batch,) = [b for b in store.collect(MIA, store.locate(MIA).keys) if b.dataset == "attachments"]

    assert "content" not in batch.columns
    assert [row[batch.columns.index("filename")] for row in batch.rows][:2] == ["Grüße.pdf", "router.jpg"]


def test_a_document_that_changed_while_it_was_read_is_changed(desk: shop.Shop) -> None:
    first = _attachments(desk)[0]
    desk.execute("DELETE FROM ticket_files WHERE id = 10")
    desk.insert(FILES, _file(10, 1, "Grüße.pdf", None, None, RAW + b"more"))

    with pytest.raises(Permanent) as raised:
        list(first.open())

    assert (raised.value.code, raised.value.place) == ("changed", "desk.attachments.content")


def test_a_map_without_documents_asks_the_store_nothing(sqlite_shop: shop.Shop) -> None:
    store = sqlite_shop.store()
    keys = store.locate(shop.MIA).keys
    (sqlite_shop.folder / "shop.sqlite3").unlink()

    assert list(store.attachments(shop.MIA, keys)) == []


@pytest.mark.parametrize(
    ("wrong", "place", "says"),
    [
        ("file: {name: title}", "file", "'title' is not a field of 'attachments'"),
        ("file: {name: filename, media_type: kind}", "file", "'kind' is not a field of 'attachments'"),
        ("file: {media_type: mime}", "file", "name"),
        ("file: {name: filename}, free_text: true", "free_text", "leave 'free_text' out"),
        ("file: {name: filename, folder: x}", "file", "folder"),
    ],
)
def test_a_wrong_map_is_refused_at_its_place(tmp_path: Path, wrong: str, place: str, says: str) -> None:
    lines = MAP.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.lstrip().startswith("content:"))
    lines[at] = f"      content: {{label: {{en: Content}}, {wrong}}}"
    path = tmp_path / "map.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        load(path)

    assert says in str(raised.value)
    assert f"map.yaml:{at + 1}:" in str(raised.value)
