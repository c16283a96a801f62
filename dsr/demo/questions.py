"""Steps of a story that settle who asks for what: identity, questions, fees, extensions, opinions, silence."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dsr.cases import clarifications, consultation, endings, fees
from dsr.demo.office import STAFF
from dsr.demo.stage import MARA, OTTO, Stage
from dsr.models import Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsr.law.rights import ExtensionReason

DANA = STAFF[3].email


class Questions(Stage):
    """What comes before the work. A move without `days` happens about a day after what happened last."""

    def next(self, gap: int = 1) -> int:
        """Days before the start of the demo, `gap` days after what happened last."""
        return max(0, (self._now - self._last).days - gap)

    def case(self) -> Case:
        """The case as it is now."""
        found: Case = Case.objects.select_related("controller", "request__account").get(pk=self._case_id)
        return found

    def let_work(self) -> None:
        """The stores do what they were asked when the request came in."""
        self._at(self.next())
        self._work()

    # --- who asks for what ------------------------------------------------------------------------------------------------

    def known(self, method: str = "callback") -> None:
        """Anna gives the case to Mara, who knows a day later who the person is."""
        self.intake_assigns(days=self.next())
        self.confirm(days=self.next(), method=method)

    def nameless(self) -> None:
        """Identified in the shop, but nobody wrote the customer number down: the search waits for a person."""
        self.intake_assigns(days=self.next())
        self.confirm(days=self.next(), method="shop", numbered=False)

    def clarify(self, *, why: str, options: str, meanwhile: str) -> None:
        """Mara asks which data are meant."""
        clarifications.ask(
            case_id=self._case_id,
            why=why,
            options=options,
            meanwhile=meanwhile,
            large=True,
            actor=self._staff(MARA),
            now=self._at(self.next()),
        )
        self._work()

    def fee(self, evidence: fees.Evidence, **said: Any) -> None:
        """Mara files the evidence, Dana agrees, Otto announces what it would cost."""
        say: dict[str, Any] = {"case_id": self._case_id}
        fees.file_evidence(evidence=evidence, actor=self._staff(MARA), now=self._at(self.next()), **say)
        self.advise("fee", "A fee is possible here. Keep it at the cost of half an hour.")
        fees.announce(actor=self._staff(OTTO), now=self._at(self.next()), **said, **say)
        self._work()

    def advise(self, about: str, words: str, stance: str = "agrees") -> None:
        """Dana gives her opinion."""
        consultation.give(
            case_id=self._case_id,
            about=about,
            stance=stance,
            text=words,
            actor=self._staff(DANA),
            now=self._at(self.next()),
        )

    def consult(self, about: str, words: str) -> None:
        """Mara asks Dana, who has not answered yet."""
        consultation.ask(
            case_id=self._case_id, about=about, words=words, actor=self._staff(MARA), now=self._at(self.next())
        )

    def extend(self, reason: ExtensionReason, text: str, meanwhile: str) -> None:
        """Otto takes two months more and says why."""
        endings.extend(
            case_id=self._case_id,
            reason=reason.value,
            text=text,
            meanwhile=meanwhile,
            actor=self._staff(OTTO),
            now=self._at(self.next()),
        )
        self._work()

    def not_identified(self, doubt: str) -> None:
        """Reminded once, thirty days of silence: Otto closes."""
        endings.close_not_identified(
            case_id=self._case_id, doubt=doubt, actor=self._staff(OTTO), now=self._at(self.next())
        )
        self._work()

    def silent(self, reminder: Callable[..., int]) -> None:
        """Nobody answers a question: what the tick does about it, twice with weeks between."""
        for days in (15, 31):
            self._last = self._request.received_at + timedelta(days=2 + days)
            reminder(now=self._last, limit=50)
