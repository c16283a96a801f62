"""Throw-away MariaDB and PostgreSQL servers for tests: real ones, on a unix socket, gone when the test run is.

A server starts on first use and is shared by all xdist workers of one run. It is the child of a guard process that
watches the test run; when that ends, in whatever way, the guard stops the server and removes its files. When the guard
itself is killed, the kernel kills the server. Without the binaries tests are skipped; under CI=true that is a failure.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 60
_PR_SET_PDEATHSIG = 1
_MARIADB = [
    "--no-defaults",
    "--skip-networking",
    "--skip-log-bin",
    "--performance-schema=OFF",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=16M",
    "--skip-name-resolve",
    "--key-buffer-size=1M",
    "--max-connections=60",
    "--lower-case-table-names=0",
]
_POSTGRESQL = [
    "-c",
    "listen_addresses=",
    "-c",
    "fsync=off",
    "-c",
    "synchronous_commit=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "shared_buffers=16MB",
    "-c",
    "max_connections=60",
    "-c",
    "autovacuum=off",
    "-c",
    "wal_level=minimal",
    "-c",
    "max_wal_senders=0",
    "-c",
    "logging_collector=off",
]


@dataclass(frozen=True)
class Server:
    """A running server: where it listens and how a database on it is addressed."""

    kind: str
    folder: str

    def url(self, database: str) -> str:
        """SQLAlchemy URL of a database, as the administrator."""
        if self.kind == "mariadb":
            return f"mariadb+pymysql://root@localhost/{database}?unix_socket={self.folder}/s&charset=utf8mb4"
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def engine(self, database: str) -> sa.Engine:
        """An engine for preparing data; close it with `dispose`."""
        return sa.create_engine(self.url(database), poolclass=sa.pool.NullPool)

    def execute(self, *statements: str, database: str = "") -> None:
        """Run statements, each by itself, outside of a transaction."""
        engine = self.engine(database or ("mysql" if self.kind == "mariadb" else "postgres"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def create(self, name: str = "") -> str:
        """Make an empty database and return its name."""
        name = name or f"t{uuid.uuid4().hex[:16]}"
        extra = " CHARACTER SET utf8mb4" if self.kind == "mariadb" else " TEMPLATE template0 ENCODING 'UTF8'"
        self.execute(f"CREATE DATABASE {name}{extra}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name}" + ("" if self.kind == "mariadb" else " WITH (FORCE)"))

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database of one's own."""
        name = self.create()
        try:
            yield name
        finally:
            self.drop(name)


def mariadb() -> Server:
    """The run's MariaDB, started if need be."""
    return _server("mariadb", _find("mariadbd"), _find("mariadb-install-db"))


def postgresql() -> Server:
    """The run's PostgreSQL, started if need be."""
    return _server("postgresql", _find("postgres"), _find("initdb"))


@contextmanager
def once(name: str) -> Iterator[Path]:
    """A folder shared by all workers of this run, locked while inside: for what is made once per run."""
    root = _root()
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield root


def _find(program: str) -> str | None:
    newest_first = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
    return next((str(path) for path in newest_first), None) or shutil.which(
        program, path=f"{os.environ['PATH']}:/usr/sbin"
    )


def _run() -> tuple[str, int]:
    """A name for this test run and the process that lives as long as it does: xdist's controller, or pytest itself."""
    worker = "PYTEST_XDIST_WORKER" in os.environ
    controller = os.getppid() if worker else os.getpid()
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", "alone"), controller


def _root() -> Path:
    run, controller = _run()
    return Path(tempfile.gettempdir()) / f"dsr-servers-{run[:12]}-{controller}"


def missing(kind: str) -> NoReturn:
    """Skip what needs a server that is not installed; where CI=true that is a failure."""
    reason = f"{kind} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _server(kind: str, *programs: str | None) -> Server:
    if None in programs:
        missing(kind)
    with once(kind) as root:
        ready = root / f"{kind}.json"
        if not ready.exists():
            _start(kind, root, [program for program in programs if program])
        return Server(kind, json.loads(ready.read_text())["folder"])


def _start(kind: str, root: Path, programs: list[str]) -> None:
    log = root / f"{kind}.log"
    with log.open("ab") as output:
        guard = subprocess.Popen(
            [sys.executable, "-m", "tests.servers", kind, str(root), str(_run()[1]), *programs],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in the terminal must not reach it before the tests are done
            cwd=Path(__file__).parents[1],
        )
    end = time.monotonic() + START_SECONDS
    while not (root / f"{kind}.json").exists():
        if guard.poll() is not None or time.monotonic() > end:
            guard.kill()
            pytest.fail(f"{kind} did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


# What follows runs in the guard process.


def _die_with_parent(how: signal.Signals) -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, how)


def _as_user(name: str, *folders: Path) -> dict[str, Any]:
    """Neither server runs as root: hand it the folders and become its user."""
    if os.geteuid() != 0:
        return {}
    for folder in folders:
        shutil.chown(folder, name, pwd.getpwnam(name).pw_gid)
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}


def _start_mariadb(folder: Path, program: str, install: str) -> subprocess.Popen[bytes]:
    data = folder / "data"
    data.mkdir()
    user = _as_user("mysql", folder, data)
    subprocess.run(
        [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        stdout=subprocess.DEVNULL,
        **user,
    )
    command = [program, *_MARIADB, f"--datadir={data}", f"--socket={folder}/s", f"--pid-file={folder}/pid"]
    return subprocess.Popen(command, preexec_fn=_die_with_parent(signal.SIGKILL), **user)  # noqa: PLW1509 - one thread


def _start_postgresql(folder: Path, program: str, initdb: str) -> subprocess.Popen[bytes]:
    data = folder / "data"
    data.mkdir(mode=0o700)
    user = _as_user("postgres", folder, data)
    subprocess.run(
        [initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True,
        stdout=subprocess.DEVNULL,
        **user,
    )
    command = [program, "-D", str(data), "-k", str(folder), *_POSTGRESQL]
    # SIGQUIT makes the postmaster take its children with it.
    return subprocess.Popen(command, preexec_fn=_die_with_parent(signal.SIGQUIT), **user)  # noqa: PLW1509


def _answers(server: Server) -> bool:
    try:
        server.execute("SELECT 1")
    except sa.exc.DBAPIError:
        return False
    return True


def _alive(pid: int, started: str) -> bool:
    return _started(pid) == started


def _started(pid: int) -> str:
    """The start time of a process, so that a recycled number is not taken for the same one."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def guard(kind: str, root: Path, watched: int, programs: list[str]) -> None:
    """Start a server, say where it is, and stop it when the watched process is gone."""
    started = _started(watched)
    folder = Path(tempfile.mkdtemp(prefix=f"dsr-{kind}-", dir=root))
    folder.chmod(0o755)
    process = {"mariadb": _start_mariadb, "postgresql": _start_postgresql}[kind](folder, *programs)
    server = Server(kind, str(folder))
    try:
        while not _answers(server):
            if process.poll() is not None:
                raise SystemExit(1)
            time.sleep(0.05)
        (root / f"{kind}.part").write_text(json.dumps({"folder": str(folder)}))
        (root / f"{kind}.part").rename(root / f"{kind}.json")
        while _alive(watched, started) and process.poll() is None:
            time.sleep(0.25)
    finally:
        process.send_signal(signal.SIGKILL if kind == "mariadb" else signal.SIGQUIT)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        if not any(root.glob("dsr-*")):
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    guard(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
