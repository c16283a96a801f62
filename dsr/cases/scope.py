"""Which stores a controller has: the scope of every search (4.2 no. 9). Read from DSR_STORES once per process."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from exporters.registry import StoreConfig, load_stores

if TYPE_CHECKING:
    from dsr.models import Controller


@lru_cache(maxsize=4)
def _all(path: str) -> dict[str, StoreConfig]:
    return load_stores(path)


def stores_of(controller: Controller) -> dict[str, StoreConfig]:
    """The configured stores of this controller by name, in the order of the file; empty when DSR_STORES is not set."""
    if not settings.DSR_STORES:
        return {}
    return {name: config for name, config in _all(settings.DSR_STORES).items() if config.controller == controller.slug}


def people_only(controller: Controller, store: str) -> bool:
    """Whether no program reaches this store at all (`system: manual`): what people say of it is not searched again."""
    config = stores_of(controller).get(store)
    return config is not None and config.system == "manual"


def forget() -> None:
    """Read the file anew (after it changed; tests)."""
    _all.cache_clear()
