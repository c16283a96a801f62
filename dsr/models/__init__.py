"""Rows and their constraints; no behaviour beyond one row."""

from dsr.models.base import KeyedRow, OwnedRow, Row, RowId, ScopedQuerySet, Sealed
from dsr.models.case import Case, CaseQuerySet, Channel, Request, Suspension
from dsr.models.controller import Controller, ReferenceCounter
from dsr.models.event import Anchor, Event, EventNote
from dsr.models.plan import Plan
from dsr.models.subject import IndexToken, OneTimeCode, Subject
from dsr.models.user import AccountLink, Kind, User
from dsr.models.work import Artifact, Message, Pulse, Task

__all__ = [
    "AccountLink",
    "Anchor",
    "Artifact",
    "Case",
    "CaseQuerySet",
    "Channel",
    "Controller",
    "Event",
    "EventNote",
    "IndexToken",
    "KeyedRow",
    "Kind",
    "Message",
    "OneTimeCode",
    "OwnedRow",
    "Plan",
    "Pulse",
    "ReferenceCounter",
    "Request",
    "Row",
    "RowId",
    "ScopedQuerySet",
    "Sealed",
    "Subject",
    "Suspension",
    "Task",
    "User",
]
