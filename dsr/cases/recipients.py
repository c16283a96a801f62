"""The register of recipients: who gets subscribers' data, from which datasets, and how each is told of a change (Art. 19, 17(2)).

Names come from the data maps; a recipient entered here under the same name is told by program. What no map says is added
here (rules 3.4.3: directories, search engines, forums). Everything somebody changes is an event of the set-up.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, record
from dsr.cases.scope import stores_of
from dsr.cases.setup import differences, record_setup
from dsr.law.workflow import Refusal
from dsr.models import Recipient, RecipientMail, RecipientNotice
from exporters.contract import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Controller, RowId

FOLDER: Final = "recipients"
ENDED_MEANWHILE: Final = "recipient_ended"
"""Why a notice went nowhere: the register says that this recipient is told nothing more."""
# The other side can be anybody's server, so that only secrets made for recipients may be named (as for receivers).
_SECRET: Final = re.compile(r"env:DSR_RECIPIENT_[A-Z0-9_]+|file:[A-Za-z0-9_][A-Za-z0-9_.-]*")
_DATASET: Final = re.compile(r"[a-z0-9_]+\.[a-z0-9_*]+")
IDENTIFIERS: Final = (
    IdentifierKind.CUSTOMER_NUMBER,
    IdentifierKind.CONTRACT_NUMBER,
    IdentifierKind.EMAIL,
    IdentifierKind.PHONE,
    IdentifierKind.IBAN,
    IdentifierKind.NAME,
)
"""By what a recipient may find a record, one of them and no more (5.1, L-21)."""
OPENDSR_TYPES: Final[Mapping[str, str]] = {
    IdentifierKind.CUSTOMER_NUMBER.value: "controller_customer_id",
    IdentifierKind.EMAIL.value: "email",
}
"""What OpenDSR 2.0 calls these identifiers; it has no word for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is kept about a recipient. `datasets`: "store.dataset" or "store.*"; `secret`: where one stands, never itself."""

    name: str
    nature: str
    way: str
    email: str = ""
    endpoint: str = ""
    secret: str = ""
    identifier: str
    language: str
    datasets: tuple[str, ...] = ()


@transaction.atomic
def keep(
    *, controller: Controller, details: Details, actor: Actor, now: datetime, recipient_id: RowId | None = None
) -> Recipient:
    """Enter a recipient, or change one.

    RefusedError: `role`, `recipient_incomplete`, `recipient_email`, `recipient_endpoint`, `recipient_secret`,
    `recipient_identifier`, `recipient_dataset`, `recipient_name`. ConflictError: it was ended meanwhile.
    """
    insist(actor, Duty.RECIPIENTS)
    _check(controller, details)
    rows = Recipient.objects.of(controller).filter(ended_at=None)
    found: Recipient | None = rows.filter(pk=recipient_id).first() if recipient_id else None
    if recipient_id and found is None:
        raise ConflictError
    values = asdict(details) | {"datasets": sorted(set(details.datasets))}
    row = found or Recipient(controller=controller, created_at=now)
    before = {name: getattr(row, name) for name in values} if found else {}
    for name, value in values.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise RefusedError(Refusal("recipient_name")) from None
    data = {"recipient": str(row.pk), "changes": differences(before, values)}
    record_setup(controller=controller, kind="recipient_kept", actor=actor, now=now, data=data)
    return row


def _check(controller: Controller, details: Details) -> None:
    mail, call = details.way == Recipient.Way.MAIL, details.way == Recipient.Way.OPENDSR
    if (
        not details.name.strip()
        or details.nature not in Recipient.Nature.values
        or details.way not in Recipient.Way.values
    ):
        raise RefusedError(Refusal("recipient_incomplete"))
    if details.language not in dict(settings.LANGUAGES):
        raise RefusedError(Refusal("language_unknown"))
    # OpenDSR has a word for erasure only; of a correction or a restriction such a recipient is told by mail.
    if (mail or call or details.email) and not _is_address(details.email):
        raise RefusedError(Refusal("recipient_email"))
    if details.identifier not in IDENTIFIERS or (call and details.identifier not in OPENDSR_TYPES):
        raise RefusedError(Refusal("recipient_identifier"))
    if call and not endpoint_allowed(details.endpoint):
        raise RefusedError(Refusal("recipient_endpoint"))
    if (call or details.secret) and not secret_allowed(details.secret):
        raise RefusedError(Refusal("recipient_secret"))
    known = stores_of(controller)
    for name in details.datasets:
        if not _DATASET.fullmatch(name) or name.partition(".")[0] not in known:
            raise RefusedError(Refusal("recipient_dataset", {"dataset": name[:80]}))


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def endpoint_allowed(endpoint: str) -> bool:
    """Whether an address can be called: https, without a user or a fragment; http only within DSR_RECIPIENT_NETWORKS,
    where it can be an address in numbers only (the connection itself is checked again, by the address it goes to).
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    plain = parts.hostname and not parts.username and not parts.password and not parts.fragment and port != 0
    if parts.scheme == "http":
        return bool(plain and settings.DSR_RECIPIENT_NETWORKS and re.fullmatch(r"[0-9.]+", parts.hostname or ""))
    return bool(plain and parts.scheme == "https")


def secret_allowed(secret: str) -> bool:
    """Whether a secret stands where only secrets for recipients stand: a variable or a file of their own, never a setting."""
    return bool(_SECRET.fullmatch(secret)) and not hasattr(settings, secret.removeprefix("env:"))


@transaction.atomic
def end(*, recipient: Recipient, actor: Actor, now: datetime) -> None:
    """Nothing is told to this recipient any more; what it was told stays in the cases. ConflictError when it was ended before.

    What waits to be sent goes, nobody is reminded, and of an open notice a person says what becomes of it. What a worker has
    in its hands at this moment may still leave; then it was told.
    """
    insist(actor, Duty.RECIPIENTS)
    if not Recipient.objects.filter(pk=recipient.pk, ended_at=None).update(ended_at=now):
        raise ConflictError
    RecipientMail.objects.filter(notice__recipient=recipient, status=RecipientMail.Status.QUEUED).delete()
    notices = RecipientNotice.objects.filter(recipient=recipient)
    notices.filter(next_at__isnull=False).update(next_at=None)
    for notice in notices.filter(status=RecipientNotice.Status.OPEN).order_by("created_at", "pk"):
        notices.filter(pk=notice.pk).update(status=RecipientNotice.Status.FAILED, error_code=ENDED_MEANWHILE)
        said = {"notice": str(notice.pk), "change": notice.change, "letter": notice.letter, "status": ENDED_MEANWHILE}
        record(case_id=notice.case_id, kind="recipient_unreached", actor=actor, now=now, data=said)
    data = {"recipient": str(recipient.pk), "name": recipient.name}
    record_setup(controller=recipient.controller, kind="recipient_ended", actor=actor, now=now, data=data)


def register(controller: Controller) -> list[Recipient]:
    """The recipients that can be told, by name."""
    return list(Recipient.objects.of(controller).filter(ended_at=None).order_by("name", "pk"))
