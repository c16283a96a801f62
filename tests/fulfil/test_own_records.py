"""Our own database is a store too: earlier requests, the account and its log belong into an access answer (A-02, A-07, X-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator

from dsr import factors
from dsr.cases import actors, codes, identity, messages, outside
from dsr.cases.intake import Told
from dsr.cases.outside import Vouched
from dsr.cases.perform import record
from dsr.desk import datasets
from dsr.desk.tasks_view import store_label
from dsr.fulfil.own_described import OWN, described
from dsr.fulfil.own_records import HANDED_OUT, own_found, own_left_out, references
from dsr.law.letters import LetterCode
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import AccountLink, Artifact, IdentityCheck, Letter, OneTimeCode, Request, Subject
from dsr.wording.events import EVENTS
from exporters.contract import CellNote, Disclosure
from tests.factories import MONDAY, make_case, make_controller, make_request, make_staff, make_user

if TYPE_CHECKING:
    from dsr.output.inputs import Found

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=3)
NUMBER = "10000001"


def rows(found: tuple[Found, ...], name: str) -> list[dict[str, Any]]:
    """The rows of one data set as mappings."""
    for one in found:
        if one.info.name == name:
            return [dict(zip(batch.columns, row, strict=True)) for batch in one.read() for row in batch.rows]
    return []


def everything(found: tuple[Found, ...]) -> str:
    return repr([batch.rows for one in found for batch in one.read()])


def linked(name: str = "anna", number: str = NUMBER) -> Any:
    user = make_user(name)
    identity.link(
        user=user, store="billing", customer_number=number, contact=f"{name}@example.com", method="code", now=MONDAY
    )
    return user


def test_a_02_the_request_itself_is_part_of_the_answer() -> None:
    case = make_case()

    found = own_found(case, until=LATER)

    (request,) = rows(found, "requests")
    assert (request["reference"], request["words"]) == (case.request.reference, "Everything please.")
    assert request["contact_email"] == "anna@example.com"
    assert rows(found, "cases")[0]["state"] == "assessing"
    assert {one.store for one in found} == {OWN}
    assert all(one.own for one in found)


def test_earlier_requests_of_the_same_located_subject_are_hers() -> None:
    earlier = make_case(rights=(Right.RECTIFICATION,), at=MONDAY - timedelta(days=90))
    case = make_case()

    assert references(own_found(case, until=LATER)) == {earlier.request.reference, case.request.reference}


def test_the_same_name_and_address_alone_make_nothing_hers() -> None:
    make_case(number="20000002")
    make_request(name="Anna Example")
    case = make_case()

    assert references(own_found(case, until=LATER)) == {case.request.reference}


def test_requests_with_the_same_located_record_are_hers_whatever_number_proved_them() -> None:
    earlier, case = make_case(number="A-1"), make_case(number="A-2")
    for one in (earlier, case):
        row = Subject.objects.get(request=one.request)
        content = row.content()
        content["keys"] = {"billing": [["customers", [7]]]}
        content["identifiers"].append({"kind": "email", "value": "anna@example.com", "store": "", "link": "billing:x"})
        row.put(content)
        row.save()

    assert references(own_found(case, until=LATER)) == {earlier.request.reference, case.request.reference}


def test_a_proven_account_brings_its_log_and_its_requests() -> None:
    anna = linked()
    unproven = make_request(account=anna, rights=(Right.OBJECTION,), at=MONDAY - timedelta(days=9))
    case = make_case(account=anna)

    found = own_found(case, until=LATER)

    (account,) = rows(found, "account")
    assert (account["email"], account["name"], account["confirmed"]) == ("anna@example.com", "Anna", 1)
    (link,) = rows(found, "account_links")
    assert (link["customer_number"], link["method"], link["revoked_at"]) == (NUMBER, "code", None)
    assert unproven.reference in references(found)


def test_signed_in_is_not_identified_an_account_without_proof_is_not_hers() -> None:
    stranger = make_user("bert")
    other = make_request(account=stranger, rights=(Right.OBJECTION,))
    case = make_case(account=stranger)

    found = own_found(case, until=LATER)

    assert rows(found, "account") == []
    assert other.reference not in references(found)


def test_x_04_a_request_of_somebody_else_about_the_same_contract_is_left_out_and_counted() -> None:
    """A former partner who knew the number: his words, his new address and his letters are his."""
    theirs = make_case(
        at=MONDAY - timedelta(days=90),
        told=Told(name="Bert Other", words="All about the contract.", contact_email="bert@example.com"),
    )
    hers = make_case(at=MONDAY - timedelta(days=60))
    case = make_case()

    found = own_found(case, until=LATER)

    assert references(found) == {hers.request.reference, case.request.reference}
    assert "bert@example.com" not in str([list(one.read()) for one in found])
    (left,) = own_left_out(case, until=LATER)
    assert (left.store, left.count) == (OWN, 1)
    assert theirs.request.reference not in left.reason + left.what


def test_x_04_a_second_account_with_the_same_number_is_not_hers() -> None:
    linked()
    bert = make_user("bert")
    identity.link(
        user=bert, store="billing", customer_number=NUMBER, contact="old@example.com", method="code", now=MONDAY
    )
    case = make_case()

    assert [row["email"] for row in rows(own_found(case, until=LATER), "account")] == ["anna@example.com"]
    assert own_left_out(case, until=LATER)[0].count == 1


def test_a_request_by_letter_is_hers_by_her_name() -> None:
    by_letter = make_case(at=MONDAY - timedelta(days=90), told=Told(name="ANNA  example", words="All of it."))
    other = make_case(at=MONDAY - timedelta(days=80), told=Told(name="Bert Other", words="All of it."))
    case = make_case()

    assert by_letter.request.reference in references(own_found(case, until=LATER))
    assert other.request.reference not in references(own_found(case, until=LATER))
    assert own_left_out(make_case(number="70000007"), until=LATER) == ()


def test_a_revoked_link_makes_an_account_a_strangers_again() -> None:
    anna = linked()
    AccountLink.objects.update(revoked_at=MONDAY)
    case = make_case(account=anna)

    assert rows(own_found(case, until=LATER), "account") == []


def test_what_an_account_asked_for_somebody_else_stays_that_persons() -> None:
    anna = linked()
    child = make_case(account=anna, number="30000003", at=MONDAY + timedelta(hours=1))
    case = make_case()

    assert child.request.reference not in references(own_found(case, until=LATER))


def test_another_controllers_requests_are_another_subjects() -> None:
    make_case(controller=make_controller("southwave"))
    case = make_case()

    assert references(own_found(case, until=LATER)) == {case.request.reference}


def test_a_07_staff_is_shown_as_staff_and_x_05_notes_about_her_are_shown() -> None:
    case = make_case()
    mara = make_staff()
    record(case_id=case.pk, kind="assigned", actor=actors.staff(mara), now=MONDAY, note="Knows her contract.")
    messages.from_office(request=case.request, text="We are looking.", author=mara, now=MONDAY)

    found = own_found(case, until=LATER)

    event = next(row for row in rows(found, "history") if row["event"] == "assigned")
    assert (event["by"], event["note"]) == ("staff", "Knows her contract.")
    assert "We are looking." in [row["text"] for row in rows(found, "messages")]
    assert not any(told in everything(found) for told in ("Mara", "mara@", str(mara.pk)))


def test_x_04_a_note_that_tells_people_apart_is_withheld_and_says_so() -> None:
    case = make_case()
    record(case_id=case.pk, kind="match_decided", actor=actors.SYSTEM, now=MONDAY, note="Not Bert of Example Street.")

    found = own_found(case, until=LATER)

    history = next(one for one in found if one.info.name == "history")
    (batch,) = history.read()
    assert "Bert" not in repr(batch.rows)
    assert [note.code for note in batch.notes] == [CellNote.WITHHELD]
    assert next(f for f in history.info.fields if f.name == "note").disclosure is Disclosure.PARTLY


def test_x_06_a_hold_leaves_no_trace_in_rows_counts_or_notes() -> None:
    case = make_case()
    before = [tuple(one.read()) for one in own_found(case, until=LATER)]

    record(case_id=case.pk, kind="hold_set", actor=actors.SYSTEM, now=MONDAY, note="Order of a court.")
    record(case_id=case.pk, kind="hold_lifted", actor=actors.SYSTEM, now=MONDAY, note="Order ended.")

    assert [tuple(one.read()) for one in own_found(case, until=LATER)] == before


def test_nothing_that_opens_something_leaves() -> None:
    anna = linked()
    case = make_case(account=anna)
    code = codes.make(
        controller=case.controller,
        purpose=OneTimeCode.Purpose.DOWNLOAD,
        content={"to": "anna@example.com"},
        now=MONDAY,
        request=case.request,
    )
    digits = codes.draw(code=code)
    code.refresh_from_db()

    found = own_found(case, until=LATER)

    assert [row["purpose"] for row in rows(found, "identity_checks")] == ["download"]
    told = everything(found)
    assert not any(
        secret in told for secret in (digits, code.digest, anna.password, case.chain_head, str(code.pk), str(case.pk))
    )
    closed = {f.name for info in described("en").values() for f in info.fields if f.disclosure is Disclosure.NEVER}
    assert closed == {"password", "code", "secret"}


def test_a_01_the_ways_into_her_account_are_in_it_and_what_opens_it_is_not() -> None:
    anna = linked()
    secret = factors.seal("JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=anna, type="totp", data={"secret": secret}, created_at=MONDAY)
    said = Vouched("oidc", "https://login.example.com", "u-1", "billing", "10000001", 2)
    outside.join(user=anna, vouched=said, now=MONDAY)
    case = make_case(account=anna, number=NUMBER)

    found = own_found(case, until=LATER)

    ways = rows(found, "account_sign_in")
    assert [(row["kind"], row["known_as"]) for row in ways] == [("totp", ""), ("oidc", "u-1")]
    assert secret not in everything(found)


def test_a_18_what_the_draft_itself_does_is_not_in_it_so_that_a_second_run_has_the_same_bytes() -> None:
    case = make_case()
    until = MONDAY + timedelta(hours=1)
    first = [tuple(one.read()) for one in own_found(case, until=until)]

    record(case_id=case.pk, kind="package_built", actor=actors.SYSTEM, now=until)
    Artifact.objects.create(
        controller=case.controller,
        case=case,
        kind=Artifact.Kind.PACKAGE,
        file_name="x.zip",
        media_type="application/zip",
        size=1,
        sha256="0" * 64,
        created_at=until,
    )
    make_case(rights=(Right.ERASURE,), at=until, now=until + timedelta(hours=1))

    assert [tuple(one.read()) for one in own_found(case, until=until)] == first


def test_4_5_a_shredded_request_keeps_its_dates_and_loses_its_words() -> None:
    earlier = make_case(rights=(Right.RECTIFICATION,), at=MONDAY - timedelta(days=90), account=linked())
    case = make_case()
    Request.objects.filter(pk=earlier.request.pk).update(wrapped_key="")

    found = own_found(case, until=LATER)

    words = {row["reference"]: row["words"] for row in rows(found, "requests")}
    assert words.get(earlier.request.reference, "") == ""
    assert words[case.request.reference] == "Everything please."


def test_letters_sent_earlier_are_there_with_their_words_and_drafts_are_not() -> None:
    case = make_case()

    sent = rows(own_found(case, until=LATER), "letters")

    assert [row["letter"] for row in sent] == ["L-01"]
    assert case.request.reference in sent[0]["text"]
    assert rows(own_found(case, until=MONDAY), "letters") == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_04_to_a_08_every_field_says_why_from_where_and_how_long(language: str) -> None:
    for info in described(language).values():
        for item in info.fields:
            assert all((item.label[language], item.purpose[language], item.source[language])), (info.name, item.name)
            assert item.retention.text[language]
            assert item.legal_basis == "6(1)(c)"


def test_every_code_that_may_stand_in_a_row_has_words() -> None:
    infos = described("en")

    def values(dataset: str, name: str) -> set[str]:
        return set(next(item for item in infos[dataset].fields if item.name == name).values)

    # Codes for departments that work by hand go to colleagues; they are nobody's request.
    codes = {*OneTimeCode.Purpose.values} - {OneTimeCode.Purpose.HAND.value}
    assert values("identity_checks", "purpose") == {*codes, *IdentityCheck.Kind.values}
    assert values("files", "kind") == {kind.value for kind in HANDED_OUT}
    assert values("letters", "letter") == {code.value for code in LetterCode}
    assert values("letters", "channel") == set(Letter.Channel.values)
    assert values("history", "by") == {"subject", "staff", "system"}
    assert values("history", "event") == set(EVENTS)
    assert values("cases", "state") == {state.value for state in State}


def test_the_desk_names_our_own_data_sets_as_the_reader_does() -> None:
    assert store_label({}, OWN, "en") == "Our office for privacy requests"
    infos = datasets.described(make_controller(), OWN)
    assert datasets.label(infos["messages"], "en", "messages") == "Messages about your requests"
