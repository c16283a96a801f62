"""Routes: the portal at the root, the desk under /desk/, health beside them."""

from __future__ import annotations

from django.urls import include, path

from dsr import appearance, brand, health, styleguide
from dsr.desk.views.calendar import feed

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
    path("language/", include("django.conf.urls.i18n")),
    path("appearance/", appearance.choose, name="appearance"),
    path("brand/<slug:slug>/<slug:named>.css", brand.css, name="brand-css"),
    path("brand/<slug:slug>/<slug:named>.png", brand.logo, name="brand-logo"),
    path("styleguide/", include(styleguide.urlpatterns)),
    path("calendar/<str:secret>.ics", feed, name="calendar-feed"),
    path("desk/", include("dsr.desk.urls")),
    path("by-hand/", include("dsr.owners.urls")),
    path("api/v1/", include("dsr.api.urls")),
    path("account/", include("portal.account_urls")),
    path("", include("portal.urls")),
]
