"""Addresses of the desk. Ids are random; no name and no search word ever stands in an address."""

from __future__ import annotations

from django.urls import path

from dsr.desk.views import (
    absences,
    account,
    answer,
    case,
    files,
    identity,
    intake,
    mails,
    plan,
    queue,
    steps,
    stores,
    tasks,
)

app_name = "desk"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("find/", queue.find, name="find"),
    path("take/", queue.take, name="take"),
    path("new/", intake.new, name="new"),
    path("stores/", stores.stores, name="stores"),
    path("stores/<slug:store>/check/", stores.check, name="check"),
    path("mails/", mails.index, name="mails"),
    path("mails/written/", mails.written, name="mails-written"),
    path("mails/<uuid:mail_id>/", mails.show, name="mail"),
    path("mails/<uuid:mail_id>/letter/", mails.letter, name="mail-letter"),
    path("health/", stores.health, name="health"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<uuid:absence_id>/remove/", absences.remove, name="absence-remove"),
    path("account/login/", account.login, name="login"),
    path("account/logout/", account.sign_out, name="logout"),
    path("cases/<uuid:case_id>/", case.overview, name="case"),
    path("cases/<uuid:case_id>/live/", case.live, name="live"),
    path("cases/<uuid:case_id>/assign/", case.give, name="assign"),
    path("cases/<uuid:case_id>/messages/", case.messages_page, name="messages"),
    path("cases/<uuid:case_id>/history/", case.history, name="history"),
    path("cases/<uuid:case_id>/files/", files.files, name="files"),
    path("cases/<uuid:case_id>/files/<uuid:artifact_id>/", files.preview, name="preview"),
    path("cases/<uuid:case_id>/data/<slug:store>/<str:dataset>/", files.data, name="data"),
    path("cases/<uuid:case_id>/identity/", identity.confirm, name="identity"),
    path("cases/<uuid:case_id>/draft/", answer.draft, name="draft"),
    path("cases/<uuid:case_id>/review/", answer.review, name="review"),
    path("cases/<uuid:case_id>/plan/", plan.show, name="plan"),
    path("cases/<uuid:case_id>/plan/make/", plan.make, name="plan-make"),
    path("cases/<uuid:case_id>/plan/approve/", plan.approve, name="plan-approve"),
    path("cases/<uuid:case_id>/plan/take-back/", plan.take_back, name="plan-take-back"),
    path("cases/<uuid:case_id>/plan/hold/", plan.hold, name="plan-hold"),
    path("cases/<uuid:case_id>/plan/recipients/", plan.recipients, name="plan-recipients"),
    path("cases/<uuid:case_id>/plan/release/", plan.release, name="plan-release"),
    path("cases/<uuid:case_id>/match/<slug:store>/", tasks.match, name="match"),
    path("cases/<uuid:case_id>/tasks/<uuid:task_id>/retry/", tasks.retry, name="retry"),
    path("cases/<uuid:case_id>/tasks/<uuid:task_id>/waive/", tasks.waive, name="waive"),
    path("cases/<uuid:case_id>/do/<slug:action>/", steps.step, name="step"),
]
