"""`manage.py demo`: the whole product with invented data, on this machine only."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dsr.demo import place, vendors
from dsr.demo.processes import Console
from dsr.demo.supervisor import FURTHER, Supervisor

if TYPE_CHECKING:
    import argparse

BREATH = 0.2
"""Seconds between two requests that are played while the demo runs: SQLite has one writer at a time."""


class Command(BaseCommand):
    """Prepares var/, then runs Redis, stand-ins, setup, web, worker and tick under one supervisor until Ctrl-C."""

    help = "Run the demo: an invented provider with subscribers, stores, staff and running requests."
    requires_system_checks: Any = []  # keys and stores are made here; the setup process checks them

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """`--reset`, `--no-serve`, `--port`."""
        parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, then stop")
        parser.add_argument("--port", type=int, help="the web port; default: the first free one from 8000")

    def handle(self, **options: Any) -> None:
        """Run; a reason the demo cannot run becomes one line and exit code 1."""
        if part := os.environ.get("DSR_DEMO_SETUP"):
            from dsr.demo import setup  # noqa: PLC0415 -- needs complete settings, which only this inner run has

            self.check()
            if part == FURTHER:
                setup.fill(now=timezone.now(), say=self.stdout.write, pause=BREATH)
            else:
                setup.build(now=timezone.now(), say=self.stdout.write)
            return
        try:
            code = self._run(Path(settings.VAR_DIR).absolute(), **options)
        except place.DemoError as error:
            raise CommandError(str(error)) from None
        if code:
            sys.exit(code)

    @staticmethod
    def _run(var: Path, *, reset: bool, no_serve: bool, port: int | None, **_: Any) -> int:
        var.mkdir(parents=True, exist_ok=True)
        lock = place.lock(var)
        if reset:
            place.reset(var)
        environment = place.prepare(var)
        played = vendors.listen()
        vendors.connect(var / "demo", played, today=timezone.now().date())
        listener = None if no_serve else place.listen(port)
        console = Console(sys.stdout)
        supervisor = Supervisor(environment=environment, var=var, listener=listener, played=played, console=console)
        if listener:
            place.note(lock, f"http://{place.LOOPBACK}:{listener.getsockname()[1]}")
        ports = {name: one.getsockname()[1] for name, one in played.items()}
        web = listener.getsockname()[1] if listener else 0
        return supervisor.run(on_ready=lambda: _welcome(console, web, var, ports))


def _welcome(console: Console, port: int, var: Path, played: dict[str, int]) -> None:
    from dsr.demo import welcome  # noqa: PLC0415 -- reads models, so only after Django is up

    for line in welcome.lines(f"http://{place.LOOPBACK}:{port}", mails=var / "mail", played=played):
        console.line("demo", line)
