"""SC-16: the spouse of the contract's holder asks: what is hers as a user leaves, the contract does not, the holder hears nothing."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import answer, identity
from dsr.cases.identifiers import add_identifiers
from dsr.cases.intake import Told
from dsr.demo.people import by_position
from dsr.fulfil.package import package_of
from dsr.fulfil.spool import read_artifact
from dsr.law.rights import Right
from dsr.models import Case, Message
from tests.factories import ATTESTED, make_case, make_controller, make_request
from tests.fulfil.tree_of_files import Tree
from tests.output.reading import text_of
from tests.redacting import settle
from tests.scenarios.cast import lead, local, staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HOLDER = by_position(3)
HERS = "lucia-line"
"""The log-in of her own line, which the holder's contract pays for."""
WHY = (
    "The contract and its bills are data of its holder, not yours (Article 15(1) GDPR). With a mandate of the holder we can"
    " send you a copy of them as well."
)


def entries(case: Case) -> dict[str, bytes]:
    """Every file of the package; of PDFs the text."""
    package = package_of(case)
    assert package is not None, list(case.tasks.values("store", "operation", "status", "error_code", "error_place"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(read_artifact(package))))
    found = {name: archive.read(name) for name in archive.namelist()}
    return {name: text_of(data).encode() if name.endswith(".pdf") else data for name, data in found.items()}


def test_SC_16_H_09_her_own_user_data_leave_the_contract_of_the_holder_does_not(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """Received on Saturday 12 September 2026 in Madrid; 12 October is the national day, so due on the 13th."""
    make_controller(country="ES", subdivision="MD", timezone="Europe/Madrid")
    tree = Tree(demo_stores)
    tree.put(HERS, {"ticket-hers.txt": b"Customer: My line is slow.\nAgent: Your line was measured."})
    tree.put(HOLDER.username, {"ticket-his.txt": b"Customer: I want to end the contract in silence."})
    with time_machine.travel(local("ES", 2026, 9, 12), tick=True):
        now = timezone.now()
        told = Told(
            name="Luc\u00eda Example",
            words="Everything about our connection: the contract, the bills and my own line.",
            contact_email="lucia@example.com",
            identifiers=(("username", HERS), ("customer_number", HOLDER.customer_no)),
        )
        request = make_request(rights=(Right.ACCESS,), told=told, at=now, now=now)
        case = request.cases.select_related("controller", "request").get()
        assert case.due_on == date(2026, 10, 13)
        mara, otto = staff(case), lead(case)
        # A code to her own SIM proves that the line is hers. That she typed his number proves nothing about his contract.
        add_identifiers(
            request=request, found=[{"kind": "username", "value": HERS, "store": "recordings", "link": "proof"}]
        )
        identity.identify(request=request, level=3, method="callback", known=(), actor=mara, now=now)
        answer.start_collection(case_id=case.pk, actor=mara, now=now)
        drain()
        answer.draft(case_id=case.pk, paragraph=WHY, actor=mara, now=now)
        drain()
        case = settle(case.pk, actor=mara, now=now, drain=drain)
        files = entries(case)
        answer.submit(case_id=case.pk, actor=mara, now=now)
        answer.approve(case_id=case.pk, manifest_sha256=case.manifest_sha256, actor=otto, now=now, attested=ATTESTED)
        case = answer.release(case_id=case.pk, actor=mara, now=timezone.now())
        drain()

        said = b"\n".join(files.values()).decode("utf-8", "replace")
        assert "My line is slow." in said, "her own tickets"
        assert HERS in said
        for his in (HOLDER.last, HOLDER.email, HOLDER.iban, HOLDER.username, "in silence"):
            assert his not in said, "without a mandate nothing of the contract"
        letters = " ".join(" ".join(data.decode().split()) for name, data in files.items() if name.endswith(".pdf"))
        assert "The contract and its bills are data of its holder" in letters, "why the rest is not there"
        assert "Example Data Protection Authority" in letters, "N: authority and court"

        # The holder: no mail to him, and his own copy a day later knows nothing of her request.
        to = {str(row.content().get("to", "")) for row in Message.objects.select_related("request") if row.by_mail}
        assert to == {"lucia@example.com"}
        his_case = make_case(number=HOLDER.customer_no, name=HOLDER.name, at=timezone.now(), now=timezone.now())
        answer.start_collection(case_id=his_case.pk, actor=mara, now=timezone.now())
        drain()
        answer.draft(case_id=his_case.pk, paragraph="", actor=mara, now=timezone.now())
        drain()
        his_case = settle(his_case.pk, actor=mara, now=timezone.now(), drain=drain)
        his = b"\n".join(entries(his_case).values()).decode("utf-8", "replace")
    assert HOLDER.email in his
    for hers in (case.request.reference, "lucia", "Luc\u00eda", HERS, "My line is slow."):
        assert hers not in his, "the holder is not told the content, nor that somebody asked"
    assert verify_case(Case.objects.get(pk=case.pk)) == []
