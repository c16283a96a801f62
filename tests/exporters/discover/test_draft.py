"""A draft asks what it cannot know, gives its reasons, and repeats no value of anybody."""

from __future__ import annotations

import pytest

from exporters.datamap.load import load
from exporters.datamap.model import Erase
from exporters.discover.draft import draft
from exporters.discover.write import comment, flow
from exporters.document import ConfigError
from tests.exporters.discover.stand import PEOPLE, Stand, answered


def _store(stand: Stand) -> None:
    stand.run(
        "CREATE TABLE accounts (uid integer PRIMARY KEY, `user name` varchar(30), email varchar(99), phone_cc varchar(5),"
        " phone varchar(30), secret_token varchar(30), settings text)",
        "CREATE TABLE usage (id integer PRIMARY KEY, uid_account integer, account_uid integer, octets integer)",
        "CREATE TABLE nokey (account_id integer, note text)",
        "CREATE TABLE admins (id integer PRIMARY KEY, email varchar(99))",
        accounts=[
            (n, f"sub{n:04}", one[2], "44", one[3][3:], f"t{n}", f'{{"{one[0]}": {{"password": "{n}"}}}}')
            for n, one in enumerate(PEOPLE, 1)
        ],
        usage=[(n, 9, n, 1000) for n in range(1, 6)],
        nokey=[(n, f"call {one[0]} {one[1]}") for n, one in enumerate(PEOPLE, 1)],
        admins=[(1, "root@isp.example")],
    )


def test_an_unanswered_draft_is_refused_at_the_line_of_the_first_question(stand: Stand) -> None:
    _store(stand)
    path = stand.folder / "map.yaml"
    path.write_text(draft(stand.look(0, 1), name="stand"), encoding="utf-8")

    with pytest.raises(ConfigError, match=r"map\.yaml:\d+:\d+: a text is expected here"):
        load(path)


def test_an_answered_draft_erases_nothing_until_somebody_says_so(stand: Stand) -> None:
    _store(stand)

    data_map = stand.map(stand.look(0, 1))

    assert {dataset.terms.erase for dataset in data_map.datasets.values()} == {Erase.MANUAL}
    assert data_map.datasets["accounts"].fields["phone"].identifier
    assert data_map.ignored["admins"].personal
    assert data_map.ignored["nokey"].personal


def test_every_column_is_declared_somewhere(stand: Stand) -> None:
    _store(stand)

    assert stand.store(stand.look(0, 1)).check() == [
        problem for problem in stand.store(stand.look(0, 1)).check() if problem.code == "by_hand"
    ]


def test_no_value_of_anybody_stands_in_a_draft(stand: Stand) -> None:
    _store(stand)

    text = draft(stand.look(0, 1), name="stand", languages=("en", "de", "sv"))

    for person in PEOPLE:
        assert not [value for value in person if value in text]
    assert "sub0001" not in text
    assert "root@isp.example" not in text


def test_languages_without_words_of_ours_are_questions(stand: Stand) -> None:
    _store(stand)
    text = draft(stand.look(0, 1), name="stand", languages=("en", "de", "sv"))

    assert "sv: null" in text
    path = stand.folder / "map.yaml"
    path.write_text(answered(text), encoding="utf-8")
    assert load(path).languages == ("en", "de", "sv")


def test_names_that_yaml_would_misread_are_quoted() -> None:
    assert flow("on") == "'on'"
    assert flow({"a: b": ["#x", None]}) == "{'a: b': ['#x', null]}"
    assert comment("two\nlines", ask=True) == "  # ? two lines"
