"""Rows and their constraints; no behaviour beyond one row."""

from dsr.models.approval import AnswerVersion, Closeness
from dsr.models.authority import AuthorityCase
from dsr.models.base import KeyedRow, OwnedRow, RingId, Row, RowId, ScopedQuerySet, Sealed
from dsr.models.brand import BrandChange, Logo
from dsr.models.case import Case, CaseQuerySet, Channel, Request, Suspension
from dsr.models.controller import Controller, ReferenceCounter
from dsr.models.correction import CorrectionSheet, Recheck
from dsr.models.desk import CaseTag, DeskSettings, Presence, SavedView, SharingRule, Skip, Tag
from dsr.models.draft import Draft, Upload
from dsr.models.escalation import Absence, Escalation, Incident, Told
from dsr.models.event import Anchor, Event, EventNote
from dsr.models.evidence import EvidencePack
from dsr.models.flood import Suspicion
from dsr.models.hand import HandFile, HandLink, HandTask, OwnerMail, RequestLink
from dsr.models.hold import Hold
from dsr.models.identity import ContactSeen, IdentityCheck
from dsr.models.inbound import InboundMail, Partner
from dsr.models.journal import JournalSecret, JournalStep
from dsr.models.ledger import ErasedIdentifier, Erasure, KeptLine, Rescan
from dsr.models.letter import Letter, LetterQuerySet, LetterWording, SentLetterError
from dsr.models.plan import Plan
from dsr.models.receiver import Receiver, Transmission
from dsr.models.recipient import Recipient, RecipientMail, RecipientNotice
from dsr.models.redaction import RedactionBox, RedactionItem, RedactionMark
from dsr.models.reports import CalendarFeed, CaseRisk, DayFigures, MonthlyReport
from dsr.models.restriction import Composing, RestrictedToken, Restriction
from dsr.models.retained import CaseStatistic, Tombstone
from dsr.models.rules import CalendarDay, LadderRow, RetentionRow
from dsr.models.setup import SetupEvent
from dsr.models.signing import SigningKey
from dsr.models.staff import BreakGlass, StaffInvitation, StaffSession
from dsr.models.subject import IndexToken, OneTimeCode, Subject
from dsr.models.suppression import ApiKey, ApiUse, Suppression, SuppressionKey
from dsr.models.user import AccountLink, Kind, OutsideLogin, SpentToken, User
from dsr.models.work import Artifact, Message, Notice, Outgoing, Pulse, StoreHealth, Task

__all__ = [
    "Absence",
    "AccountLink",
    "Anchor",
    "AnswerVersion",
    "ApiKey",
    "ApiUse",
    "Artifact",
    "AuthorityCase",
    "BrandChange",
    "BreakGlass",
    "CalendarDay",
    "CalendarFeed",
    "Case",
    "CaseQuerySet",
    "CaseRisk",
    "CaseStatistic",
    "CaseTag",
    "Channel",
    "Closeness",
    "Composing",
    "ContactSeen",
    "Controller",
    "CorrectionSheet",
    "DayFigures",
    "DeskSettings",
    "Draft",
    "ErasedIdentifier",
    "Erasure",
    "Escalation",
    "Event",
    "EventNote",
    "EvidencePack",
    "HandFile",
    "HandLink",
    "HandTask",
    "Hold",
    "IdentityCheck",
    "InboundMail",
    "Incident",
    "IndexToken",
    "JournalSecret",
    "JournalStep",
    "KeptLine",
    "KeyedRow",
    "Kind",
    "LadderRow",
    "Letter",
    "LetterQuerySet",
    "LetterWording",
    "Logo",
    "Message",
    "MonthlyReport",
    "Notice",
    "OneTimeCode",
    "Outgoing",
    "OutsideLogin",
    "OwnedRow",
    "OwnerMail",
    "Partner",
    "Plan",
    "Presence",
    "Pulse",
    "Receiver",
    "Recheck",
    "Recipient",
    "RecipientMail",
    "RecipientNotice",
    "RedactionBox",
    "RedactionItem",
    "RedactionMark",
    "ReferenceCounter",
    "Request",
    "RequestLink",
    "Rescan",
    "RestrictedToken",
    "Restriction",
    "RetentionRow",
    "RingId",
    "Row",
    "RowId",
    "SavedView",
    "ScopedQuerySet",
    "Sealed",
    "SentLetterError",
    "SetupEvent",
    "SharingRule",
    "SigningKey",
    "Skip",
    "SpentToken",
    "StaffInvitation",
    "StaffSession",
    "StoreHealth",
    "Subject",
    "Suppression",
    "SuppressionKey",
    "Suspension",
    "Suspicion",
    "Tag",
    "Task",
    "Told",
    "Tombstone",
    "Transmission",
    "Upload",
    "User",
]
