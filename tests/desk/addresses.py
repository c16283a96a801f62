"""What each role gets from each address of the desk, the pages of departments and the machine interface (rules 4.3): a table.

A row a GET: the name of the address, then the status for each role in the order of CAST, then the status for a case (or another
row) of another brand, `-` where the address names none. 200 shows, 302 leads on, 403 is closed to the role, 404 is not there,
405 takes a form only, 401 wants a key. Whoever adds an address thinks first which role may
open it, adds the row, and runs the test.
"""

from __future__ import annotations

from typing import Final

CAST: Final = {
    "ines": ("intake",),
    "mara": ("handler",),
    "rita": ("reviewer",),
    "otto": ("lead",),
    "dora": ("dpo",),
    "dana": ("deputy",),
    "adam": ("auditor",),
    "olga": ("administrator",),
}
TABLE: Final = """
desk:absence-remove                 405 405 405 405 405 405 405 405 405
desk:absences                       200 200 200 200 200 200 200 200   -
desk:after-erasure                  404 404 404 404 404 404 404 404 404
desk:after-erasure-approve          405 405 405 405 405 405 405 405 405
desk:after-erasure-end              405 405 405 405 405 405 405 405 405
desk:after-erasure-plan-again       405 405 405 405 405 405 405 405 405
desk:after-erasure-refuse           405 405 405 405 405 405 405 405 405
desk:account                        200 200 200 200 200 200 200 200   -
desk:assign                         405 405 405 405 405 405 405 405 405
desk:at-once                        200 200 200 200 200 200 200 200   -
desk:at-once-keep                   405 405 405 405 405 405 405 405   -
desk:at-once-seen                   405 405 405 405 405 405 405 405 405
desk:attachment                     403 404 404 404 404 403 403 403 404
desk:attachments                    403 404 404 404 404 403 403 403 404
desk:authority                      403 403 403 200 200 403 403 403 404
desk:authority-act                  405 405 405 405 405 405 405 405 405
desk:authority-open                 405 405 405 405 405 405 405 405 405
desk:brand                          200 200 200 200 200 200 200 200   -
desk:brand-sample                   200 200 200 200 200 200 200 200   -
desk:by-hand                        200 200 200 200 200 403 403 403 404
desk:calendar                       403 200 200 200 200 403 200 200   -
desk:calendar-subscribe             403 200 200 200 200 403 200 200   -
desk:calendar-unsubscribe           405 405 405 405 405 405 405 405   -
desk:carrier                        405 405 405 405 405 405 405 405 405
desk:carrier-copy                   403 404 404 404 404 403 403 403 404
desk:carrier-letter                 403 404 404 404 404 403 403 403 404
desk:case                           200 200 200 200 200 200 200 200 404
desk:changes                        403 403 403 200 200 403 200 200   -
desk:check                          405 405 405 405 405 405 405 405 405
desk:closeness                      200 200 200 200 200 200 200 200 404
desk:closeness-lift                 405 405 405 405 405 405 405 405 405
desk:compose                        409 200 409 200 409 403 403 403 404
desk:compose-choose                 200 200 200 200 200 403 403 403 404
desk:consultation                   200 200 200 200 200 403 403 403 404
desk:consultation-against           405 405 405 405 405 405 405 405 405
desk:consultation-ask               405 405 405 405 405 405 405 405 405
desk:corrections                    404 404 404 404 404 403 403 403 404
desk:corrections-again              405 405 405 405 405 405 405 405 405
desk:corrections-plan               405 405 405 405 405 405 405 405 405
desk:corrections-read               405 405 405 405 405 405 405 405 405
desk:dashboard                      403 200 200 200 200 403 200 200   -
desk:data                           403 404 404 404 404 403 403 403 404
desk:data-map                       404 404 404 404 404 404 404 404 404
desk:decide                         404 404 404 404 404 403 403 403 404
desk:decision                       200 200 200 200 200 200 200 200 404
desk:delivery                       403 404 404 404 404 403 403 403 404
desk:delivery-again                 405 405 405 405 405 405 405 405 405
desk:delivery-letter                405 405 405 405 405 405 405 405 405
desk:delivery-revoke                405 405 405 405 405 405 405 405 405
desk:draft                          403 409 409 409 409 403 403 403 404
desk:enclosure-add                  405 405 405 405 405 405 405 405 405
desk:enclosure-remove               405 405 405 405 405 405 405 405 405
desk:evidence                       200 200 200 200 200 403 403 403 404
desk:evidence-live                  403 403 403 200 200 403 200 403 404
desk:evidence-order                 405 405 405 405 405 405 405 405 405
desk:evidence-pack                  403 403 403 404 404 403 404 403 404
desk:evidence-packs                 403 403 403 200 200 403 200 403 404
desk:files                          200 200 200 200 200 200 200 200 404
desk:find                           405 405 405 405 405 405 405 405   -
desk:forward                        409 200 409 200 409 403 403 403 404
desk:freeze                         405 405 405 405 405 405 405 405 405
desk:glass                          403 403 403 404 404 403 403 403 404
desk:glass-close                    405 405 405 405 405 405 405 405 405
desk:glasses                        403 403 403 200 200 200 403 403   -
desk:hand                           404 404 404 404 404 403 403 403 404
desk:hand-ask                       405 405 405 405 405 405 405 405 405
desk:holds                          403 200 403 200 200 403 403 403   -
desk:hold-lift                      403 403 403 404 404 403 403 403 404
desk:hand-done                      405 405 405 405 405 405 405 405 405
desk:hand-files                     405 405 405 405 405 405 405 405 405
desk:hand-remind                    405 405 405 405 405 405 405 405 405
desk:hand-remove                    405 405 405 405 405 405 405 405 405
desk:hand-take-back                 405 405 405 405 405 405 405 405 405
desk:health                         200 200 200 200 200 200 200 200   -
desk:held                           200 200 200 200 200 200 200 200   -
desk:held-wave                      405 405 405 405 405 405 405 405   -
desk:history                        200 200 200 200 200 200 200 200 404
desk:identity                       409 200 409 200 409 403 403 403 404
desk:identity-checks                200 200 200 200 200 403 403 403   -
desk:identity-differs               405 405 405 405 405 405 405 405 405
desk:identity-not-reached           405 405 405 405 405 405 405 405 405
desk:inbox                          200 200 200 200 200 200 200 200   -
desk:inbox-add                      405 405 405 405 405 405 405 405 405
desk:inbox-dismiss                  405 405 405 405 405 405 405 405 405
desk:inbox-mail                     404 404 404 404 404 403 403 403 404
desk:inbox-make                     405 405 405 405 405 405 405 405 405
desk:inbox-original                 405 405 405 405 405 405 405 405 405
desk:intake-look                    405 405 405 405 405 405 405 405   -
desk:let-through                    405 405 405 405 405 405 405 405 405
desk:letter                         404 404 404 404 404 403 403 403 404
desk:letter-discard                 405 405 405 405 405 405 405 405 405
desk:letter-facts                   405 405 405 405 405 405 405 405   -
desk:letter-pdf                     404 404 404 404 404 404 404 404 404
desk:letter-send                    405 405 405 405 405 405 405 405 405
desk:letter-wordings                200 200 200 200 200 200 200 200   -
desk:letters                        200 200 200 200 200 200 200 200 404
desk:link                           405 405 405 405 405 405 405 405 405
desk:live                           204 204 204 204 204 204 204 204 404
desk:login                          302 302 302 302 302 302 302 302   -
desk:logout                         405 405 405 405 405 405 405 405   -
desk:mail                           404 404 404 404 404 404 404 404 404
desk:mail-letter                    405 405 405 405 405 405 405 405 405
desk:mails                          200 200 200 200 200 200 200 200   -
desk:mails-written                  404 404 404 404 404 404 404 404   -
desk:many                           405 405 405 405 405 405 405 405   -
desk:match                          403 404 404 404 404 403 403 403 404
desk:me                             200 200 200 200 200 200 200 200   -
desk:messages                       200 200 200 200 200 403 403 403 404
desk:new                            200 200 200 200 200 409 409 409   -
desk:notes                          200 200 200 200 200 403 403 403 404
desk:opinion                        405 405 405 405 405 405 405 405 405
desk:partner-end                    405 405 405 405 405 405 405 405 405
desk:partners                       200 200 200 200 200 200 200 200   -
desk:people                         200 200 200 200 200 200 200 200   -
desk:person                         403 403 403 404 403 403 403 404 404
desk:person-act                     405 405 405 405 405 405 405 405 405
desk:person-invite                  403 403 403 200 403 403 403 200   -
desk:plan                           404 404 404 404 404 403 403 403 404
desk:plan-approve                   405 405 405 405 405 405 405 405 405
desk:plan-hold                      405 405 405 405 405 405 405 405 405
desk:plan-make                      405 405 405 405 405 405 405 405 405
desk:plan-recipients                405 405 405 405 405 405 405 405 405
desk:plan-release                   405 405 405 405 405 405 405 405 405
desk:plan-take-back                 405 405 405 405 405 405 405 405 405
desk:presence                       405 405 405 405 405 405 405 405 405
desk:preview                        403 404 404 404 404 403 403 403 404
desk:program-end                    405 405 405 405 405 405 405 405 405
desk:programs                       403 403 403 200 200 403 403 200   -
desk:queue                          200 200 200 200 200 200 200 200   -
desk:queue-export                   405 405 405 405 405 405 405 405   -
desk:receiver-end                   405 405 405 405 405 405 405 405 405
desk:receiver-verify                405 405 405 405 405 405 405 405 405
desk:case-recipients                404 404 404 404 404 403 403 403 404
desk:recipient-end                  405 405 405 405 405 405 405 405 405
desk:recipient-note                 405 405 405 405 405 405 405 405 405
desk:recipients                     200 200 200 200 200 200 200 200   -
desk:receivers                      200 200 200 200 200 200 200 200   -
desk:redaction                      403 200 200 200 200 403 403 403 404
desk:redaction-build                405 405 405 405 405 405 405 405 405
desk:redaction-check                405 405 405 405 405 405 405 405 405
desk:redaction-file                 403 404 404 404 404 403 403 403 404
desk:redaction-item                 403 404 404 404 404 403 403 403 404
desk:redaction-sheet                403 404 404 404 404 403 403 403 404
desk:register                       405 405 405 405 405 405 405 405   -
desk:report                         403 403 403 404 404 403 404 403 404
desk:report-order                   405 405 405 405 405 405 405 405   -
desk:reports                        403 403 403 200 200 403 200 403   -
desk:retry                          405 405 405 405 405 405 405 405 405
desk:review                         403 404 404 404 404 403 403 403 404
desk:rows                           204 204 204 204 204 204 204 204   -
desk:session-end                    405 405 405 405 405 405 405 405 405
desk:sessions-end                   405 405 405 405 405 405 405 405   -
desk:setup                          200 200 200 200 200 200 200 200   -
desk:setup-calendar                 200 200 200 200 200 200 200 200   -
desk:setup-controller               403 403 403 200 200 403 403 200   -
desk:setup-keys                     403 403 403 200 200 403 403 200   -
desk:setup-keys-list                405 405 405 405 405 405 405 405   -
desk:setup-keys-rotate              405 405 405 405 405 405 405 405   -
desk:setup-ladder                   200 200 200 200 200 200 200 200   -
desk:setup-retention                200 200 200 200 200 200 200 200   -
desk:setup-retention-remove         405 405 405 405 405 405 405 405 405
desk:share-out                      405 405 405 405 405 405 405 405   -
desk:sharing                        200 200 200 200 200 200 200 200   -
desk:skip                           405 405 405 405 405 405 405 405 405
desk:step                           409 409 409 409 409 409 409 409 404
desk:stores                         200 200 200 200 200 200 200 200   -
desk:take                           405 405 405 405 405 405 405 405   -
desk:transmission                   403 404 404 404 404 403 403 403 404
desk:transmission-give-up           405 405 405 405 405 405 405 405 405
desk:upload                         404 404 404 404 404 403 403 403 404
desk:upload-add                     405 405 405 405 405 405 405 405 405
desk:upload-seen                    405 405 405 405 405 405 405 405 405
desk:view-change                    405 405 405 405 405 405 405 405 405
desk:view-save                      405 405 405 405 405 405 405 405   -
desk:views                          200 200 200 200 200 200 200 200   -
desk:waive                          404 404 404 404 404 404 404 404 404
desk:welcome                        410 410 410 410 410 410 410 410 410
desk:work                           405 405 405 405 405 405 405 405   -
desk:work-end                       405 405 405 405 405 405 405 405   -
account_app_picture                 200 200 200 200 200 200 200 200   -
account_complete_password_reset     302 302 302 302 302 302 302 302   -
account_confirm_password_reset_code 302 302 302 302 302 302 302 302   -
account_home                        200 200 200 200 200 200 200 200   -
account_inactive                    200 200 200 200 200 200 200 200   -
account_login                       302 302 302 302 302 302 302 302   -
account_logout                      405 405 405 405 405 405 405 405   -
account_oidc                        404 404 404 404 404 404 404 404   -
account_oidc_again                  404 404 404 404 404 404 404 404   -
account_oidc_done                   404 404 404 404 404 404 404 404   -
account_oidc_go                     404 404 404 404 404 404 404 404   -
account_password_reset_completed    200 200 200 200 200 200 200 200   -
account_reauthenticate              200 200 200 200 200 200 200 200   -
account_reset_password              200 200 200 200 200 200 200 200   -
mfa_activate_totp                   200 200 200 200 200 200 200 200   -
mfa_add_webauthn                    200 200 200 200 200 200 200 200   -
mfa_authenticate                    302 302 302 302 302 302 302 302   -
mfa_deactivate_totp                 404 404 404 404 404 404 404 404   -
mfa_download_recovery_codes         404 404 404 404 404 404 404 404   -
mfa_edit_webauthn                   404 404 404 404 404 404 404 404   -
mfa_generate_recovery_codes         200 200 200 200 200 200 200 200   -
mfa_index                           302 302 302 302 302 302 302 302   -
mfa_list_webauthn                   302 302 302 302 302 302 302 302   -
mfa_login_webauthn                  302 302 302 302 302 302 302 302   -
mfa_reauthenticate                  302 302 302 302 302 302 302 302   -
mfa_reauthenticate_webauthn         302 302 302 302 302 302 302 302   -
mfa_remove_webauthn                 404 404 404 404 404 404 404 404   -
mfa_view_recovery_codes             404 404 404 404 404 404 404 404   -
api:openapi                         200 200 200 200 200 200 200 200   -
api:restricted                      401 401 401 401 401 401 401 401   -
api:stop-links                      405 405 405 405 405 405 405 405   -
api:suppressed                      405 405 405 405 405 405 405 405   -
api:import-guard                    405 405 405 405 405 405 405 405   -
owners:add-files                    405 405 405 405 405 405 405 405 405
owners:enter                        404 404 404 404 404 404 404 404 404
owners:remove-file                  405 405 405 405 405 405 405 405 405
owners:renew                        405 405 405 405 405 405 405 405 405
owners:send-code                    405 405 405 405 405 405 405 405 405
owners:show                         404 404 404 404 404 404 404 404 404
"""
EXPECTED: Final = {
    row.split()[0]: tuple(0 if one == "-" else int(one) for one in row.split()[1:])
    for row in TABLE.splitlines()
    if row.strip()
}
