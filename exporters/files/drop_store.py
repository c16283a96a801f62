"""A drop folder behind the contract: read like any store, changed by people who attach a proof."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from exporters.datamap.load import load
from exporters.files.drop import DropSource
from exporters.files.sftp import Sftp, read_sftp
from exporters.mapped.store import MappedStore
from exporters.shipped import file_of

if TYPE_CHECKING:
    from exporters.contract import Problem
    from exporters.registry import StoreConfig

_OPTIONS = ("folder", "map", "languages", "oldest_days", "sftp")


class DropStore(MappedStore):
    """One configured drop folder.

    Options: `folder` (relative to the store file), `map` (a name under exporters/systems or a .yaml file), `languages`,
    `oldest_days` (a delivery older than this is no answer; 7), `sftp` (where deliveries are fetched from before each check, see docs/exporters/files.md).
    """

    def __init__(self, config: StoreConfig) -> None:
        """Read map and options; nothing is touched. Raises ConfigError."""
        for name, item in config.options.items():
            if name not in _OPTIONS:
                raise item.error(f"unknown option {name!r} for a drop folder; known: {', '.join(_OPTIONS)}")
        for name in ("folder", "map"):
            if name not in config.options:
                raise config.place.error(f"a drop folder needs {name!r}")
        languages = config.options["languages"].texts() if "languages" in config.options else ()
        data_map = load(file_of(config, "map", "drop.yaml", "map.yaml"), languages=languages)
        oldest = timedelta(days=config.options["oldest_days"].number() if "oldest_days" in config.options else 7)
        folder = config.folder / config.options["folder"].text()
        source = DropSource(folder, data_map, config.name, oldest, lambda: datetime.now(UTC))
        super().__init__(name=config.name, data_map=data_map, source=source, place=config.place)
        self.folder = folder
        self.sftp: Sftp | None = read_sftp(config, config.options["sftp"]) if "sftp" in config.options else None

    def check(self) -> list[Problem]:
        """Fetch what is new where a server is configured, then look at the newest delivery."""
        self.fetch()
        return super().check()

    def fetch(self) -> int:
        """Download complete deliveries that are not here yet; how many came. Raises Temporary and Permanent."""
        return self.sftp.fetch(self.folder / "incoming", self.name) if self.sftp else 0
