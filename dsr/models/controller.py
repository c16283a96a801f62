"""The controller: who answers, from where, under which law. Public facts about a company, so nothing is sealed."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

from dsr.law.calendars import Scope
from dsr.models.base import Row


def valid_timezone(name: str) -> None:
    """Refuse a time zone that does not exist: every date of every case hangs on it (T-09)."""
    if name not in available_timezones():
        raise ValidationError("This time zone does not exist.", code="timezone")


class Controller(Row):
    """One brand: name, address, data protection officer, authority, calendar, languages, regime, notice."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=200)
    address = models.TextField()
    phone = models.CharField(max_length=40, blank=True)
    privacy_email = models.EmailField()
    dpo_name = models.CharField(max_length=120)
    dpo_email = models.EmailField()
    authority_name = models.CharField(max_length=200)
    authority_address = models.TextField()
    authority_url = models.URLField(blank=True)
    country = models.CharField(max_length=2)
    subdivision = models.CharField(max_length=6, blank=True)
    # Whose holidays count (A4): those of the subdivision that answers, or only the country's (the cautious reading).
    holiday_scope = models.CharField(
        max_length=12, choices=[(scope.value, scope.value) for scope in Scope], default=Scope.SUBDIVISION.value
    )
    timezone = models.CharField(max_length=64, validators=[valid_timezone])
    languages = models.JSONField(default=list)
    regime = models.CharField(max_length=20, default="EU_GDPR")
    notice_url = models.URLField(blank=True)
    notice_version = models.CharField(max_length=40, blank=True)
    buffer_days = models.PositiveSmallIntegerField(default=5, validators=[MaxValueValidator(27)])
    cooling_hours = models.PositiveSmallIntegerField(default=24)
    # Art. 15(1)(h) and 15(2): what the controller states. NULL means nobody has said anything yet, which blocks an answer;
    # an empty list is the statement that there is none.
    automated_decisions = models.JSONField(null=True, blank=True)
    transfers = models.JSONField(null=True, blank=True)
    # How long backups keep what was erased, by language code; NULL blocks the answer to an erasure (L-11).
    backups = models.JSONField(null=True, blank=True)
    # The stores whose customer numbers subscribers know; empty: the first one of the configuration.
    customer_stores = models.JSONField(default=list, blank=True)
    package_days = models.PositiveSmallIntegerField(default=30)
    # How long an approval counts that nobody carries out (4.0.1).
    approval_days = models.PositiveSmallIntegerField(default=14, db_default=14)
    # For how many days a backup of any of its stores may be restored: so long the ledger of erasures remembers (6.4 no. 7).
    backup_days = models.PositiveSmallIntegerField(default=90, db_default=90)
    # Where subscribers sign in to their contract, and where they end it: other things than a request about data.
    account_url = models.URLField(blank=True)
    contract_url = models.URLField(blank=True)
    # When somebody answers the phone, by language code.
    office_hours = models.JSONField(default=dict, blank=True)
    # The rights with a form of their own; empty: all. What the regime demands cannot be left out (dsr.law.offers).
    rights_offered = models.JSONField(default=list, blank=True)
    # The colour of the brand as #rrggbb in each theme, checked for contrast; empty: the colours of the portal.
    colour_light = models.CharField(max_length=7, blank=True)
    colour_dark = models.CharField(max_length=7, blank=True)
    logo_sha256 = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """The calendar's place: `DE-BY` or `DE`."""
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country


class ReferenceCounter(models.Model):
    """The last number given out in a year; claimed inside the transaction that opens a request."""

    controller = models.ForeignKey(Controller, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "year"], name="counter_once")]
