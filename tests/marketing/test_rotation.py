"""A new key of the suppression list: what is met again is hashed anew, old keys answer until nothing is left (rules 4.5, decision 093)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dsr.cases import marketing, suppression, suppression_keys
from dsr.cases.contacts import Contact, Kind
from dsr.cases.perform import RefusedError
from dsr.cases.suppression_bulk import Asking, Copy
from dsr.law.workflow import Actor, Role
from dsr.models import SetupEvent, Suppression, SuppressionKey
from dsr.work import tick
from tests.factories import MONDAY, make_controller, make_staff

if TYPE_CHECKING:
    from django.test import Client

    from dsr.models import Controller

pytestmark = pytest.mark.django_db

ADMINISTRATOR = Actor(kind="staff", id="", roles=frozenset({Role.ADMINISTRATOR}))
ANNA, BERT, CARA, NOBODY = (Contact(Kind.EMAIL, f"{name}@example.com") for name in ("anna", "bert", "cara", "nobody"))


def listed(controller: Controller, *contacts: Contact, channels: tuple[str, ...] = ()) -> None:
    for one in contacts:
        suppression.add(controller=controller, contact=one, channels=channels, source="portal", now=MONDAY)


def test_entries_are_hashed_anew_when_they_are_met_and_then_the_old_key_is_asked_no_more() -> None:
    """4.5: by another objection, by a campaign, never by guessing; links of old mails go on for ever."""
    controller = make_controller()
    listed(controller, ANNA, BERT, CARA, channels=("email",))
    link = marketing.links(controller).token(ANNA)
    assert suppression_keys.new_key(controller=controller, actor=ADMINISTRATOR, now=MONDAY) == 2
    assert SetupEvent.objects.get(kind="suppression_key_begun").data == {"key": 2}
    assert suppression_keys.entries(controller) == {1: 3, 2: 0}
    listed(controller, ANNA, channels=("sms",))
    assert suppression_keys.entries(controller) == {1: 2, 2: 1}
    asking = Asking(controller, channels=["email"], now=MONDAY)
    assert asking.ask([BERT, NOBODY, ANNA]) == [True, False, True]
    assert suppression_keys.entries(controller) == {1: 1, 2: 2}
    later = MONDAY + timedelta(days=2)
    assert suppression_keys.retire(now=later) == 0
    assert suppression.is_suppressed(controller=controller, contact=CARA, channel="email")
    assert Asking(controller, channels=["email"], now=later).ask([CARA]) == [True]
    assert suppression_keys.retire(now=MONDAY) == 0, "somebody may still write under it"
    assert tick.retired_keys in tick.PASSES
    assert tick.retired_keys(later) == 1
    assert suppression_keys.entries(controller) == {2: 3}
    assert SuppressionKey.objects.get(number=1).retired_at == later
    assert Asking(controller, channels=["email"], now=later).ask([ANNA, BERT, CARA, NOBODY]) == [True] * 3 + [False]
    opened = marketing.links(controller).open(link)
    assert opened is not None
    assert opened.contact == ANNA


def test_one_person_under_two_keys_becomes_one_entry() -> None:
    """Two who object at the moment of a rotation: nothing is lost, the first day counts."""
    controller = make_controller()
    listed(controller, ANNA, channels=("email",))
    suppression_keys.new_key(controller=controller, actor=ADMINISTRATOR, now=MONDAY)
    known = suppression_keys.hashes(controller)
    assert known is not None
    first = Suppression.objects.get()
    Suppression.objects.create(
        controller=controller,
        kind="email",
        token=known.token(ANNA),
        channels=["sms"],
        since=MONDAY + timedelta(days=1),
        source="link",
        review_on=first.review_on,
    )
    listed(controller, ANNA, channels=("phone",))
    assert Asking(controller, channels=["email"], now=MONDAY).ask([ANNA]) == [True]
    (left,) = Suppression.objects.all()
    assert (left.since, left.channels, left.token) == (MONDAY, ["email", "phone", "sms"], known.token(ANNA))


def test_a_copy_in_memory_answers_as_the_rows_do() -> None:
    """A campaign of many asks a copy; under each key, by channel, and entries met under an old key are renewed too."""
    controller = make_controller()
    listed(controller, ANNA, channels=("email",))
    suppression_keys.new_key(controller=controller, actor=ADMINISTRATOR, now=MONDAY)
    listed(controller, BERT)
    listed(controller, CARA, channels=("post",))
    every = [ANNA, BERT, CARA, NOBODY]
    for channels, expected in (
        (["email"], [True, True, False, False]),
        (["post"], [False, True, True, False]),
        ([], [True, True, True, False]),
    ):
        asking = Asking(controller, channels=channels, now=MONDAY)
        plain = asking.ask(every)
        asking._copy = Copy(controller, asking.stops)
        assert plain == asking.ask(every) == expected
    Suppression.objects.filter(kind="email").update(kind="phone")
    assert suppression_keys.entries(controller) == {1: 0, 2: 3}


def test_a_button_for_whoever_changes_keys(client: Client) -> None:
    """The page of keys says how many entries are under each; an administrator begins another, nobody else."""
    controller = make_controller()
    listed(controller, ANNA)
    client.force_login(make_staff("lena", "lead"))
    said = client.get("/desk/setup/keys/").content.decode()
    assert "Suppression list" in said
    assert "/desk/setup/keys/suppression/" not in said
    client.post("/desk/setup/keys/suppression/")
    assert SuppressionKey.objects.count() == 1
    with pytest.raises(RefusedError):
        suppression_keys.new_key(
            controller=controller, actor=Actor(kind="staff", id="", roles=frozenset({Role.LEAD})), now=MONDAY
        )
    client.force_login(make_staff("olga", "administrator"))
    assert "/desk/setup/keys/suppression/" in client.get("/desk/setup/keys/").content.decode()
    client.post("/desk/setup/keys/suppression/")
    assert list(SuppressionKey.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
