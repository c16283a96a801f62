"""What every exporter must do, ours or a client's: subclass `ExporterKit` in a test module and give five things.

    class TestOurBilling(ExporterKit):
        def exporter(self): return open_store(config)
        def known(self): return Subject("known", (Identifier(IdentifierKind.EMAIL, "anna@example.com"),))
        def namesake(self): return Subject("namesake", (Identifier(IdentifierKind.EMAIL, "anna@example.net"),))
        def unknown(self): return Subject("unknown", (Identifier(IdentifierKind.EMAIL, "nobody@example.org"),))
        def contents(self): return checksums(engine)

The capabilities the exporter claims decide which checks are called for; the rest is skipped and says why. With
`contents` the checks write to the store, so it must be made anew for each test. The other hooks (`exporters.testing.hooks`)
break the store on purpose: the kit believes no exporter that has not been killed, cut off and locked out. For a SQL store
`exporters.testing.sql.SqlKit` gives them all from its address.
"""

from __future__ import annotations

from exporters.testing.erasing import ErasingChecks
from exporters.testing.faults import FaultChecks
from exporters.testing.hooks import NOBODY
from exporters.testing.reading import ReadingChecks

__all__ = ["NOBODY", "ExporterKit"]


class ExporterKit(ReadingChecks, ErasingChecks, FaultChecks):
    """Every conformance check."""
