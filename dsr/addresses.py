"""Where a controller is reached: every link we write leads to a host that answers for it (DSR_HOSTS), never to another brand's.

A person who follows a link to another brand's host would type her reference and the code of her letter there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

if TYPE_CHECKING:
    from dsr.models import Controller


def base_url(controller: Controller) -> str:
    """DSR_BASE_URL without a slash at its end, on a host of this controller: the first of DSR_HOSTS unless it names one already.

    Never from the Host header, which whoever asks can choose.
    """
    base = urlsplit(settings.DSR_BASE_URL)
    hosts = [host for host, slug in settings.DSR_HOSTS.items() if slug == controller.slug]
    if hosts and base.hostname not in hosts:
        base = base._replace(netloc=hosts[0])
    return base.geturl().rstrip("/")
