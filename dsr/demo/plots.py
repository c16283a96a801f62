"""How far the office has come: what happened to a request that is answered with records, corrected or erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dsr.cases import silence
from dsr.demo.answers import CORRECTED, CORRECTED_PARTLY, FEE, FREQUENT, REFUSALS
from dsr.law.letters import Outcome
from dsr.law.rights import ExtensionReason, Right

if TYPE_CHECKING:
    from dsr.demo.moves import Scene

NOBODY: Final = "Nobody outside of Northwave received these data."
DONE: Final = ("Finance", "Done, and looked at again in the system.")


def received(_: Scene) -> None:
    """Nobody has looked yet."""


def identity_asked(on: Scene) -> None:
    """It is not clear who asks."""
    on.intake_assigns(days=on.next())
    on.ask_identity(
        days=on.next(), doubt="The e-mail came from an address that we do not have on file for this customer."
    )


def assessing(on: Scene) -> None:
    """We know who asks."""
    on.known()


def withdrawn(on: Scene) -> None:
    """Taken back before anything was done."""
    on.intake_assigns(days=on.next())
    on.withdraw(days=on.next(), proof="Letter of the subscriber, kept with the request.")


def refused(on: Scene) -> None:
    """Refused with a ground of the right."""
    on.known()
    said = REFUSALS[Right(on.case().right)]
    on.refuse(days=on.next(), **said)


def contested(on: Scene) -> None:
    """Refused, and the person does not agree."""
    refused(on)
    on.contest("I do not agree. Please let somebody else look at it.")


def searched(on: Scene) -> None:
    """Every store has answered."""
    on.known()
    on.search()


def store_down(on: Scene) -> None:
    """One store did not answer."""
    on.known()
    on.search(without="radius")


def nobody_found(on: Scene) -> None:
    """The search waits for a person who says which customer it is."""
    on.nameless()
    on.search()


def complained(on: Scene) -> None:
    """Refused, contested, and the authority has written as well."""
    contested(on)
    on.complained(
        "Bayerisches Landesamt für Datenschutzaufsicht", "LDA-1085-12/26", "She says that the contract ended."
    )


# --- access, portability ------------------------------------------------------------------------------------------------------


def clarify(on: Scene) -> None:
    """Which of the many records? She has an account, and the question waits for her there."""
    on.link(days=on.next())
    on.intake_assigns(days=on.next())
    on.clarify(
        why="You have been with us for years, and we hold several thousand records of your connection.",
        options="Invoices and payments\nConversations with support\nRecords of your connection",
        meanwhile="We have already begun with your contract.",
    )


def fee(on: Scene) -> None:
    """The fourth time the same is asked; a fee is announced."""
    on.known()
    on.fee(FREQUENT, **FEE)


def extended(on: Scene) -> None:
    """Two months more, told with reasons."""
    searched(on)
    on.extend(
        ExtensionReason.REDACTION_WORK,
        "Forty recorded calls name other people, and each has to be listened to.",
        "You have your contract and your invoices already.",
    )


def silent(on: Scene) -> None:
    """Asked who she is, reminded, never answered."""
    identity_asked(on)
    on.silent(silence.remind)
    on.not_identified("The e-mail came from an address that we do not have on file, and nobody answered our question.")


def packed(on: Scene) -> None:
    """The answer is built and handed over."""
    searched(on)
    on.draft(days=on.next(), paragraph="")
    on.read(days=on.next())
    on.submit(days=on.next())


def packed_approved(on: Scene) -> None:
    """Approved, and not released yet."""
    packed(on)
    on.approve(days=on.next())


def packed_sent(on: Scene) -> None:
    """The package waits in her account."""
    on.link(days=on.next())
    packed_approved(on)
    on.release(days=on.next())


def consulted(on: Scene) -> None:
    """Searched, and Dana was asked whether it is too much."""
    searched(on)
    on.consult("excessive", "She asks every month for the same. Would it be right to refuse?")


# --- rectification ------------------------------------------------------------------------------------------------------------


def sheet_filled(on: Scene) -> None:
    """The page of corrections is filled and the plan made; nobody has approved it."""
    searched(on)
    on.fill_corrections(billing__customers__last_name="Ashe")


def sheet_handed_over(on: Scene) -> None:
    """The same, with its answer, before the second person."""
    searched(on)
    on.fill_corrections(billing__customers__last_name="Wojcik")
    on.decide(Outcome.GRANTED, CORRECTED)
    on.submit(days=on.next())


def sheet_applied(on: Scene) -> None:
    """Corrected by program, read back, and the answer not sent yet."""
    searched(on)
    on.fill_corrections(billing__customers__last_name="Müller-Lang")
    on.decide(Outcome.GRANTED, CORRECTED)
    on.agree()


def sheet_closed(on: Scene) -> None:
    """The same, answered."""
    sheet_applied(on)
    on.close(NOBODY)


def by_people(on: Scene) -> None:
    """Approved; finance still has to correct it."""
    searched(on)
    on.decide(Outcome.GRANTED, CORRECTED, instruction="Correct the first name to Ágnes.", stores=("billing",))
    on.agree()


def partly(on: Scene) -> None:
    """One claim corrected, one refused; closed in part. She reads it in her account."""
    on.link(days=on.next())
    on.intake_assigns(days=on.next())
    on.search()
    on.decide(Outcome.PARTLY, CORRECTED_PARTLY, instruction="Correct the house number to 12.", stores=("billing",))
    on.agree()
    on.confirm_stores(*DONE)
    on.close(NOBODY)


# --- erasure ------------------------------------------------------------------------------------------------------------------


def planned(on: Scene) -> None:
    """The plan is made."""
    searched(on)
    on.plan()


def plan_handed_over(on: Scene) -> None:
    """The plan is with the second person."""
    planned(on)
    on.submit(days=on.next())


def plan_held(on: Scene) -> None:
    """Approved, and a court wants the data kept: nothing is erased."""
    planned(on)
    on.approve_plan()
    on.hold(
        "4 C 117/26, unpaid installation", "The court asked on the telephone to keep everything until its letter comes."
    )


def erasing(on: Scene) -> None:
    """A session is still open, so that one store cannot be done yet."""
    planned(on)
    on.approve_plan()
    on.carry_out()


def erased(on: Scene) -> None:
    """Erased; recipients have to be told."""
    erasing(on)


def erased_closed(on: Scene) -> None:
    """Erased and answered; what the law keeps stands with its end."""
    erasing(on)
    on.tell_recipients()
    on.release(days=on.next())


def erased_long_ago(on: Scene) -> None:
    """The same a month ago, and the stores were searched again since."""
    erased_closed(on)
    on.search_again()


WRITING: Final = frozenset({erasing, erased, erased_closed, erased_long_ago})
"""What changes a store by an approved plan."""
