"""Log lines as JSON, without personal data: ids and codes only (house.md: job arguments and log lines carry ids only)."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import TracebackType

_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_PHONE = re.compile(r"\+\d[\d\s()/-]{6,}\d")
_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{40,}(?![A-Za-z0-9_-])")
_QUERY = re.compile(r"\?[^\s\"']*")

CONFIG: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"quiet": {"()": "dsr.logs.NoPersonalData"}},
    "formatters": {"json": {"()": "dsr.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["quiet"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "WARNING"},
        "django.server": {"level": "WARNING"},
        "gunicorn.access": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "gunicorn.error": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "rq": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
"""One configuration for web, worker, tick and commands; settings.LOGGING and dsr.gunicorn use it."""


def scrub(text: str) -> str:
    """Blank addresses, telephone numbers, query strings and the tokens of links: the net under the rule that none are logged."""
    return _PHONE.sub("[phone]", _EMAIL.sub("[e-mail]", _TOKEN.sub("[token]", _QUERY.sub("?[query]", text))))


def place_of(trace: TracebackType | None) -> str:
    """Where an exception was raised, as `module:line`; `?` when nobody knows. Its text is left out on purpose."""
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"


class NoPersonalData(logging.Filter):
    """Formats the message early and scrubs it, so that no handler after it sees the arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), ()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, message, and of an exception only its type and place."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            # The text of a foreign exception may quote a row; its type and the place in our code say enough.
            line["exception"] = record.exc_info[0].__name__
            if record.exc_info[2]:
                line["place"] = place_of(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)
