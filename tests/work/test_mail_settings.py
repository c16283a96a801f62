"""Which backend mails go through, from the environment; what `check` says about it; anymail where it is installed."""

from __future__ import annotations

import importlib.util

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from dsr import checks
from dsr.env import envjson, envmail
from dsr.work.mailer import trouble

ANYMAIL = "anymail.backends.mailgun.EmailBackend"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("", "django.core.mail.backends.smtp.EmailBackend"),
        ("smtp", "django.core.mail.backends.smtp.EmailBackend"),
        ("file", "django.core.mail.backends.filebased.EmailBackend"),
        ("console", "django.core.mail.backends.console.EmailBackend"),
        (ANYMAIL, ANYMAIL),
    ],
)
def test_the_backend_is_a_word_or_a_path(monkeypatch, value, path):
    monkeypatch.setenv("DSR_MAIL_BACKEND", value)

    assert envmail("DSR_MAIL_BACKEND", default="smtp") == path


def test_an_unknown_backend_and_broken_json_stop_the_start_with_the_name(monkeypatch):
    monkeypatch.setenv("DSR_MAIL_BACKEND", "pigeon")
    with pytest.raises(ImproperlyConfigured, match="DSR_MAIL_BACKEND must be smtp, file, console"):
        envmail("DSR_MAIL_BACKEND", default="smtp")
    for broken in ("{", "[]", "secret"):
        monkeypatch.setenv("DSR_ANYMAIL", broken)
        with pytest.raises(ImproperlyConfigured, match="DSR_ANYMAIL must be a JSON object") as error:
            envjson("DSR_ANYMAIL")
        assert "secret" not in str(error.value)
    monkeypatch.setenv("DSR_ANYMAIL", '{"MAILGUN_API_KEY": "x"}')
    assert envjson("DSR_ANYMAIL") == {"MAILGUN_API_KEY": "x"}


@pytest.mark.parametrize("backend", ["smtp", "filebased", "console"])
def test_every_backend_of_django_that_we_name_exists(backend, settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path)

    assert get_connection(f"django.core.mail.backends.{backend}.EmailBackend") is not None


@pytest.mark.parametrize(
    ("host", "tls", "ids"),
    [("localhost", False, []), ("mail.example.com", True, []), ("mail.example.com", False, ["dsr.W002"])],
)
def test_w002_mails_to_another_machine_are_encrypted(settings, host, tls, ids):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = host, tls, False

    assert [found.id for found in checks.check_mail(None)] == ids


def test_w003_a_backend_that_only_writes_is_for_the_demo(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert [found.id for found in checks.check_mail(None)] == ["dsr.W003"]
    settings.DSR_DEMO = True
    assert checks.check_mail(None) == []


def test_anymail_resolves_where_it_is_installed(settings):
    if importlib.util.find_spec("anymail") is None:
        pytest.skip("django-anymail is an extra: pip install django-anymail")
    settings.ANYMAIL = {"MAILGUN_API_KEY": "none", "MAILGUN_SENDER_DOMAIN": "example.com"}

    assert type(get_connection(ANYMAIL)).__module__ == "anymail.backends.mailgun"


class _ServiceError(OSError):
    """As a mail service's library raises: an HTTP status on an error that is also an OSError."""

    def __init__(self, status: int) -> None:
        self.status_code = status


@pytest.mark.parametrize(
    ("status", "final"),
    [(400, True), (422, True), (401, False), (403, False), (429, False), (500, False), (503, False)],
)
def test_what_a_mail_service_says_of_this_mail_is_final_and_the_rest_is_tried_again(status, final):
    found = trouble(_ServiceError(status))

    assert (found.code, found.final) == (f"HTTP{status}", final)
