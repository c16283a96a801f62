"""A file tree in a folder and in a bucket: by index, by reference, streamed, deleted with every version."""

from __future__ import annotations

import hashlib
import resource
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import Attaches, HitClass, Identifier, IdentifierKind, Permanent, Subject, Temporary
from exporters.registry import capable
from exporters.testing.kit import ExporterKit
from tests.exporters.files import folder as made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporters.testing.checksums import RowSums

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
KIM = Subject("kim", (Identifier(IdentifierKind.CUSTOMER_NUMBER, "N-100700"),))
OTHER = Subject("other", (Identifier(IdentifierKind.CUSTOMER_NUMBER, "N-100701"),))
FILES = {
    "2025/a.wav": ("N-100700", b"first call" * 50_000),
    "2025/b.wav": ("N-1007001", b"not hers: her number is only how it begins"),
    "2026/c.jpg": ("N-100700", b"a scan"),
    "2026/d.txt": ("N-100701", b"another person's chat"),
}


def index() -> bytes:
    lines = ["path,customer,recorded_on,media_type,sha256"]
    for name, (customer, content) in FILES.items():
        kind = "audio/wav" if name.endswith("wav") else ""
        lines.append(f"{name},{customer},2025-03-01,{kind},{hashlib.sha256(content).hexdigest()}")
    return "\n".join(lines).encode()


class Place:
    """Where the files lie: how to open the store, and how to look at it and change it without it."""

    def __init__(
        self, store: Callable[[], Any], put: Callable[[str, bytes], None], sums: Callable[[], RowSums]
    ) -> None:
        self.store, self.put, self.sums = store, put, sums


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


def in_folder(tmp_path: Path) -> Place:
    root = tmp_path / "tree"

    def put(name: str, content: bytes) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)

    def sums() -> RowSums:
        files = [path for path in sorted(root.rglob("*")) if path.is_file()]
        return {"files": {str(path.relative_to(root)): path.read_bytes().hex()[:64] for path in files}}

    return Place(lambda: made.tree(tmp_path, folder="tree"), put, sums)


def in_bucket(tmp_path: Path, s3: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    bucket = f"b{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]}"
    client = boto3.client("s3", endpoint_url=s3, region_name="us-east-1")
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def put(name: str, content: bytes) -> None:
        client.put_object(Bucket=bucket, Key=f"calls/{name}", Body=content)

    def sums() -> RowSums:
        found = client.list_object_versions(Bucket=bucket)
        every = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
        return {"files": {f"{one['Key']}": one["VersionId"] for one in every}}

    option = f"{{bucket: {bucket}, prefix: calls/, endpoint: '{s3}', region: us-east-1}}"
    return Place(lambda: made.tree(tmp_path, s3=option), put, sums)


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "folder":
        found = in_folder(tmp_path)
    else:
        found = in_bucket(tmp_path, request.getfixturevalue("s3"), monkeypatch)
    found.put("index.csv", index())
    for name, (_, content) in FILES.items():
        found.put(name, content)
    return found


class TreeKit(ExporterKit):
    transactional = False
    own: Place

    @pytest.fixture(autouse=True)
    def _place(self, place: Place) -> None:
        self.own = place

    def exporter(self) -> Any:
        return self.own.store()

    def known(self) -> Subject:
        return KIM

    def namesake(self) -> Subject:
        return OTHER

    def contents(self) -> RowSums:
        return self.own.sums()

    def plant(self, value: str) -> None:
        self.own.put(f"lost/{value}.wav", b"x") if "{" not in value else self.own.put("lost/N-100700.wav", b"x")


class TestTree(TreeKit):
    @pytest.mark.skip(
        reason="the index names her as long as the system that writes it does not drop the line: see below"
    )
    def test_residue_is_there_before_and_gone_after(self) -> None:
        """Shown by test_the_index_still_names_her_and_says_so."""


def test_files_by_reference_streamed_with_size_and_hash(place: Place) -> None:
    store = place.store()
    assert capable(store, Attaches)
    keys = store.locate(KIM).keys
    (batch,) = store.attachments(KIM, keys)
    assert [(one.name, one.media_type, one.size) for one in batch.files] == [
        ("a.wav", "audio/wav", 500_000),
        ("c.jpg", "image/jpeg", 6),
    ]
    for one, name in zip(batch.files, ("2025/a.wav", "2026/c.jpg"), strict=True):
        assert b"".join(one.open()) == FILES[name][1]
        assert b"".join(one.open()) == FILES[name][1], "from the start at every call"
    assert "a.wav" not in repr(batch)
    rows = [row for found in store.collect(KIM, keys) for row in found.rows]
    assert [row[0] for row in rows] == ["2025/a.wav", "2026/c.jpg"]


def test_a_file_that_is_not_what_the_index_says_is_refused_at_its_end(place: Place) -> None:
    place.put("2026/c.jpg", b"A scan")
    store = place.store()
    files = [one for batch in store.attachments(KIM, store.locate(KIM).keys) for one in batch.files]
    with pytest.raises(Permanent) as raised:
        b"".join(files[1].open())
    assert (raised.value.code, raised.value.place) == ("changed", "old")


def test_erased_with_every_version_and_nothing_else(place: Place) -> None:
    place.put("2025/a.wav", b"an older take")
    place.put("2025/a.wav", FILES["2025/a.wav"][1])
    store, before = place.store(), place.sums()["files"]
    keys = store.locate(KIM).keys
    lines = store.plan(KIM, keys, right="erasure", now=NOW)
    outcomes = store.apply(lines, approval="a", now=NOW, check=lambda: None)
    assert [one.changed for one in outcomes] == [2]
    after = place.sums()["files"]
    assert {name.removeprefix("calls/") for name in set(before) - set(after)} == {"2025/a.wav", "2026/c.jpg"}
    assert {name: after[name] for name in after} == {name: before[name] for name in after}


def test_the_index_still_names_her_and_says_so(place: Place) -> None:
    store = place.store()
    keys = store.locate(KIM).keys
    lines = store.plan(KIM, keys, right="erasure", now=NOW)
    store.apply(lines, approval="a", now=NOW, check=lambda: None)
    place.put("lost/N-100700 copy.wav", b"x")
    found = {(one.table, one.column, one.cls) for one in store.residue(KIM, keys, now=NOW, lines=lines) if one.stands}
    assert found == {
        ("index.csv", "customer", HitClass.UNLINKED),
        ("files", "name", HitClass.UNLINKED),
    }
    assert [(one.code, one.severity.value) for one in store.check()] == [("not_indexed", "warning")]


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    place = in_folder(tmp_path)
    with (tmp_path / "big").open("wb") as file:
        file.truncate(300 * 2**20)
    place.put("index.csv", b"path,customer,recorded_on,media_type,sha256\nbig.wav,N-100700,2025-03-01,,\n")
    (tmp_path / "big").rename(tmp_path / "tree" / "big.wav")
    store = place.store()
    (batch,) = store.attachments(KIM, store.locate(KIM).keys)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(map(len, batch.files[0].open())) == 300 * 2**20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


@pytest.mark.parametrize("name", ["../outside.wav", "/etc/passwd", "link/secret.wav"])
def test_an_index_never_leads_out_of_the_tree(tmp_path: Path, name: str) -> None:
    place = in_folder(tmp_path)
    place.put("index.csv", f"path,customer,recorded_on,media_type,sha256\n{name},N-100700,2025-03-01,,\n".encode())
    (tmp_path / "outside.wav").write_bytes(b"x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.wav").write_bytes(b"x")
    (tmp_path / "tree" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Permanent) as raised:
        place.store().locate(KIM)
    assert raised.value.code == "bad_name"


def test_a_share_that_is_not_mounted_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(Temporary):
        made.tree(tmp_path, folder="tree").locate(KIM)
