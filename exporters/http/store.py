"""A REST store: a data map says what its records mean, a profile how they are reached."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from exporters.datamap.load import load
from exporters.http.auth import Auth, FormFields, Headers, Login, NoAuth, Signed, SignedLogin, basic
from exporters.http.client import HttpClient, Reach
from exporters.http.limits import Limits
from exporters.http.message import Request, filled
from exporters.http.profile import NAMES, Profile, load_profile
from exporters.http.source import RestSource
from exporters.mapped.store import MappedStore
from exporters.registry import resolve
from exporters.shipped import file_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.datamap.model import DataMap
    from exporters.document import Item
    from exporters.http.guard import Network
    from exporters.registry import StoreConfig

_LIMITS = {
    "connect_timeout": "connect",
    "read_timeout": "read",
    "total_timeout": "total",
    "rate": "rate",
    "retry_after": "retry_after",
}
_WHOLE = {"burst": "burst", "retries": "retries", "size_limit": "size"}
LIMIT_OPTIONS = frozenset({*_LIMITS, *_WHOLE})
_OPTIONS = frozenset({"url", "map", "profile", "languages", "hosts", "networks", "ca_file"}) | LIMIT_OPTIONS


class RestStore(MappedStore):
    """One configured web interface.

    Options: `url` (https; what calls are relative to), `map` and `profile` (names under exporters/systems or .yaml files
    relative to the store file), `languages`, `networks` (private ones the host may be in, `10.20.0.0/16`), `hosts`
    (further host names), `ca_file`, the secrets the profile's `auth` names, and limits: `connect_timeout` (10 s),
    `read_timeout` (60 s), `total_timeout` (120 s), `rate` (10 calls a second), `burst` (5), `retries` (3),
    `retry_after` (30 s), `size_limit` (33554432 bytes an answer).
    """

    speaks: type[RestSource] = RestSource
    """How the profile's calls are made; a system with ideas of its own has a class of its own."""

    def __init__(self, config: StoreConfig) -> None:
        """Read map, profile and options; nothing is contacted. Raises ConfigError."""
        for name in ("url", "map", "profile"):
            if name not in config.options:
                raise config.place.error(f"a REST store needs {name!r}")
        languages = config.options["languages"].texts() if "languages" in config.options else ()
        data_map = load(file_of(config, "map", "map.yaml"), languages=languages)
        profile = load_profile(file_of(config, "profile", "rest.yaml"))
        secrets = _secrets(config, profile)
        _check_profile(config, data_map, profile)
        client = HttpClient(
            reach=reach_of(config), auth=_auth(profile, secrets), limits=limits_of(config), headers=profile.headers
        )
        self.client = client
        source = self.speaks(client, profile, data_map, config.name)
        super().__init__(name=config.name, data_map=data_map, source=source, place=config.place)


def _secrets(config: StoreConfig, profile: Profile) -> dict[str, str]:
    """The values of the options the profile's `auth` names, secrets read."""
    named = set(signs_in_with(profile))
    for name, item in config.options.items():
        if name not in _OPTIONS | named:
            raise item.error(f"unknown option {name!r} for a REST store; known: {', '.join(sorted(_OPTIONS | named))}")
    for name in sorted(named - set(config.options)):
        raise config.place.error(f"the profile {profile.name!r} signs in with {name!r}: write {name}: env:NAME")
    return {name: resolve(config, config.options[name]) for name in named}


def signs_in_with(profile: Profile) -> tuple[str, ...]:
    """The options a profile's `auth` names, in its order: what a store must give besides `url`, `map` and `profile`."""
    return tuple(dict.fromkeys(_names(profile.auth))) if profile.auth else ()


def _names(item: Item) -> list[str]:
    """The options named in an `auth` section; {token}, {nonce} and the like of the scheme itself are not options."""
    own = {"key", "session", "nonce", "signature", "method", "path", "body"}
    if item.is_mapping:
        return [name for one in item.entries().values() for name in _names(one)]
    return [] if item.is_list or item.is_null else [one for one in NAMES.findall(item.text()) if one not in own]


def _auth(profile: Profile, secrets: dict[str, str]) -> Auth:
    if profile.auth is None:
        return NoAuth()
    options = profile.auth.options("headers", "basic", "form", "signed", "login")
    if len(options) != 1:
        raise profile.auth.error("one way to sign in: headers, basic, form, signed or login")
    ((way, item),) = options.items()

    def texts(section: Item) -> dict[str, str]:
        return {name: filled(one.text(), secrets, quoted=False) for name, one in section.entries().items()}

    match way:
        case "headers":
            return Headers(texts(item))
        case "form":
            return FormFields(texts(item))
        case "basic":
            given = texts(item)
            return basic(given["user"], given["password"])
        case "signed":
            given = {
                name: one.text()
                for name, one in item.options("message", "header", "value", required=("key", "secret")).items()
            }
            key, secret = (filled(given.pop(name), secrets, quoted=False) for name in ("key", "secret"))
            return Signed(key, secret, **given)  # type: ignore[arg-type]
        case _:
            return _login(item, secrets)


def _login(item: Item, secrets: Mapping[str, str]) -> Auth:
    """A session: opened with credentials, or with a signature (`signed`), whose templates are filled at the log-in."""
    more = ("json", "header", "value", "also", "signed", "expires_at")
    parts = item.options(*more, required=("path", "session_at"))

    def texts(name: str) -> dict[str, str]:
        entries = parts[name].entries() if name in parts else {}
        return {name: filled(one.text(), secrets, quoted=False) for name, one in entries.items()}

    given = {name: parts[name].text() for name in ("header",) if name in parts}
    if "value" in parts:
        given["value"] = parts["value"].text().replace("{session}", "{token}")
    path, session_at = parts["path"].text(), parts["session_at"].text()
    if "signed" in parts:
        keys = texts("signed")
        body = {name: one.text() for name, one in parts["json"].entries().items()} if "json" in parts else {}
        if "expires_at" in parts:
            given["expires_at"] = parts["expires_at"].text()
        return SignedLogin(Signed(keys["key"], keys["secret"]), path, body, session_at, **given)
    body = texts("json")
    return Login(Request("POST", path, json=dict(body)), session_at, also=texts("also"), **given)


def _check_profile(config: StoreConfig, data_map: DataMap, profile: Profile) -> None:
    """Profile and map must be about the same things."""
    place = config.options["profile"]
    for dataset in data_map.datasets.values():
        resource = profile.resources.get(dataset.table)
        if resource is None:
            raise place.error(f"the profile has no resource {dataset.table!r}, which the map's {dataset.name!r} needs")
        named = {*resource.find, *resource.columns, *(resource.change.writable if resource.change else ())}
        for column in sorted(named - set(dataset.fields)):
            raise place.error(f"{column!r} of resource {dataset.table!r} is not a field of {dataset.name!r} in the map")
        if (resource.change or resource.delete) and dataset.key[0] not in resource.find:
            # What was written is read again by its key: without that nothing could be proven.
            raise place.error(f"resource {dataset.table!r} is changed, so it needs find.{dataset.key[0]}")


def reach_of(config: StoreConfig, *, folder: bool = True) -> Reach:
    """Where the store's `url`, `hosts`, `networks` and `ca_file` lead. `folder`: calls are relative to it. Raises ConfigError."""
    item = config.options["url"]
    url = resolve(config, item)
    private = _networks(config.options["networks"]) if "networks" in config.options else ()
    here = (urlsplit(url).hostname or "") in {"127.0.0.1", "::1", "localhost"}
    if not url.startswith("https://") and not (here and url.startswith("http://")):
        raise item.error("an https:// address is needed: personal data do not travel in the clear")
    hosts = frozenset(config.options["hosts"].texts()) if "hosts" in config.options else frozenset()
    ca_file = config.folder / config.options["ca_file"].text() if "ca_file" in config.options else None
    return Reach(f"{url}/" if folder and not url.endswith("/") else url, hosts, private, ca_file)


def _networks(item: Item) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(text) for text in item.texts())
    except ValueError:
        raise item.error("networks are written like 10.20.0.0/16") from None


def limits_of(config: StoreConfig) -> Limits:
    """The limits among the options (LIMIT_OPTIONS), the standard ones for the rest. Raises ConfigError."""
    options = config.options
    seconds = {name: options[option].number() for option, name in _LIMITS.items() if option in options}
    whole = {name: options[option].integer() for option, name in _WHOLE.items() if option in options}
    return Limits(**seconds, **whole)  # type: ignore[arg-type]
