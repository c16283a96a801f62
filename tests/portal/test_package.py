"""The answer opens after a fresh code to the contact on file, is streamed from the vault, and each download is noted (SC-01)."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import actors, answer, contests, identity
from dsr.cases.intake import Told
from dsr.demo.people import by_position
from dsr.fulfil.spool import Sink, store_artifact
from dsr.models import Artifact, Case, User
from portal import access, download
from tests.factories import ATTESTED, make_case, make_staff, make_user
from tests.portal.walk import newest_code, text_of
from tests.redacting import settle

pytestmark = pytest.mark.django_db
PERSON = by_position(2)


def released(drain, **fields) -> Case:
    """A case answered a moment ago, through the verbs."""
    now = timezone.now()
    mara, otto = actors.staff(make_staff()), actors.staff(make_staff("otto", "lead"))
    case = make_case(number=PERSON.customer_no, name=PERSON.name, at=now, **fields)
    answer.start_collection(case_id=case.pk, actor=mara, now=now)
    drain()
    answer.draft(case_id=case.pk, paragraph="We looked everywhere.", actor=mara, now=now)
    drain()
    case = settle(case.pk, actor=mara, now=now, drain=drain)
    answer.submit(case_id=case.pk, actor=mara, now=now)
    answer.approve(case_id=case.pk, manifest_sha256=case.manifest_sha256, actor=otto, now=now, attested=ATTESTED)
    answer.release(case_id=case.pk, actor=mara, now=now)
    done: Case = Case.objects.select_related("request").get(pk=case.pk)
    return done


@pytest.fixture
def anna(demo_stores):
    user = make_user()
    identity.link(
        user=user,
        store="billing",
        customer_number=PERSON.customer_no,
        contact=PERSON.email,
        method="code",
        now=timezone.now(),
    )
    return user


def handed_over(user: User) -> Case:
    """A case whose answer is some bytes sealed in the vault: for what does not depend on what is in them."""
    case = make_case(number=PERSON.customer_no, account=user, at=timezone.now())
    names = ("letter.pdf", "report.pdf", "data.json", "csv/billing-customers.csv", "read-me-first.html")

    def write(sink: Sink) -> dict[str, object]:
        sink.write(bytes(range(256)) * 700)
        return {"files": [{"path": name, "size": 1000, "sha256": "0" * 64} for name in names]}

    artifact = store_artifact(
        case=case, kind="package", file_name="answer.zip", media_type="application/zip", write=write, now=timezone.now()
    )
    artifact.released_at, artifact.expires_at = timezone.now(), timezone.now() + timedelta(days=30)
    artifact.save()
    return case


@pytest.fixture
def case(anna):
    return handed_over(anna)


@pytest.fixture
def at(case):
    return f"/requests/{case.request.reference}/package/"


def prove(client, at, drain) -> None:
    sent = client.post(f"{at}code/")
    assert sent.headers["Location"] == f"{at}code/"
    drain()
    done = client.post(f"{at}code/", {"code": newest_code(PERSON.email)})
    assert done.headers["Location"] == at, text_of(done)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_page_names_contents_sizes_checksum_expiry_and_what_is_missing(client, anna, case, at):
    client.force_login(anna)

    page = text_of(client.get(at))

    package = case.artifacts.get(kind="package", superseded_at__isnull=True)
    for word in (
        "read-me-first.html",
        "report.pdf",
        "data.json",
        package.sha256,
        "What is missing",
        "How to open it",
        "None.",
    ):
        assert word in page
    assert "Send me a code" in page
    assert "Download all" not in page


def test_SC_01_I_02_the_bytes_leave_only_after_a_fresh_code_to_the_contact_on_file(client, anna, drain):
    case = released(drain, account=anna)
    at = f"/requests/{case.request.reference}/package/"
    client.force_login(anna)
    assert client.get(f"{at}download/").headers["Location"] == at

    prove(client, at, drain)
    assert mail.outbox[-1].to == [PERSON.email]
    response = client.get(f"{at}download/")

    plain = body(response)
    package = case.artifacts.get(kind="package", superseded_at__isnull=True)
    assert hashlib.sha256(plain).hexdigest() == package.sha256
    assert "letter.pdf" in zipfile.ZipFile(io.BytesIO(plain)).namelist()
    assert response.headers["Content-Disposition"] == f'attachment; filename="{package.file_name}"'
    assert response.headers["Cache-Control"] == "no-store"
    assert int(response.headers["Content-Length"]) == len(plain) == package.size


def test_each_download_is_noted_in_the_chain_and_shown_to_her(client, anna, case, at, drain):
    client.force_login(anna)
    prove(client, at, drain)
    for _ in range(2):
        body(client.get(f"{at}download/"))

    events = case.events.filter(action="downloaded")
    assert [e.actor_id for e in events] == [str(anna.pk)] * 2
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    assert "Was one of them not you?" in text_of(client.get(at))


def test_the_proof_is_fresh_for_ten_minutes(client, anna, case, at, drain):
    client.force_login(anna)
    prove(client, at, drain)
    session = client.session
    session["fresh"] = {str(case.request.pk): (timezone.now() - access.FRESH_FOR).isoformat()}
    session.save()

    assert client.get(f"{at}download/").headers["Location"] == at
    assert not case.events.filter(action="downloaded").exists()


def test_a_code_of_one_session_does_not_freshen_another(client, anna, at, drain):
    from django.test import Client

    client.force_login(anna)
    other = Client()
    other.force_login(anna)
    prove(client, at, drain)

    assert other.get(f"{at}download/").headers["Location"] == at


def test_wrong_codes_lock_and_say_what_to_do(client, anna, at, drain):
    client.force_login(anna)
    client.post(f"{at}code/")
    drain()
    right = newest_code()

    said = [text_of(client.post(f"{at}code/", {"code": "00000000"})) for _ in range(5)]

    assert "Tries left: 4" in said[0]
    assert "not right five times" in text_of(client.post(f"{at}code/", {"code": right}))
    assert client.get(f"{at}download/").headers["Location"] == at


def test_one_range_at_a_time(client, anna, case, at, drain):
    client.force_login(anna)
    prove(client, at, drain)
    whole = body(client.get(f"{at}download/"))

    part = client.get(f"{at}download/", headers={"range": "bytes=70000-70099"})
    tail = client.get(f"{at}download/", headers={"range": "bytes=-50"})
    rest = client.get(f"{at}download/", headers={"range": f"bytes={len(whole) - 10}-"})
    past = client.get(f"{at}download/", headers={"range": f"bytes={len(whole)}-"})
    stale = client.get(f"{at}download/", headers={"range": "bytes=0-9", "if-range": '"old"'})

    assert (part.status_code, body(part)) == (206, whole[70000:70100])
    assert part.headers["Content-Range"] == f"bytes 70000-70099/{len(whole)}"
    assert body(tail) == whole[-50:]
    assert body(rest) == whole[-10:]
    assert (past.status_code, past.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")
    assert (stale.status_code, body(stale)) == (200, whole)


@pytest.mark.parametrize("header", ["", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes=a-b"])
def test_ranges_we_do_not_serve_give_the_whole_file(header):
    assert download.span(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_ranges_outside_are_refused(header):
    with pytest.raises(ValueError, match="range"):
        download.span(header, 100)


def test_a_follower_by_code_to_the_contact_given_sees_nothing_that_was_found(client, demo_stores, drain):
    """Signed in is not identified, and neither is whoever reads the mail of the address given."""
    case = released(drain, told=Told(name=PERSON.name, contact_email="given@example.com"))
    reference = case.request.reference
    client.post("/requests/find/", {"reference": reference})
    drain()
    client.post("/requests/find/code/", {"code": newest_code("given@example.com")})
    at = f"/requests/{reference}/package/"

    page = text_of(client.get(at))
    assert "data.json" not in page
    assert client.get(f"{at}download/").headers["Location"] == at
    prove(client, at, drain)  # the code goes to the contact on file, not to the address given

    shown = client.get(at)
    assert "data.json" in text_of(shown)
    assert 'href="/keys/"' in shown.content.decode()  # how to check that the package is ours
    assert len(body(client.get(f"{at}download/"))) > 1000


def test_where_nobody_knows_a_contact_on_file_another_way_is_offered(client, anna, case, at):
    case.request.subject.delete()
    client.force_login(anna)

    page = text_of(client.get(at))

    assert "We do not know an e-mail address from your contract" in page
    assert client.post(f"{at}code/").headers["Location"] == at


def test_an_expired_answer_says_so_and_gives_nothing(client, anna, case, at, drain):
    client.force_login(anna)
    prove(client, at, drain)
    Artifact.objects.filter(case=case).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert "The time to download is over" in text_of(client.get(at))
    assert client.get(f"{at}download/").status_code == 404


def test_before_the_release_there_is_no_answer_to_see(client, anna, case, at):
    Artifact.objects.filter(case=case).update(released_at=None)
    client.force_login(anna)

    assert client.get(at).status_code == 404
    assert client.post(f"{at}code/").status_code == 404


def test_a_stranger_gets_nothing_even_after_proving_her_own(client, anna, case, at, drain):
    client.force_login(make_user("boris"))
    session = client.session
    session["fresh"] = {"00000000-0000-4000-8000-000000000000": timezone.now().isoformat()}
    session.save()

    assert client.get(at).status_code == 404
    assert client.get(f"{at}download/").status_code == 404


def test_a_file_that_was_tampered_with_is_an_error_page_and_not_half_a_download(client, anna, case, at, drain, caplog):
    client.force_login(anna)
    prove(client, at, drain)
    package = case.artifacts.get(kind="package", superseded_at__isnull=True)
    with default_storage.open(package.storage_name, "r+b") as sealed:
        sealed.seek(100)
        sealed.write(b"\x00\x01\x02\x03")

    response = client.get(f"{at}download/")

    assert response.status_code == 503
    assert "our fault" in text_of(response)
    assert not case.events.filter(action="downloaded").exists()


def test_a_look_at_the_headers_is_not_a_download(client, anna, case, at, drain):
    client.force_login(anna)
    prove(client, at, drain)

    assert client.head(f"{at}download/").status_code == 200
    assert not case.events.filter(action="downloaded").exists()


def test_what_was_done_before_an_objection_stands_before_it(client, anna, drain):
    """ux.md 1.7: the steps of a contested answer are told in the order in which they happened."""
    case = released(drain, account=anna)
    subject = actors.subject(str(anna.pk))
    contests.contest(case_id=case.pk, reason="May is missing.", actor=subject, now=timezone.now())
    client.force_login(anna)

    page = text_of(client.get(f"/requests/{case.request.reference}/"))

    steps = ["We searched", "A second person checked it", "You did not agree", "Somebody else looks at it again"]
    assert [page.count(step) > 0 for step in steps] == [True] * len(steps)
    assert sorted(steps, key=page.index) == steps
