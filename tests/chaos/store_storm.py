"""A storm over the desk: processes killed, the queue forgotten and stopped, mail away, until everything is done all the same."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.models import Message, Task
from tests.chaos import store_yard as yard
from tests.chaos.store_drive import Drive

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def patience() -> float:
    """By what the time of a storm is multiplied: CHAOS_PATIENCE, or the machine's load by core when it has more to do."""
    return float(os.environ.get("CHAOS_PATIENCE") or max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


@dataclass(frozen=True)
class Storm:
    """How many of everything; the seconds after which it has to be over."""

    erasures: int
    accesses: int
    collected: int
    workers: int
    ticks: int
    kills: int
    flushes: int
    stops: int
    seconds: float

    @property
    def tasks(self) -> int:
        """How many tasks there will be: an erasure has nine, an answered copy five, one that is only collected four."""
        return self.erasures * 9 + self.accesses * 5 + self.collected * 4

    def events(self, chance: random.Random) -> list[tuple[float, str]]:
        """What happens after how many finished tasks, the first one last: spread over all of the work on any machine."""
        kinds = {"kill": self.kills, "flush": self.flushes, "stop": self.stops}
        happens = [kind for kind, times in kinds.items() for _ in range(times)]
        chance.shuffle(happens)
        moments = sorted((chance.uniform(0, self.tasks * 0.95) for _ in happens), reverse=True)
        return list(zip(moments, happens, strict=True))


def weather(storm: Storm, *, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, **more: str) -> str:
    """Let all of it happen, wait until every case is answered, and count. CHAOS_SEED repeats a run's decisions.

    Returns what happened, for whoever reads along.
    """
    seed = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="dsr-q-") as place:  # a socket's path is short
        queue, sink = yard.Queue(Path(place)), yard.MailSink()
        drive = Drive.make(
            tmp_path, settings, erasures=storm.erasures, accesses=storm.accesses, collected=storm.collected
        )
        environment = yard.environment(
            redis_url=queue.url, stores=Path(settings.DSR_STORES), smtp_port=sink.port, **more
        )
        crew = yard.Crew(environment, tmp_path / "crew.log")
        queue.start()
        yard.real_queue(monkeypatch, queue)
        try:
            crew.start(workers=storm.workers, ticks=storm.ticks)
            told = _blow(storm, chance, drive=drive, crew=crew, queue=queue, sink=sink)
            drive.check(sink.taken, doubled=storm.kills)
        except BaseException as error:
            error.add_note(f"CHAOS_SEED={seed}\n{crew.log.read_text(encoding='utf-8', errors='replace')[-4000:]}")
            raise
        finally:
            crew.end()
            queue.stop()
            sink.stop()
    return f"seed {seed}: {told}"


def _blow(
    storm: Storm, chance: random.Random, *, drive: Drive, crew: yard.Crew, queue: yard.Queue, sink: yard.MailSink
) -> str:
    began, longest = time.monotonic(), storm.seconds * patience()
    happens, told = storm.events(chance), Counter[str]()
    mails_from = began + chance.uniform(0, 5)  # until then the mail server is away
    mail_is_up, redis_back = False, 0.0
    while not drive.done():
        now = time.monotonic()
        assert now - began < longest, (told, happens, drive.troubles())
        crew.tend()
        drive.staff()
        drive.hurry()
        told += drive.again()
        if not mail_is_up and now > mails_from:
            mail_is_up = True
            sink.start()
        if redis_back and now > redis_back:
            redis_back = 0.0
            queue.start()
        finished = Task.objects.filter(status="done").count()
        if happens and finished >= happens[-1][0] and not redis_back:
            told[_happen(happens.pop()[1], chance, crew, queue)] += 1
            if queue.process is not None and queue.process.poll() is not None:
                redis_back = now + 2
        time.sleep(0.2)
    assert not happens
    assert Task.objects.count() == storm.tasks
    return f"{storm.tasks} tasks, {dict(told)}, {Message.objects.count()} mails, {time.monotonic() - began:.0f} s"


def _happen(kind: str, chance: random.Random, crew: yard.Crew, queue: yard.Queue) -> str:
    if kind == "kill":
        return f"killed {crew.kill_one(chance)}"
    action: Callable[[], None] = queue.flush if kind == "flush" else queue.stop
    action()
    return kind
