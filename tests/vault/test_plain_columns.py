"""Encrypted or not at all: every column that can hold text is declared here, and a new one fails until somebody says why it may."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from dsr.demo.people import by_position
from dsr.models import Artifact, Message
from tests.cases.test_purge import _everything
from tests.portal.test_package import released

TEXT = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
)
# What these columns hold everywhere.
SEALED = {"sealed", "wrapped_key"}  # bytes under a data key; a data key under the ring
CODES = {
    "kind", "status", "state", "code", "error_code", "error_place", "action", "right", "ground", "channel", "language", "regime",
    "regime_version", "calendar_version", "outcome", "operation", "store", "place", "media_type", "identity_method", "method",
    "purpose", "rung", "country", "document_class", "start", "mark", "bound", "anchor", "roles", "states", "from_state", "to_state",
    "actor_kind", "timezone", "reason", "sign_in", "slot", "line_kind", "way", "detail",
}  # fmt: skip
HASHES = {
    "sha256", "manifest_sha256", "approved_sha256", "content_sha256", "pdf_sha256", "plain_sha256", "encrypted_sha256", "digest",
    "token", "chain_head", "heads", "prev_hash", "hash", "root", "previous_root", "key_id",
    "asker", "number_token", "contact_token", "sender_token", "fingerprint",
}  # fmt: skip
IDS = {
    "reference",
    "submission_key",
    "storage_name",
    "files",
    "actor_id",
    "made_by",
    "retired_by",
    "verified_by",
    "session_key",
}
# What the law makes public about a company, or what it wrote itself about its own work: no data subject in it.
OF_THE_COMPANY = {
    "dsr.Controller": None,
    "dsr.CalendarDay": None,
    "dsr.LadderRow": None,
    "dsr.RetentionRow": None,
    "dsr.LetterWording": None,
    "dsr.Pulse": None,
    "dsr.BrandChange": None,
    "dsr.Logo": None,
    "dsr.Partner": None,  # another controller, with which or for which we process
    "dsr.Recipient": None,  # a company or register that gets data from us: name, address, what it finds a record by
    "dsr.Receiver": None,  # another company, to which data are transmitted on request
}
# The rest, one by one, with the reason.
ALLOWED = {
    ("dsr.DayFigures", "data"): "counts, days and shares of a controller, codes of outcomes and stores",
    ("dsr.MonthlyReport", "figures"): "the same, of a month",
    ("dsr.MonthlyReport", "pdf"): "a file sealed under the data key of its row",
    ("dsr.AuthorityCase", "state"): "a code: who waits for whom",
    ("dsr.AuthorityCase", "outcome"): "a code: how the matter ended",
    ("dsr.EvidencePack", "extent"): "a code: how much of a case an authority gets",
    ("dsr.User", "email"): "an account signs in with its address; it is the account's own, not the request's",
    ("dsr.User", "handle"): "the same address within its controller, unique",
    ("dsr.User", "display_name"): "what the account calls itself on its own pages",
    ("dsr.User", "password"): "a slow hash",
    ("account.EmailAddress", "email"): "allauth's list of confirmed addresses",
    ("account.EmailConfirmation", "key"): "not used: confirmation is by code",
    ("sessions.Session", "session_data"): "sealed by dsr.sessions",
    ("dsr.Suspicion", "reasons"): "codes",
    ("dsr.Suspicion", "network"): "a keyed hash of a /24 or /48, for counting",
    ("dsr.Artifact", "file_name"): "made from the reference and the kind",
    ("dsr.Artifact", "details"): "counts and hashes",
    ("dsr.Transmission", "file_name"): "made from the reference",
    ("dsr.Transmission", "host_key"): "the receiver's public key",
    ("dsr.Case", "explanation"): "the arithmetic of the due date: codes and days",
    ("dsr.Case", "warnings"): "codes",
    ("dsr.Event", "data"): "codes, counts and commitments; dsr.audit.chain refuses texts",
    ("dsr.Plan", "summary"): "per line: store, dataset, treatment, law, counts",
    ("dsr.Plan", "policy"): "the id of a standing policy",
    ("dsr.Plan", "policy_sha256"): "the hash of its words",
    ("dsr.Plan", "occasion"): "a code",
    ("dsr.Erasure", "plan_sha256"): "the hash of a plan",
    ("dsr.Erasure", "strategy"): "names of datasets and columns, from the data map; codes",
    ("dsr.KeptLine", "dataset"): "the name of a dataset, from the data map",
    ("dsr.KeptLine", "label"): "the same in the languages of the data map",
    ("dsr.KeptLine", "why"): "a code",
    ("dsr.KeptLine", "law"): "the provision, as the retention table or the data map names it",
    ("dsr.Recheck", "places"): "names of datasets, from the data map",
    ("dsr.Hold", "scope"): "a code",
    ("dsr.Suppression", "channels"): "codes",
    ("dsr.Suppression", "source"): "a code",
    ("dsr.Closeness", "source"): "a code",
    ("dsr.ApiKey", "name"): "what staff call a program",
    ("dsr.Restriction", "scope"): "a code",
    ("dsr.Restriction", "parts"): "names of datasets and purposes, from the data map",
    ("dsr.Restriction", "drift"): "per store: names of datasets and columns, counts, codes",
    ("dsr.StaffInvitation", "digest"): "a plain hash of 256 random bits",
    ("dsr.StaffSession", "device"): "a browser and a system, of a colleague",
    ("dsr.StaffSession", "name"): "the hashed name of a session row",
    ("dsr.User", "teams"): "slugs, of a colleague",
    ("dsr.User", "languages"): "codes, of a colleague",
    ("dsr.ApiKey", "scopes"): "codes",
    ("dsr.ApiUse", "scope"): "a code",
    ("dsr.RecipientNotice", "change"): "a code",
    ("dsr.RecipientNotice", "letter"): "a code",
    ("dsr.Task", "result"): "counts, hashes and codes",
    ("dsr.OutsideLogin", "source"): "a code",
    ("mfa.Authenticator", "type"): "a code",
    ("mfa.Authenticator", "data"): "secrets sealed by dsr.factors, public keys of passkeys, counters",
    ("dsr.DeskSettings", "keys"): "single keys of the keyboard",
    ("dsr.Presence", "mode"): "a code",
    ("dsr.SavedView", "name"): "what a colleague calls her view of the queue",
    ("dsr.SavedView", "query"): "filters: codes and ids, never a search",
    ("dsr.SharingRule", "team"): "the slug of a team",
    ("dsr.Tag", "name"): "plain words about the work; addresses and long numbers are refused",
    ("dsr.InboundMail", "folder"): "the name of a folder of the mailbox, from the settings",
    ("dsr.InboundMail", "doubt"): "a code",
    ("dsr.SigningKey", "public"): "a public key",
    ("dsr.HandTask", "reason_code"): "a code",
    ("dsr.HandLink", "reader"): "a code",
    ("dsr.HandFile", "dataset"): "the name of a dataset that the store's data map declares",
    ("dsr.RedactionItem", "dataset"): "the name of a dataset, from the data map",
    ("dsr.RedactionItem", "part"): "the name of a column, from the data map; empty for a file",
    ("dsr.RedactionItem", "whole"): "a code",
    ("dsr.RedactionItem", "whole_reason"): "a code of the law",
    ("dsr.RedactionItem", "why_whole"): "a code",
    ("dsr.RedactionMark", "found_by"): "the name of a detector",
    ("dsr.SetupEvent", "data"): "settings before and after, ids of colleagues; no data subject",
}
FOREIGN = ("auth", "contenttypes")  # tables of the framework that nothing of ours writes to


def columns() -> list[tuple[str, str]]:
    return [
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model._meta.app_label not in FOREIGN
        for field in model._meta.concrete_fields
        if isinstance(field, TEXT)
    ]


@pytest.mark.parametrize(("model", "column"), columns())
def test_a_column_in_clear_is_declared(model, column):
    """Add the column to the right set, with its reason. What a person said or what was found about her goes into `sealed`."""
    known = column in SEALED | CODES | HASHES | IDS or model in OF_THE_COMPANY or (model, column) in ALLOWED
    assert known, f"{model}.{column} may hold personal data in clear"


def test_nothing_is_declared_that_is_not_there():
    there = set(columns())
    assert set(ALLOWED) <= there
    assert {model for model, _ in there} >= set(OF_THE_COMPANY)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_after_a_whole_access_case_nothing_of_the_person_stands_in_the_database(demo_stores, drain, tmp_path):
    """Every writer on the way: request, search, spools, package, letter, mails, events."""
    person = by_position(2)
    case = released(drain)
    Message.objects.update(status=Message.Status.SENT)
    assert Artifact.objects.filter(case=case, kind="package").exists()

    whole = _everything(tmp_path)

    for value in _said_of(person):
        assert value.encode() not in whole, "a value of the person stands in the database in clear"
    assert case.request.reference.encode() in whole  # the search does find what is in clear


def _said_of(person: Any) -> list[str]:
    return [person.name, person.name.split()[-1], person.email]
