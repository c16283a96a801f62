"""Who asks for somebody else, and several rights in one sitting: every branch from the start page to its end (ux.md 1.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from dsr.law.persons import Behalf
from dsr.models import Case, Request, Upload
from tests.browser.walking import PAGES, Answers, Walker
from tests.factories import make_controller, make_user

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.browser.harness import Browse

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("demo_stores"),
    pytest.mark.slow,
]


@dataclass(frozen=True)
class Branch:
    """For whom, by which pages, and what the receipt says; `last` is the page it ends on."""

    right: str
    met: str
    says: str
    pages: Mapping[str, Answers] = field(default_factory=dict)
    account: bool = False
    mode: str = "narrow"
    uploads: int = 0
    last: str = "sent"


BRANCHES = {
    "child": Branch(
        "access",
        "who child authority data period contact",
        "We will also ask Jan",
        account=True,
        uploads=1,
    ),
    "represented": Branch(
        "erasure",
        "who represented sender delete copy contact post",
        "Send us a copy, with the reference on it",
        {"contact": {"reply": "letter"}},
        mode="dark",
    ),
    "deceased": Branch(
        "access", "who deceased sender data period contact", "Show it in any of our shops", mode="phone"
    ),
    "other_user": Branch(
        "access", "who other-user sender data period", "You cannot follow this request here", last="arrived"
    ),
}


@pytest.mark.parametrize("who", BRANCHES)
def test_a_request_for_somebody_else_is_sent(browse: Browse, who: str) -> None:
    """H-01, H-04, H-06, H-09: the branch's questions, the paper now or later, and a receipt that says what is still to show."""
    branch = BRANCHES[who]
    make_controller()
    she = Walker(browse.page(branch.mode, user=make_user() if branch.account else None))

    she.choose(branch.right)
    she.doing = who
    she.walk({**branch.pages, "who": {"who": who}})
    assert " ".join(she.met) == branch.met
    check = she.page.inner_text("main")
    assert PAGES[who.replace("_", "-")]["name"] in check
    reference = she.send()

    assert she.name == branch.last
    assert branch.says in check + she.page.inner_text("main")
    request = Request.objects.get()
    behalf = Behalf.of(request.content()["scope"])
    assert (request.reference, behalf and behalf.who) == (reference, who)
    assert Upload.objects.filter(request=request, purpose="authority", deleted_at=None).count() == branch.uploads
    if branch.last == "arrived":
        she.page.goto(f"/requests/{reference}/")
        assert she.path != f"/requests/{reference}/"
        assert "Jan" not in she.page.inner_text("body")
    assert she.found == []


def test_after_a_death_the_law_of_the_country_decides_what_is_offered(browse: Browse) -> None:
    """H-06: in Germany an heir may ask for a copy and for nothing else; in Ireland nobody may, and a page says what helps."""
    controller = make_controller()
    she = Walker(browse.page("narrow"))
    she.choose("erasure")
    she.walk({"who": {"who": "deceased"}}, until=["died"])
    assert "Copy of my data" in she.page.inner_text("main")
    she.press("main a.back")
    she.look("again")

    controller.country, controller.subdivision = "IE", ""
    controller.save()
    other = Walker(browse.page("phone"))
    other.choose("access")
    assert other.page.locator("[name=who][value=deceased]").count() == 0
    other.press("main a[href='/new/died/']")
    other.look("nobody")
    assert "gives nobody a right" in other.page.inner_text("main")
    assert controller.privacy_email in other.page.inner_text("main")
    assert not Request.objects.exists()
    assert she.found + other.found == []


def test_T_26_several_rights_in_one_sitting_without_scripts(browse: Browse) -> None:
    """Who and contact are asked once; each right has a list, a date and a case of its own; one is taken out again."""
    make_controller()
    she = Walker(browse.page("narrow", java_script_enabled=False), scripts=False)
    add = "main form[action='/new/add/'] button"
    she.choose("access")
    she.walk({})
    for right in ("rectification", "marketing_objection", "restriction"):
        she.press(add)
        she.met.clear()
        she.walk({"what": {"right": right}})
        assert not {"who", "account", "details", "contact"} & set(she.met), she.met
    she.press("main form:has(input[value=restriction]) button")
    she.look()
    assert she.page.locator("main section form").count() == 3
    change = "main .summary a[href*='period']"
    she.press(change)
    she.answer({"period": "part"})
    she.press()
    she.walk({})
    assert "March 2025" in she.page.inner_text("main")

    reference = she.send()

    request = Request.objects.get()
    assert request.reference == reference
    assert sorted(Case.objects.values_list("right", flat=True)) == ["access", "marketing_objection", "rectification"]
    assert request.content()["by_right"]["access"]["scope"]["from"] == "2025-03"
    assert she.found == []
