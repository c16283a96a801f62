"""The product's settings with what a test needs changed; everything else is as in production."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("DSR_SECRET_KEY", "tests-only-tests-only-tests-only-tests-only-tests-only")
os.environ.setdefault("DSR_KEYS", "t1:" + "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=")
os.environ.setdefault(
    "DSR_COUNTS_SECONDS", "0"
)  # rows that a test makes are counted at once; tests/desk/test_counts.py
os.environ["DSR_VAR"] = tempfile.mkdtemp(prefix="dsr-tests-")
os.environ.setdefault("DATABASE_URL", "sqlite:///" + os.environ["DSR_VAR"] + "/tests.sqlite3")

from dsr.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": STORAGES["default"],  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in production: the in-memory database shares one cache between threads and locks differently.
    DATABASES["default"]["TEST"] = {"NAME": os.environ["DSR_VAR"] + "/tests.sqlite3"}  # noqa: F405
    # Rows that nobody put in an order come in another one: what relies on it fails here, not one day on PostgreSQL.
    DATABASES["default"]["OPTIONS"]["init_command"] += "; PRAGMA reverse_unordered_selects=ON"  # noqa: F405
WHITENOISE_AUTOREFRESH = True  # no collected files: they are found where they lie
ALLOWED_HOSTS = ["*"]
DSR_BASE_URL = "http://testserver"
DSR_STAFF_FACTOR = "optional"  # as in the demo; tests/staff asks for it
# Beats come every thirtieth of it, more than three minutes. A beat looks over its own connection, which on PostgreSQL does not
# see the rows of a test's open transaction: long work would count as overtaken.
DSR_LEASE_SECONDS = 6000
