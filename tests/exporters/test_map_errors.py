"""Mistakes in a data map: each is refused with the exact line and column and the exact words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.datamap.load import load
from exporters.datamap.model import Erase
from exporters.document import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.datamap.model import DataMap

GOOD = """\
map: isp
version: 1
title: {en: ISP}
languages: [en]
subjects: {client: {kind: record}}
purposes: {run: {en: to run it}}
sources: {you: {en: you}}
retention:
  client: {class: subscriber_data, text: {en: while a client}}
  bill: {class: invoice, law: tax law, text: {en: ten years}}
reasons: {secret: {en: a password}}
defaults: {category: master, purpose: run, legal_basis: 6(1)(b), source: you, retention: client, origin: provided, erase: delete}
datasets:
  clients:
    label: {en: Clients}
    key: id
    erase: anonymise
    links:
      - {foreign_key: id, references: subject.client}
    fields:
      id: {}
      email: {identifier: email, erase: fake}
      name: {identifier: name, erase: nullify}
      born: {label: {en: Born}, identifier: birth_date, erase: {generalise: decade}}
      remark: {label: {en: Remark}, free_text: true, erase: nullify}
      pass: {label: {en: Password}, secret: secret, erase: constant}
      deleted: {label: {en: Deleted}, erase: leave}
  bills:
    label: {en: Bills}
    key: id
    erase: keep
    retention: bill
    links:
      - {foreign_key: client, references: clients.id}
    fields:
      id: {}
      client: {label: id}
      note: {label: {en: Note}, free_text: true, erase: scrub}
      amount: {label: {en: Amount}}
  open_calls:
    table: calls
    label: {en: Open calls}
    key: id
    where: {state: [open, new]}
    links:
      - {polymorphic: about, references: clients.id, when: {type: client}}
    fields: {id: {}, state: {label: kind}, about: {label: id}, type: {label: kind}, text: {label: message}}
  closed_calls:
    table: calls
    label: {en: Closed calls}
    key: id
    where: {state: {not: [open, new, lost]}}
    links:
      - {polymorphic: about, references: clients.id, when: {type: client}}
    fields: {id: {}, state: {label: kind}, about: {label: id}, type: {label: kind}, text: {label: message}}
"""
FAKED = "email, ip, mac, phone"

BAD = [
    # structure
    ("version: 1", "version: one", "2:10: a whole number is expected here"),
    ("map: isp", "map: isp\nmapp: x", "2:1: unknown option 'mapp'; known here: "),
    ("      id: {}\n      email", "      id: {}\n      id: {}\n      email", "22:7: 'id' stands here twice"),
    ("fields:\n      id: {}\n      email", "fields:\n      - id\n      email", "22:7: not valid YAML: "),
    ("label: {en: Clients}", "label: Clients", "15:12: a mapping (name: value) is expected here"),
    (
        "deleted: {label: {en: Deleted}, erase: leave}",
        "deleted: {label: {en: Deleted}, erase: leave, quasi: maybe}",
        "27:60: true or false is expected here",
    ),
    # words for codes
    (
        "deleted: {label: {en: Deleted}, erase: leave}",
        "deleted: {label: {en: Deleted}, erase: leave, values: {1: {de: ja}}}",
        "27:65: the text lacks language 'en'",
    ),
    (
        "deleted: {label: {en: Deleted}, erase: leave}",
        "deleted: {label: {en: Deleted}, erase: leave, shown: size}",
        "27:60: 'size' is not one of: yes_no, bytes, seconds",
    ),
    (
        "deleted: {label: {en: Deleted}, erase: leave}",
        "deleted: {label: {en: Deleted}, erase: leave, values: {1: {en: a}}, shown: bytes}",
        "27:82: a field has words for its codes (values) or a way to print numbers (shown), not both",
    ),
    # links
    (
        "references: clients.id}\n    fields:\n      id: {}\n      client",
        "references: client.id}\n    fields:\n      id: {}\n      client",
        "34:43: client.id is not a field of this map: no dataset 'client' among clients, bills, open_calls, closed_calls",
    ),
    (
        "references: clients.id}\n    fields:\n      id: {}\n      client",
        "references: clients.no}\n    fields:\n      id: {}\n      client",
        "34:43: clients.no is not a field of this map",
    ),
    (
        "references: clients.id}\n    fields:\n      id: {}\n      client",
        "references: clients}\n    fields:\n      id: {}\n      client",
        "34:43: a reference is written dataset.column or subject.key",
    ),
    ("foreign_key: client,", "foreign_key: clientId,", "34:23: 'clientId' is not a field of 'bills'"),
    ("subject.client}", "subject.klient}", "19:39: 'klient' is not defined under 'subjects'"),
    (
        "references: subject.client}",
        "references: bills.client}",
        "19:9: several rows of 'bills' may point at one row here: say shared: true",
    ),
    (
        "      - {foreign_key: id, references: subject.client}",
        "      - {foreign_key: deleted, references: bills.amount}",
        "19:7: these links go round in a circle no person has a way into: clients -> bills -> clients",
    ),
    (
        "when: {type: client}}\n    fields: {id: {}, state: {label: kind}, about: {label: id}, type: {label: kind}, text: {label: message}}\n  closed",
        "when: {typ: client}}\n    fields: {id: {}, state: {label: kind}, about: {label: id}, type: {label: kind}, text: {label: message}}\n  closed",
        "46:61: 'typ' is not a field of 'open_calls'",
    ),
    # one column, two datasets
    (
        "{not: [open, new, lost]}",
        "{not: [open, lost]}",
        "55:91: 'text' of table 'calls' is claimed by 'open_calls' as well: make their `where`s exclude each other",
    ),
    (
        "where: {state: {not: [open, new, lost]}}",
        "where: {state: new}",
        "55:91: 'text' of table 'calls' is claimed by 'open_calls' as well: make their `where`s exclude each other",
    ),
    (
        "    table: calls\n    label: {en: Closed calls}\n    key: id\n    where: {state: {not: [open, new, lost]}}\n",
        "    table: Bills\n    label: {en: Closed calls}\n    key: id\n",
        "49:12: table 'Bills' is declared twice; tell them apart by `where`",
    ),
    # treatments
    (
        "erase: nullify}\n      born",
        "erase: sha256}\n      born",
        "23:39: 'sha256' is refused: a hash is no anonymisation: telephone numbers, e-mail and IP addresses can be tried one by one, and two cases become linkable (rules 6.2); write nullify, constant or random_token",
    ),
    (
        "erase: nullify}\n      born",
        "erase: faker}\n      born",
        "23:39: 'faker' is refused: an invented value could be a living person's; write constant, random_token or fake, which use reserved ranges",
    ),
    (
        "erase: nullify}\n      born",
        "erase: hide}\n      born",
        "23:39: 'hide' is not one of: delete, delete_unless_referred",
    ),
    (
        "erase: nullify}\n      born",
        "erase: fake}\n      born",
        f"23:39: a fake comes from a reserved range only, and there is one for {FAKED}: write constant or random_token",
    ),
    (
        "erase: nullify}\n      born",
        "erase: generalise}\n      born",
        "23:39: a coarser name still names a person or nobody: write nullify, constant or random_token",
    ),
    (
        "erase: nullify}\n      born",
        "erase: {generalise: decade, constant: x}}\n      born",
        "23:39: give one of: constant (the word), generalise (how coarse)",
    ),
    ("generalise: decade", "generalise: region", "24:64: 'region' does not fit this field: decade, year"),
    (
        "generalise: decade",
        "generalise: century",
        "24:77: 'century' is not one of: decade, year, month, region, network",
    ),
    (
        "erase: {generalise: decade}",
        "erase: keyed_token",
        "24:64: a token is no date: write nullify or {generalise: decade}",
    ),
    (
        "free_text: true, erase: nullify",
        "free_text: true, erase: generalise",
        "25:61: free text cannot be made anonymous by generalise (rules 6.2): write nullify, or scrub where law keeps the row",
    ),
    (
        "free_text: true, erase: nullify",
        "free_text: true, erase: scrub",
        "25:61: free text is scrubbed only in rows that a law keeps (rules 6.2): write nullify",
    ),
    (
        "free_text: true, erase: scrub",
        "erase: scrub",
        "38:40: only free text can be scrubbed: say free_text: true, or write nullify",
    ),
    (
        "secret: secret, erase: constant",
        "secret: secret, erase: leave",
        "26:60: a secret is never kept nor made coarser (leave): write nullify, constant or random_token",
    ),
    (
        "secret: secret,",
        "secret: secret, never: secret,",
        "26:60: a secret is never disclosed anyway: leave `never` out",
    ),
    (
        "remark: {label: {en: Remark}, free_text: true,",
        "remark: {label: {en: Remark}, json: {a: {label: id}}, php: {b: {label: id}},",
        "25:66: a column holds json or php, not both",
    ),
    (
        "remark: {label: {en: Remark}, free_text: true, erase: nullify}",
        "remark: {label: {en: Remark}, php: {a: {label: id}}, erase: random_token}",
        "25:67: a column with parts cannot be treated by random_token: write nullify or {constant: '{}'}",
    ),
    (
        "remark: {label: {en: Remark}, free_text: true, erase: nullify}",
        "remark: {label: {en: Remark}, encoded: unix_time, erase: keyed_token}",
        "25:64: a token is a text, and this column holds unix_time: write nullify or generalise",
    ),
    (
        "amount: {label: {en: Amount}}",
        "amount: {label: {en: Amount}, erase: noise}",
        "39:44: 'noise' is refused: records of bookkeeping must stay true (rules 6.2, 6.3); write keep, or delete",
    ),
    ("erase: anonymise\n", "erase: nullify\n", "17:12: 'nullify' treats a field, not a row of 'clients'"),
    (
        "deleted: {label: {en: Deleted}, erase: leave}",
        "deleted: {label: {en: Deleted}}",
        "27:16: 'deleted' needs `erase:`, since the rows of 'clients' stay",
    ),
    ("    retention: bill\n", "", "35:11: 'id' is kept: its retention class must name the `law`"),
    # rows marked as deleted are hers
    (
        "    erase: anonymise\n",
        "    erase: anonymise\n    soft_delete: {gone: '1'}\n",
        "18:19: 'gone' is not a field of 'clients'",
    ),
    (
        "    erase: anonymise\n",
        "    erase: anonymise\n    where: {deleted: '0'}\n    soft_delete: {deleted: '1'}\n",
        "18:22: 'deleted' marks deleted rows, which are still hers: `where` must not leave them out",
    ),
    # tables outside the map
    (
        "datasets:\n  clients",
        "undisclosed: {bills: {reason: x, columns: [id]}}\ndatasets:\n  clients",
        "13:22: table 'bills' is already a dataset",
    ),
    (
        "datasets:\n  clients",
        "by_hand: {a: {reason: x, columns: [id]}}\nnot_personal: {a: {reason: x, columns: [id]}}\ndatasets:\n  clients",
        "13:14: table 'a' is already declared under 'not_personal'",
    ),
]


def _load(folder: Path, text: str) -> DataMap:
    path = folder / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_the_map_without_mistakes_loads(tmp_path: Path) -> None:
    _load(tmp_path, GOOD)


@pytest.mark.parametrize(("old", "new", "message"), BAD, ids=[message[:60] for _, _, message in BAD])
def test_the_mistake_is_named_where_it_stands(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ConfigError) as raised:
        _load(tmp_path, GOOD.replace(old, new))

    found = str(raised.value).removeprefix(f"{tmp_path.name}/map.yaml:")
    assert found == message or (message.endswith((" ", "referred")) and found.startswith(message))


def test_what_is_not_personal_takes_no_erasure_from_its_dataset(tmp_path: Path) -> None:
    """An account that stays goes on working: `erase_fields` is for what says something about a person."""
    nullified = GOOD.replace("    erase: anonymise\n", "    erase: anonymise\n    erase_fields: nullify\n")
    kept = nullified.replace(
        "      id: {}\n      email", "      id: {erase: leave}\n      admin: {not_personal: a right}\n      email"
    )
    clients = _load(tmp_path, kept).datasets["clients"]

    assert clients.fields["admin"].terms.erase is Erase.LEAVE
    assert clients.fields["name"].terms.erase is Erase.NULLIFY

    with pytest.raises(ConfigError, match="what is not personal is not erased"):
        _load(tmp_path, kept.replace("{not_personal: a right}", "{not_personal: a right, erase: nullify}"))
