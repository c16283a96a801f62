"""The event chain: appended in the transaction of the change it reports, verified link by link."""

from dsr.audit.chain import append
from dsr.audit.verify import Fault, verify_case

__all__ = ["Fault", "append", "verify_case"]
