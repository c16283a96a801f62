"""How far the office has come with what stops a use: restriction, objection, marketing, consent, and the human review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.demo.answers import ACCEPTED, BALANCED, REVIEWED, REVIEWED_BEFORE
from dsr.demo.plots import DONE, NOBODY
from dsr.law.letters import Outcome
from dsr.law.rights import RestrictionGround

if TYPE_CHECKING:
    from dsr.demo.moves import Scene


# --- restriction, objection ---------------------------------------------------------------------------------------------------


def restricting(on: Scene) -> None:
    """Set where a program can; one store waits for a person."""
    on.known()
    on.restrict(
        RestrictionGround.ACCURACY_CONTESTED, "All data about your usage in May.", "Only store the usage of May."
    )


def restricted(on: Scene) -> None:
    """Every store has confirmed."""
    restricting(on)
    on.confirm_stores("Field service", "Put aside and marked.")


def restricted_closed(on: Scene) -> None:
    """Answered; the restriction stands."""
    restricted(on)
    on.close(NOBODY)


def lifting(on: Scene) -> None:
    """Checked; she was told that the restriction ends in a week."""
    restricted_closed(on)
    on.announce_lift(
        "The meter was right.",
        "It was checked on site and compared with a second one.",
        "The reason for the restriction is gone (Article 18(3) GDPR).",
    )


def pausing(on: Scene) -> None:
    """The use is being stopped until somebody has decided."""
    on.known()
    on.restrict(None, "The credit score.", "Do not use the score until it is decided.", parts=["credit"])


def paused(on: Scene) -> None:
    """Stopped; now it is weighed."""
    pausing(on)
    on.confirm_stores("Field service", "Nothing of it is used here.")


def weighing(on: Scene) -> None:
    """Searched for what is at stake."""
    paused(on)
    on.search()


def weighed(on: Scene) -> None:
    """A decision is with the second person."""
    weighing(on)
    on.decide(Outcome.GRANTED, ACCEPTED, instruction="Delete the score.", stores=("billing",), findings=BALANCED)
    on.submit(days=on.next())


def stopping(on: Scene) -> None:
    """Accepted; finance still has to delete the score."""
    weighing(on)
    on.decide(Outcome.GRANTED, ACCEPTED, instruction="Delete the score.", stores=("billing",), findings=BALANCED)
    on.agree()


def stopped(on: Scene) -> None:
    """Done; the answer is to be sent."""
    stopping(on)
    on.confirm_stores(*DONE)


def stopped_closed(on: Scene) -> None:
    """Answered."""
    stopped(on)
    on.close(NOBODY)


# --- marketing, consent, human review -----------------------------------------------------------------------------------------


def marketing_stopped(on: Scene) -> None:
    """On the list at once; the stores have stopped as well."""
    on.let_work()
    on.by_telephone()


def consent_stopping(on: Scene) -> None:
    """The stores are asked; one waits for a person."""
    on.known()
    on.stop_consent("Stop everything that rests on the consent to use the location.")


def consent_stopped(on: Scene) -> None:
    """All have confirmed."""
    consent_stopping(on)
    on.confirm_stores(*DONE)


def consent_closed(on: Scene) -> None:
    """Answered."""
    consent_stopped(on)
    on.close(NOBODY, stopped="Since the day of your letter nobody uses your location.")


def frozen(on: Scene) -> None:
    """Nothing happens on the ground of the decision while a person looks."""
    on.known()
    on.freeze("Do not disconnect while we look at it.")


def review_searched(on: Scene) -> None:
    """What the program knew is collected."""
    frozen(on)
    on.confirm_stores(*DONE)
    on.search()


def reviewed(on: Scene) -> None:
    """Looked at by a person; the second one decides."""
    review_searched(on)
    on.decide(Outcome.GRANTED, REVIEWED, findings=REVIEWED_BEFORE)
    on.submit(days=on.next())


def review_agreed(on: Scene) -> None:
    """Approved; the letter is to be sent."""
    review_searched(on)
    on.decide(Outcome.GRANTED, REVIEWED, findings=REVIEWED_BEFORE)
    on.agree()


def review_closed(on: Scene) -> None:
    """Answered."""
    review_agreed(on)
    on.close("")
