"""Replaying the ledger of erasures over all stores of all controllers: counts for the command line, plans on the cases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Min
from django.utils import timezone

from dsr.cases import erasure_file, erasure_ledger
from dsr.cases.scope import stores_of
from dsr.fulfil import replay as one_store
from dsr.fulfil.stores import open_by_name
from dsr.models import Controller, Erasure
from exporters.contract import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def remembers_from(file: Path | None = None, *, store: str = "") -> datetime | None:
    """Since when an erasure is remembered: since the ledger is kept, and no longer ago than backups live
    (of all stores, or of the one named).

    None when nothing was ever written down. LedgerError when the file is none.
    """
    began = erasure_file.began_at(file)
    first = Erasure.objects.aggregate(at=Min("applied_at"))["at"]
    known = [at for at in (began, first) if at is not None]
    if not known:
        return None
    lives = [
        erasure_ledger.backup_days(controller, name)
        for controller in Controller.objects.order_by("slug")
        for name in stores_of(controller)
        if store in {"", name}
    ]
    shortest = min(lives, default=0)
    return max(min(known), timezone.now() - timedelta(days=shortest))


def replay(*, since: datetime, store: str, dry: bool, now: datetime) -> list[dict[str, Any]]:
    """Compare and order for each store (or the one named); one row of counts for each. A store that fails says why.

    `back` are people to be erased again; `again` of these run under the standing rule, `waiting` wait for a second person.
    """
    return [
        {"controller": controller.slug, "store": name} | _of(controller, name, since, dry, now)
        for controller in Controller.objects.order_by("slug")
        for name in stores_of(controller)
        if store in {"", name}
    ]


def _of(controller: Controller, store: str, since: datetime, dry: bool, now: datetime) -> dict[str, Any]:
    empty = dict.fromkeys(("records", "back", "reused", "elsewhere", "again", "waiting", "blocked", "without_case"), 0)
    try:
        exporter = open_by_name(controller, store)
        if not one_store.readable(exporter):
            erased = Erasure.objects.of(controller).filter(store=store, applied_at__gte=since).count()
            return {**empty, "error": f"by hand: {erased} erasures to compare" if erased else ""}
        found = one_store.find(controller, store, exporter, since=since, check=lambda: None)
        done, back = one_store.order(controller, found, exporter, now=now, dry=dry)
    except StoreError as error:
        return {**empty, "error": f"{error.code} {error.place}"}
    return {
        "records": found.records,
        "back": len(back),
        "reused": found.reused,
        "elsewhere": found.elsewhere,
        "again": done.again,
        "waiting": done.waiting,
        "blocked": done.blocked,
        "without_case": done.without_case,
        "error": "plan_blocked" if done.blocked else "",
    }
