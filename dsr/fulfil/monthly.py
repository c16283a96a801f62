"""Making a monthly report: figures, document, PDF, and the row that keeps it; no I/O inside a transaction."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsr.cases import monthly
from dsr.cases.scope import stores_of
from dsr.fulfil.stores import label_of
from dsr.output.inputs import OutputError
from dsr.output.monthly import MonthlyInput, monthly_document
from dsr.output.pdf import RenderError, render_pdf

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import RowId

log = logging.getLogger(__name__)
LANGUAGE = "en"


def make(*, report_id: RowId, now: datetime) -> bool:
    """Make a report that was ordered; False when there was nothing to do or it failed, which the row then says."""
    report = monthly.claim(report_id=report_id, now=now)
    if report is None:
        return False
    controller = report.controller
    said = monthly.figures_of(report, now=now)
    given = MonthlyInput(
        controller=controller.name,
        legal_name=controller.legal_name,
        month=report.month,
        said=said,
        stores={name: label_of(config, LANGUAGE) for name, config in stores_of(controller).items()},
        written_at=now.astimezone(ZoneInfo(controller.timezone)),
        language=LANGUAGE,
    )
    try:
        pdf = render_pdf([monthly_document(given)])[0]
    except (OutputError, RenderError) as error:
        log.warning("report %s could not be laid out: %s", report.pk, error.code)
        monthly.failed(report=report, code=error.code)
        return False
    return monthly.keep(report=report, said=said, pdf=pdf, now=now)
