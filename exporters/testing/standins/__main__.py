"""`python -m exporters.testing.standins --people FILE --kept FOLDER NAME=FD…`: stand-ins as a process of their own.

FILE is a JSON list of persons (the columns of `people.Person`), FOLDER keeps the rows of each system across restarts, FD is
the number of an open listening socket, so that whoever starts this process again keeps the address.
"""

from __future__ import annotations

import argparse
import json
import signal
import socket
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from exporters.testing.standins.people import Person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporters.testing.standins.server import StandIn

SYSTEMS = {
    "whmcs": "exporters.testing.standins.whmcs:Whmcs",
    "billmax": "exporters.testing.standins.billmax:BillMax",
}
"""Name on the command line: the class that plays it."""


def standin(name: str) -> type[StandIn]:
    """The class of one system. Raises ValueError for a name that is none of SYSTEMS."""
    if name not in SYSTEMS:
        message = f"there is no stand-in called {name!r}; there are {', '.join(SYSTEMS)}"
        raise ValueError(message)
    module, _, cls = SYSTEMS[name].partition(":")
    return cast("type[StandIn]", getattr(import_module(module), cls))


def read_people(path: Path) -> tuple[Person, ...]:
    """The persons of a JSON file. Raises OSError, ValueError for text that is no JSON, TypeError for other columns."""
    return tuple(Person(**row) for row in json.loads(path.read_text(encoding="utf-8")))


def serve(people: tuple[Person, ...], kept: Path, sockets: dict[str, int]) -> None:
    """Answer until SIGTERM; `sockets`: by the name of the system the number of its listening socket."""
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Waited for, not handled: a handler could end the process between two halves of a write.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    with ExitStack() as stack:
        for name, descriptor in sockets.items():
            system = standin(name).of(people)()
            system.keep_in(kept / f"{name}.json")
            stack.enter_context(system.running(listener=socket.socket(fileno=descriptor)))
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and serve; exits with a sentence for a name that is unknown."""
    parser = argparse.ArgumentParser(prog="python -m exporters.testing.standins")
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("system", nargs="+", metavar="NAME=FD")
    given = parser.parse_args(arguments)
    sockets = {}
    for text in given.system:
        name, _, descriptor = text.partition("=")
        if name not in SYSTEMS or not descriptor.isdecimal():
            parser.error(f"{text!r} is not one of {', '.join(SYSTEMS)} with the number of a socket")
        sockets[name] = int(descriptor)
    serve(read_people(given.people), given.kept, sockets)


if __name__ == "__main__":
    main()
