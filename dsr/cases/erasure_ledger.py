"""The ledger of erasures: who was erased in which store, as keyed hashes, until no backup can bring her back (rules.md 6.4 no. 7).

The key of the hashes is derived from the key ring for this use and controller alone, and lives outside every database: a
restored backup of ours reads the same ledger. Entries are rows, and lines of a file outside the database (erasure_file.py).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import transaction

from dsr.cases import contacts
from dsr.cases.clock import local_date
from dsr.cases.scope import stores_of
from dsr.models import ErasedIdentifier, Erasure
from dsr.vault import keyring
from exporters.identifiers import STORE_BOUND, IdentifierKind, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from dsr.cases.contacts import Contact
    from dsr.models import Case, Controller

REMEMBERED: Final = frozenset(
    {
        IdentifierKind.RECORD,
        IdentifierKind.CUSTOMER_NUMBER,
        IdentifierKind.USERNAME,
        IdentifierKind.EMAIL,
        IdentifierKind.PHONE,
        IdentifierKind.MAC,
        IdentifierKind.SERIAL,
        IdentifierKind.IBAN,
    }
)
"""Kinds that can find one person. Names and addresses find several, and numbers of documents are not hers (house.md, Locate)."""
_TOKEN_HEX: Final = 40


def _key(controller: str, ring_key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"dsr erasure ledger {controller}".encode()).derive(
        keyring().key(ring_key)
    )


class Hashes:
    """The hashes of one controller's ledger, its keys derived once: for one address or for every row of a store."""

    def __init__(self, controller: Controller) -> None:
        """Derives one key for each key of the ring; MissingKeyError without a ring."""
        self._controller = controller
        self._keys = {name: _key(controller.slug, name) for name in keyring().keys}
        self._first = keyring().first

    def token(self, kind: str, value: str, store: str = "") -> str:
        """The hash to store, under the first ring key. `store` counts for kinds whose numbering is the store's own."""
        return self._token(self._first, kind, value, store)

    def tokens(self, kind: str, value: str, store: str = "") -> tuple[str, ...]:
        """The hashes to look for, under every key of the ring."""
        return tuple(self._token(name, kind, value, store) for name in self._keys)

    def _token(self, ring_key: str, kind: str, value: str, store: str) -> str:
        bound = store if kind in STORE_BOUND else ""
        said = f"{kind}\0{bound}\0{self._normal(kind, value)}".encode()
        return f"{ring_key}.{hmac.new(self._keys[ring_key], said, hashlib.sha256).hexdigest()[:_TOKEN_HEX]}"

    def _normal(self, kind: str, value: str) -> str:
        """As addresses and numbers compare everywhere else; what is none of its kind, by its own rules."""
        if kind in {IdentifierKind.EMAIL, IdentifierKind.PHONE}:
            try:
                return contacts.contact(self._controller, kind, value).value
            except contacts.BadContactError:
                pass
        return normalise(IdentifierKind(kind), value)


@transaction.atomic
def remember(
    *,
    case: Case,
    store: str,
    plan_sha256: str,
    strategy: list[Any],
    persons: Sequence[Iterable[tuple[str, str, bool]]],
    now: datetime,
) -> Erasure:
    """Write down who was erased in a store: for each person her identifiers there. Once per plan and store.

    An identifier is (kind, value, whether the law kept it there). The entry ends when the
    last backup generation of the store is over (`backup_days` of the store or of the controller, from today).
    """
    known = Hashes(case.controller)
    entry, made = Erasure.objects.get_or_create(
        case=case,
        store=store,
        plan_sha256=plan_sha256,
        defaults={
            "controller": case.controller,
            "strategy": strategy,
            "persons": len(persons),
            "applied_at": now,
            "ends_on": ends_on(case.controller, store, now),
        },
    )
    if made:
        rows = {
            (number, kind, known.token(kind, value, store)): stays
            for number, identifiers in enumerate(persons)
            for kind, value, stays in identifiers
            if kind in REMEMBERED and value.strip()
        }
        ErasedIdentifier.objects.bulk_create(
            ErasedIdentifier(
                erasure=entry, controller=case.controller, person=person, kind=kind, token=token, stays=stays
            )
            for (person, kind, token), stays in sorted(rows.items())
        )
    return entry


def left(*, case: Case, store: str, plan_sha256: str) -> frozenset[str]:
    """Hashes of what stood in the records of the erased in this store after that plan: what the law kept, and tokens."""
    rows = ErasedIdentifier.objects.of(case.controller).filter(
        erasure__case=case, erasure__store=store, erasure__plan_sha256=plan_sha256, stays=True
    )
    return frozenset(rows.values_list("token", flat=True))


def ends_on(controller: Controller, store: str, at: datetime) -> date:
    """The last day on which a backup of this store made before `at` may be restored, in the controller's days."""
    return local_date(controller, at) + timedelta(days=backup_days(controller, store))


def backup_days(controller: Controller, store: str) -> int:
    """How long a backup of a store may be restored: what its entry in the store file says, or the controller's days for all."""
    config = stores_of(controller).get(store)
    own = config.backup_days if config else None
    return controller.backup_days if own is None else own


def is_erased(*, controller: Controller, contact: Contact) -> bool:
    """Whether this address or number belonged to somebody who was erased and whom a backup could still bring back.

    For imports and campaigns, which ask before they take somebody in (the Proximus trap, 3.4.3). A customer number counts
    in whichever store it was of; a postal address is in no ledger. False once the tick has let the entry go.
    """
    kind = contact.kind.value
    if kind not in {one.value for one in REMEMBERED}:
        return False
    known = Hashes(controller)
    rows = ErasedIdentifier.objects.of(controller).filter(kind=kind)
    stores: Iterable[str] = ("",)
    if kind in {one.value for one in STORE_BOUND}:
        stores = Erasure.objects.of(controller).order_by("store").values_list("store", flat=True).distinct()
    tokens = [token for store in stores for token in known.tokens(kind, contact.value, store)]
    return bool(rows.filter(token__in=tokens).exists())


def forget(*, now: datetime, limit: int) -> int:
    """Delete entries that no backup needs any more, at most `limit`; returns how many. One not yet in the file stays."""
    over = Erasure.objects.filter(ends_on__lt=now.date(), kept_at__isnull=False).order_by("ends_on", "pk")
    ids = list(over.values_list("pk", flat=True)[:limit])
    Erasure.objects.filter(pk__in=ids).delete()
    return len(ids)
