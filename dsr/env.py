"""Settings from the environment: helpers that refuse odd values instead of guessing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_MAIL = {"smtp": "smtp", "file": "filebased", "console": "console"}
_FALSE = {"0", "false", "no", "off", ""}


def envbool(name: str, *, default: bool = False) -> bool:
    """Read a yes/no value; anything but the known words is an error, because a typo must not switch TLS off."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be one of true, false, 1, 0, yes, no, on, off")


def envint(name: str, *, default: int, low: int, high: int) -> int:
    """Read a whole number between `low` and `high`, both included."""
    raw = os.environ.get(name)
    if raw is None or raw.strip() == "":
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number") from None
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} must be between {low} and {high}")
    return value


def envints(name: str, *, default: str, low: int, high: int) -> tuple[int, ...]:
    """Whole numbers from `low` to `high`, separated by commas; each once, the smallest first. ImproperlyConfigured names the range."""
    parts = envlist(name, default=default)
    if not all(part.isdecimal() and low <= int(part) <= high for part in parts):
        raise ImproperlyConfigured(f"{name} holds whole numbers from {low} to {high}, separated by commas.")
    return tuple(sorted({int(part) for part in parts}))


def envchoice(name: str, *words: str) -> str:
    """Read one of `words`; the first is the default."""
    raw = os.environ.get(name, "").strip().lower() or words[0]
    if raw not in words:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(words)}")
    return raw


def envlist(name: str, *, default: str = "") -> list[str]:
    """Read a comma-separated list; empty items vanish."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def envsecret(name: str, *, default: str = "") -> str:
    """Read a secret from NAME, or from the file that NAME_FILE points to (so that it stays out of the process list)."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        if os.environ.get(name):
            raise ImproperlyConfigured(f"set {name} or {name}_FILE, not both")
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from None
    return os.environ.get(name, default).strip()


def envjson(name: str) -> dict[str, Any]:
    """Read a JSON object, which may hold secrets (NAME_FILE works); empty when not set."""
    raw = envsecret(name)
    if not raw:
        return {}
    try:
        value = json.loads(raw)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f'{name} must be a JSON object, like {{"KEY": "value"}}')
    return value


def envmail(name: str, *, default: str) -> str:
    """Read a mail backend: `smtp`, `file`, `console` or a dotted path."""
    value = os.environ.get(name, "").strip() or default
    if value in _MAIL:
        return f"django.core.mail.backends.{_MAIL[value]}.EmailBackend"
    if "." in value:
        return value
    raise ImproperlyConfigured(f"{name} must be smtp, file, console or the dotted path of a backend")


def envstorage(name: str, *, folder: Path) -> dict[str, Any]:
    """Turn `s3://bucket/prefix?endpoint=https://host&region=…` into Django's STORAGES entry; a folder when not set.

    Credentials are DSR_S3_KEY and DSR_S3_SECRET (or their _FILE), or else what boto3 finds by itself (a role, a profile).
    """
    raw = envsecret(name)
    if not raw:
        options = {"location": str(folder), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    url = urlsplit(raw)
    asked = dict(parse_qsl(url.query, keep_blank_values=True))
    unknown = sorted(set(asked) - {"endpoint", "region", "addressing"})
    if url.scheme != "s3" or not url.hostname or url.username or unknown:
        form = "s3://bucket/prefix?endpoint=https://host:port&region=name&addressing=path"
        raise ImproperlyConfigured(f"{name} must look like {form}; credentials are DSR_S3_KEY and DSR_S3_SECRET")
    if asked.get("addressing", "auto") not in {"auto", "path", "virtual"}:
        raise ImproperlyConfigured(f"{name}: addressing must be auto, path or virtual")
    key, secret = envsecret("DSR_S3_KEY"), envsecret("DSR_S3_SECRET")
    if bool(key) != bool(secret):
        raise ImproperlyConfigured("set DSR_S3_KEY and DSR_S3_SECRET, or neither")
    options = {
        "bucket_name": url.netloc,
        "location": url.path.strip("/"),
        "endpoint_url": asked.get("endpoint") or None,
        "region_name": asked.get("region") or None,
        "addressing_style": asked.get("addressing", "auto"),
        "access_key": key or None,
        "secret_key": secret or None,
    }
    return {"BACKEND": "dsr.vault.bucket.BucketStorage", "OPTIONS": options}


def envdatabase(name: str, *, default: str) -> dict[str, Any]:
    """Turn `sqlite:///path` or `postgres://user:password@host:port/name?option=value` into Django's DATABASES entry."""
    url = urlsplit(envsecret(name, default=default))
    if url.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(url.path[1:]),
            "OPTIONS": {
                # IMMEDIATE takes the write lock at BEGIN, so that two writers queue up instead of failing half way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
            },
        }
    if url.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path[1:]),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": unquote(url.hostname or ""),
            "PORT": str(url.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(url.query)),
        }
    raise ImproperlyConfigured(f"{name} must start with sqlite:/// or postgres://")
