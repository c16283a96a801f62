"""Tests that guard the whole house: sizes, doors, words, settings, what may be logged."""

from __future__ import annotations

import ast
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from dsr import logs
from dsr.wording.events import EVENTS
from dsr.wording.refusals import REFUSALS
from tests.parsing import parsed

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted(
    p for folder in ("dsr", "portal", "exporters") for p in (ROOT / folder).rglob("*.py") if "migrations" not in p.parts
)
# A longer file needs a reason, and the reason stands here.
LONG: dict[str, str] = {}


def test_files_stay_short():
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in SOURCES}

    assert {name: n for name, n in lengths.items() if n > 320 and name not in LONG} == {}


def test_the_import_direction_holds():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("folder", ["portal", "dsr/desk"])
def test_interfaces_reach_rows_only_through_the_controller(folder):
    """Every query of an interface starts with `of(controller)` or from a row that did (house.md "Controllers")."""
    loose = []
    for path in (ROOT / folder).rglob("*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if re.search(
                r"\b(Case|Request|Task|Artifact|Letter|LetterRow|Message|Subject|OneTimeCode|IndexToken)\.objects\.(?!of\()",
                line,
            ):
                loose.append(f"{path.relative_to(ROOT)}:{number}")
    assert loose == []


def test_only_one_module_names_the_queue():
    names = [
        str(p.relative_to(ROOT))
        for p in SOURCES
        if re.search(r"^\s*(import|from) django_rq", p.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert names == ["dsr/work/wake.py"]


def test_jobs_named_by_strings_exist():
    from dsr.work import jobs

    named = {m for p in SOURCES for m in re.findall(r'"dsr\.work\.jobs\.(\w+)"', p.read_text(encoding="utf-8"))}
    assert named
    assert {name for name in named if not callable(getattr(jobs, name, None))} == set()


def _calls(name: str) -> set[str]:
    found = set()
    for path in SOURCES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
                found |= {
                    str(k.value.value) for k in node.keywords if k.arg == "kind" and isinstance(k.value, ast.Constant)
                }
    return found


def test_every_refusal_and_every_recorded_event_has_words():
    assert _calls("Refusal") | _calls("InvalidRequestError") <= {str(code) for code in REFUSALS}
    assert _calls("record") <= {str(code) for code in EVENTS}


def test_logs_hold_no_addresses_numbers_or_queries():
    record = logging.LogRecord(
        "x", logging.INFO, "f", 1, "from %s at %s via %s", ("anna@example.com", "+44 7700 900123", "/a?token=1"), None
    )
    logs.NoPersonalData().filter(record)

    assert logs.JsonFormatter().format(record).endswith('"message": "from [e-mail] at [phone] via /a?[query]"}')


def test_a_logged_exception_shows_its_type_and_place_and_not_its_text():
    try:
        raise ValueError("Anna Example, anna@example.com")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())

    line = logs.JsonFormatter().format(record)
    assert "Anna" not in line
    assert '"exception": "ValueError"' in line


def test_every_setting_from_the_environment_is_in_the_docs():
    names = set(re.findall(r'env\w+\(\s*"([A-Z_]+)"', (ROOT / "dsr/settings.py").read_text(encoding="utf-8")))
    docs = (ROOT / "docs/settings.md").read_text(encoding="utf-8")

    assert {name for name in names if f"`{name}`" not in docs} == set()


def _patterns(resolver, prefix=""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern)


def test_every_desk_page_sends_a_stranger_to_sign_in(client, db):
    from tests.factories import make_controller

    make_controller()
    sample = {"uuid": "00000000-0000-4000-8000-000000000000", "str": "x", "int": "1", "slug": "x", "path": "x"}
    for pattern in _patterns(get_resolver()):
        if not pattern.startswith("desk/") or pattern.startswith("desk/account/"):
            continue
        url = "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m: sample[m.group(1) or "str"], pattern)
        response = client.get(url)
        assert response.status_code == 302, (url, response.status_code)
        assert response.headers["Location"].startswith("/desk/account/login/"), url
