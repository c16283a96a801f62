"""Ways of paging, and what servers do wrong about them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import Permanent
from exporters.http.message import Reply, Request
from exporters.http.paging import Paging, Style
from exporters.http.records import records_of

if TYPE_CHECKING:
    from collections.abc import Callable


class Server:
    """Answers from a function of the request's parameters; keeps what it was asked."""

    def __init__(
        self, answer: Callable[[dict[str, str]], Any], link: Callable[[dict[str, str]], str] = lambda _: ""
    ) -> None:
        self.answer, self.link, self.asked = answer, link, []  # type: ignore[var-annotated]

    def fetch(self, request: Request) -> tuple[Reply, Any]:
        asked = dict(request.form or request.query)
        if "?" in request.path:
            asked |= dict(pair.split("=") for pair in request.path.partition("?")[2].split("&"))
        self.asked.append(asked)
        data = self.answer(asked)
        head = {"link": self.link(asked)}
        return Reply(200, head, json.dumps(data).encode(), "https://crm.example.com/api/list"), data


def ids(paging: Paging, server: Server, *, form: bool = False) -> list[int]:
    request = Request("POST", "list", form=(("action", "x"),)) if form else Request("GET", "list", query=(("q", "x"),))
    pages = paging.pages(request, server.fetch, lambda data: len(records_of(data, "rows", "crm")), "crm")
    return [record["id"] for data in pages for record in records_of(data, "rows", "crm")]


def part(start: int, size: int, *, end: int = 7) -> list[dict[str, int]]:
    return [{"id": n} for n in range(start, min(start + size, end))]


def test_pages_until_one_is_empty_even_where_the_server_gives_less_than_asked() -> None:
    server = Server(lambda asked: {"rows": part((int(asked["p"]) - 1) * 2, 2)})
    assert ids(Paging(Style.PAGE, "p", "n", 100), server) == list(range(7))
    assert [one["p"] for one in server.asked] == ["1", "2", "3", "4", "5"]
    assert server.asked[0] == {"q": "x", "n": "100", "p": "1"}


@pytest.mark.parametrize("total", [7, "7", 3, 0, 99, None, "many"])
def test_a_total_that_lies_loses_nothing(total: object) -> None:
    server = Server(lambda asked: {"rows": part(int(asked["o"]), 3), "total": total})
    assert ids(Paging(Style.OFFSET, "o", "n", 3, total_at="total"), server, form=True) == list(range(7))


def test_offsets_count_what_really_came() -> None:
    server = Server(lambda asked: {"rows": part(int(asked["o"]), 2)})
    assert ids(Paging(Style.OFFSET, "o", "n", 5), server) == list(range(7))


def test_a_parameter_the_server_ignores_is_an_error_and_not_a_short_list() -> None:
    server = Server(lambda _: {"rows": part(0, 3)})
    with pytest.raises(Permanent) as raised:
        ids(Paging(Style.PAGE, "p"), server)
    assert raised.value.code == "paging_stuck"
    whole = Server(lambda _: {"rows": part(0, 3), "total": 3})
    assert ids(Paging(Style.PAGE, "p", size=3, total_at="total"), whole) == [0, 1, 2]


def test_cursors_and_links() -> None:
    server = Server(
        lambda asked: {"rows": part(int(asked.get("c", 0)), 3), "next": (3, 6, None)[int(asked.get("c", 0)) // 3]}
    )
    assert ids(Paging(Style.CURSOR, "c", cursor_at="next"), server) == list(range(7))

    def link(asked: dict[str, str]) -> str:
        page = int(asked.get("page", 1))
        return (
            f'<?page=1>; rel="first", </api/list?page={page + 1}>; rel="next"' if page < 3 else '<?page=1>; rel="first"'
        )

    server = Server(lambda asked: {"rows": part((int(asked.get("page", 1)) - 1) * 3, 3)}, link)
    assert ids(Paging(Style.LINK), server) == list(range(7))


def test_the_last_row_as_cursor_and_a_word_that_more_follows() -> None:
    after = Paging(Style.CURSOR, "after", cursor_at="rows.-1.id", more_at="more")

    def page(asked: dict[str, str]) -> dict[str, object]:
        start = int(asked.get("after", -1)) + 1
        return {"rows": part(start, 3), "more": start + 3 < 6}

    server = Server(page)
    assert ids(after, server) == list(range(6))
    assert len(server.asked) == 2, "the last page is known to be the last"
    # Where nothing is said, an empty page is the end.
    assert ids(after, Server(lambda asked: {"rows": part(int(asked.get("after", -1)) + 1, 3)})) == list(range(7))


def test_more_that_nobody_can_ask_for_is_an_error_and_not_a_short_list() -> None:
    server = Server(lambda _: {"rows": [], "more": True})
    with pytest.raises(Permanent) as raised:
        ids(Paging(Style.CURSOR, "after", cursor_at="rows.-1.id", more_at="more"), server)
    assert raised.value.code == "paging_stuck"


def test_a_cursor_that_stands_still_is_stuck() -> None:
    server = Server(lambda _: {"rows": part(0, 3), "next": "same"})
    with pytest.raises(Permanent) as raised:
        ids(Paging(Style.CURSOR, "c", cursor_at="next"), server)
    assert raised.value.code == "paging_stuck"


@pytest.mark.parametrize(
    ("found", "count"),
    [
        ("", 0),
        (None, 0),
        ([], 0),
        ({}, 0),
        (False, 0),
        ({"id": 1}, 1),
        ([{"id": 1}, {"id": 2}], 2),
        ({"0": {"id": 1}, "7": {}}, 2),
    ],
)
def test_lists_in_odd_wrappings(found: object, count: int) -> None:
    assert len(records_of({"a": {"b": found}}, "a.b", "crm")) == count


@pytest.mark.parametrize("found", ["text", 5, [1, 2], [[{}]], {"0": "x"}])
def test_what_is_no_list_of_records_is_an_error(found: object) -> None:
    with pytest.raises(Permanent) as raised:
        records_of({"a": found}, "a", "crm")
    assert raised.value.code == "bad_answer"
