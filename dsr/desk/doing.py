"""What one step of the desk is: the form that asks for it and the verb that does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from dsr.cases.perform import perform
from dsr.desk.forms import steps as forms
from dsr.law.rights import ALL_RIGHTS, Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.utils.functional import _StrPromise

    from dsr.law.letters import LetterCode
    from dsr.law.workflow import Action, Actor, Facts
    from dsr.models import Case


class Verb(Protocol):
    """A verb of dsr.cases with the columns of its form bound; raises RefusedError, ConflictError, IncompleteLetterError."""

    def __call__(self, *, case: Case, form: forms.CaseForm, actor: Actor, now: datetime, seen: int) -> object:
        """Take the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One step of the desk. `page` names a page of the case where the step is taken, instead of a form of its own.

    `supplies` are facts that the form can state, so that their absence is not held against the button. `letter` is
    what the step sends: its form offers a preview first. `concerns`: any other case does not even show it greyed.
    """

    run: Verb
    done: _StrPromise
    form: type[forms.CaseForm] = forms.CaseForm
    rights: frozenset[Right] = ALL_RIGHTS
    label: Action | None = None
    page: str = ""
    supplies: Mapping[str, Any] = field(default_factory=dict)
    letter: LetterCode | None = None
    explains: _StrPromise | str = ""
    concerns: Callable[[Facts], bool] = field(default=lambda _facts: True)


def plain(action: Action) -> Verb:
    """A step that changes nothing but the state."""

    def run(*, case: Case, form: forms.CaseForm, actor: Actor, now: datetime, seen: int) -> object:
        return perform(case_id=case.pk, action=action, actor=actor, now=now, seen_version=seen)

    return run


def with_fields(verb: Any, *fields: str) -> Verb:
    """A verb that takes these fields of its form under their own names."""

    def run(*, case: Case, form: forms.CaseForm, actor: Actor, now: datetime, seen: int) -> object:
        values = {name: form.cleaned_data[name] for name in fields if name in form.fields}
        return verb(case_id=case.pk, actor=actor, now=now, seen_version=seen, **values)

    return run


def on_request(verb: Any, *fields: str) -> Verb:
    """A verb on the request of the case, which takes no version: its own rows say who was first."""

    def run(*, case: Case, form: forms.CaseForm, actor: Actor, now: datetime, seen: int) -> object:
        values = {name: form.cleaned_data[name] for name in fields}
        return verb(request=case.request, actor=actor, now=now, **values)

    return run
