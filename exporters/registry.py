"""Which stores there are: read from one YAML file, explicit and in order; nothing runs because it is installed.

Secrets never stand in that file: an option that is one, and a password inside a URL, is written `env:NAME` or
`file:PATH` and read only when the store is opened.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from exporters.document import ConfigError, Item, read_document
from exporters.owner import Owner, read_owner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.description import Text

__all__ = [
    "ConfigError",
    "SecretError",
    "StoreConfig",
    "capable",
    "exporter_of",
    "in_clear",
    "load_stores",
    "open_store",
    "resolve",
    "secret",
]

SYSTEMS: Mapping[str, str] = MappingProxyType(
    {
        "sql": "exporters.sql.store:SqlStore",
        "rest": "exporters.http.store:RestStore",
        "webhook": "exporters.http.webhook_store:WebhookStore",
        "drop": "exporters.files.drop_store:DropStore",
        "files": "exporters.files.tree_store:TreeStore",
        "manual": "exporters.manual:ManualStore",
        "whmcs": "exporters.systems.whmcs.store:WhmcsStore",
        "splynx": "exporters.systems.splynx.store:SplynxStore",
        "fossbilling_api": "exporters.systems.fossbilling_api.store:FossBillingStore",
        "billmax": "exporters.systems.billmax.store:BillMaxStore",
        "routeros": "exporters.systems.routeros.store:RouterOsStore",
        "uisp": "exporters.systems.uisp.store:UispStore",
        "zammad": "exporters.systems.zammad.store:ZammadStore",
    }
)
"""Short names for the exporters that come with the product; anything else is the dotted path of a class."""

MOST_BACKUP_DAYS = 3660
"""The longest life of a backup that can be said, in days: ten years."""
_OURS = frozenset({"controller", "system", "label", "owner", "backup_days"})
"""What every store says; the rest is read by its exporter."""
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_SECRET_NAME = re.compile(r"pass(word|wd|phrase)?$|secret|token|api_?key|private_?key|credential", re.IGNORECASE)
_REFERENCE = re.compile(r"(env|file):(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """One configured store.

    `options` are what the exporter itself reads (url, map, time-outs …), each with its place in the file; `folder` is the
    file's folder, from which relative paths count; `record` is the controller's record of processing, where one is named.
    `owner` is the name of the department, `department` all that is known of it.
    """

    name: str
    controller: str
    system: str
    label: Text
    owner: str
    folder: Path
    options: Mapping[str, Item] = field(repr=False)
    place: Item = field(repr=False)
    record: Path | None = None
    department: Owner = field(default_factory=lambda: Owner(""))
    backup_days: int | None = None
    """Days the oldest backup of this store may still be restored; None: as the controller says for all of its stores."""


def load_stores(path: str | Path) -> dict[str, StoreConfig]:
    """Read the store file, in its order. Raises ConfigError (`file:line:column: …`) for anything odd."""
    path = Path(path)
    folder = path.resolve().parent
    top = read_document(path).options("records", required=("stores",))
    records = _records(top["records"], folder) if "records" in top else {}
    stores = {}
    for name, item in top["stores"].entries().items():
        if not _NAME.fullmatch(name):
            raise item.error(f"{name!r} is no name for a store: lower-case letters, digits, - and _")
        stores[name] = _read(name, item, folder, records)
    for controller in set(records) - {config.controller for config in stores.values()}:
        raise top["records"].at(controller).error(f"no store of this file belongs to {controller!r}")
    return stores


def _records(item: Item, folder: Path) -> dict[str, Path]:
    """The record of processing of each controller; the file must be there."""
    found = {}
    for controller, named in item.entries().items():
        found[controller] = folder / named.text()
        if not found[controller].is_file():
            raise named.error(f"there is no file {named.text()!r} beside the store file")
    return found


def _read(name: str, item: Item, folder: Path, records: Mapping[str, Path]) -> StoreConfig:
    entries = item.entries()
    for required in ("controller", "system", "label", "owner"):
        if required not in entries:
            raise item.error(f"{required!r} is missing")
    label = {language: words.text() for language, words in entries["label"].entries().items()}
    options = {key: value for key, value in entries.items() if key not in _OURS}
    for key, value in options.items():
        _refuse_clear_secrets(key, value)
    department = read_owner(entries["owner"])
    return StoreConfig(
        name=name,
        controller=entries["controller"].text(),
        system=entries["system"].text(),
        label=label,
        owner=department.name,
        folder=folder,
        options=options,
        place=entries["system"],
        record=records.get(entries["controller"].text()),
        department=department,
        backup_days=_backup_days(entries["backup_days"]) if "backup_days" in entries else None,
    )


def _backup_days(item: Item) -> int:
    days = item.integer()
    if not 1 <= days <= MOST_BACKUP_DAYS:
        raise item.error(f"a backup lives 1 to {MOST_BACKUP_DAYS} days")
    return days


def in_clear(name: str, text: str) -> bool:
    """Whether an option would hold a secret in clear text: by its name, or as a password inside an address."""
    return not _REFERENCE.fullmatch(text) and bool(_SECRET_NAME.search(name) or _has_password(text))


def _refuse_clear_secrets(name: str, item: Item) -> None:
    if item.is_mapping:
        for key, value in item.entries().items():
            _refuse_clear_secrets(key, value)
        return
    if item.is_list:
        for value in item.items():
            _refuse_clear_secrets(name, value)
        return
    text = "" if item.is_null else item.text()
    if in_clear(name, text):
        raise item.error(f"{name!r} holds a secret in clear text: write env:NAME or file:PATH instead")


def _has_password(text: str) -> bool:
    if "://" not in text:
        return False
    try:
        parts = urlsplit(text)
        inside = parse_qsl(parts.query)
    except ValueError:
        return True
    return parts.password is not None or any(_SECRET_NAME.search(key) for key, _ in inside)


class SecretError(ValueError):
    """What `env:` or `file:` points at cannot be read, and why; never what it holds."""


def secret(text: str, *, folder: Path) -> str:
    """`text` itself, or what `env:NAME` or `file:PATH` points at; a relative path counts from `folder`.

    Raises SecretError. Never log what this returns.
    """
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return text
    source, name = found.groups()
    if source == "env":
        value = os.environ.get(name, "")
        if not value:
            raise SecretError(f"the environment variable {name} is not set")
        return value
    try:
        value = (folder / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"the file {name} cannot be read ({type(error).__name__})") from None
    if not value:
        raise SecretError(f"the file {name} is empty")
    return value


def resolve(config: StoreConfig, item: Item) -> str:
    """The value of an option, secrets read from where `env:` or `file:` points. Never log what this returns."""
    try:
        return secret(item.text(), folder=config.folder)
    except SecretError as error:
        raise item.error(str(error)) from None


def exporter_of(config: StoreConfig) -> Any:
    """The class that a store names, imported and not yet used. ConfigError when it is not there (any more)."""
    dotted = SYSTEMS.get(config.system, config.system)
    module, _, name = dotted.partition(":") if ":" in dotted else dotted.rpartition(".")
    if not module or not name:
        raise config.place.error(f"{config.system!r} is neither one of {', '.join(SYSTEMS)} nor the path of a class")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise config.place.error(f"{config.system!r} cannot be loaded ({type(error).__name__})") from error


def open_store(config: StoreConfig) -> Any:
    """Make the exporter of a configured store: nothing is contacted yet. Raises ConfigError.

    What it can do is asked with `capable`.
    """
    return exporter_of(config)(config)


def capable(exporter: object, protocol: type) -> bool:
    """Whether an exporter has a capability, named by its protocol in `exporters.contract`."""
    return isinstance(exporter, protocol)
