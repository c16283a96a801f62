"""What the second person looks at before approving: a list of ticks, each computed from rows (ux.md 2.3, four eyes)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import wording
from dsr.cases.facts import identified
from dsr.law.rights import IdentityLevel
from dsr.models import Artifact, Case, Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date


@dataclass(frozen=True, slots=True)
class Tick:
    """One check; `kind`: ok, warn (look at it) or bad (do not approve)."""

    kind: str
    words: str

    @property
    def icon(self) -> str:
        """The sign beside the words."""
        return {"ok": "circle-check", "warn": "triangle-alert", "bad": "circle-alert"}[self.kind]


def ticks(case: Case, package: Artifact | None, *, today: date) -> list[Tick]:
    """Every check of an answer with a package, in the order in which a reviewer reads it."""
    return [*_stores(case), *_identity(case), *_package(case, package), *_dates(case, today), _language(case)]


def _stores(case: Case) -> Iterator[Tick]:
    tasks = [task for task in case.tasks.all() if task.operation == "collect"]
    asked = sum(task.status == Task.Status.DONE for task in tasks)
    waived = sum(task.status == Task.Status.WAIVED for task in tasks)
    if not tasks:
        yield Tick("bad", _("No store was asked."))
    elif asked + waived < len(tasks):
        yield Tick("bad", _("%(done)s of %(all)s stores have answered.") % {"done": asked, "all": len(tasks)})
    else:
        words = ngettext("The only store has answered.", "All %(n)s stores have answered.", asked)
        if asked:
            yield Tick("ok", words % {"n": asked})
    if waived:
        words = ngettext(
            "%(n)s store was left out; the letter says so.", "%(n)s stores were left out; the letter says so.", waived
        )
        yield Tick("warn", words % {"n": waived})


def _identity(case: Case) -> Iterator[Tick]:
    level = IdentityLevel(case.request.identity_level)
    enough = identified(case)
    yield Tick("ok" if enough else "bad", _("Identity: %(level)s.") % {"level": wording.say(level)})


def _package(case: Case, package: Artifact | None) -> Iterator[Tick]:
    if package is None:
        yield Tick("bad", _("There is no package."))
        return
    same = package.details.get("manifest_sha256") == case.manifest_sha256
    yield Tick(
        "ok" if same else "bad",
        _("Package and manifest belong together.") if same else _("Package and manifest differ."),
    )
    # The package is refused when the letter lacks an element of the rule book, so its being there is the check.
    yield Tick("ok", _("The letter has every element the law asks for, remedies included."))


def _dates(case: Case, today: date) -> Iterator[Tick]:
    if case.due_on is None:
        yield Tick("warn", _("The clock stands still."))
    elif today > case.due_on:
        yield Tick("bad", _("The answer is late; it was due %(day)s.") % {"day": wording.day(case.due_on)})
    else:
        yield Tick("ok", _("In time: due %(day)s.") % {"day": wording.day_with_weekday(case.due_on)})


def _language(case: Case) -> Tick:
    language = case.request.language
    name = dict(settings.LANGUAGES).get(language, language)
    return Tick("ok", _("In the language of the request: %(language)s.") % {"language": name})
