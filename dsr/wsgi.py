"""WSGI entry point for gunicorn: `gunicorn dsr.wsgi`. Refuses to start when rows need a key that the ring lacks (dsr.E010)."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dsr.settings")
application = get_wsgi_application()


def _insist_on_keys() -> None:
    """The system checks of manage.py do not run here; this one has to, because it is about what is in the database today."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    from dsr.checks import check_rows  # noqa: PLC0415 -- needs the app registry

    faults = check_rows(None)
    connection.close()  # a process that forks must not share it
    if faults:
        raise ImproperlyConfigured(f"{faults[0].msg} {faults[0].hint}")


_insist_on_keys()
