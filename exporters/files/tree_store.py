"""A file tree behind the contract: recordings, images, scans and chats of a subject, handed out by reference."""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from exporters.contract import Disclosure, FileBatch, FileRef
from exporters.datamap.load import load
from exporters.files.objects import FolderObjects, Objects, S3Objects, verified
from exporters.files.tree import TreeSource
from exporters.mapped.store import MappedStore
from exporters.mapped.walk import Walk
from exporters.registry import resolve
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import RowKey, Subject
    from exporters.datamap.model import Field
    from exporters.document import Item
    from exporters.mapped.source import Row
    from exporters.registry import StoreConfig

_OPTIONS = ("folder", "s3", "map", "index", "languages", "path", "media_type", "sha256", "date")
_COLUMNS = ("path", "media_type", "sha256", "date")
_FILES = 200
"""References in one batch."""


class TreeStore(MappedStore):
    """One configured tree.

    Options: `folder` (relative to the store file) or `s3` (bucket, prefix, endpoint, region, access_key, secret_key), `map`
    (a data map with one dataset, the index), `index` (name of the CSV inside the tree; `index.csv`), `languages`, and
    the columns of the index: `path`, `media_type`, `sha256`, `date` (those are their default names; all but the first may
    be absent).

    What the map says of the column with the file's name holds for the file: with `never` no file is handed out, with
    `withhold` those whose row says so, each time with the reason (rule X-02).
    """

    def __init__(self, config: StoreConfig) -> None:
        """Read map and options; nothing is touched. Raises ConfigError."""
        options = config.options
        for name, item in options.items():
            if name not in _OPTIONS:
                raise item.error(f"unknown option {name!r} for a file tree; known: {', '.join(_OPTIONS)}")
        if "map" not in options or ("folder" in options) == ("s3" in options):
            raise config.place.error("a file tree needs 'map' and one of 'folder', 's3'")
        languages = options["languages"].texts() if "languages" in options else ()
        data_map = load(config.folder / options["map"].text(), languages=languages, record=config.record)
        named = {name: options[name].text() if name in options else name for name in _COLUMNS}
        (first, *others) = data_map.datasets.values()
        if others or first.key != (named["path"],):
            raise options["map"].error(f"the map of a file tree has one dataset, whose key is {named['path']!r}")
        self.objects: Objects = (
            _s3(config, options["s3"])
            if "s3" in options
            else FolderObjects((config.folder / options["folder"].text()).resolve(), config.name)
        )
        index = options["index"].text() if "index" in options else "index.csv"
        source = TreeSource(self.objects, data_map, config.name, index, named["path"])
        super().__init__(name=config.name, data_map=data_map, source=source, place=config.place)
        self._named = named

    def attachments(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[FileBatch]:
        """References to her files, in the order of the index; a file is opened when its reference is."""
        if not keys:
            return
        (dataset,) = self.data_map.datasets.values()
        found: list[FileRef] = []
        for row in Walk(self.source, self.data_map, keys).rows(dataset):
            found.append(self._reference(row, dataset.fields[self._named["path"]]))
            if len(found) == _FILES:
                yield FileBatch(dataset.name, tuple(found))
                found = []
        if found:
            yield FileBatch(dataset.name, tuple(found))

    def _reference(self, row: Row, about: Field) -> FileRef:
        if about.disclosure is Disclosure.NEVER or _kept_back(row, about):
            return FileRef("", "", 0, "", open=_closed, withheld=about.reason)
        name = text_of(row.values[self._named["path"]]) or ""
        size = self.objects.size(name) or 0
        sha256 = (text_of(row.values.get(self._named["sha256"])) or "").lower()
        media_type = text_of(row.values.get(self._named["media_type"])) or mimetypes.guess_type(name)[0]
        return FileRef(
            name=PurePosixPath(name).name,
            media_type=media_type or "application/octet-stream",
            size=size,
            sha256=sha256,
            open=lambda: verified(self.objects.read(name), size=size, sha256=sha256, place=self.name),
            date=text_of(row.values.get(self._named["date"])) or "",
        )


def _kept_back(row: Row, about: Field) -> bool:
    return about.withhold is not None and about.withhold.keeps_back(row.values.get(about.withhold.column))


def _closed() -> Iterator[bytes]:
    """The bytes of a file that is held back: none, whoever asks."""
    return iter(())


def _s3(config: StoreConfig, item: Item) -> S3Objects:
    options = item.options("prefix", "endpoint", "region", "access_key", "secret_key", required=("bucket",))
    names = {
        "endpoint": "endpoint_url",
        "region": "region_name",
        "access_key": "aws_access_key_id",
        "secret_key": "aws_secret_access_key",
    }
    given = {names[name]: resolve(config, one) for name, one in options.items() if name in names}
    prefix = options["prefix"].text() if "prefix" in options else ""
    if prefix and not prefix.endswith("/"):
        raise options["prefix"].error("a prefix ends with /, or it would also name what merely begins alike")
    return S3Objects(options["bucket"].text(), prefix, config.name, given)
