"""Programs ask whether somebody is restricted: who may ask, what is said, what is never said (Q-04, Art. 18(2))."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils import timezone

from dsr.api.description import FILE
from dsr.api.urls import urlpatterns
from dsr.cases import actors, api_keys, holds, restrictions, ring_tokens
from dsr.cases.perform import RefusedError
from dsr.law.rights import Right
from dsr.models import Case, IndexToken, Request, RestrictedToken, Restriction
from dsr.vault import blind
from tests.factories import MONDAY, make_case, make_controller, make_staff

if TYPE_CHECKING:
    from django.test import Client

    from dsr.models import Controller

pytestmark = pytest.mark.django_db
URL = "/api/v1/restricted"
NUMBER = "10000001"
DOC = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture
def controller(settings) -> Controller:
    settings.DSR_HOSTS = {"testserver": "northwave"}
    return make_controller(country="GB", subdivision="ENG")


def key_of(controller: Controller, scope: str = "restricted") -> str:
    _row, secret = api_keys.make(controller=controller, name="Billing", scopes=[scope], now=MONDAY)
    return secret


def restrict(number: str = NUMBER, *, ground: str = "needed_for_claim", **more: Any) -> Case:
    case = make_case(rights=(Right.RESTRICTION,), number=number)
    restrictions.restrict(
        case_id=case.pk,
        ground=ground,
        what="Connection records.",
        duration="Until the court has decided.",
        instruction="Store only.",
        actor=actors.staff(make_staff("mara")),
        now=MONDAY,
        **more,
    )
    return case


def ask(client: Client, body: Any, secret: str = "", **headers: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    more = {"authorization": f"Bearer {secret}"} if secret else {}
    return client.post(URL, text, content_type="application/json", headers={**more, **headers})


def listed(client: Client, secret: str, cursor: str = "", **headers: str) -> Any:
    query = {"cursor": cursor} if cursor else {}
    return client.get(URL, query, headers={"authorization": f"Bearer {secret}", **headers})


def described(name: str, said: Any) -> None:
    """What was answered is what the description says."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOC["components"]}
    jsonschema.Draft202012Validator(schema).validate(said)


def test_Q04_one_answer_for_each_and_never_more(client: Client, controller: Controller) -> None:
    """In order; unknown is answered like free; each wrong one has its own error; nothing of a person comes back."""
    secret = key_of(controller)
    restrict()
    restrict("10000009", ground="accuracy_contested", scope="item")
    asked = [{"customer_number": f" {NUMBER} "}, {"customer_number": "10000009"}, {"customer_number": "nobody"},
             {"email": "anna@example.com"}, {"email": "?"}, {"fax": "1"}, {"email": "a@example.com", "phone": "1"}, 7]  # fmt: skip
    body = json.dumps({"identifiers": asked})
    got = ask(client, body, secret)
    assert got.status_code == 200
    said = got.json()
    described("Answers", said)
    whole, item, unknown, typed, *wrong = said["answers"]
    assert whole == {
        "restricted": True,
        "since": "2026-06-15T08:00:00Z",
        "scopes": ["person"],
        "not_allowed": ["change", "credit_report", "deletion", "disconnection", "dunning", "marketing", "profiling"],
        "deletion_held": True,
    }
    assert (item["scopes"], "marketing" in item["not_allowed"], "dunning" in item["not_allowed"]) == (
        ["item"],
        False,
        True,
    )
    assert (
        unknown == typed == {"restricted": False}
    )  # the address was only typed into the request: it proves nothing (I-01)
    assert [one["error"] for one in wrong] == ["not_a_email", "one_kind_each", "one_kind_each", "one_kind_each"]
    assert said["request_sha256"] == hashlib.sha256(body.encode()).hexdigest()
    assert NUMBER not in got.text
    assert NUMBER not in str(list(RestrictedToken.objects.values_list("token", flat=True)))
    assert datetime.fromisoformat(said["valid_until"]) > timezone.now()


def test_the_signature_is_of_these_bytes_and_of_no_package(client: Client, controller: Controller) -> None:
    """As docs/api.md shows it: the published key, the domain, the exact body."""
    got = ask(client, {"identifiers": []}, key_of(controller))
    fields = dict(part.split("=", 1) for part in got.headers["DSR-Signature"].split(", "))
    (published,) = [
        one for one in client.get("/keys.json").json()["keys"] if one["key_id"] == fields["keyid"].strip('"')
    ]
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(published["public_key"]))
    signature = base64.b64decode(fields["sig"].strip('"'))
    public.verify(signature, b"DSR machine interface, version 1\x00" + got.content)
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"DSR package manifest, version 1\x00" + got.content)
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"DSR machine interface, version 1\x00" + got.content.replace(b"[]", b"[ ]"))


def test_the_list_is_hashes_under_the_programs_own_key(client: Client, controller: Controller) -> None:
    """Without a cursor all that stand; with one what has changed; ETag; the same number looks different to two programs."""
    first, second = key_of(controller), key_of(controller)
    case = restrict()
    Restriction.objects.update(changed_at=MONDAY)
    got = listed(client, first)
    said = got.json()
    described("Restrictions", said)
    (entry,) = said["entries"]
    message = f"dsr restricted\0customer_number\0{NUMBER}".encode()
    mine = hmac.new(hashlib.sha256(first.encode()).digest(), message, hashlib.sha256).hexdigest()
    assert {"kind": "customer_number", "hmac": mine} in entry["hashes"]
    assert entry["hashes"] != listed(client, second).json()["entries"][0]["hashes"]
    assert NUMBER not in got.text
    again = listed(client, first, **{"if-none-match": got.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    later = listed(client, first, said["cursor"]).json()
    assert (later["entries"], later["more"]) == ([], False)
    restrictions.end(case=case, now=timezone.now())
    (gone,) = listed(client, first, later["cursor"]).json()["entries"]
    assert gone == {"id": entry["id"], "restricted": False}
    assert listed(client, first).json()["entries"] == []
    assert ask(client, {"identifiers": [{"customer_number": NUMBER}]}, first).json()["answers"] == [
        {"restricted": False}
    ]
    assert listed(client, first, "what").status_code == 422


def test_pages_and_a_constant_number_of_queries(
    client: Client, controller: Controller, monkeypatch, django_assert_max_num_queries
) -> None:
    secret = key_of(controller)
    ids = {str(restrict(f"1000010{n}").restrictions.get().pk) for n in range(5)}
    Restriction.objects.update(changed_at=MONDAY)  # a tie: the id decides
    monkeypatch.setattr("dsr.api.restricted.PAGE", 2)
    found, cursor, more = [], "", True
    while more:
        with django_assert_max_num_queries(9):
            said = listed(client, secret, cursor).json()
        found += [one["id"] for one in said["entries"]]
        cursor, more = said["cursor"], said["more"]
    assert sorted(found) == sorted(ids)
    with django_assert_max_num_queries(9):
        ask(client, {"identifiers": [{"customer_number": f"1000010{n}"} for n in range(5)] * 150}, secret)


def test_who_may_not_ask_and_what_cannot_be_asked(client: Client, controller: Controller) -> None:
    """Each refusal is problem JSON with a code, and never repeats what was sent."""
    secret = key_of(controller)
    foreign = key_of(make_controller("southfiber"))
    dead_row, dead = api_keys.make(controller=controller, name="Old", scopes=["restricted"], now=MONDAY)
    api_keys.revoke(controller=controller, key_id=str(dead_row.pk), now=MONDAY)
    one = {"identifiers": [{"email": "anna@example.com"}]}
    table = [
        (401, "key_unknown", ask(client, one)),
        (401, "key_unknown", ask(client, one, "dsr_wrong")),
        (401, "key_unknown", ask(client, one, foreign)),
        (401, "key_unknown", ask(client, one, dead)),
        (403, "scope_missing", ask(client, one, key_of(controller, "stop_links"))),
        (405, "method_not_allowed", client.put(URL, "{}", content_type="application/json")),
        (422, "malformed", ask(client, "not json anna@example.com", secret)),
        (422, "store_unknown", ask(client, one | {"store": "nowhere"}, secret)),
        (422, "malformed", ask(client, "[" * 100_000, secret)),
        (422, "malformed", ask(client, {"identifiers": "anna@example.com"}, secret)),
        (422, "malformed", ask(client, [], secret)),
        (413, "too_many", ask(client, {"identifiers": [{}] * 1001}, secret)),
        (413, "too_large", ask(client, "x" * 400_001, secret)),
    ]
    for status, code, got in table:
        assert (got.status_code, got.json()["code"]) == (status, code)
        assert got.headers["Content-Type"] == "application/problem+json"
        assert "anna@example.com" not in got.text
        described("Problem", got.json())


def test_a_program_that_asks_too_often_is_told_when_to_go_on(
    client: Client, controller: Controller, monkeypatch
) -> None:
    secret = key_of(controller)
    monkeypatch.setattr("dsr.limits.counted", lambda *_given: 301)
    got = ask(client, {"identifiers": []}, secret)
    assert (got.status_code, got.json()["code"]) == (429, "too_many_calls")
    assert 0 < int(got.headers["Retry-After"]) <= 60


def test_the_description_matches_the_views(client: Client, controller: Controller) -> None:
    """OpenAPI 3.1, kept by hand: every address with its methods and scope, no more and no fewer."""
    assert client.get("/api/v1/openapi.json").json() == DOC
    offered = {}
    for one in urlpatterns:
        view: Any = one.callback
        for method in getattr(view, "methods", ("GET",)):
            scope = [{"key": [str(view.scope)]}] if hasattr(view, "scope") else []
            offered[f"/{one.pattern}", method.lower()] = scope
    written = {
        (path, method): row.get("security", []) for path, rows in DOC["paths"].items() for method, row in rows.items()
    }
    assert written == offered
    for schema in DOC["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_18_1_c_holds_up_our_own_deletions(controller: Controller) -> None:
    """Q-04, SC-10: erasures, and the files of her other requests, by the numbers of a request; no other ground does."""
    other = make_case(rights=(Right.ERASURE,), number=NUMBER)
    stranger = make_case(rights=(Right.ERASURE,), number="10000077")
    everybody = Case.objects.order_by("pk")
    assert not holds.held(other, "billing")
    case = restrict()
    assert holds.held(other, "billing")
    assert not holds.held(stranger, "billing")
    assert list(holds.free_of_claims(everybody, request="request_id")) == [stranger]
    with pytest.raises(RefusedError, match="restriction_runs"):
        holds.insist_no_claim(other.request_id)
    Restriction.objects.filter(case=case).update(ended_at=MONDAY + timedelta(days=30))
    assert not holds.held(other, "billing")
    restrict(ground="accuracy_contested")
    assert not holds.held(other, "billing")


def test_found_after_the_key_ring_rotated(client: Client, controller: Controller, settings) -> None:
    """The tokens move with the blind index, so that the old ring key may leave."""
    restrict()
    old = settings.DSR_KEYS
    settings.DSR_KEYS = f"fresh:{base64.b64encode(bytes(range(32))).decode()},{old}"
    # Indexed under the new key, while the restriction is still named under the old one: her claim counts all the same.
    assert holds.held(make_case(rights=(Right.ERASURE,), number=NUMBER), "billing")
    rotated = ring_tokens.move_restricted(chunk=1, stop=lambda: False)
    assert (rotated.moved, rotated.missing, rotated.broken) == (1, 0, 0)
    assert RestrictedToken.objects.get().token.startswith("fresh.")
    assert ring_tokens.move_restricted(chunk=1, stop=lambda: False).moved == 0
    said = ask(client, {"identifiers": [{"customer_number": NUMBER}]}, key_of(controller)).json()
    assert said["answers"][0]["restricted"] is True


def test_I_01_a_number_that_was_only_typed_holds_up_no_deletion(controller: Controller) -> None:
    """What somebody writes into a form stands in the blind index, and proves nothing: another's claim is not her claim."""
    restrict()
    typed = make_case(rights=(Right.ERASURE,), number="10000078")
    token = blind.token(controller.slug, "customer_number", NUMBER)
    IndexToken.objects.create(controller=controller, request=typed.request, kind="customer_number", token=token)
    assert not holds.held(typed, "billing")
    holds.insist_no_claim(typed.request_id)
    hers = make_case(rights=(Right.ERASURE,), number=NUMBER)
    assert holds.claimed() >= {hers.request_id}
    assert typed.request_id not in holds.claimed()
    Request.objects.filter(pk=hers.request_id).update(identified_at=None)
    assert not holds.claimed(request_id=hers.request_id)
