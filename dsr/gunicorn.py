"""How gunicorn runs the desk: `gunicorn -c python:dsr.gunicorn dsr.wsgi --bind 127.0.0.1:8000`.

Anything here can be said again on the command line or in GUNICORN_CMD_ARGS, and wins there.
"""

from __future__ import annotations

from dsr.logs import CONFIG

worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
"""Seconds after which a process that answers nothing is replaced."""
graceful_timeout = 25
"""Seconds a request that is under way may take after SIGTERM; less than the 90 of systemd."""
max_requests = 5000
max_requests_jitter = 500
logconfig_dict = CONFIG
# Method, path, status, bytes, milliseconds. No query, no referrer, no address, no browser: those are personal data.
access_log_format = "%(m)s %(U)s %(s)s %(B)s %(M)s"
