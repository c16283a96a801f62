"""The new request as a table: one row per page, with the form it shows and when it applies. Views only walk it.

Answers live in the draft (portal.draft). A page that does not apply any more keeps its answer without effect, so that
changing one's mind and back again loses nothing (WCAG 3.3.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.law.rights import Right
from portal.forms import ask
from portal.forms import rights as own

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.utils.functional import _StrPromise

    from dsr.models import User
    from portal.forms.ask import StepForm


@dataclass(frozen=True, slots=True)
class About:
    """What decides which pages apply: the answers so far, and whether somebody is signed in."""

    answers: Mapping[str, Mapping[str, Any]]
    user: User | None

    def get(self, step: str, name: str) -> Any:
        """One answer, or nothing."""
        return self.answers.get(step, {}).get(name, "")

    @property
    def right(self) -> Right | None:
        """The right chosen; None before that, and for whoever is not sure."""
        chosen = self.get("what", "right")
        return Right(chosen) if chosen in set(Right) else None


@dataclass(frozen=True, slots=True)
class Step:
    """A page: its word in the address, its form, when it applies; heading and lead when the form has several fields."""

    name: str
    form: type[StepForm]
    applies: Callable[[About], bool]
    heading: _StrPromise | str = ""
    lead: _StrPromise | str = ""


def _of(*rights: Right) -> Callable[[About], bool]:
    return lambda about: about.right in rights


def _when(right: Right, step: str, name: str, value: str) -> Callable[[About], bool]:
    return lambda about: about.right is right and about.get(step, name) == value


def _known(about: About) -> bool:
    """Rights for which we must find the person; a marketing stop is matched on the address alone (I-06)."""
    return about.right is not None and about.right is not Right.MARKETING_OBJECTION


def _without_account(about: About) -> bool:
    return _known(about) and about.user is None


def _needs_email(about: About) -> bool:
    if about.get("contact", "reply") != "portal" or about.user is not None:
        return False
    return not (about.get("details", "email") or about.get("marketing", "email"))


def _needs_post(about: About) -> bool:
    return about.get("contact", "reply") == "letter" and not (
        about.get("details", "address") or about.get("marketing", "address")
    )


STEPS: Final[tuple[Step, ...]] = (
    Step("what", ask.WhatForm, lambda _about: True),
    Step("who", ask.WhoForm, _known),
    Step(
        "other",
        ask.OtherForm,
        lambda about: _known(about) and about.get("who", "who") in {"child", "other"},
        gettext_lazy("Who is the other person?"),
    ),
    Step("account", ask.AccountForm, _without_account),
    Step(
        "details",
        ask.DetailsForm,
        lambda about: _without_account(about) and about.get("account", "account") in {"no", "former"},
        gettext_lazy("How do we find you in our systems?"),
        gettext_lazy("Your name, and at least one of customer number, phone, e-mail address or address."),
    ),
    Step("name", ask.NameForm, lambda about: _known(about) and about.user is not None and not about.user.display_name),
    Step("data", own.DataForm, _of(Right.ACCESS)),
    Step("kinds", own.KindsForm, _when(Right.ACCESS, "data", "extent", "some"), gettext_lazy("Only some of your data")),
    Step("period", own.PeriodForm, _of(Right.ACCESS)),
    Step(
        "months",
        own.MonthsForm,
        _when(Right.ACCESS, "period", "period", "part"),
        gettext_lazy("From which month to which?"),
    ),
    Step("correct", own.RectificationForm, _of(Right.RECTIFICATION), gettext_lazy("What should we correct?")),
    Step("pause", own.PauseForm, _of(Right.RECTIFICATION)),
    Step("delete", own.DeleteForm, _of(Right.ERASURE)),
    Step("delete-some", own.DeleteSomeForm, _when(Right.ERASURE, "delete", "delete", "some")),
    Step("copy", own.CopyFirstForm, _of(Right.ERASURE)),
    Step(
        "marketing",
        own.MarketingForm,
        _of(Right.MARKETING_OBJECTION),
        gettext_lazy("Where should marketing stop?"),
    ),
    Step("objection", own.ObjectionForm, _of(Right.OBJECTION), gettext_lazy("What do you object to?")),
    Step("restriction", own.RestrictionForm, _of(Right.RESTRICTION)),
    Step("restriction-what", own.RestrictionWhatForm, _of(Right.RESTRICTION)),
    Step("portability", own.PortabilityForm, _of(Right.PORTABILITY)),
    Step("provider", own.ProviderForm, _when(Right.PORTABILITY, "portability", "to_whom", "provider")),
    Step("consent", own.ConsentForm, _of(Right.CONSENT_WITHDRAWAL)),
    Step("decision", own.DecisionForm, _of(Right.AUTOMATED_DECISION), gettext_lazy("Which decision is it?")),
    Step("contact", ask.ContactForm, lambda about: about.right is not None, gettext_lazy("Our answer")),
    Step("email", ask.EmailForm, _needs_email),
    Step("post", ask.PostForm, _needs_post),
)
BY_NAME: Final = {step.name: step for step in STEPS}


def path(about: About) -> list[Step]:
    """The pages that apply now, in order."""
    return [step for step in STEPS if step.applies(about)]


def first_open(about: About) -> Step | None:
    """The first page that still needs an answer; None when everything is answered."""
    return next((step for step in path(about) if step.name not in about.answers), None)


def before(about: About, step: Step) -> Step | None:
    """The page before this one: where Back leads."""
    steps = path(about)
    at = steps.index(step) if step in steps else 0
    return steps[at - 1] if at else None


def words_of(about: About, step: Step, form: StepForm) -> list[tuple[str, str]]:
    """The rows of the check page for one step, as (label, answer); optional fields left empty are left out."""
    rows = []
    for name, field in form.fields.items():
        text = form.say(name, about.get(step.name, name))
        if text or field.required:
            rows.append((str(field.label), text or _("Not answered yet")))
    return rows
