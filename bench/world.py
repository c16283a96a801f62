"""Our own database for measurements: empty and migrated, filled with many open cases in seconds."""

from __future__ import annotations

import logging
import os
import tempfile
import uuid
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 2000


@contextmanager
def sqlite() -> Iterator[None]:
    """The embedded default, in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        _start(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        yield


@contextmanager
def postgresql() -> Iterator[None]:
    """A throw-away PostgreSQL server."""
    from tests import servers  # noqa: PLC0415 -- needs pytest, and not every bench a server

    server = servers.postgresql()
    _start(f"postgres://postgres@/{server.create('bench')}?host={quote(server.folder, safe='/')}")
    yield
    from django.db import connections  # noqa: PLC0415

    connections.close_all()


def _start(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415 -- the database is chosen above

    django.setup()
    logging.disable(logging.WARNING)  # there is no queue to wake anybody
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def multiply(patterns: Sequence[Any], count: int, **columns: Any) -> None:
    """Add `count` copies of real cases, each with a request of its own; `columns` override the case's.

    The copies share no sealed content: what is measured reads rows, not secrets.
    """
    from dsr.models import Case, Request  # noqa: PLC0415

    serial = uuid.uuid4().hex[:6]
    patterns_again = islice(cycle(patterns), count)
    requests, cases = [], []
    for number, pattern in enumerate(patterns_again):
        request = _copy(Request, pattern.request, reference=f"B-{serial}-{number}", submission_key=None)
        requests.append(request)
        cases.append(_copy(Case, pattern, request=request, **columns))
        if len(cases) == BATCH or number == count - 1:
            Request.objects.bulk_create(requests)
            Case.objects.bulk_create(cases)
            requests, cases = [], []


def _copy(model: Any, row: Any, **changed: Any) -> Any:
    left_out = {"id", "sealed", "wrapped_key", *changed}
    same = {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields if f.name not in left_out}  # noqa: SLF001
    return model(id=uuid.uuid4(), **{**same, **changed})
