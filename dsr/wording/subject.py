"""Words for states as the subject reads them: one headline, and what she does now, or need not do (4.1, ux.md 1.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from dsr.law.rights import Right
from dsr.law.workflow import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

# 4.1 "visible to subject as": one headline and one "what now" for each state (ux.md 1.7).
SUBJECT_STATES: Final[Mapping[State, tuple[_StrPromise, _StrPromise]]] = {
    State.RECEIVED: (
        _("We have your request"),
        _("We read it and check that it comes from you. You do not need to do anything unless we ask you here."),
    ),
    State.ID_PENDING: (
        _("We need you to confirm it is you"),
        _("Choose one of the ways offered here. The clock stands still until you answer and goes on that day."),
    ),
    State.CLARIFY_PENDING: (
        _("We need one detail from you"),
        _("Answer our question below. If you want everything, say so: then you get everything."),
    ),
    State.FEE_PENDING: (
        _("We announced a fee"),
        _("The letter says why and how much. You can accept it, narrow your request, withdraw it, or complain."),
    ),
    State.ASSESSING: (
        _("We are working on your request"),
        _("We check what has to be done. You do not need to do anything."),
    ),
    State.COLLECTING: (
        _("We are collecting your data"),
        _("We search all our systems. You do not need to do anything."),
    ),
    State.DRAFTING: (
        _("We are preparing the answer"),
        _("We put it together and protect what belongs to other people. You do not need to do anything."),
    ),
    State.REVIEW: (
        _("A second person checks the answer"),
        _("Nothing leaves us before that. You do not need to do anything."),
    ),
    State.APPROVED: (
        _("The answer is decided"),
        _("We carry it out and tell you here when it is done."),
    ),
    State.EXECUTING: (
        _("We are carrying out your request"),
        _("Our systems are being changed now. We tell you here when it is done."),
    ),
    State.NOTIFYING: (
        _("Your answer is being sent"),
        _("It appears here shortly. If others had your data from us, we are telling them too."),
    ),
    State.COMPLETED: (
        _("Your request is done"),
        _("Read the answer in your letters. If something is missing or wrong, tell us here."),
    ),
    State.PARTLY_COMPLETED: (
        _("Your request is partly done"),
        _(
            "The letter lists what we had to keep, under which law and until when. If you disagree, you can contest it here."
        ),
    ),
    State.REFUSED: (
        _("We refused your request"),
        _(
            "The letter gives the reasons. You can contest this here, complain to the supervisory authority, or go to court."
        ),
    ),
    State.NOT_IDENTIFIED: (
        _("Closed because we could not confirm who you are"),
        _("You can take it up again at any time: send a new request and show us then that it is you."),
    ),
    State.WITHDRAWN: (
        _("You withdrew this request"),
        _("Nothing more happens. You can send a new request at any time."),
    ),
    State.CONTESTED: (
        _("We are looking at it again"),
        _("Somebody who did not decide the first time checks the outcome. You do not need to do anything."),
    ),
    State.ARCHIVED: (
        _("No longer kept here"),
        _("The answer was sent and the page has ended. You can send a new request at any time."),
    ),
    State.PURGED: (
        _("No longer kept here"),
        _("The file has been deleted. You can send a new request at any time."),
    ),
}
# Where the right makes the words plainer than the state alone.
SUBJECT_STATES_OF_RIGHT: Final[Mapping[tuple[State, Right], tuple[_StrPromise, _StrPromise]]] = {
    **dict.fromkeys(
        [(State.COLLECTING, right) for right in (Right.ERASURE, Right.RECTIFICATION, Right.OBJECTION)],
        (
            _("We are looking for your data"),
            _("We look in all our systems for what your request is about. You do not need to do anything."),
        ),
    ),
    **dict.fromkeys(
        [(State.DRAFTING, right) for right in (Right.ERASURE, Right.RECTIFICATION, Right.OBJECTION)],
        (
            _("We are planning what has to be changed"),
            _("Nothing is changed before a second person has checked it. You do not need to do anything."),
        ),
    ),
    (State.COLLECTING, Right.AUTOMATED_DECISION): (
        _("We are collecting what the decision rests on"),
        _("Then a person looks at it. You do not need to do anything."),
    ),
    (State.COMPLETED, Right.RECTIFICATION): (
        _("Your data is corrected"),
        _("The letter says what it was before, what it is now, and who was told."),
    ),
    (State.COMPLETED, Right.OBJECTION): (
        _("We have stopped the use you object to"),
        _("The letter says what stopped, and since when."),
    ),
    (State.COMPLETED, Right.CONSENT_WITHDRAWAL): (
        _("Your consent no longer counts"),
        _("The letter says what stopped, and since when. What was done before was lawful and stays so."),
    ),
    (State.COMPLETED, Right.AUTOMATED_DECISION): (
        _("A person has looked at the decision"),
        _("The letter says what was decided and why. If you do not agree, tell us here."),
    ),
    (State.COMPLETED, Right.ACCESS): (
        _("Your data is ready"),
        _("Download it here. If something is missing or wrong, tell us."),
    ),
    (State.COMPLETED, Right.PORTABILITY): (
        _("Your data is ready"),
        _("Download it here. Your contract goes on unchanged."),
    ),
    (State.COMPLETED, Right.ERASURE): (
        _("Your data is deleted"),
        _("The letter lists what was deleted and who was told."),
    ),
    (State.EXECUTING, Right.ERASURE): (
        _("We are deleting your data"),
        _("System by system. We tell you here when it is done."),
    ),
    (State.EXECUTING, Right.RECTIFICATION): (
        _("We are correcting your data"),
        _("System by system. We tell you here when it is done."),
    ),
    (State.COMPLETED, Right.RESTRICTION): (
        _("The use of your data is paused"),
        _("We tell you at least seven days before we lift the pause."),
    ),
    (State.COMPLETED, Right.MARKETING_OBJECTION): (
        _("Marketing has stopped"),
        _(
            "Messages about your contract go on. Printed mail already in production may still reach you; the letter says until when."
        ),
    ),
}
