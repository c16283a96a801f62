"""Store files: explicit, with places in every complaint, and without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.contract import Applies, Checks, Collects, Describes, Locates, Plans
from exporters.registry import ConfigError, capable, load_stores, open_store, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exporters.shop import Shop

HEAD = "stores:\n  billing:\n    controller: northwave\n    system: sql\n    label: {en: Billing}\n    owner: Finance\n"


def _file(folder: Path, text: str) -> Path:
    path = folder / "stores.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_stores_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    second = HEAD.partition("\n")[2].replace("billing", "accounts")
    stores = load_stores(str(_file(tmp_path, HEAD + second)))

    assert list(stores) == ["billing", "accounts"]
    assert stores["billing"].controller == "northwave"
    assert stores["billing"].label == {"en": "Billing"}
    assert stores["billing"].owner == "Finance"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "stores.yaml:1:1: the file is empty"),
        ("stores: [", "stores.yaml:2:1: not valid YAML"),
        ("shops: {}", "stores.yaml:1:1: unknown option 'shops'"),
        ("stores:\n  Billing: {}", "stores.yaml:2:12: 'Billing' is no name for a store"),
        ("stores:\n  a: {controller: x}", "stores.yaml:2:6: 'system' is missing"),
        ("stores:\n  a: {}\n  a: {}", "stores.yaml:3:3: 'a' stands here twice"),
        (f"{HEAD}    url: mariadb://dsr:hunter2@db/x\n", "stores.yaml:7:10: 'url' holds a secret in clear text"),
        (f"{HEAD}    url: mariadb://db/x?password=hunter2\n", "stores.yaml:7:10: 'url' holds a secret"),
        (f"{HEAD}    api_token: hunter2\n", "stores.yaml:7:16: 'api_token' holds a secret"),
        (f"{HEAD}    web:\n      - {{password: hunter2}}\n", "stores.yaml:8:20: 'password' holds a secret"),
    ],
)
def test_complaints_name_the_place_and_never_the_secret(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_stores(_file(tmp_path, text))

    assert str(raised.value).startswith(complaint)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("    map: radius\n", "stores.yaml:4:13: a SQL store needs 'url'"),
        ("    url: sqlite:///x\n    map: raduis\n", "stores.yaml:8:10: 'raduis' is neither a .yaml file nor one of"),
        ("    url: sqlite:///x\n    map: radius\n    tiemout: 5\n", "stores.yaml:9:14: unknown option 'tiemout'"),
        ("    url: sqlite:///x\n    map: none.yaml\n", "none.yaml:1:1: there is no such file"),
        ("    url: env:DSR_NO_SUCH_NAME\n    map: radius\n", "stores.yaml:7:10: the environment variable"),
        ("    url: file:no-such-file\n    map: radius\n", "stores.yaml:7:10: the file no-such-file cannot be read"),
        ("    url: oracle://db/x\n    map: radius\n", "stores.yaml:7:10: there is no support for oracle"),
        ("    url: not a url\n    map: radius\n", "stores.yaml:7:10: the url of the store cannot be understood"),
        ("    url: 'sqlite://'\n    map: radius\n", "stores.yaml:7:10: a SQLite store needs the path of a file"),
        ("    url: sqlite:///x\n    map: radius\n    languages: [en, fi]\n", "the text lacks language 'fi'"),
    ],
)
def test_a_store_that_cannot_work_is_refused_when_it_is_opened(tmp_path: Path, options: str, complaint: str) -> None:
    store = load_stores(_file(tmp_path, HEAD + options))["billing"]

    with pytest.raises(ConfigError) as raised:
        open_store(store)

    assert complaint in str(raised.value)


@pytest.mark.parametrize("system", ["nosuchmodule.Store", "exporters.registry.NoSuchClass", "sqll"])
def test_an_unknown_system_is_refused(tmp_path: Path, system: str) -> None:
    store = load_stores(_file(tmp_path, HEAD.replace("system: sql", f"system: {system}")))["billing"]

    with pytest.raises(ConfigError, match=r"stores\.yaml:4:13"):
        open_store(store)


def test_secrets_are_read_when_the_store_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path, f"{HEAD}    url: env:DSR_TEST_URL\n    api_token: file:token\n")
    store = load_stores(path)["billing"]
    monkeypatch.setenv("DSR_TEST_URL", "mariadb://dsr:hunter2@db/x")
    (tmp_path / "token").write_text("hunter3\n")

    assert resolve(store, store.options["url"]) == "mariadb://dsr:hunter2@db/x"
    assert resolve(store, store.options["api_token"]) == "hunter3"
    assert "hunter" not in repr(store)


def test_opening_contacts_nobody(sqlite_shop: Shop) -> None:
    store = sqlite_shop.store(url="mariadb://nowhere.invalid/db")

    assert [info.name for info in store.describe()][:2] == ["customers", "places"]


def test_capabilities_are_what_an_exporter_has(sqlite_shop: Shop) -> None:
    store = sqlite_shop.store()

    assert all(capable(store, protocol) for protocol in (Locates, Collects, Describes, Checks))
    assert not capable(object(), Locates)
    assert capable(store, Plans) == hasattr(store, "plan")
    assert capable(store, Applies) == hasattr(store, "apply")
