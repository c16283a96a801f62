"""`manage.py clock`: one request or a file of them, and every mistake in one sentence with exit code 2."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

if TYPE_CHECKING:
    from pathlib import Path

BAVARIA = ["--jurisdiction", "DE-BY", "--received", "2026-05-04T18:30", "--timezone", "Europe/Berlin"]
HEAD = "id,jurisdiction,received_local,timezone,suspensions,extended\n"
GOOD = 'A1,DE-BY,2026-05-04T18:30:00,Europe/Berlin,[],0\nA2,DE,2026-03-05T12:00:00,Europe/Berlin,"[{""start"": ""2026-03-09"", ""end"": null, ""kind"": ""identity""}]",0\n'  # fmt: skip


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("clock", *arguments, stdout=out)
    return out.getvalue()


def failing(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_json_has_the_dates_and_the_arithmetic() -> None:
    found = json.loads(run(*BAVARIA, "--buffer-days", "3", "--json"))
    assert (found["due_on"], found["first_month_due_on"], found["act_by_on"]) == (
        "2026-06-05",
        "2026-06-05",
        "2026-06-02",
    )
    assert "4 June 2026 is Corpus Christi in Bavaria" in found["explanation"]
    assert found["lines"][0] == {"code": "received", "params": {"on": "2026-05-04"}}


def test_text_is_for_people() -> None:
    shown = run(*BAVARIA)
    assert "due_on" in shown
    assert "next working day Fri 5 June 2026" in shown


def test_options_reach_the_clock() -> None:
    assert json.loads(run(*BAVARIA, "--scope", "national", "--json"))["due_on"] == "2026-06-04"
    assert json.loads(run(*BAVARIA, "--extended", "--json"))["due_on"] == "2026-08-04"
    assert json.loads(run(*BAVARIA, "--holiday", "2026-06-05", "--json"))["due_on"] == "2026-06-08"
    assert json.loads(run(*BAVARIA, "--suspend", "2026-05-08:2026-05-15:identity", "--json"))["due_on"] == "2026-06-11"
    clarified = [*BAVARIA, "--suspend", "2026-05-08:2026-05-15:clarification", "--json"]
    assert json.loads(run(*clarified, "--right", "erasure"))["due_on"] == "2026-06-05"
    paused = json.loads(run(*BAVARIA, "--suspend", "2026-05-08::identity", "--json"))
    assert (paused["paused"], paused["due_on"]) == (True, None)
    swiss = [
        "--jurisdiction",
        "CH",
        "--received",
        "2026-03-02",
        "--timezone",
        "Europe/Zurich",
        "--extended",
        "--extended-to",
        "2026-05-29",
    ]
    assert json.loads(run(*swiss, "--json"))["due_on"] == "2026-05-29"
    assert json.loads(run(*BAVARIA, "--regime", "CA_QC25", "--json"))["regime_version"].startswith("CA_QC25")


def test_a_batch_prints_one_json_line_a_row(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("\ufeff" + HEAD + GOOD, encoding="utf-8")
    lines = [json.loads(line) for line in run("--batch", str(file)).splitlines()]
    assert lines == [{"id": "A1", "due_on": "2026-06-05"}, {"id": "A2", "due_on": None}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,jurisdiction\nA,DE\n", "no column received_local, timezone, suspensions, extended"),
        ((HEAD + GOOD + "A3,XX,2026-05-04T18:30,Europe/Berlin,[],0\n").encode(), "line 4: no regime is kept for 'XX'"),
        ((HEAD + "A,DE,2026-05-04T18:30,Europe/Berlin,nothing,0\n").encode(), "line 2: suspensions is no list"),
        ((HEAD + "A,DE,2026-05-04T18:30,Europe/Berlin,[7],0\n").encode(), "line 2: suspensions is no list"),
        ((HEAD + "A,DE,2026-05-04T18:30,Europe/Berlin,[],perhaps\n").encode(), "extended is 'perhaps'"),
        ((HEAD + 'A,"DE"x,2026\n').encode(), "is not CSV"),
        (HEAD.encode() + b"\xff\xfe", "is not text in UTF-8"),
        (b"", "no column id"),
    ],
)
def test_a_bad_file_prints_nothing_but_its_mistake(
    tmp_path: Path, content: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    assert words in failing("--batch", str(file))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--jurisdiction": ""}, "jurisdiction is missing"),
        ({"--received": ""}, "time of receipt is missing"),
        ({"--timezone": ""}, "time zone is missing"),
        ({"--jurisdiction": "DE-XX"}, "DE knows"),
        ({"--jurisdiction": "GB"}, "GB-ENG"),
        ({"--received": "yesterday"}, "write it like 2026-05-04T18:30"),
        ({"--timezone": "Bavaria"}, "not a known time zone"),
        ({"--suspend": "2026-05-08"}, "START:END:KIND"),
        ({"--suspend": "8.5.2026::identity"}, "is no date"),
        ({"--suspend": "2026-05-08::why"}, "known are identity"),
        ({"--right": "everything"}, "known are access"),
        ({"--scope": "village"}, "known are subdivision"),
        ({"--buffer-days": "-1"}, "no number of days"),
        ({"--regime": "LEX"}, "known are"),
        ({"--batch": "missing.csv"}, "cannot be read"),
    ],
)
def test_bad_input_is_one_sentence(changed: dict[str, str], words: str) -> None:
    options = dict(zip(BAVARIA[::2], BAVARIA[1::2], strict=True)) | changed
    assert words in failing(*(f"{name}={value}" for name, value in options.items()))
