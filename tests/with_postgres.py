"""`python -m tests.with_postgres COMMAND…`: run a command with our own database on a throw-away PostgreSQL server.

The suite is the same one; only DATABASE_URL differs. The server listens on loopback, keeps nothing, and ends with the command.
"""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import quote

import pytest

from tests import servers


def main() -> int:
    """Start the server, run the command; the server ends with this process. The exit code is the command's."""
    try:
        server = servers.postgresql()
    except pytest.skip.Exception as missing:
        sys.stderr.write(f"{missing}: the run on PostgreSQL is left out\n")
        return 0
    database = server.create("desk")
    url = f"postgres://postgres@/{database}?host={quote(server.folder, safe='/')}"
    return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
