"""Staff comes in by the directory of its employer: only who was invited, never by an address alone the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from dsr import oidc, outside
from dsr.models import SetupEvent, User
from tests.factories import make_controller, make_staff
from tests.portal.provider import CLIENT, SECRET, Provider
from tests.portal.walk import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db
MARA = {"sub": "m-1", "email": "mara@northwave.example.com", "email_verified": True}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    make_controller()
    oidc._documents.clear()
    settings.DSR_STAFF_FACTOR = "required"
    with Provider(claims=dict(MARA)) as made:
        row = {"issuer": made.issuer, "client_id": CLIENT, "client_secret": SECRET, "strong": ["mfa"]}
        settings.DSR_STAFF_OIDC = {"northwave": {**row, "label": "Northwave directory"}}
        yield made


def come(client: Client, provider: Provider, **lies: Any) -> Any:
    provider.lies = lies
    return client.get(provider.go(client, "/desk/account/oidc/go/"))


def test_an_invited_colleague_comes_in_and_a_second_factor_there_counts_here(
    client: Client, provider: Provider
) -> None:
    mara = make_staff("mara")
    assert "Northwave directory" in text_of(client.get("/desk/account/login/"))
    assert "/desk/account/oidc/go/" in client.get("/desk/account/oidc/").content.decode()
    assert come(client, provider, amr=["pwd", "mfa"]).headers["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200
    assert client.session["_auth_user_id"] == str(mara.pk)

    # Without one there she sets one up here, unless the directory is trusted to ask always.
    client.post("/desk/account/logout/")
    come(client, provider)
    assert client.get("/desk/").headers["Location"] == "/desk/account/"


def test_nobody_gets_an_account_or_another_ones_by_an_address(client: Client, provider: Provider) -> None:
    """Unknown, unconfirmed, closed, and an address that was given to somebody else later: all stay outside."""
    assert come(client, provider, amr=["mfa"]).status_code == 403
    assert not User.objects.exists()
    mara = make_staff("mara")
    assert come(client, provider, email_verified=False).status_code == 403
    come(client, provider, amr=["mfa"])
    client.post("/desk/account/logout/")
    assert come(client, provider, sub="somebody-new").status_code == 403
    User.objects.filter(pk=mara.pk).update(is_active=False)
    assert come(client, provider).status_code == 403
    assert come(client, provider, nonce="another").status_code == 400
    provider.down = True
    oidc._documents.clear()
    assert client.get("/desk/account/oidc/go/").status_code == 503
    assert "_auth_user_id" not in client.session


def test_roles_come_from_the_directory_where_that_is_configured(
    client: Client, provider: Provider, settings: Any
) -> None:
    """4.3: what the table of roles refuses stays refused; each change is an event of the set-up."""
    settings.DSR_STAFF_OIDC["northwave"] |= {
        "claim": "groups",
        "roles": {"privacy": ["handler"], "leads": ["lead"], "officer": ["dpo"]},
        "trusted": True,
    }
    mara = make_staff("mara", "intake")
    come(client, provider, groups=["privacy", "leads"])
    mara.refresh_from_db()
    assert mara.roles == ["handler", "lead"]
    client.post("/desk/account/logout/")
    come(client, provider, groups=["officer", "privacy"])
    mara.refresh_from_db()
    assert mara.roles == ["handler", "lead"]
    assert list(SetupEvent.objects.values_list("kind", flat=True)) == ["colleague_roles_changed"]


@pytest.mark.parametrize(
    "row",
    [{"claim": "groups"}, {"roles": {"a": ["lead"]}}, {"claim": "g", "roles": {"a": ["king"]}}, {"trusted": "yes"}],
)
def test_a_directory_that_is_configured_wrongly_is_an_error_at_start(settings: Any, row: dict[str, Any]) -> None:
    settings.DSR_STAFF_OIDC = {"northwave": {"issuer": "https://login.example.com", "client_id": "x", **row}}
    with pytest.raises(ImproperlyConfigured, match="DSR_STAFF_OIDC"):
        outside.check_settings()
