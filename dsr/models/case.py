"""Requests and their cases: words, identifiers and proof on the request; state, dates and answer on the case."""

from __future__ import annotations

from django.db import models

from dsr.law.rights import Right
from dsr.law.workflow import CLOSED, State
from dsr.models.base import KeyedRow, OwnedRow, RingId, ScopedQuerySet, Sealed


class Channel(models.TextChoices):
    """How a request arrived; every way counts the same (T-03)."""

    PORTAL = "portal"
    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    SHOP = "shop"
    OTHER = "other"


class Request(Sealed, KeyedRow):
    """What a person sent: sealed words, name, identifiers and contact; one case per right hangs on it (T-26)."""

    reference = models.CharField(max_length=24)
    account = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="requests")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    language = models.CharField(max_length=8)
    received_at = models.DateTimeField()
    created_at = models.DateTimeField()
    # Set by the form, so that a double click or a resend makes one request.
    submission_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 -- NULLs may repeat, '' may not
    identity_level = models.PositiveSmallIntegerField(default=0)
    identity_method = models.CharField(max_length=24, blank=True)
    identified_at = models.DateTimeField(null=True, blank=True)
    # Known only by a contact that changed lately: not enough for what a thief of an account would want (ux.md 1.6).
    contact_is_new = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["controller", "reference"], name="request_reference"),
            models.UniqueConstraint(fields=["controller", "submission_key"], name="request_submission"),
        ]
        indexes = [models.Index(RingId("wrapped_key"), name="request_ring")]

    def __str__(self) -> str:
        return self.reference

    def key_owner(self) -> KeyedRow:
        return self


class CaseQuerySet(ScopedQuerySet):
    """Reads of the queue as filters: overdue and paused are never states."""

    def open(self) -> CaseQuerySet:
        """Cases that still owe something."""
        return self.exclude(state__in=CLOSED)


class Case(Sealed, KeyedRow):
    """One right of one request. Only `dsr.cases.perform` writes state and version; the version orders the event chain."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="cases")
    right = models.CharField(max_length=24)
    state = models.CharField(max_length=20, default=State.RECEIVED.value)
    version = models.PositiveIntegerField(default=0)
    # Asked for in her own words, and nobody has said yet which right it is (4.1): `right` is then only the widest one.
    unclassified = models.BooleanField(default=False, db_default=False)
    # the clock (T-01 … T-22): dates in the controller's time zone
    received_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    first_month_due_on = models.DateField(null=True, blank=True)
    act_by_on = models.DateField(null=True, blank=True)
    # While the clock is paused there is no due date; the queue sorts by the date it would have today.
    sort_on = models.DateField()
    told_due_on = models.DateField(null=True, blank=True)
    # The next day on which the ladder has to look at the case (rules 1.7); long past: look now. NULL: never again.
    next_rung_on = models.DateField(null=True, blank=True)
    extended = models.BooleanField(default=False)
    late_refusal = models.BooleanField(default=False)
    legal_hold = models.BooleanField(default=False)
    # Another controller answers as well (Art. 26), or instead of us, whose processor we are (Art. 28): rules 4.1.
    joint_controller = models.BooleanField(default=False, db_default=False)
    processor_forwarded = models.BooleanField(default=False, db_default=False)
    regime = models.CharField(max_length=20)
    regime_version = models.CharField(max_length=40, blank=True)
    calendar_version = models.CharField(max_length=80, blank=True)
    explanation = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    # who
    assignee = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="assigned")
    handler = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    preparer = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decider = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # who had decided when the case was contested: somebody else must look at it then (4.3)
    first_reviewer = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # the answer
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    approved_sha256 = models.CharField(max_length=64, blank=True)
    # An approval is the decision of a day, not a standing order: what is not carried out by then has to be approved again.
    approval_ends_at = models.DateTimeField(null=True, blank=True)
    ground = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The person does not agree with the answer (4.2 no. 20): from here the internal clock runs, to the end of the case.
    contested_at = models.DateTimeField(null=True, blank=True)
    # Set before the first line of a plan is written: from here on the request cannot be taken back (4.0.1).
    first_applied_at = models.DateTimeField(null=True, blank=True)
    # the event chain
    chain_head = models.CharField(max_length=64, blank=True)

    objects = CaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "right"], name="case_right_once"),
            models.CheckConstraint(condition=models.Q(state__in=[s.value for s in State]), name="case_state_known"),
            models.CheckConstraint(condition=models.Q(right__in=[r.value for r in Right]), name="case_right_known"),
            models.CheckConstraint(
                condition=models.Q(due_on__isnull=True) | models.Q(due_on__gt=models.F("received_on")),
                name="case_due_after_receipt",
            ),
        ]
        indexes = [
            models.Index(fields=["controller", "state", "sort_on"], name="case_queue"),
            # The queue in its order, a page at a time, and what was closed last: neither sorts years of cases.
            models.Index(
                fields=["controller", "sort_on", "received_on", "id"],
                condition=~models.Q(state__in=sorted(s.value for s in CLOSED)),
                name="case_open_order",
            ),
            models.Index(
                fields=["controller", "-closed_at", "id"],
                condition=models.Q(state__in=sorted(s.value for s in CLOSED)),
                name="case_closed_order",
            ),
            models.Index(fields=["next_rung_on"], name="case_next_rung"),
            models.Index(
                fields=["controller", "calendar_version"],
                condition=~models.Q(state__in=sorted(s.value for s in CLOSED)),
                name="case_calendar",
            ),
            # Cases that wait for their stores: the tick looks for those whose worker died between two steps.
            models.Index(fields=["id"], condition=models.Q(state__in=["collecting", "executing"]), name="case_at_work"),
            # Cases to sort: hardly any at a time.
            models.Index(
                fields=["controller", "sort_on"], condition=models.Q(unclassified=True), name="case_unclassified"
            ),
            models.Index(RingId("wrapped_key"), name="case_ring"),
            # Approvals that wait to be carried out: few at a time.
            models.Index(fields=["approval_ends_at"], condition=models.Q(state="approved"), name="case_approval_ends"),
            # The passes that archive and purge look at the longest closed first, and never at those that are archived for years.
            models.Index(fields=["state", "closed_at"], name="case_closed"),
            # How many requests came in a month or on a day.
            models.Index(fields=["controller", "received_on"], name="case_received"),
        ]

    def key_owner(self) -> KeyedRow:
        return self

    @property
    def is_open(self) -> bool:
        """Whether the case still owes something."""
        return State(self.state) not in CLOSED


class Suspension(OwnedRow):
    """A pause of the clock: half-open [query sent, sufficient answer) in the controller's days (T-10, T-11)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="suspensions")
    kind = models.CharField(max_length=14)
    started_at = models.DateTimeField()
    started_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="suspension_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True) | models.Q(ended_on__gte=models.F("started_on")),
                name="suspension_order",
            ),
        ]
        indexes = [
            models.Index(fields=["started_at"], condition=models.Q(ended_at__isnull=True), name="suspension_open"),
        ]
