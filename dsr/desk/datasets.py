"""Names of datasets and columns for people, from the data map of their store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language

from dsr.fulfil.own_described import OWN
from dsr.fulfil.own_described import described as own_described
from dsr.fulfil.stores import open_by_name
from exporters.contract import DatasetInfo, Describes, StoreError
from exporters.registry import ConfigError, capable

if TYPE_CHECKING:
    from dsr.models import Controller
    from exporters.contract import FieldInfo


def described(controller: Controller, store: str) -> dict[str, DatasetInfo]:
    """What the data map says of a store's datasets; nothing when the store cannot be opened any more."""
    if store == OWN:
        return dict(own_described((get_language() or "en").partition("-")[0]))
    try:
        exporter = open_by_name(controller, store)
    except (StoreError, ConfigError):
        return {}
    return {info.name: info for info in exporter.describe()} if capable(exporter, Describes) else {}


def label(info: DatasetInfo | FieldInfo | None, language: str, fallback: str) -> str:
    """The label in this language, in English, or the technical name."""
    if info is None:
        return fallback
    return info.label.get(language.partition("-")[0]) or info.label.get("en") or fallback
