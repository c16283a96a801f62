"""The published keys: what the portal shows is enough to check a package, and shows nothing that could sign one."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from jsonschema import Draft202012Validator

from dsr.cases import actors
from dsr.cases.perform import RefusedError
from dsr.fulfil.signing import keys_page, published, rotate_signing_key, signer_of
from dsr.models import SigningKey
from dsr.output.signing import grouped, trusted
from dsr.output.verify import Finding, verify
from dsr.vault import MissingKeyError
from tests.factories import make_controller, make_staff
from tests.output.test_manifest import manifest, signed
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db


def test_first_use_makes_the_key_and_later_uses_take_it() -> None:
    controller, now = make_controller(), timezone.now()

    first, second = signer_of(controller, now=now), signer_of(controller, now=now + timedelta(days=1))

    row = SigningKey.objects.get()
    assert first.private == second.private
    assert (row.key_id, row.valid_from, row.made_by) == (first.key_id, now, "system:system")
    assert first.private not in bytes(row.sealed)


def test_rotation_retires_the_old_key_for_good_and_keeps_it_published() -> None:
    controller, now = make_controller(), timezone.now()
    old = signer_of(controller, now=now)
    later = now + timedelta(days=30)

    rotate_signing_key(controller=controller, actor=actors.SYSTEM, now=later)

    new = signer_of(controller, now=later)
    assert new.key_id != old.key_id
    assert [(key.key_id, key.valid_to) for key in published(controller)] == [(new.key_id, None), (old.key_id, later)]
    with pytest.raises(MissingKeyError):
        SigningKey.objects.get(key_id=old.key_id).vault_key()


def test_who_may_not_rotate_is_told_why() -> None:
    controller = make_controller()
    with pytest.raises(RefusedError) as refused:
        rotate_signing_key(
            controller=controller, actor=actors.staff(make_staff("hanna", "handler")), now=timezone.now()
        )

    assert refused.value.refusal.code == "role"
    assert not SigningKey.objects.exists()


def test_page_shows_fingerprints_and_dates(client) -> None:
    signer = signer_of(make_controller(), now=timezone.now())

    page = text_of(client.get(reverse("portal:keys")))

    assert grouped(signer.key_id) in page
    assert "The key we sign with today" in page
    assert reverse("portal:keys") in client.get(reverse("portal:help")).content.decode()


def test_page_before_the_first_package_says_so(client) -> None:
    make_controller()

    assert "We have not signed any package yet" in text_of(client.get(reverse("portal:keys")))
    assert client.get(reverse("portal:keys-json")).json()["keys"] == []


def test_the_saved_file_checks_packages_also_of_retired_keys_but_not_what_they_sign_later(client) -> None:
    controller, now = make_controller(), manifest_time()
    old = signer_of(controller, now=now - timedelta(days=9))
    rotate_signing_key(controller=controller, actor=actors.SYSTEM, now=now + timedelta(days=1))
    saved = client.get(reverse("portal:keys-json")).content.decode()

    assert verify(signed(old), keys=trusted(saved)) == ()
    SigningKey.objects.filter(key_id=old.key_id).update(valid_to=now - timedelta(days=1))
    saved = client.get(reverse("portal:keys-json")).content.decode()
    assert verify(signed(old), keys=trusted(saved)) == (Finding("key_retired", "manifest.json.sig"),)


def manifest_time():
    return datetime.fromisoformat(manifest().written_at)


def test_keys_json_holds_no_private_half(client) -> None:
    signer = signer_of(make_controller(), now=timezone.now())
    body = client.get(reverse("portal:keys-json")).content

    assert signer.key_id.encode() in body
    assert base64.b64encode(signer.private) not in body


@pytest.mark.parametrize("name", ["data", "manifest", "dsr-portable-1"])
def test_schemas_are_published(client, name) -> None:
    make_controller()

    response = client.get(reverse("portal:schema", args=[name]))

    Draft202012Validator.check_schema(response.json())
    assert response["Content-Type"] == "application/schema+json"


def test_manifest_is_what_its_schema_says(client) -> None:
    make_controller()
    schema = client.get(reverse("portal:schema", args=["manifest"])).json()

    assert not list(Draft202012Validator(schema).iter_errors(json.loads(manifest().to_bytes())))
    assert list(Draft202012Validator(schema).iter_errors({}))


def test_schema_nobody_knows_is_not_found(client) -> None:
    make_controller()

    assert client.get(reverse("portal:schema", args=["other"])).status_code == 404


def test_keys_of_two_controllers_never_meet(client, settings) -> None:
    one, other = make_controller(), make_controller("other")
    settings.DSR_HOSTS = {"one.example.com": one.slug, "other.example.com": other.slug}
    settings.ALLOWED_HOSTS = ["*"]
    mine, theirs = signer_of(one, now=timezone.now()), signer_of(other, now=timezone.now())

    listed = client.get(reverse("portal:keys-json"), headers={"host": "one.example.com"}).json()["keys"]

    assert [key["key_id"] for key in listed] == [mine.key_id]
    assert verify(signed(theirs), keys=trusted(json.dumps({"keys": listed}))) == (
        Finding("other_key", "manifest.json.sig"),
    )


def test_documents_name_the_page_on_a_host_of_their_own_controller(settings) -> None:
    one, other = make_controller(), make_controller("other")
    settings.DSR_BASE_URL = "https://one.example.com"

    assert keys_page(one) == "https://one.example.com/keys/"
    settings.DSR_HOSTS = {"one.example.com": one.slug, "other.example.com": other.slug}
    assert keys_page(one) == "https://one.example.com/keys/"
    assert keys_page(other) == "https://other.example.com/keys/"
