"""The new request as a table: one row per page, with the form it shows and when it applies. Views only walk it.

Answers live in the draft (portal.draft). A page that does not apply any more keeps its answer without effect, so that
changing one's mind and back again loses nothing (WCAG 3.3.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy

from dsr.law import offers
from dsr.law.persons import Person
from dsr.law.rights import Right
from portal.forms import ask, people, what
from portal.forms import rights as own

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.utils.functional import _StrPromise

    from dsr.models import Controller, User
    from portal.forms.ask import StepForm


@dataclass(frozen=True, slots=True)
class About:
    """What decides which pages apply: the answers so far, and whether somebody is signed in.

    Several rights in one sitting (T-26) share the pages marked `common`; `answers` holds those and the pages of one right,
    `done` the other rights as `{"right", "answers"}`.
    """

    answers: Mapping[str, Mapping[str, Any]]
    user: User | None
    done: tuple[Mapping[str, Any], ...] = ()

    def get(self, step: str, name: str) -> Any:
        """One answer, or nothing."""
        return self.answers.get(step, {}).get(name, "")

    @property
    def right(self) -> Right | None:
        """The right chosen; None before that, and for whoever is not sure."""
        chosen = self.get("what", "right")
        return Right(chosen) if chosen in set(Right) else None

    @property
    def unsure(self) -> bool:
        """Whether she says in her own words what she wants; the office finds out which right that is (4.1)."""
        return self.get("what", "right") == what.UNSURE and not self.done

    @property
    def who(self) -> str:
        """For whom, as a code of dsr.law.persons.Person; the person herself until she said otherwise."""
        return str(self.get("who", "who") or Person.ME)

    @property
    def chosen(self) -> list[Right]:
        """Every right of the sitting, in the order in which they were chosen; the widest one for whoever is not sure."""
        if self.unsure:
            return [Right.ACCESS]
        return [*(Right(part["right"]) for part in self.done), *([self.right] if self.right else [])]

    def of(self, right: str) -> About:
        """The same sitting with `right` in hand; itself when that is so already or nobody asked for it."""
        mine = next((part for part in self.done if part["right"] == right), None)
        if mine is None or right == self.right:
            return self
        common = {step: answer for step, answer in self.answers.items() if step not in OWN}
        own = {step: answer for step, answer in self.answers.items() if step in OWN}
        rest = [part for part in self.done if part is not mine]
        if self.right:
            rest.append({"right": self.right.value, "answers": own})
        return About({**common, **mine["answers"]}, self.user, tuple(rest))

    def anywhere(self, step: str, name: str) -> Any:
        """An answer of this right or, failing that, of another one of the sitting."""
        others = (part["answers"].get(step, {}).get(name, "") for part in self.done)
        return self.get(step, name) or next(filter(None, others), "")


@dataclass(frozen=True, slots=True)
class Step:
    """A page: its word in the address, its form, when it applies; heading and lead when the form has several fields.

    A `common` page is answered once for all rights of a sitting, the others once for each.
    """

    name: str
    form: type[StepForm]
    applies: Callable[[About], bool]
    heading: _StrPromise | str = ""
    lead: _StrPromise | str = ""
    common: bool = False


def _of(*rights: Right) -> Callable[[About], bool]:
    return lambda about: about.right in rights


def _when(right: Right, step: str, name: str, value: str) -> Callable[[About], bool]:
    return lambda about: about.right is right and about.get(step, name) == value


def _known(about: About) -> bool:
    """Rights for which we must find the person; a marketing stop is matched on the address alone (I-06)."""
    return any(right is not Right.MARKETING_OBJECTION for right in about.chosen)


def _for(*people: Person) -> Callable[[About], bool]:
    return lambda about: _known(about) and about.who in people


def _without_account(about: About) -> bool:
    """Who asks for herself or her child and is not signed in: her contract is where we search."""
    return _known(about) and about.user is None and about.who in {Person.ME, Person.CHILD}


def _stranger(about: About) -> bool:
    """Who asks for somebody else need not be a customer: she says who she is, not how we find her."""
    return _known(about) and about.user is None and about.who not in {Person.ME, Person.CHILD}


def _named(about: About) -> bool:
    user = about.user
    return user is not None and bool(user.display_name)


def _shows_a_file(about: About) -> bool:
    step = {Person.CHILD: "child", Person.REPRESENTED: "represented", Person.DECEASED: "deceased"}.get(
        Person(about.who) if about.who in set(Person) else Person.ME, ""
    )
    return _known(about) and about.get(step, "shown") == "upload"


def _answered_to_sender(about: About) -> bool:
    """Whether we reply to the sender; who uses the same connection gets the reply herself (H-09)."""
    return bool(about.chosen) and not (_known(about) and about.who == Person.OTHER_USER)


def _given(about: About, name: str) -> Any:
    return about.get("details", name) or about.get("sender", name) or about.anywhere("marketing", name)


def _needs_email(about: About) -> bool:
    return (
        _answered_to_sender(about)
        and about.get("contact", "reply") == "portal"
        and about.user is None
        and not _given(about, "email")
    )


def _needs_post(about: About) -> bool:
    by_post = about.get("contact", "reply") == "letter" or about.anywhere("data", "paper")
    return _answered_to_sender(about) and bool(by_post) and not _given(about, "address")


STEPS: Final[tuple[Step, ...]] = (
    Step("what", what.WhatForm, lambda _about: True),
    Step("own-words", what.OwnWordsForm, lambda about: about.unsure),
    Step("who", people.WhoForm, _known, common=True),
    Step("child", people.ChildForm, _for(Person.CHILD), gettext_lazy("Who is the child?"), common=True),
    Step(
        "represented",
        people.RepresentedForm,
        _for(Person.REPRESENTED),
        gettext_lazy("Whom do you act for?"),
        gettext_lazy("We send the answer to that person, unless the authority says that we may send it to you."),
        common=True,
    ),
    Step("deceased", people.DeceasedForm, _for(Person.DECEASED), gettext_lazy("Who has died?"), common=True),
    Step(
        "other-user",
        people.OtherUserForm,
        _for(Person.OTHER_USER),
        gettext_lazy("Who is the other person?"),
        gettext_lazy("We reply to that person, not to you. That person also shows us who they are."),
        common=True,
    ),
    Step("authority", people.AuthorityForm, _shows_a_file, common=True),
    Step("sender", people.SenderForm, _stranger, gettext_lazy("Who are you?"), common=True),
    Step("account", ask.AccountForm, _without_account, common=True),
    Step(
        "details",
        ask.DetailsForm,
        lambda about: _without_account(about) and about.get("account", "account") in {"no", "former"},
        gettext_lazy("How do we find you in our systems?"),
        gettext_lazy("Your name, and at least one of customer number, phone, e-mail address or address."),
        common=True,
    ),
    Step(
        "former",
        ask.FormerForm,
        lambda about: _without_account(about) and about.get("account", "account") == "former",
        gettext_lazy("When were you a customer?"),
        gettext_lazy("Roughly is enough."),
        common=True,
    ),
    Step(
        "name", ask.NameForm, lambda about: _known(about) and about.user is not None and not _named(about), common=True
    ),
    Step("data", own.DataForm, _of(Right.ACCESS), gettext_lazy("A copy of your data")),
    Step("kinds", own.KindsForm, _when(Right.ACCESS, "data", "extent", "some"), gettext_lazy("Only some of your data")),
    Step("period", own.PeriodForm, _of(Right.ACCESS)),
    Step(
        "months",
        own.MonthsForm,
        _when(Right.ACCESS, "period", "period", "part"),
        gettext_lazy("From which month to which?"),
    ),
    Step("correct", own.RectificationForm, _of(Right.RECTIFICATION), gettext_lazy("What should we correct?")),
    Step("evidence", own.EvidenceForm, _of(Right.RECTIFICATION)),
    Step("pause", own.PauseForm, _of(Right.RECTIFICATION)),
    Step("delete", own.DeleteForm, _of(Right.ERASURE), gettext_lazy("Delete data")),
    Step(
        "delete-some",
        own.DeleteSomeForm,
        _when(Right.ERASURE, "delete", "delete", "some"),
        gettext_lazy("Only some of your data"),
    ),
    Step("copy", own.CopyFirstForm, _of(Right.ERASURE)),
    Step(
        "marketing",
        own.MarketingForm,
        _of(Right.MARKETING_OBJECTION),
        gettext_lazy("Where should marketing stop?"),
    ),
    Step("objection", own.ObjectionForm, _of(Right.OBJECTION), gettext_lazy("What do you object to?")),
    Step("restriction", own.RestrictionForm, _of(Right.RESTRICTION)),
    Step(
        "restriction-what",
        own.RestrictionWhatForm,
        _of(Right.RESTRICTION),
        gettext_lazy("Which data or which use should we pause?"),
        gettext_lazy("We pause the use now and confirm within 3 working days."),
    ),
    Step(
        "portability",
        own.PortabilityForm,
        _of(Right.PORTABILITY),
        gettext_lazy("Your data in a form programs can read"),
    ),
    Step(
        "provider",
        own.ProviderForm,
        _when(Right.PORTABILITY, "portability", "to_whom", "provider"),
        gettext_lazy("To another provider"),
    ),
    Step("consent", own.ConsentForm, _of(Right.CONSENT_WITHDRAWAL), gettext_lazy("Take back a consent")),
    Step("decision", own.DecisionForm, _of(Right.AUTOMATED_DECISION), gettext_lazy("Which decision is it?")),
    Step("contact", ask.ContactForm, _answered_to_sender, gettext_lazy("Our answer"), common=True),
    Step("email", ask.EmailForm, _needs_email, common=True),
    Step("post", ask.PostForm, _needs_post, common=True),
)
BY_NAME: Final = {step.name: step for step in STEPS}
OWN: Final = frozenset(step.name for step in STEPS if not step.common)
"""The pages that are answered once for each right."""


def offered(controller: Controller) -> tuple[Right, ...]:
    """The rights with a form of their own in this brand's portal: what its regime demands is always among them."""
    return offers.offered(controller.regime, controller.rights_offered)


def path(about: About) -> list[Step]:
    """The pages that apply now, in order."""
    return [step for step in STEPS if step.applies(about)]


def live(about: About) -> Callable[[str, str], Any]:
    """Reads answers, but only those of pages that apply: what was typed before a change of mind counts for nothing."""
    applies = {step.name for step in path(about)}
    return lambda step, name: about.get(step, name) if step in applies else ""


def first_open(about: About) -> Step | None:
    """The first page of this right that still needs an answer; None when everything is answered."""
    return next((step for step in path(about) if step.name not in about.answers), None)


def parts(about: About) -> list[About]:
    """The sitting once for each right, with that right in hand; the sitting itself while no right is chosen."""
    return [about.of(right.value) for right in about.chosen] or [about]


def next_open(about: About) -> tuple[About, Step] | None:
    """Where the sitting goes on: the first open page of any right, and the sitting with that right in hand.

    A right that is being chosen comes before the pages of the others.
    """
    for part in (about, *parts(about)):
        step = first_open(part)
        if step is not None:
            return part, step
    return None


def before(about: About, step: Step) -> Step | None:
    """The page before this one: where Back leads."""
    steps = path(about)
    at = steps.index(step) if step in steps else 0
    return steps[at - 1] if at else None


def words_of(about: About, step: Step, form: StepForm) -> list[tuple[str, str]]:
    """The rows of the check page for one step, as (label, answer); optional fields left empty are left out."""
    return form.lines(about.answers.get(step.name, {}))
