"""The stores of a controller, opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases.scope import stores_of
from exporters.contract import Checks, Permanent, Problem
from exporters.registry import ConfigError, StoreConfig, capable, open_store

if TYPE_CHECKING:
    from dsr.models import Controller


def open_by_name(controller: Controller, store: str) -> Any:
    """The exporter of a configured store.

    Permanent: `store_removed` when the configuration does not name it any more, `configuration` when its entry or its
    data map is wrong (`manage.py check` shows where).
    """
    try:
        return open_store(config_of(controller, store))
    except ConfigError:
        raise Permanent("configuration", store) from None


def config_of(controller: Controller, store: str) -> StoreConfig:
    """The configuration entry of a store of this controller."""
    config = stores_of(controller).get(store)
    if config is None:
        raise Permanent("store_removed", store)
    return config


def label_of(config: StoreConfig, language: str) -> str:
    """The store's name for people, in their language or English or as it is called in the configuration."""
    label = config.label
    return label.get(language.partition("-")[0]) or label.get("en") or config.name


def customer_number_stores(controller: Controller, language: str = "en") -> list[tuple[str, str]]:
    """The stores whose customer numbers a subscriber can prove, as (name, label)."""
    stores = stores_of(controller)
    names = [name for name in controller.customer_stores if name in stores] or list(stores)[:1]
    return [(name, label_of(stores[name], language)) for name in names]


def check_store(controller: Controller, store: str) -> list[Problem]:
    """What `check` finds; Temporary when the store cannot be asked."""
    exporter = open_by_name(controller, store)
    if not capable(exporter, Checks):
        return []
    found: list[Problem] = exporter.check()
    return found
