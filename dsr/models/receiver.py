"""Other controllers that can receive a portable copy, and what was sent to them (rules P-05, Recital 68)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dsr.models.base import OwnedRow


class Receiver(OwnedRow):
    """A receiving controller: where its data go, how its server and its key are recognised, and who checked that.

    Facts about a company, so nothing is sealed. `secret` is never a secret but where one stands: `env:NAME` or
    `file:PATH`.
    """

    name = models.CharField(max_length=120)
    contact = models.EmailField()
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=22, validators=[MinValueValidator(1), MaxValueValidator(65535)])
    username = models.CharField(max_length=64)
    secret = models.CharField(max_length=200)
    # Whether `secret` names a password or the file of a private key.
    sign_in = models.CharField(max_length=8, choices=[("password", "password"), ("key", "key")], default="key")
    folder = models.CharField(max_length=200)
    host_key = models.CharField(max_length=64, blank=True)  # SHA256:… as `ssh-keygen -lf` prints it
    recipient_key = models.CharField(max_length=120, blank=True)  # age1… (X25519)
    key_expires_on = models.DateField(null=True, blank=True)
    # The proof on file that both keys are really the other controller's.
    verified_by = models.CharField(max_length=120, blank=True)
    verified_on = models.DateField(null=True, blank=True)
    proof = models.CharField(max_length=400, blank=True)
    # Who entered what is verified, as kind:id: none of them can be the one who compared it.
    kept_by = models.JSONField(default=list, blank=True)
    noted_by = models.CharField(
        max_length=80, blank=True
    )  # who noted the proof, as kind:id; `verified_by` is what she typed
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["controller", "name"], name="receiver_name_once")]

    def __str__(self) -> str:
        return self.name


class Transmission(OwnedRow):
    """What became of a subject's wish to have her data sent to another controller: one row a case, in the end a receipt.

    `bound` are the facts of the receiver that were approved; a receiver that changed since was never approved.
    """

    class Status(models.TextChoices):
        """`sending`: the encrypted file has a hash, and may lie at the other side under its temporary or final name."""

        CHOSEN = "chosen"
        SENDING = "sending"
        SENT = "sent"
        DECLINED = "declined"

    case = models.OneToOneField("dsr.Case", on_delete=models.CASCADE, related_name="transmission")
    receiver = models.ForeignKey(Receiver, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=Status.choices)
    reason = models.CharField(max_length=24, blank=True)  # dsr.law.portability.NoTransmission
    bound = models.JSONField(default=dict)
    chosen_by = models.ForeignKey("dsr.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    # The receipt: times in UTC, size in bytes of the encrypted file.
    file_name = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    plain_sha256 = models.CharField(max_length=64, blank=True)
    encrypted_sha256 = models.CharField(max_length=64, blank=True)
    host_key = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["chosen", "sending", "sent", "declined"]),
                name="transmission_status_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="sent") | models.Q(sent_at__isnull=False) & ~models.Q(encrypted_sha256=""),
                name="transmission_sent_has_receipt",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="declined") | ~models.Q(reason=""), name="transmission_declined_has_reason"
            ),
        ]
