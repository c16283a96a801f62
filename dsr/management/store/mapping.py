"""`store discover` and `store coverage`: propose a data map for a database, and see what a map leaves out."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from django.utils import timezone

from dsr.management.output import fail
from dsr.management.store.common import identifier, one_store, opened, reading, reading_store, stores
from exporters.contract import Subject
from exporters.datamap.parameters import declared
from exporters.discover.coverage import coverage
from exporters.discover.draft import draft
from exporters.discover.fill import fill
from exporters.discover.find import discover
from exporters.discover.model import Confidence, Role
from exporters.document import read_document
from exporters.registry import SecretError, secret
from exporters.shipped import SYSTEMS
from exporters.sql.schema import read_schema

if TYPE_CHECKING:
    from dsr.management.output import DeskCommand
    from exporters.discover.model import Discovery
    from exporters.document import Item


def add(verbs: Any) -> None:
    """A store or a URL, subscribers one knows, a file for the draft."""
    finding = verbs.add_parser("discover", help="propose a data map for a database, with a reason for each guess")
    finding.add_argument("store", help="a configured store, or with --url the name the map shall have")
    finding.add_argument("--url", help="a database that is no store yet; a password stands in env:NAME or file:PATH")
    for option, meaning in (
        ("--identifier", "what names a subscriber you know; several are better"),
        ("--other", "the same of a second subscriber: what both share names neither"),
    ):
        finding.add_argument(option, action="append", default=[], metavar="KIND=VALUE", help=meaning)
    finding.add_argument("--language", action="append", metavar="CODE", help="of the map's words (en)")
    finding.add_argument("--fill", metavar="SYSTEM", help="propose the names that a system's map leaves open instead")
    finding.add_argument("--output", type=Path, help="a new file for the map; without it, it is printed")
    covering = verbs.add_parser("coverage", help="every column of a store and what its map says; exit 1 on a gap")
    covering.add_argument("store")


def run_discover(command: DeskCommand, **options: Any) -> None:
    """Look at the store and write the draft; with --json print what was found out about each column instead."""
    output = options["output"]
    if output and output.exists():
        raise fail(f"{output} exists already; a draft never replaces a map")
    document = _open_map(options["fill"]) if options["fill"] else None
    found = _look(options)
    text = fill(found, document) if document else draft(found, name=options["store"], languages=_languages(options))
    if output:
        output.write_text(text, encoding="utf-8")
    if command.as_json:
        command.rows(_findings(found), empty="no column")
    elif output:
        command.one(_summary(found, text))
    else:
        command.stdout.write(text)


def _open_map(system: str) -> Item:
    """The map of a system that comes with the product and leaves names open."""
    path = SYSTEMS / system / "map.yaml"
    known = sorted(one.parent.name for one in SYSTEMS.glob("*/map.yaml") if declared(read_document(one)))
    if system not in known:
        raise fail(f"{system} leaves no names open; systems that do: {', '.join(known)}")
    return read_document(path, name=f"{system}/map.yaml")


def _languages(options: dict[str, Any]) -> tuple[str, ...]:
    return tuple(options["language"] or ("en",))


def _look(options: dict[str, Any]) -> Discovery:
    name = options["store"]
    given = (options["identifier"], options["other"])
    subjects = [Subject("command line", tuple(identifier(text, name) for text in texts)) for texts in given if texts]
    connecting = reading(name, _url(options["url"])) if options["url"] else reading_store(one_store(stores(), name))
    with connecting as connection:
        return discover(connection, subjects, today=timezone.now().date())


def _url(given: str) -> str:
    """The URL, read from where `env:` or `file:` points; a password in the clear is refused: process lists show it."""
    try:
        url = secret(given, folder=Path.cwd())
        clear = url == given and sa.make_url(url).password is not None
    except SecretError as error:
        raise fail(str(error)) from None
    except sa.exc.ArgumentError:
        raise fail("the url of the store cannot be understood") from None
    if clear:
        raise fail("the url holds a password in clear text: write --url env:NAME or --url file:PATH")
    return url


def _findings(found: Discovery) -> list[dict[str, Any]]:
    return [
        {
            "table": finding.table,
            "column": finding.column,
            "role": finding.role.value,
            "kind": finding.kind.value if finding.kind else "",
            "confidence": finding.confidence.value,
            "proposed": finding.proposed,
            "reasons": "; ".join(finding.reasons),
        }
        for finding in found.findings.values()
    ]


def _summary(found: Discovery, text: str) -> dict[str, int]:
    roles = Counter(finding.role for finding in found.findings.values())
    sure = Counter(finding.confidence for finding in found.findings.values() if finding.role is Role.NAMES)
    return {
        "tables": len(found.tables),
        "tables of subscribers": len(found.links),
        "columns that name subscribers (certain)": sure[Confidence.CERTAIN],
        "columns that name subscribers (likely)": sure[Confidence.LIKELY],
        "columns that may, by their name": sure[Confidence.POSSIBLE],
        "secrets": roles[Role.SECRET],
        "personal-looking columns without a link": roles[Role.OTHERS],
        "tables too large to search": sum(table.too_large for table in found.tables.values()),
        "questions": text.count("# ?"),
        "answers the map needs before it loads": sum(line.count(": null") for line in text.splitlines()),
    }


def run_coverage(command: DeskCommand, **options: Any) -> None:
    """A line a column; in text, the totals at the end."""
    config = one_store(stores(), options["store"])
    with reading_store(config) as connection:
        lines = list(coverage(opened(config).data_map, read_schema(connection)))
    command.rows(
        [
            {"table": c.table, "column": c.column, "disclosed": c.disclosed, "erasure": c.treatment.value, "why": c.why}
            for c in lines
        ],
        empty="the store has no table",
    )
    if not command.as_json:
        totals = Counter(line.treatment for line in lines)
        command.stdout.write(", ".join(f"{count} {treatment.value}" for treatment, count in totals.most_common()))
    if any(line.blocks for line in lines):
        sys.exit(1)
