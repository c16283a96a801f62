"""The bar of stages above a case: where it is on the way that its right takes (ux.md 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from dsr import wording
from dsr.fulfil.locate import COPIES
from dsr.law.decisions import IN_WORDS
from dsr.law.rights import CHANGES_NO_STORE, SEARCHES_FIRST, Right
from dsr.law.workflow import ANSWERED, CLOSED, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsr.models import Case

_RECEIVED: Final = frozenset({State.RECEIVED})
_IDENTITY: Final = frozenset(
    {State.ID_PENDING, State.CLARIFY_PENDING, State.FEE_PENDING, State.ASSESSING, State.CONTESTED}
)
_GOOD_ENDS: Final = frozenset({State.COMPLETED, State.PARTLY_COMPLETED})


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; `state`: done, now or next. `url` is the page on which it is worked on, where it has one of its own."""

    label: str
    state: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of the way; `page` names the page of the case on which it is done."""

    label: str
    states: frozenset[State]
    page: str = ""


def _way(case: Case, progress: str) -> Iterator[_Part]:
    right = Right(case.right)
    copies = right in COPIES
    yield _Part(_("Receipt"), _RECEIVED)
    yield _Part(_("Assessment"), _IDENTITY)
    if right in SEARCHES_FIRST:
        collect = (_("Collect %(progress)s") % {"progress": progress}).strip()
        yield _Part(collect if copies else _("Search"), frozenset({State.COLLECTING}))
        yield _Part(_("Draft"), frozenset({State.DRAFTING}), _page(right, copies="draft"))
        if copies:
            # read between the draft and the second person; the workflow table knows both as one state.
            yield _Part(_("Read and redact"), frozenset(), "redaction")
        yield _Part(_("Second person"), frozenset({State.REVIEW}), _page(right, copies="review"))
    if right not in CHANGES_NO_STORE:
        yield _Part(_("Carry out"), frozenset({State.APPROVED, State.EXECUTING}))
        yield _Part(_("Answer"), frozenset({State.NOTIFYING}) | _GOOD_ENDS)
    else:
        yield _Part(_("Release"), frozenset({State.APPROVED, State.NOTIFYING}) | _GOOD_ENDS)


def _page(right: Right, *, copies: str) -> str:
    if right in COPIES:
        return copies
    return "decide" if right in IN_WORDS else "plan"


def stages(case: Case, *, done: int, total: int, linked: bool = False) -> list[Stage]:
    """The way of the case; `done` of `total` stores have answered. An early end shows the way so far and its name.

    A draft that is built waits to be read: that stage is the current one then. `linked`: the reader may open the pages of
    the answer, so stages that were reached lead there.
    """
    state = State(case.state)
    progress = f"{done}/{total}" if total else ""
    way = list(_way(case, progress))
    if state in CLOSED - _GOOD_ENDS:
        return [Stage(way[0].label, "done"), Stage(wording.state(state), "done" if state in ANSWERED else "now")]
    at = next((number for number, part in enumerate(way) if state in part.states), len(way))
    built = bool(case.manifest_sha256)
    if state == State.DRAFTING and built and Right(case.right) in COPIES:
        at += 1
    found = []
    for number, part in enumerate(way):
        now = "done" if number < at or state in _GOOD_ENDS else "now" if number == at else "next"
        there = linked and case.is_open and now != "next" and _stands(part.page, state, built=built)
        found.append(Stage(part.label, now, reverse(f"desk:{part.page}", args=[case.pk]) if there else ""))
    return found


def _stands(page: str, state: State, *, built: bool) -> bool:
    """Whether the page of a stage has something to show: a draft only while it is written, a review once it is built."""
    if page == "draft":
        return state == State.DRAFTING
    return bool(page) and (built or page not in {"review", "redaction"})
