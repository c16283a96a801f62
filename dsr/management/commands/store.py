"""`manage.py store list|check|collect|plan|apply|residue`: look at the stores, collect, and carry out approved plans."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings

from dsr.management import erasure
from dsr.management.output import DeskCommand, fail
from exporters.contract import (
    Applies,
    Checks,
    Collects,
    Identifier,
    IdentifierKind,
    Locates,
    MatchStatus,
    Plans,
    Residues,
    Severity,
    StoreError,
    Subject,
)
from exporters.registry import ConfigError, StoreConfig, capable, load_stores, open_store

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

CAPABILITIES = {
    "locate": Locates,
    "collect": Collects,
    "check": Checks,
    "plan": Plans,
    "apply": Applies,
    "residue": Residues,
}


class Command(DeskCommand):
    """`collect` prints a person's data to the terminal: use it on test subscribers."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Sub-commands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="what DSR_STORES names and what each can do")
        verbs.add_parser("check", help="map against live schema; exit 1 on an error").add_argument("stores", nargs="*")
        collecting = verbs.add_parser("collect", help="one person's data from one store, as JSON Lines")
        collecting.add_argument("store")
        collecting.add_argument("--identifier", action="append", required=True, metavar="KIND=VALUE")
        planning = verbs.add_parser("plan", help="plan an erasure anew: what goes, what stays, why; changes nothing")
        planning.add_argument("reference")
        planning.add_argument("--as", dest="user", required=True, metavar="EMAIL")
        applying = verbs.add_parser(
            "apply", help="carry out an approved plan; exit 1 while something waits for a person"
        )
        applying.add_argument("plan", help="the id of an approved plan")
        searching = verbs.add_parser(
            "residue", help="what still names the person in one store; exit 1 when it must not"
        )
        searching.add_argument("reference")
        searching.add_argument("store")
        for sub in verbs.choices.values():
            sub.add_argument("--json", action="store_true", help="print JSON instead of text")

    def run_list(self, **_: Any) -> None:
        """One line a store."""
        rows = []
        for name, config in _stores().items():
            exporter = open_store(config)
            can = [word for word, protocol in CAPABILITIES.items() if capable(exporter, protocol)]
            rows.append({"store": name, "controller": config.controller, "system": config.system, "can": " ".join(can)})
        self.rows(rows, empty="no store configured")

    def run_check(self, **options: Any) -> None:
        """Problems by severity; a store that cannot be asked is a problem too."""
        rows: list[dict[str, str]] = []
        stores = _stores()
        for name in options["stores"] or stores:
            exporter = open_store(_one(stores, name))
            try:
                problems = exporter.check() if capable(exporter, Checks) else []
                rows += [
                    {"store": name, "severity": p.severity.value, "code": p.code, "place": p.place, "detail": p.detail}
                    for p in problems
                ]
            except StoreError as error:
                rows.append(
                    {"store": name, "severity": "error", "code": error.code, "place": error.place, "detail": ""}
                )
        self.rows(rows, empty="map and schema agree in every store")
        if any(row["severity"] == Severity.ERROR.value for row in rows):
            sys.exit(1)

    def run_plan(self, **options: Any) -> None:
        """The plan's lines as counts."""
        self.rows(erasure.make_plan(options["reference"], options["user"]), empty="nothing to erase in any store")

    def run_apply(self, **options: Any) -> None:
        """What each store came to."""
        rows = erasure.apply_plan(options["plan"])
        self.rows(rows, empty="nothing to do")
        if any(row["status"] != "done" for row in rows):
            sys.exit(1)

    def run_residue(self, **options: Any) -> None:
        """Hits by whose row they are in."""
        rows = erasure.residue(options["reference"], options["store"])
        self.rows(rows, empty="nothing names the person any more")
        if any(row["whose"] in {"hers", "unlinked"} for row in rows):
            sys.exit(1)

    def run_collect(self, **options: Any) -> None:
        """Locate and collect; exit 2 when nobody or more than one person is meant."""
        name = options["store"]
        exporter = open_store(_one(_stores(), name))
        subject = Subject("command line", tuple(_identifier(text, name) for text in options["identifier"]))
        try:
            match = exporter.locate(subject)
            if match.status is not MatchStatus.FOUND:
                raise fail(f"{name}: {match.status.value}")
            for batch in exporter.collect(subject, match.keys):
                for row in batch.rows:
                    record = {"dataset": batch.dataset, **dict(zip(batch.columns, row, strict=True))}
                    self.one(record)
        except StoreError as error:
            raise fail(f"{error.code} at {error.place}") from None


def _stores() -> dict[str, StoreConfig]:
    if not settings.DSR_STORES:
        raise fail("DSR_STORES is not set: it names the YAML file that lists the stores")
    try:
        return load_stores(settings.DSR_STORES)
    except ConfigError as error:
        raise fail(str(error)) from None


def _one(stores: dict[str, StoreConfig], name: str) -> StoreConfig:
    if name not in stores:
        raise fail(f"no store is called {name}; there are: {', '.join(stores)}")
    return stores[name]


def _identifier(text: str, store: str) -> Identifier:
    kind, sign, value = text.partition("=")
    try:
        known = IdentifierKind(kind)
    except ValueError:
        raise fail(f"--identifier needs KIND=VALUE; kinds: {', '.join(k.value for k in IdentifierKind)}") from None
    if not sign or not value:
        raise fail("--identifier needs KIND=VALUE, like email=anna@example.com")
    return Identifier(known, value, store if known in {IdentifierKind.CUSTOMER_NUMBER, IdentifierKind.RECORD} else None)
