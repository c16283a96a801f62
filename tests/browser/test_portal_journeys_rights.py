"""Every right from the start page to its receipt, each walked by another person in another way (ux.md 1.4, 1.5, 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation
from django.utils.translation import gettext

from dsr.models import Case, Draft, Request
from tests.browser.walking import Answers, Walker
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
class Road:
    """One journey: what is asked for, what is answered otherwise than walking.PAGES says, and how it is walked."""

    right: str
    pages: Mapping[str, Answers] = field(default_factory=dict)
    met: str = ""  # the pages in between, in order
    rights: tuple[str, ...] = ()  # where a yes on the way adds one
    mode: str = "desktop"
    hand: str = "mouse"
    scripts: bool = True
    language: str = "en"
    account: bool = False


LETTER: Mapping[str, Answers] = {"contact": {"reply": "letter", "language": "en"}}
FORMER: Mapping[str, Answers] = {"account": {"account": "former"}}
ROADS = {
    "access by keyboard": Road("access", met="who account details data period contact", hand="keyboard"),
    "part of it on paper, former customer, without scripts": Road(
        "access",
        {**FORMER, **LETTER, "data": {"extent": "some", "paper": ["paper"]}, "period": {"period": "part"}},
        "who account details former data kinds period months contact post",
        mode="phone",
        scripts=False,
    ),
    "rectification with an account and a pause": Road(
        "rectification",
        {"pause": {"pause": "yes"}},
        "who correct evidence pause contact",
        ("rectification", "restriction"),
        mode="narrow",
        account=True,
    ),
    "erasure of a part with a copy, in the dark": Road(
        "erasure",
        {"delete": {"delete": "some", "reason": "I moved."}, "copy": {"copy_first": "yes"}},
        "who account details delete delete-some copy contact",
        ("erasure", "access"),
        mode="dark",
    ),
    "restriction, signed in on the way": Road(
        "restriction",
        {"account": {"account": "yes"}},
        "who account login restriction restriction-what contact",
        mode="phone",
        account=True,
    ),
    "portability to another provider in Polish": Road(
        "portability",
        {"portability": {"origins": "both", "to_whom": "provider"}},
        "who account details portability provider contact",
        mode="narrow",
        language="pl",
    ),
    "objection in German": Road(
        "objection", {}, "what who account details objection contact", language="de", mode="narrow"
    ),
    "a person looks at a decision, by keyboard, in the dark": Road(
        "automated_decision", {}, "what who decision contact", mode="dark", hand="keyboard", account=True
    ),
    "a consent taken back without scripts": Road(
        "consent_withdrawal", {}, "what who account details consent contact", mode="narrow", scripts=False
    ),
}


def walker(browse: Browse, road: Road, controller_fields: Mapping[str, Any] | None = None) -> Walker:
    """A browser as `road` says; with an account she is signed in, unless she signs in on the way."""
    make_controller(languages=["en", "de", "pl"], **(controller_fields or {}))
    anna = make_user() if road.account else None
    signed_in = anna if "login" not in road.met else None
    page = browse.page(road.mode, user=signed_in, locale=road.language, java_script_enabled=road.scripts)
    return Walker(page, hand=road.hand, scripts=road.scripts)


@pytest.mark.parametrize("name", ROADS)
def test_a_right_from_the_start_page_to_the_receipt(browse: Browse, name: str) -> None:
    """T-02, T-26: sent means counted; one request, one case for each right; the receipt comes before any proof."""
    road = ROADS[name]
    she = walker(browse, road)

    she.choose(road.right)
    she.walk(road.pages)
    assert " ".join(she.met) == road.met
    reference = she.send()
    with translation.override(road.language):
        assert she.page.inner_text("h1") == gettext("Request sent")

    request = Request.objects.get()
    assert request.reference == reference
    assert sorted(Case.objects.values_list("right", flat=True)) == sorted(road.rights or (road.right,))
    assert request.language == road.language
    assert not Draft.objects.exists()
    she.prints()
    she.press(f"main a[href='/requests/{reference}/']")
    she.look()
    assert reference in she.page.inner_text("main")
    she.prints()
    assert she.page.get_attribute("html", "lang") == road.language
    assert she.found == []


def test_marketing_stops_in_two_pages_by_keyboard(browse: Browse) -> None:
    """O-03, I-06: the tile, one page, the button; no reason, no proof."""
    she = walker(browse, Road("marketing_objection", hand="keyboard"))
    she.choose("marketing_objection")
    she.walk({}, until=["done"])
    assert she.met == ["marketing-stop"]
    assert Request.objects.get().reference == she.page.inner_text(".done-ref")
    assert she.found == []


def test_who_is_not_sure_says_it_in_her_own_words_or_takes_the_guide(browse: Browse) -> None:
    """4.1: the office finds out which right it is; the month runs from the day she sent it."""
    she = walker(browse, Road("unsure", mode="narrow"))
    she.go("/new/unsure/")
    she.press("main a.card-link >> nth=0")
    she.look()
    assert she.path.startswith("/new/")
    she.page.context.clear_cookies()
    she.doing = "unsure"
    she.go("/")
    she.press("main a[href='/new/unsure/']")
    she.walk({})
    assert she.met[0] == "unsure"
    she.send()
    assert Case.objects.get().due_on is not None
    assert she.found == []


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["dark", "phone", "narrow"])
@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_every_page_of_every_right_in_every_look(browse: Browse, mode: str, language: str) -> None:
    """The same roads without an account, one after the other, with axe on each page in this mode and language."""
    make_controller(languages=["en", "de", "pl"])
    she = Walker(browse.page(mode, locale=language), axe=f"{mode} {language}")
    for name, road in ROADS.items():
        she.choose(road.right)
        she.walk({step: answers for step, answers in road.pages.items() if answers != {"account": "yes"}})
        assert she.send(), name
    assert Request.objects.count() == len(ROADS)
    assert she.found == []
