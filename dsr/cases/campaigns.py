"""Files of a campaign, row by row: the link each mail needs, and who must not get it (O-03, RFC 8058).

A million rows pass in the memory of a few hundred. What is wrong with a row is said by its line number, never by its value.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from dsr.addresses import base_url
from dsr.cases import contacts, suppression_keys
from dsr.cases.contacts import BadContactError, Contact, Kind
from dsr.cases.stop_tokens import MAX_CAMPAIGN, StopLinks
from dsr.cases.suppression_bulk import Asking
from dsr.law.policies import MarketingChannel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from dsr.models import Controller

COLUMNS: Final = (Kind.EMAIL, Kind.PHONE, Kind.CUSTOMER_NUMBER, Kind.POST)
"""The columns that are read, in the order in which a link is made for the first that is filled; the others pass through."""
PARTS: Final = ("street", "postcode", "city")
"""The columns of a postal address that is in several; read in place of `post` where letters are sent."""
ONE_CLICK: Final = "List-Unsubscribe=One-Click"
LINK_COLUMNS: Final = ("stop_url", "List-Unsubscribe", "List-Unsubscribe-Post")
BATCH: Final = 1000
# What a message through a channel is sent to; a customer number stands for all of them.
_SENT_TO: Final = {
    MarketingChannel.EMAIL: (Kind.EMAIL, Kind.CUSTOMER_NUMBER),
    MarketingChannel.SMS: (Kind.PHONE, Kind.CUSTOMER_NUMBER),
    MarketingChannel.PHONE: (Kind.PHONE, Kind.CUSTOMER_NUMBER),
    MarketingChannel.POST: (Kind.POST, Kind.CUSTOMER_NUMBER),
}


class CampaignFileError(ValueError):
    """The file cannot be read as a campaign; the message says what to change and quotes no row."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a mail carries: the address for the text, and the values of the two headers."""

    url: str

    @property
    def header(self) -> str:
        """The value of `List-Unsubscribe`."""
        return f"<{self.url}>"


class LinkMaker:
    """Makes the links of one controller and campaign."""

    def __init__(self, controller: Controller, *, now: datetime, campaign: str = "") -> None:
        """Opens the keys once. ValueError for a campaign name longer than MAX_CAMPAIGN bytes."""
        if len(campaign.encode()) > MAX_CAMPAIGN:
            raise ValueError(f"the name of the campaign has at most {MAX_CAMPAIGN} bytes")
        self.controller, self._campaign = controller, campaign
        self._links = StopLinks(controller.slug, suppression_keys.ensured_keys(controller, now=now))
        self._base = base_url(controller)

    def link(self, contact: Contact) -> Link:
        """The link for a mail, message or letter to this contact."""
        return Link(f"{self._base}/stop/{self._links.token(contact, campaign=self._campaign)}/")


class Row(NamedTuple):
    """One row of a file: `line` counts from 1, `wrong` says which column holds nothing usable."""

    line: int
    cells: tuple[str, ...]
    contacts: tuple[Contact, ...] = ()
    wrong: str = ""


def named_columns(text: str) -> dict[str, str]:
    """`email=Mail,phone=Tel` -> column name in lower case -> what it is for us. CampaignFileError for anything else."""
    found = {}
    for pair in filter(None, text.split(",")):
        ours, equals, theirs = pair.partition("=")
        if not equals or ours.strip() not in {*(kind.value for kind in COLUMNS), *PARTS} or not theirs.strip():
            raise CampaignFileError("columns are named like email=Mail,phone=Tel")
        found[_plain(theirs)] = ours.strip()
    return found


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


class CampaignFile:
    """Reads a CSV file (UTF-8, comma or semicolon, a heading line) lazily."""

    def __init__(
        self,
        controller: Controller,
        lines: Iterable[str],
        *,
        letters: bool = False,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        """Reads the heading. CampaignFileError when none of COLUMNS is in it.

        `letters`: the file is for paper mail, so that an address in the columns PARTS is read as well. `columns`: what
        columns of other names are for us (`named_columns`).
        """
        source = iter(lines)
        first = next(source, "").lstrip("\ufeff")
        self._controller = controller
        self._delimiter = ";" if first.count(";") > first.count(",") else ","
        self.heading = tuple(next(csv.reader([first], delimiter=self._delimiter), []))
        names = [(columns or {}).get(_plain(name), _plain(name)) for name in self.heading]
        self._places: list[tuple[Kind, tuple[int, ...]]] = [
            (kind, (names.index(kind.value),)) for kind in COLUMNS if kind.value in names
        ]
        if letters and Kind.POST.value not in names and all(part in names for part in PARTS):
            self._places.append((Kind.POST, tuple(names.index(part) for part in PARTS)))
        if not self._places:
            raise CampaignFileError("the first line must name a column: " + ", ".join(kind.value for kind in COLUMNS))
        self._source = source

    def rows(self) -> Iterator[Row]:
        """Every row, the broken ones too. CampaignFileError when the rest is no CSV at all."""
        reader = csv.reader(self._source, delimiter=self._delimiter)
        try:
            for cells in reader:
                if cells:
                    yield self._row(reader.line_num + 1, tuple(cells))
        except (csv.Error, UnicodeDecodeError):
            raise CampaignFileError(f"line {reader.line_num + 1} cannot be read as CSV in UTF-8") from None

    def _row(self, line: int, cells: tuple[str, ...]) -> Row:
        if len(cells) != len(self.heading):
            return Row(line, cells, wrong="columns")
        found = []
        for kind, places in self._places:
            text = cells[places[0]] if len(places) == 1 else " ".join(cells[place] for place in places)
            if not text or text.isspace():
                continue
            try:
                found.append(contacts.contact(self._controller, kind, text))
            except BadContactError:
                return Row(line, cells, wrong=kind.value)
        return Row(line, cells, tuple(found), "" if found else "empty")


class Judged(NamedTuple):
    """A row, and whether its message must not be sent."""

    row: Row
    suppressed: bool


def judge(controller: Controller, rows: Iterable[Row], *, channel: MarketingChannel, now: datetime) -> Iterator[Judged]:
    """Ask the list for every row, BATCH rows with one question; rows that are wrong pass as suppressed.

    A row is suppressed when anything in it that the channel sends to is on the list.
    """
    asking, source, to = Asking(controller, channels=[channel.value], now=now), iter(rows), _SENT_TO[channel]
    while batch := list(islice(source, BATCH)):
        asked: list[Contact] = []
        ends = []
        for row in batch:
            asked += [one for one in row.contacts if one.kind in to]
            ends.append(len(asked))
        stopped, begin = asking.ask(asked), 0
        for row, end in zip(batch, ends, strict=True):
            yield Judged(row, bool(row.wrong) or any(stopped[begin:end]))
            begin = end
