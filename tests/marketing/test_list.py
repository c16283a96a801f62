"""The suppression list and its tokens: nothing readable at rest, first day counts, keys rotate, and links never spoil."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import SET_NULL
from hypothesis import given
from hypothesis import strategies as st

from dsr.cases import contacts, marketing, ring, suppression, suppression_keys
from dsr.cases.contacts import BadContactError, Contact, Kind
from dsr.cases.stop_tokens import StopLinks
from dsr.law.workflow import Actor, Role
from dsr.models import Case, Suppression, SuppressionKey
from dsr.vault import keyring, new_key
from tests.factories import MONDAY, make_controller

EMAIL = Contact(Kind.EMAIL, "anna@example.com")
LEAD = Actor(kind="staff", id="", roles=frozenset({Role.LEAD}))
ADMINISTRATOR = Actor(kind="staff", id="", roles=frozenset({Role.ADMINISTRATOR}))
KEYS = {1: bytes(range(32)), 2: bytes(32)}
LINKS = StopLinks("northwave", KEYS)


@pytest.mark.django_db
def test_an_entry_holds_no_address_and_only_grows() -> None:
    """O-03, O-04, 4.5: hash, channels, since, review after three years; narrowing is never by adding."""
    controller = make_controller()
    made, fresh = suppression.add(controller=controller, contact=EMAIL, channels=["sms"], source="portal", now=MONDAY)
    assert fresh
    again, fresh = suppression.add(
        controller=controller, contact=EMAIL, channels=["email"], source="link", now=MONDAY + timedelta(days=3)
    )
    assert fresh
    assert (again.pk, again.since, again.source, again.channels) == (made.pk, MONDAY, "portal", ["email", "sms"])
    _, fresh = suppression.add(controller=controller, contact=EMAIL, channels=["sms"], source="link", now=MONDAY)
    assert not fresh
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM dsr_suppression")
        assert "anna" not in str(cursor.fetchall())
    assert suppression.is_suppressed(controller=controller, contact=EMAIL, channel="sms")
    assert not suppression.is_suppressed(controller=controller, contact=EMAIL, channel="phone")
    other = make_controller("fernwind")
    assert not suppression.is_suppressed(controller=other, contact=EMAIL, channel="sms")
    later = MONDAY + timedelta(days=3 * 366)
    assert list(suppression.review_due(controller=controller, now=later)) == [again]
    assert suppression.reviewed(controller=controller, actor=LEAD, now=later) == 1
    assert not suppression.review_due(controller=controller, now=later).exists()
    assert suppression.lift(controller=controller, contact=EMAIL, channels=["sms"])
    assert Suppression.objects.get().channels == ["email"]
    assert suppression.lift(controller=controller, contact=EMAIL)
    assert not suppression.lift(controller=controller, contact=EMAIL)


@pytest.mark.django_db
def test_the_entry_outlives_the_case_file() -> None:
    """O-04, 4.5: the file goes, the entry stays."""
    controller = make_controller()
    sent = marketing.stop(controller=controller, given=[(EMAIL, EMAIL.value)], language="en", now=MONDAY)
    assert Suppression.objects.get().request_id == sent.pk
    field = Suppression._meta.get_field("request")
    assert field.remote_field.on_delete is SET_NULL
    Suppression.objects.update(request=None)
    assert suppression.is_suppressed(controller=controller, contact=EMAIL, channel="email")
    assert Case.objects.get().first_applied_at == MONDAY


@pytest.mark.django_db
def test_the_ring_rotates_and_so_does_the_key_of_the_list(settings) -> None:
    """Entries and links made before go on: the ring only wraps, a new key stands beside the old one."""
    controller = make_controller()
    suppression.add(controller=controller, contact=EMAIL, channels=[], source="portal", now=MONDAY)
    old = marketing.links(controller).token(EMAIL)
    ring_text = settings.DSR_KEYS
    settings.DSR_KEYS = f"fresh:{base64.b64encode(new_key()).decode()},{ring_text}"
    ring.rotate()
    settings.DSR_KEYS = settings.DSR_KEYS.partition(",")[0]
    assert list(keyring().keys) == ["fresh"]
    assert suppression_keys.new_key(controller=controller, actor=ADMINISTRATOR, now=MONDAY) == 2
    assert suppression.is_suppressed(controller=controller, contact=EMAIL, channel="email")
    opened = marketing.links(controller).open(old)
    assert opened is not None
    assert opened.contact == EMAIL
    _, fresh = suppression.add(controller=controller, contact=EMAIL, channels=[], source="portal", now=MONDAY)
    assert not fresh
    assert Suppression.objects.count() == 1
    assert SuppressionKey.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", " Anna.Example@EXAMPLE.com", "anna.example@example.com"),
        ("phone", "0176 000 00 01", "+49 (0)176 0000001"),
        ("phone", "0049-176-0000001", "tel:+491760000001"),
        ("post", "Beispielweg 1\n10115  Berlin", "beispielweg 1, 10115 Berlin"),
        ("customer_number", " 10000001", "10000001"),
    ],
)
def test_two_spellings_are_one(kind: str, one: str, other: str) -> None:
    controller = make_controller()
    assert contacts.contact(controller, kind, one) == contacts.contact(controller, kind, other)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("email", "anna"),
        ("email", "a" * 300 + "@example.com"),
        ("phone", "call me"),
        ("phone", "1"),
        ("post", "x"),
        ("fax", "1"),
    ],
)
def test_what_is_none_is_refused_without_being_repeated(kind: str, text: str) -> None:
    with pytest.raises(BadContactError) as caught:
        contacts.contact(make_controller(), kind, text)
    assert text not in str(caught.value) or len(text) == 1


@given(
    kind=st.sampled_from([Kind.EMAIL, Kind.PHONE, Kind.CUSTOMER_NUMBER, Kind.POST]),
    value=st.text(min_size=1, max_size=120),
    campaign=st.text(max_size=15),
)
def test_a_token_opens_to_what_it_was_made_of(kind: Kind, value: str, campaign: str) -> None:
    """No expiry and no state: what was sealed is what opens, for this controller only, in the one spelling."""
    contact = Contact(kind, value)
    token = LINKS.token(contact, campaign=campaign)
    opened = StopLinks("northwave", KEYS).open(token)
    assert opened is not None
    assert (opened.contact, opened.campaign) == (contact, campaign)
    assert StopLinks("fernwind", KEYS).open(token) is None
    assert LINKS.open_undo(token, now=MONDAY) is None
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.data())
def test_no_other_text_is_a_token(data: st.DataObject) -> None:
    """Tampered, cut, lengthened or invented: none opens, and none raises."""
    token = LINKS.token(EMAIL, campaign="spring")
    place = data.draw(st.integers(0, len(token) - 1))
    char = data.draw(st.sampled_from("Ab0-_=é/"))
    changed = token[:place] + char + token[place + 1 :]
    if changed != token:
        assert LINKS.open(changed) is None
    assert LINKS.open(token[:place]) is None
    assert LINKS.open(token + char) is None
    assert LINKS.open(data.draw(st.text(max_size=1200))) is None
    undo = LINKS.undo(EMAIL, now=MONDAY)
    assert LINKS.open(undo) is None
    assert LINKS.open_undo(undo, now=MONDAY + timedelta(days=29)) == EMAIL
    assert LINKS.open_undo(undo, now=MONDAY + timedelta(days=31)) is None


def test_tokens_are_short() -> None:
    """Under 200 characters for an address of a hundred."""
    long = Contact(Kind.EMAIL, "a" * 64 + "@" + "b" * 31 + ".com")
    assert len(LINKS.token(long, campaign="spring 2026")) < 200
    assert len(LINKS.token(EMAIL)) < 70
