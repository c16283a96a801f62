"""`python3 -m dsr.demo.bootstrap run|dev`: the virtual environment and the system packages, made once.

Runs on the system's Python before anything is installed, so it uses the standard library only. Each step is skipped
when it is done already: Python packages by a hash of the requirements files, system packages by looking for what they bring.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
# What `make test` needs beside Python: (Debian package, one program of it, its folders outside the PATH, what goes without it).
TEST_PROGRAMS = (
    ("chromium", "chromium", (), "the tests in a browser"),
    ("mariadb-server", "mariadbd", ("/usr/sbin",), "the tests on MariaDB"),
    ("postgresql", "initdb", ("/usr/lib/postgresql/*/bin",), "the tests on PostgreSQL"),
    ("poppler-utils", "pdftotext", (), "the tests that read our PDFs"),
    ("qpdf", "qpdf", (), "the tests of the structure of our PDFs"),
    ("p7zip-full", "7z", (), "the tests that open protected copies with another program"),
)
REQUIREMENTS = {"run": ("requirements.txt",), "dev": ("requirements.txt", "requirements-dev.txt")}


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)  # noqa: T201 -- this program's purpose


def loads(library: str) -> bool:
    """Whether the dynamic linker finds `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def installed(program: str, folders: tuple[str, ...]) -> bool:
    """Whether `program` is on the PATH or in one of `folders` (absolute glob patterns)."""
    return shutil.which(program) is not None or any(
        found.is_file() for folder in folders for found in Path("/").glob(f"{folder.lstrip('/')}/{program}")
    )


def missing_packages(kind: str) -> dict[str, str]:
    """Debian packages that are not there yet, with what does not work without them."""
    missing = {}
    if not all(map(loads, PANGO)):
        missing.update(dict.fromkeys(PANGO_PACKAGES, "PDF letters and reports"))
    if kind == "dev":
        missing.update(
            {package: what for package, program, folders, what in TEST_PROGRAMS if not installed(program, folders)}
        )
    return missing


def system_packages(kind: str) -> None:
    """Install what is missing when we are root on a Debian-like system; otherwise say in one line what to install."""
    missing = missing_packages(kind)
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        say(
            f"Missing: {', '.join(missing)} ({'; '.join(dict.fromkeys(missing.values()))} will not work). Install: sudo {' '.join(command)}"
        )
        return
    say(f"Installing system packages: {', '.join(missing)} …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)  # type: ignore[call-overload]
    if subprocess.run(command, check=False, **quiet).returncode:  # type: ignore[call-overload]
        say(f"apt-get could not install them; {'; '.join(dict.fromkeys(missing.values()))} will not work.")


def virtual_environment() -> None:
    """Make .venv unless it is there and works."""
    python = VENV / "bin" / "python"
    if (
        python.exists()
        and subprocess.run([str(python), "-m", "pip", "--version"], check=False, capture_output=True).returncode == 0
    ):
        return
    say("Making the virtual environment .venv …")
    # --clear mends a half-made one, as an interrupted first start leaves it.
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], check=False, capture_output=True, text=True
    )
    if made.returncode == 0:
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get") and "ensurepip" in made.stdout + made.stderr:
        say(f"Installing system package: {package} …")
        subprocess.run(["apt-get", "update", "-q"], check=False, stdout=subprocess.DEVNULL)
        subprocess.run(
            ["apt-get", "install", "-y", "--no-install-recommends", package], check=True, stdout=subprocess.DEVNULL
        )
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        return
    say((made.stdout + made.stderr).strip())
    raise SystemExit(f"Python cannot make a virtual environment. Install it: sudo apt-get install {package}")


def stamp(kind: str) -> Path:
    """The file whose presence says that this very set of requirements is installed with this very Python."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for name in REQUIREMENTS[kind]:
        digest.update((ROOT / name).read_bytes())
    return VENV / f".installed-{kind}-{digest.hexdigest()[:16]}"


def python_packages(kind: str) -> None:
    """Install the requirements of `kind` unless exactly these are installed."""
    mark = stamp(kind)
    if mark.exists():
        return
    file = REQUIREMENTS[kind][-1]
    say(f"Installing Python packages from {file}; the first time this takes a minute or two …")
    began = time.monotonic()
    pip = [
        str(VENV / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--quiet",
        "-r",
        str(ROOT / file),
    ]
    if subprocess.run(pip, check=False).returncode:
        raise SystemExit(
            "pip could not install the packages; its message stands above. Check the network and try again."
        )
    kinds = ("run", "dev") if kind == "dev" else ("run",)  # the larger set holds the smaller one
    for each in kinds:
        for old in VENV.glob(f".installed-{each}-*"):
            old.unlink()
        stamp(each).touch()
    say(f"Python packages ready ({time.monotonic() - began:.0f} s).")


def main(arguments: list[str]) -> None:
    """Make everything `make demo` (run) or `make test` (dev) needs; exits with a sentence when it cannot."""
    if len(arguments) != 1 or arguments[0] not in REQUIREMENTS:
        raise SystemExit("usage: python3 -m dsr.demo.bootstrap run|dev")
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SystemExit(f"Python 3.11 or newer is needed, this is {found}. Point to one: make PYTHON=python3.11 …")
    virtual_environment()
    python_packages(arguments[0])
    system_packages(arguments[0])


if __name__ == "__main__":
    main(sys.argv[1:])
