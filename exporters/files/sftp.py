"""Fetches deliveries over SFTP: the server's key is pinned, nothing is trusted at first sight. Needs paramiko."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import socket
import stat
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from exporters.contract import Permanent, Temporary
from exporters.files.manifest import MANIFEST
from exporters.files.reference import CHUNK
from exporters.registry import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.document import Item
    from exporters.registry import StoreConfig

_TIMEOUT = 20
_MOST_FILES = 1_000
_SIZE_LIMIT = 20 * 2**30


@dataclass(frozen=True, slots=True)
class Sftp:
    """A server, the fingerprint of its key (`SHA256:…`, as `ssh-keygen -lf` prints it), and how to sign in."""

    host: str
    port: int
    user: str
    path: str
    fingerprint: str
    password: str = field(default="", repr=False)
    key_file: Path | None = None

    def fetch(self, incoming: Path, place: str) -> int:
        """Download every folder that has a manifest and is not known here; the manifest is written last.

        Raises Permanent: `host_key` when the server has another key than the pinned one, `access_denied`, `too_large`,
        `package_missing`; Temporary("store_down").
        """
        paramiko = ssh_library(place)
        incoming.mkdir(parents=True, exist_ok=True)
        known = incoming.parent / "fetched"
        known.mkdir(exist_ok=True)
        fetched = 0
        try:
            with self.session(paramiko, place) as session:
                for name in sorted(session.listdir(self.path)):
                    if not name.startswith(".") and "/" not in name and not (known / name).exists():
                        fetched += self._folder(session, name, incoming, known, place)
        except paramiko.AuthenticationException:
            raise Permanent("access_denied", place) from None
        except (paramiko.SSHException, OSError, EOFError):
            raise Temporary("store_down", place) from None
        return fetched

    @contextmanager
    def session(self, paramiko: Any, place: str) -> Iterator[Any]:
        """A signed-in SFTP client (`paramiko` from `ssh_library`), once the server has shown the pinned key.

        Raises Permanent("host_key") before anything is said to another server, and paramiko's own errors.
        """
        with socket.create_connection((self.host, self.port), timeout=_TIMEOUT) as connection:
            transport = paramiko.Transport(connection)
            try:
                transport.start_client(timeout=_TIMEOUT)
                if fingerprint(transport.get_remote_server_key().asbytes()) != self.fingerprint:
                    raise Permanent("host_key", place)
                if self.key_file is not None:
                    transport.auth_publickey(self.user, paramiko.PKey.from_path(self.key_file))
                else:
                    transport.auth_password(self.user, self.password)
                with paramiko.SFTPClient.from_transport(transport) as session:
                    session.get_channel().settimeout(_TIMEOUT)
                    yield session
            finally:
                transport.close()

    def _folder(self, session: Any, name: str, incoming: Path, known: Path, place: str) -> int:
        """Copy one delivery under a hidden name, then show it by one rename."""
        there = PurePosixPath(self.path) / name
        entries = {one.filename: one for one in session.listdir_attr(str(there))} if _is_folder(session, there) else {}
        if MANIFEST not in entries or len(entries) > _MOST_FILES:
            return 0
        if sum(one.st_size or 0 for one in entries.values()) > _SIZE_LIMIT:
            raise Permanent("too_large", place)
        part = incoming / f".{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for file, attributes in entries.items():
            if stat.S_ISREG(attributes.st_mode or 0) and "/" not in file and not file.startswith("."):
                _copy(session, str(there / file), part / file, attributes.st_size or 0)
        os.rename(part, incoming / name)  # noqa: PTH104 - fails where a delivery of this name waits already
        (known / name).touch()
        return 1


def _is_folder(session: Any, path: PurePosixPath) -> bool:
    return stat.S_ISDIR(session.stat(str(path)).st_mode or 0)


def _copy(session: Any, source: str, target: Path, size: int) -> None:
    with session.open(source, "rb") as remote, target.open("wb") as local:
        remote.prefetch(size)
        while chunk := remote.read(CHUNK):
            local.write(chunk)
        local.flush()
        os.fsync(local.fileno())


def fingerprint(key: bytes) -> str:
    """The fingerprint of a public key as OpenSSH prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def read_sftp(config: StoreConfig, item: Item) -> Sftp:
    """Read the `sftp` section; raises ConfigError. Without a pinned key there is no connection at all."""
    options = item.options("port", "password", "key_file", required=("host", "user", "path", "host_key"))
    if ("password" in options) == ("key_file" in options):
        raise item.error("sign in with one of: password (env: or file:), key_file")
    pinned = options["host_key"].text()
    if not pinned.startswith("SHA256:"):
        raise options["host_key"].error("write the fingerprint as ssh-keygen -lf prints it: SHA256:…")
    return Sftp(
        host=options["host"].text(),
        port=options["port"].integer() if "port" in options else 22,
        user=options["user"].text(),
        path=options["path"].text(),
        fingerprint=pinned,
        password=resolve(config, options["password"]) if "password" in options else "",
        key_file=config.folder / options["key_file"].text() if "key_file" in options else None,
    )


def ssh_library(place: str) -> Any:
    """The paramiko package; Permanent("package_missing") where it is not installed."""
    try:
        return import_module("paramiko")
    except ImportError:
        raise Permanent("package_missing", f"{place}: paramiko") from None
