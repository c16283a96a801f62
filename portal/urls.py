"""Addresses of the portal; a request is named by its reference, which opens nothing by itself (portal.access)."""

from __future__ import annotations

from django.urls import path

from portal.views import follow, identity, keys, letters, new, package, pages, requests

from portal.views import marketing
app_name = "portal"

urlpatterns = [
    path("", pages.start, name="start"),
    path("help/", pages.help_page, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("complain/", pages.complain, name="complain"),
    path("marketing-stop/", marketing.page, name="marketing-stop"),
    path("marketing-stop/done/", marketing.stopped, name="marketing-stopped"),
    path("marketing-stop/undo/<str:token>/", marketing.undo, name="marketing-undo"),
    path("stop/<str:token>/", marketing.link, name="stop"),
    path("keys/", keys.page, name="keys"),
    path("keys.json", keys.document, name="keys-json"),
    path("schemas/<slug:name>.schema.json", keys.schema, name="schema"),
    path("new/", new.begin, name="new"),
    path("new/unsure/", pages.unsure, name="unsure"),
    path("new/check/", new.check, name="check"),
    path("new/<slug:name>/", new.step, name="new-step"),
    path("sent/<str:reference>/", new.sent, name="sent"),
    path("link/", identity.link, name="link"),
    path("link/code/", identity.link_code, name="link-code"),
    path("identity/<str:reference>/", identity.ways, name="identity"),
    path("identity/<str:reference>/account/", identity.account, name="identity-account"),
    path("identity/<str:reference>/number/", identity.number, name="identity-number"),
    path("identity/<str:reference>/code/", identity.code, name="identity-code"),
    path("requests/", requests.index, name="requests"),
    path("requests/find/", follow.find, name="find"),
    path("requests/find/code/", follow.code, name="find-code"),
    path("requests/letter/", follow.letter, name="letter-code"),
    path("requests/<str:reference>/", requests.detail, name="request"),
    path("requests/<str:reference>/headway/", requests.headway, name="headway"),
    path("requests/<str:reference>/message/", requests.write, name="message"),
    path("requests/<str:reference>/withdraw/", requests.withdraw, name="withdraw"),
    path("requests/<str:reference>/letters/<uuid:letter_id>/", letters.show, name="letter"),
    path("requests/<str:reference>/letters/<uuid:letter_id>.pdf", letters.pdf, name="letter-pdf"),
    path("requests/<str:reference>/receipt.pdf", requests.receipt, name="receipt"),
    path("requests/<str:reference>/deadline.ics", requests.deadline, name="deadline"),
    path("requests/<str:reference>/package/", package.package, name="package"),
    path("requests/<str:reference>/package/code/", package.code, name="package-code"),
    path("requests/<str:reference>/package/confirm/", package.confirm, name="package-confirm"),
    path("requests/<str:reference>/package/download/", package.bytes_of, name="download"),
]
