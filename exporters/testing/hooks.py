# ruff: noqa: S101 - tests, written as a library
"""What a client tells the conformance kit about a store, and how a check finds out whether it is called for.

A check runs when the exporter claims the capability (`exporters.contract`) and the subclass gives the hooks it needs;
otherwise it is skipped with a reason that says which of the two is missing.
"""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec

import pytest

from exporters.contract import Identifier, IdentifierKind, MatchStatus, PlanBlocked, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from exporters.contract import Batch, KeepUntil, Match, Outcome, PlanLine, Residue, RowKey
    from exporters.testing.checksums import RowSums

_P = ParamSpec("_P")

NOBODY = Subject(
    "nobody",
    (
        Identifier(IdentifierKind.EMAIL, "nobody.at.all@example.org"),
        Identifier(IdentifierKind.USERNAME, "no-such-user"),
        Identifier(IdentifierKind.PHONE, "+447700900999"),
    ),
)


class Hooks:
    """What a subclass gives. Five are enough for every check of reading and erasing; the rest break the store on purpose.

    Whatever is not overridden skips what needs it.
    """

    keep: KeepUntil | None = None
    """What law keeps; in a class body a function needs `staticmethod`."""
    keep_name = "-"
    """Where `keep` stands, as `module:function`, for the process that is killed."""
    transactional = True
    """False for a store that cannot undo (REST, files): a crash may then leave some lines done, never lost or doubled."""
    points: tuple[str, ...] = ("check:1", "check:2")
    """Where a crash is tried; see `exporters.testing.child`."""
    patience = 30.0
    """Seconds within which a store that does not answer must have been given up; configure time-outs well below."""

    # The five.

    def exporter(self) -> Any:
        """A new exporter on the test's own store, which holds `known` and `namesake`."""
        raise NotImplementedError

    def known(self) -> Subject:
        """A person the store knows, named by identifiers that are hers alone."""
        raise NotImplementedError

    def namesake(self) -> Subject:
        """Another person of the store, with the same name if it has one."""
        raise NotImplementedError

    def unknown(self) -> Subject:
        """A person the store does not know."""
        return NOBODY

    def contents(self) -> RowSums:
        """A checksum of every row of the store, read without the exporter. Without it nothing that writes is tried."""
        raise NotImplementedError

    # Breaking it.

    def unreachable(self) -> Any:
        """An exporter whose store is down."""
        raise NotImplementedError

    def stalled(self) -> AbstractContextManager[Any]:
        """While inside: an exporter whose store takes the question and never answers."""
        raise NotImplementedError

    def breaking(self) -> AbstractContextManager[tuple[Any, Callable[[], None]]]:
        """While inside: an exporter, and a function that breaks its connection from then on."""
        raise NotImplementedError

    def silencing(self) -> AbstractContextManager[tuple[Any, Callable[[], None]]]:
        """While inside: an exporter, and a function after which its store says nothing more and does not hang up."""
        raise NotImplementedError

    def locked(self) -> AbstractContextManager[None]:
        """While inside: the system itself holds what the plan would write."""
        raise NotImplementedError

    def configured(self) -> tuple[str, str]:
        """The store file and the name of the store in it, for a process that is killed in the middle."""
        raise NotImplementedError

    # What the system does meanwhile.

    def plant(self, value: str) -> None:
        """Write a copy of a value where no map reaches."""
        raise NotImplementedError

    def arrive(self) -> None:
        """Let the system add one row of hers to a growing dataset."""
        raise NotImplementedError

    def claim(self) -> None:
        """Make a row of hers that the plan lists another person's."""
        raise NotImplementedError

    def grow(self, rows: int) -> None:
        """Add so many rows of hers, of about 200 bytes each; it is called more than once."""
        raise NotImplementedError

    # What the checks are made of.

    def gives(self, hook: str) -> bool:
        """Whether the subclass gives a hook."""
        return getattr(type(self), hook) is not getattr(Hooks, hook)

    def require(self, capabilities: tuple[type, ...], hooks: tuple[str, ...]) -> None:
        """Skip the running check, with the reason, unless the exporter claims and the subclass gives what it needs."""
        for hook in ("exporter", *hooks):
            if not self.gives(hook):
                pytest.skip(f"{type(self).__name__} does not say {hook}()")
        exporter = self.exporter()
        for capability in capabilities:
            if not isinstance(exporter, capability):
                pytest.skip(f"{type(exporter).__name__} does not claim {capability.__name__} (exporters.contract)")

    def found(self, subject: Subject) -> Match:
        """What the store says about a subject who is there."""
        match: Match = self.exporter().locate(subject)
        assert match.status is MatchStatus.FOUND, (
            f"locate() says {match.status} about {subject.reference}: give identifiers that are hers alone, or look at "
            "what `finds` in the data map"
        )
        return match

    def stream(self, subject: Subject) -> Iterator[Batch]:
        """All batches of a subject, in their order."""
        exporter = self.exporter()
        return iter(exporter.collect(subject, exporter.locate(subject).keys))

    def rows(self, subject: Subject) -> list[tuple[str, str]]:
        """All rows of a subject as text, with their dataset, sorted."""
        return sorted(
            (batch.dataset, json.dumps(dict(zip(batch.columns, row, strict=False)), sort_keys=True, default=str))
            for batch in self.stream(subject)
            for row in batch.rows
        )

    def keys(self) -> tuple[RowKey, ...]:
        """The known person's keys."""
        return self.found(self.known()).keys

    def whole(self) -> Subject:
        """The known person with all the store teaches about her."""
        taught = (one.identifier for one in self.found(self.known()).learned if not one.shared)
        return replace(self.known(), identifiers=tuple(dict.fromkeys((*self.known().identifiers, *taught))))

    def planned(self) -> tuple[PlanLine, ...]:
        """The plan that erases the known person."""
        keys = self.keys()
        try:
            lines: tuple[PlanLine, ...] = self.exporter().plan(
                self.known(), keys, right="erasure", now=now(), keep_until=self.keep
            )
        except PlanBlocked as blocked:
            places = "\n".join(f"  {one.code} {one.place}: {one.detail}" for one in blocked.problems)
            pytest.fail(f"the known subject cannot be erased before this is changed:\n{places}", pytrace=False)
        return lines

    def applied(self, lines: tuple[PlanLine, ...], check: Callable[[], None] = lambda: None) -> tuple[Outcome, ...]:
        """Carry the lines out."""
        return self.applied_by(self.exporter(), lines, check)

    def applied_by(
        self, exporter: Any, lines: tuple[PlanLine, ...], check: Callable[[], None] = lambda: None
    ) -> tuple[Outcome, ...]:
        """Carry the lines out by a certain exporter."""
        outcomes: tuple[Outcome, ...] = exporter.apply(
            lines, approval="kit", now=now(), check=check, keep_until=self.keep
        )
        return outcomes

    def left(self, who: Subject, keys: tuple[RowKey, ...], lines: tuple[PlanLine, ...]) -> tuple[Residue, ...]:
        """What the store still holds of her."""
        found: tuple[Residue, ...] = self.exporter().residue(who, keys, now=now(), lines=lines, keep_until=self.keep)
        return found


def needs(*capabilities: type, hooks: tuple[str, ...] = ()) -> Callable[[Callable[_P, None]], Callable[_P, None]]:
    """A check that runs only for exporters with these capabilities and subclasses that give these hooks."""

    def mark(check: Callable[_P, None]) -> Callable[_P, None]:
        @functools.wraps(check)
        def checked(*args: _P.args, **kwargs: _P.kwargs) -> None:
            suite = args[0]
            assert isinstance(suite, Hooks)
            suite.require(capabilities, hooks)
            check(*args, **kwargs)

        return checked

    return mark


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)
