"""Names a map leaves open: filled in by the store, left out where there is no such thing, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.datamap.load import load
from exporters.document import ConfigError
from exporters.registry import load_stores, open_store

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.datamap.model import DataMap

MAP = """map: panel
version: 1
title: {en: Panel}
languages: [en]
parameters:
  user: {table: the users, id: number of the row, mail: e-mail address, blocked: whether blocked}
  ticket: {table: the tickets, id: number, owner: whose it is, mail: address it came from, day: its date}
subjects: {user: {kind: record}}
purposes: {sale: {en: to serve you}}
sources: {you: {en: you}}
retention: {client: {class: subscriber_data, law: tax law, text: {en: while you are a customer}}}
defaults: {category: master, purpose: sale, legal_basis: 6(1)(b), source: you, retention: client, origin: provided, erase: delete}
datasets:
  user:
    table: <user.table>
    label: {en: Users}
    key: [<user.id>]
    links: [{foreign_key: <user.id>, references: subject.user}]
    restriction: [{set: {<user.blocked>: 1}, lift: restore}]
    fields:
      <user.id>: {label: {en: Number}, identifier: customer_number}
      <user.mail>: {label: email, identifier: email}
      <user.blocked>: {label: {en: Blocked}}
  ticket:
    table: <ticket.table>
    label: {en: Tickets}
    key: <ticket.id>
    erase: keep
    document_date: <ticket.day>
    links:
      - {foreign_key: <ticket.owner>, references: user.<user.id>}
      - {same_value: <ticket.mail>, references: user.<user.mail>}
    fields:
      <ticket.id>: {label: id}
      <ticket.owner>: {label: {en: User}}
      <ticket.mail>: {label: email}
      <ticket.day>: {label: {en: Day}}
  reply:
    label: {en: Replies}
    key: [id]
    links: [{foreign_key: ticket_id, references: ticket.<ticket.id>}, {foreign_key: user_id, references: user.<user.id>}]
    fields: {id: {}, ticket_id: {}, user_id: {label: {en: User}}}
"""
USER = "user: {table: tbl_users, id: uid, mail: 'e mail', blocked: blocked}"
TICKET = "ticket: {table: tickets, id: id, owner: user, mail: sender, day: day}"


def _map(folder: Path, names: str) -> DataMap:
    (folder / "panel.yaml").write_text(MAP, encoding="utf-8")
    (folder / "names.yaml").write_text(names, encoding="utf-8")
    return load(folder / "panel.yaml", names=folder / "names.yaml")


def _names(user: str = USER, ticket: str = TICKET, more: str = "") -> str:
    return f"names:\n  {user}\n  {ticket}\n{more}"


def test_every_name_is_put_where_it_belongs(tmp_path: Path) -> None:
    found = _map(tmp_path, _names())

    assert (found.datasets["user"].table, found.datasets["user"].key) == ("tbl_users", ("uid",))
    assert list(found.datasets["user"].fields) == ["uid", "e mail", "blocked"]
    assert [str(link.references) for link in found.datasets["ticket"].links] == ["user.uid", "user.e mail"]
    assert len(found.datasets["user"].rights.restriction) == 1


def test_a_column_that_is_not_there_takes_its_field_its_link_and_its_switch_along(tmp_path: Path) -> None:
    user = "user: {table: users, id: uid, mail: mail, blocked: null}"
    found = _map(tmp_path, _names(user, "ticket: {table: tickets, id: id, owner: user, mail: null, day: null}"))

    assert list(found.datasets["user"].fields) == ["uid", "mail"]
    assert found.datasets["user"].rights.restriction == ()
    assert [link.column for link in found.datasets["ticket"].links] == ["user"]
    assert found.datasets["ticket"].document_date == ()


@pytest.mark.parametrize("ticket", ["ticket: null", "ticket: {table: null, id: id, owner: u, mail: m, day: d}"])
def test_a_table_that_is_not_there_takes_the_links_to_it_along(tmp_path: Path, ticket: str) -> None:
    found = _map(tmp_path, _names(ticket=ticket))

    assert list(found.datasets) == ["user", "reply"]
    assert [link.column for link in found.datasets["reply"].links] == ["user_id"]


def test_columns_and_tables_the_map_does_not_foresee_are_added(tmp_path: Path) -> None:
    more = (
        "more: {user: {mood: {label: {en: Mood}}}}\n"
        "by_hand: {resellers: {reason: partners, columns: [id]}}\nnot_personal: {prices: {reason: prices, columns: [id]}}\n"
    )
    found = _map(tmp_path, _names(more=more))

    assert "mood" in found.datasets["user"].fields
    assert {name: one.personal for name, one in found.ignored.items()} == {"resellers": True, "prices": False}


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (f"names:\n  {USER}\n", "names.yaml:2:3: 'ticket' is not answered"),
        (_names("user: {table: u, id: i, mail: m}"), "names.yaml:2:9: user.blocked is not answered (whether blocked)"),
        (_names("user: {table: u, id: i, mail: m, blocked: b, x: y}"), "names.yaml:2:48: unknown option 'x'"),
        (_names(more="tables: {}\n"), "names.yaml:4:1: unknown option 'tables'"),
        (_names("user: {table: u, id: i, mail: i, blocked: b}"), "panel.yaml:22:7: 'i' stands here twice"),
        (_names(more="more: {user: {uid: {label: id}}}\n"), "names.yaml:4:15: 'uid' is in the map already"),
        (_names(ticket="ticket: null", more="more: {ticket: {x: {}}}\n"), "names.yaml:4:8: 'ticket' is no dataset"),
        (_names(more="more: {user: {mood: {lable: x}}}\n"), "names.yaml:4:22: unknown option 'lable'"),
        (_names("user: {table: u, id: null, mail: m, blocked: b}"), "panel.yaml:15:5: 'key' is missing"),
    ],
)
def test_what_is_not_answered_or_does_not_fit_is_refused_with_its_place(
    tmp_path: Path, names: str, complaint: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        _map(tmp_path, names)

    assert complaint in str(raised.value)


def test_an_undeclared_parameter_is_a_mistake_of_the_map(tmp_path: Path) -> None:
    (tmp_path / "panel.yaml").write_text(MAP.replace("<user.table>", "<user.tabel>"), encoding="utf-8")
    (tmp_path / "names.yaml").write_text(_names(), encoding="utf-8")

    with pytest.raises(ConfigError, match=r"panel.yaml:15:12: <user.tabel> is not declared"):
        load(tmp_path / "panel.yaml", names=tmp_path / "names.yaml")


def test_a_store_gives_names_where_the_map_asks_and_only_there(tmp_path: Path) -> None:
    (tmp_path / "panel.yaml").write_text(MAP, encoding="utf-8")
    (tmp_path / "names.yaml").write_text(_names(), encoding="utf-8")
    head = "stores:\n  s:\n    controller: n\n    system: sql\n    label: {en: S}\n    owner: NOC\n    url: sqlite:///x.sqlite3\n"
    path = tmp_path / "stores.yaml"

    path.write_text(f"{head}    map: panel.yaml\n    names: names.yaml\n", encoding="utf-8")
    assert open_store(load_stores(path)["s"]).data_map.datasets["user"].table == "tbl_users"
    path.write_text(f"{head}    map: panel.yaml\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="the store needs `names`"):
        open_store(load_stores(path)["s"])
    path.write_text(f"{head}    map: radius\n    names: names.yaml\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="leaves no names open"):
        open_store(load_stores(path)["s"])


def test_edited_names_are_read_again(tmp_path: Path) -> None:
    assert _map(tmp_path, _names()).datasets["user"].table == "tbl_users"
    assert _map(tmp_path, _names(USER.replace("tbl_users", "people"))).datasets["user"].table == "people"
