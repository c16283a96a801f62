"""A controller's keys for its packages: made on first use, rotated by a verb, published with their dates.

A rotation is a fact about the controller and not about a case: an event of its set-up chain, and the rows themselves say
who made a key, who retired it and when. Every one of them stays published.
"""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from dsr.addresses import base_url
from dsr.cases.actors import SYSTEM
from dsr.cases.perform import ConflictError, RefusedError
from dsr.cases.setup import record_setup
from dsr.law.terms import Refusal, Role
from dsr.models import SigningKey
from dsr.output.signing import Published, Signer, fingerprint, new_private, public_of

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.terms import Actor
    from dsr.models import Controller

log = logging.getLogger(__name__)


def signer_of(controller: Controller, *, now: datetime) -> Signer:
    """What signs for this controller today; its first key is made here. MissingKeyError, TamperedError of the vault."""
    row = _valid(controller)
    if row is None:
        try:
            row = _make(controller, SYSTEM, now)
        except IntegrityError:  # another worker was first
            row = SigningKey.objects.of(controller).get(valid_to__isnull=True)
    return Signer(base64.b64decode(row.content()["private"]))


@transaction.atomic
def rotate_signing_key(*, controller: Controller, actor: Actor, now: datetime) -> SigningKey:
    """Retire the key that signs today and make another; the retired one stays published and never signs again.

    `now` is the end of the one and the beginning of the other. RefusedError unless an administrator or the system asks;
    ConflictError when somebody else rotated meanwhile.
    """
    allowed = {Role.ADMINISTRATOR, Role.SYSTEM}
    if not allowed & actor.effective:
        raise RefusedError(Refusal("role", {"roles": str(Role.ADMINISTRATOR)}))
    old = _valid(controller)
    if old is not None:
        # Without its data key the private half is gone for good; the public half stands in clear.
        shut = {"valid_to": now, "retired_by": _who(actor), "wrapped_key": "", "sealed": b""}
        if not SigningKey.objects.of(controller).filter(pk=old.pk, valid_to__isnull=True).update(**shut):
            raise ConflictError
    try:
        new = _make(controller, actor, now)
    except IntegrityError:
        raise ConflictError from None
    keys = {"changes": {"key": [old.key_id if old else None, new.key_id]}}
    record_setup(controller=controller, kind="signing_key_rotated", actor=actor, now=now, data=keys)
    log.info("signing key of %s rotated: %s follows %s", controller.slug, new.key_id, old.key_id if old else "none")
    return new


def published(controller: Controller) -> tuple[Published, ...]:
    """Every public key that ever signed for this controller, the newest first."""
    rows = SigningKey.objects.of(controller).order_by("-valid_from", "-valid_to")
    return tuple(Published(base64.b64decode(row.public), row.valid_from, row.valid_to) for row in rows)


def keys_page(controller: Controller) -> str:
    """The address of the page that publishes the keys, on a host of this controller (DSR_HOSTS)."""
    return f"{base_url(controller)}/keys/"


def _valid(controller: Controller) -> SigningKey | None:
    row: SigningKey | None = SigningKey.objects.of(controller).filter(valid_to__isnull=True).first()
    return row


@transaction.atomic
def _make(controller: Controller, actor: Actor, now: datetime) -> SigningKey:
    private = new_private()
    public = public_of(private)
    row = SigningKey(
        controller=controller,
        key_id=fingerprint(public),
        public=base64.b64encode(public).decode(),
        valid_from=now,
        made_by=_who(actor),
    )
    row.put({"private": base64.b64encode(private).decode()})
    row.save(force_insert=True)
    return row


def _who(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"
