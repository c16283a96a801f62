from __future__ import annotations

import contextlib
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dsr.demo import place


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("DSR_KEYS", "DSR_SECRET_KEY", "DSR_VAR", "DSR_STORES", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    return monkeypatch


@pytest.mark.usefixtures("clean_environment")
def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    var = tmp_path / "var"

    first = place.prepare(var)
    ring = Path(first["DSR_KEYS_FILE"]).read_text(encoding="utf-8")
    second = place.prepare(var)

    assert first == second
    assert Path(second["DSR_KEYS_FILE"]).read_text(encoding="utf-8") == ring
    assert {stat.S_IMODE(path.stat().st_mode) for path in (var / "keys").iterdir()} == {0o600}
    assert stat.S_IMODE((var / "keys").stat().st_mode) == 0o700


def test_the_callers_own_settings_win(tmp_path: Path, clean_environment: pytest.MonkeyPatch) -> None:
    clean_environment.setenv("DSR_KEYS", "mine:AAAA")

    environment = place.prepare(tmp_path)

    assert environment["DSR_KEYS"] == "mine:AAAA"
    assert "DSR_KEYS_FILE" not in environment


@pytest.mark.usefixtures("clean_environment")
def test_demo_env_can_be_read_by_a_shell(tmp_path: Path) -> None:
    var = tmp_path / "a folder with 'quotes'"
    environment = place.prepare(var)

    shown = subprocess.run(
        ["sh", "-c", '. "$0" && printf %s "$DSR_STORES"', str(var / "demo.env")],
        capture_output=True,
        text=True,
        check=True,
        env={},
    )

    assert shown.stdout == environment["DSR_STORES"]


@pytest.mark.usefixtures("clean_environment")
def test_reset_removes_what_the_demo_made_and_nothing_else(tmp_path: Path) -> None:
    place.prepare(tmp_path)
    (tmp_path / "dsr.sqlite3").touch()
    (tmp_path / "mine.txt").touch()

    place.reset(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [place.MARKER, "mine.txt"]


@pytest.mark.usefixtures("clean_environment")
def test_reset_leaves_a_folder_alone_that_is_not_the_demos(tmp_path: Path) -> None:
    (tmp_path / "dsr.sqlite3").touch()

    with pytest.raises(place.DemoError, match="not made by the demo"):
        place.reset(tmp_path)

    assert (tmp_path / "dsr.sqlite3").exists()


def test_reset_never_touches_a_database_of_somebody_else(tmp_path: Path, clean_environment: pytest.MonkeyPatch) -> None:
    place.prepare(tmp_path)
    (tmp_path / "dsr.sqlite3").touch()
    clean_environment.setenv("DATABASE_URL", "postgres://db.example.com/dsr")

    with pytest.raises(place.DemoError, match="DATABASE_URL"):
        place.reset(tmp_path)

    assert (tmp_path / "dsr.sqlite3").exists()


def test_a_second_demo_on_the_same_folder_is_told_where_the_first_runs(tmp_path: Path) -> None:
    code = "import sys, os; from pathlib import Path; from dsr.demo import place\n"
    code += "d = place.lock(Path(sys.argv[1])); os.write(d, b'http://127.0.0.1:8123'); print('ok', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ok\n"

        with pytest.raises(place.DemoError, match=r"runs already at http://127\.0\.0\.1:8123"):
            place.lock(tmp_path)

        other.communicate("")


def test_a_taken_port_leads_to_the_next_free_one() -> None:
    with place.listen() as first, place.listen() as second:
        assert first.getsockname()[0] == second.getsockname()[0] == "127.0.0.1"
        assert second.getsockname()[1] > first.getsockname()[1] >= 8000


def test_a_port_asked_for_and_taken_is_refused() -> None:
    with place.listen() as first, pytest.raises(place.DemoError, match="is taken"):
        place.listen(first.getsockname()[1])


def _ask(path: Path, command: str) -> str:
    """One inline command over the socket itself; client libraries are replaced by a fake in these tests."""
    until = time.monotonic() + 10
    while True:
        with socket.socket(socket.AF_UNIX) as link, contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            link.connect(str(path))
            link.sendall(f"{command}\r\n".encode())
            return link.recv(1000).decode().strip()
        if time.monotonic() > until:
            raise AssertionError("no answer from the private Redis")
        time.sleep(0.05)


def test_the_private_redis_answers_on_its_socket_only(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    path = place.redis_socket(tmp_path)
    with subprocess.Popen(place.redis_command(place.redis_program(), path), stdout=subprocess.DEVNULL) as server:
        try:
            assert _ask(path, "PING") == "+PONG"
            assert _ask(path, "CONFIG GET port").split()[-1] == "0"
        finally:
            server.terminate()
    assert place.redis_url(path) == f"unix://{path}?db=0"


def test_the_valkey_wheel_serves_where_no_redis_is_installed(clean_environment: pytest.MonkeyPatch) -> None:
    clean_environment.setenv("PATH", "/nowhere")

    program = place.redis_program()

    assert "valkey" in program
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert "v=" in shown.stdout


def test_a_path_too_deep_for_a_socket_moves_to_the_temporary_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)

    path = place.redis_socket(deep)

    try:
        assert len(str(path)) <= place.SOCKET_PATH_LIMIT
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
    finally:
        path.unlink(missing_ok=True)
        path.parent.rmdir()
