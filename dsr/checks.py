"""System checks dsr.E001 …: fail at start, with an id and a hint, rather than at the first request."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from dsr import outside, vault
from dsr.carriers import eid, imap, sms
from dsr.cases import ring
from dsr.vault.keys import parse
from exporters.record.load import load_record
from exporters.registry import ConfigError, exporter_of, load_stores


@register
def check_secret_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """dsr.E001: sessions and CSRF tokens need a secret."""
    if len(settings.SECRET_KEY) < 50:  # noqa: PLR2004 -- Django's own minimum
        hint = "Set DSR_SECRET_KEY, or DSR_SECRET_KEY_FILE, to 50 or more random characters."
        return [Error("DSR_SECRET_KEY is missing or shorter than 50 characters.", hint=hint, id="dsr.E001")]
    return []


@register
def check_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """dsr.E002: nothing is stored unencrypted, so nothing is stored without a key ring."""
    try:
        parse(settings.DSR_KEYS)
    except (ValueError, vault.MissingKeyError) as error:
        hint = "Make one with: python -c \"import base64,os;print('k1:'+base64.b64encode(os.urandom(32)).decode())\""
        return [Error(str(error), hint=hint, id="dsr.E002")]
    return []


@register
def check_rows(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """dsr.E010: rows that nobody can open; found before the first page instead of in the middle of a case."""
    try:
        lacking = ring.missing()
    except (DatabaseError, ValueError, vault.MissingKeyError):
        return []  # no tables yet, no database now, or dsr.E002 has said it
    if not lacking:
        return []
    words = f"Rows need keys that DSR_KEYS does not hold: {', '.join(lacking)}."
    hint = "Put these entries back behind the first one; `manage.py keys rotate` frees them (docs/vault.md)."
    return [Error(words, hint=hint, id="dsr.E010")]


@register
def check_stores(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """dsr.E003: a bad store list, or an exporter that was renamed, is an error at start, not a silently missing store."""
    if not settings.DSR_STORES:
        hint = "Set DSR_STORES to the YAML file that lists your stores (docs/exporters.md)."
        return [CheckWarning("DSR_STORES is not set: no store can be asked.", hint=hint, id="dsr.W001")]
    try:
        stores = load_stores(settings.DSR_STORES).values()
        for config in stores:
            exporter_of(config)
        records = {config.record for config in stores if config.record}
        for record in sorted(records):
            load_record(record)
    except ConfigError as error:
        return [Error(str(error), hint="docs/exporters.md shows a complete example.", id="dsr.E003")]
    return []


_THIS_MACHINE = {"localhost", "127.0.0.1", "::1", ""}


@register
def check_mail(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """dsr.W002, W003: mails leave in the clear, or do not leave at all."""
    backend = str(settings.EMAIL_BACKEND)
    if backend.endswith("smtp.EmailBackend"):
        safe = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or settings.EMAIL_HOST in _THIS_MACHINE
        hint = "Set DSR_SMTP_TLS=yes (STARTTLS) or DSR_SMTP_SSL=yes (port 465); docs/mail.md."
        words = "Mails go to another machine without encryption."
        return [] if safe else [CheckWarning(words, hint=hint, id="dsr.W002")]
    if backend.endswith(("filebased.EmailBackend", "console.EmailBackend")) and not settings.DSR_DEMO:
        hint = "Set DSR_MAIL_BACKEND=smtp and DSR_SMTP_HOST; the others are for the demo and for development."
        return [CheckWarning("Mails are written, not sent.", hint=hint, id="dsr.W003")]
    return []


@register
def check_carriers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """dsr.E012: a gateway, an address or an eID service that is configured wrongly is not offered to anybody."""
    hint = "docs/identity.md shows complete examples."
    try:
        sms.gateway()
        eid.check_settings()
    except (ImproperlyConfigured, TypeError, ValueError) as error:
        return [Error(str(error), hint=hint, id="dsr.E012")]
    layout = settings.DSR_PRINT_ADDRESS
    fits = all(isinstance(lines, list) and all(isinstance(line, str) for line in lines) for lines in layout.values())
    if not fits:
        words = "DSR_PRINT_ADDRESS must name a list of lines for each store."
        return [Error(words, hint=hint, id="dsr.E012")]
    return []


@register
def check_staff_factor(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """dsr.W015: a password alone opens the data of many people."""
    if settings.DSR_STAFF_FACTOR == "required" or settings.DSR_DEMO:
        return []
    hint = "Leave DSR_STAFF_FACTOR out, or set it to required (docs/staff.md)."
    return [CheckWarning("Staff signs in without a second factor.", hint=hint, id="dsr.W015")]


@register
def check_portals(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """dsr.E013: a self-care portal that is configured wrongly is an error at start, not at somebody's sign-in."""
    try:
        outside.check_settings()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="docs/accounts.md and docs/staff.md show complete examples.", id="dsr.E013")]
    return []


@register
def check_inbox(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """dsr.E016: a mailbox that is configured wrongly would never be read, and nobody would be told."""
    try:
        for slug in settings.DSR_INBOX:
            imap.mailbox(slug)
    except (ImproperlyConfigured, ValueError) as error:
        words = (
            str(error) if isinstance(error, ImproperlyConfigured) else "port and timeout in DSR_INBOX must be numbers"
        )
        return [Error(words, hint="docs/inbound.md shows a complete example.", id="dsr.E016")]
    return []
