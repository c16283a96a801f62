"""What went wrong with a task, and what to do about it, in words: the machine codes of stores and of our own work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from dsr.desk.troubles_remote import REMOTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

# What the trouble is. The place (store, dataset, column; never a value) stands beside it.
TROUBLES: Final[Mapping[str, _StrPromise]] = {
    **REMOTE,
    # stores, temporary
    "store_down": _("The store does not answer. It is asked again by itself; its owner knows more."),
    "timeout": _("It took too long. It is tried again by itself; if it keeps happening, ask the owner of the store."),
    "lock": _("Another program holds the rows. The store is asked again by itself."),
    "busy": _("The store has no free connection. It is asked again by itself."),
    "disk_full": _("The store's disk is full. Its owner makes room; the work goes on by itself where it stopped."),
    "own_disk_full": _(
        "Our own disk is full. Whoever runs this program makes room in the folder below; then it goes on."
    ),
    "storage_away": _("Our own storage of sealed files does not answer. It is tried again by itself."),
    "storage_refused": _("Our own storage of sealed files refuses our key. Whoever runs this program sets it right."),
    "storage_missing": _("The bucket of our sealed files is not there. Whoever runs this program sets it right."),
    # stores, for a person
    "access_denied": _("The store refuses our account. Have its owner restore the access, then retry."),
    "refused": _("The store refused what was asked of it. Its own log says why; have its owner mend it, then retry."),
    "no_database": _("The database of this store is not there. Check the store's address, then retry."),
    "schema_changed": _("The store was changed: a table or column of our data map is missing. Have the map updated."),
    "read_only": _("The store allows no writing now. Ask its owner when it does, then retry."),
    "corrupt": _("The file of the store is damaged. Have its owner repair it, then retry."),
    "encoding": _(
        "The store holds text that is no text in its own encoding. Have its owner repair the row, which the store's own log"
        " names, then retry."
    ),
    "failed": _("The store gave an error nobody has seen before. Ask its owner to look at the store's own log."),
    "store_removed": _("This store is not configured any more. Put it back, or have it left out with a reason."),
    "not_capable": _("Our connection to this store cannot do this. Ask the owner for the data, or have it left out."),
    "configuration": _("The store's entry or its data map is wrong. `manage.py check` names the line."),
    # changing a store
    "value_changed": _("The store wrote something else than it was told. Nothing was kept; ask its owner, plan again."),
    "nothing_asked": _("The plan does not say what to change. Enter it on the case, then plan again."),
    "plan_blocked": _("The plan could fail half way, so it is not made. The places below say what to change first."),
    "changed_since": _("Somebody wrote over what was stopped a moment ago. It is planned and stopped again by itself."),
    "plan_stale": _(
        "Something the plan lists has changed. What was done before that stays done; plan again for the rest."
    ),
    "right_unsupported": _("This store cannot be changed by program for this right. Somebody does it by hand."),
    "by_hand": _("No program can change this store. Do it there, then have a lead note that it is done."),
    "other_stores": _(
        "What this store holds is set. Another store did not answer that could name more records of hers; it is tried"
        " again by itself."
    ),
    "drift": _(
        "The restriction was set here, and the store does not hold it any more. Find out who changed it, then set it again."
    ),
    "on_hold": _(
        "The case is on legal hold, or the person needs these data for a claim. It goes on by itself when that is over."
    ),
    "residue": _(
        "Something that names the person is still there. Remove it and read again, or have a lead explain it."
    ),
    "left_by_hand": _(
        "The plan leaves these records to a person, and they are still there. Remove them in the system itself and read again,"
        " or have a lead explain it."
    ),
    "nothing_planned": _(
        "No row of this person stands here that a plan could change. Remove by hand what the search found, then have the"
        " search tried again."
    ),
    "came_back": _(
        "An old value stands here again. A feed may overwrite it: have it corrected where the feed takes it from, then write it"
        " again under Corrections."
    ),
    "third_value": _(
        "Something stands here that is neither the old nor the corrected value. Ask who changed it, then have the task left"
        " out, or correct the record."
    ),
    "period_uncertain": _(
        "The period is over by a rule that is known from practice only. Ask the data protection officer; then verify the rule"
        " under Retention and retry, or have it left out."
    ),
    "kept_longer": _(
        "A contract or a dispute still needs a part of this. Set its end under After the erasure, or wait until it is over."
    ),
    "still_kept": _(
        "The day that was set has passed, and the store still needs these data: a contract runs, or something is open. Set"
        " another day under After the erasure, or end it in the store and retry."
    ),
    "later_plan_withdrawn": _(
        "The plan to erase what is no longer kept was withdrawn. Set another day under After the erasure, or retry to have it"
        " planned again."
    ),
    "plan_not_applied": _("The plan has not been carried out to its end."),
    "residue_left": _("Something that names the person is still there; letter and certificate wait."),
    "constraint": _(
        "The store refuses the change because of a rule of its own. Have the data map adapted, then plan again."
    ),
    "rows_differ": _("Another number of rows was found than planned, so nothing was changed. Plan again."),
    "bad_value": _("A planned value cannot be read. Plan again; if it fails again, tell whoever runs this program."),
    "not_approved": _("No approved plan stands behind this. Have one approved."),
    "not_verified": _("Not every store has been read again after the change. Wait for it, or retry it."),
    # departments
    "with_owner": _("The department has been asked and has a link. It is reminded by itself."),
    "owner_silent": _(
        "The department did not answer after all reminders. Ask somebody else there, do it yourself, or have it left out."
    ),
    "owner_cannot": _(
        "The department says that it cannot. Its reason is in the history; ask again, or have it left out."
    ),
    "owner_unreached": _("The mail to the department did not arrive. Correct the address and ask again."),
    "owner_taken_back": _("The links of the department were taken back. Ask again, or do it yourself."),
    "sealed_mail": _("The mail as it came cannot be opened: its key is gone. Ask the person to send it again."),
    # files
    "file_too_large": _(
        "A file of this person is larger than one file may be. Nothing was collected from this store. Have whoever runs "
        "this program raise DSR_FILE_MAX_MB and retry, or have the store left out and hand the file over separately."
    ),
    "files_too_large": _(
        "The files of this person are larger, or more, than may be collected. Nothing was collected from this store. Have "
        "whoever runs this program raise DSR_FILES_MAX_MB or DSR_FILES_MAX and retry, or have the store left out and hand "
        "the files over separately."
    ),
    # another controller
    "receiver_open": _(
        "The person wants another provider to get her data. Choose the receiver, or say why not, first."
    ),
    "text_too_long": _(
        "A text in the letter is too long. Shorten what was written for this case, or the company's words."
    ),
    "tag_unknown": _("The letter cannot be shown as text. This is a fault in the program; tell whoever runs it."),
    "receiver_refused": _("Nothing may be sent to this receiver as it is on file. Choose again under Transmission."),
    "receiver_changed": _("The receiver was changed since it was chosen. Choose it again under Transmission."),
    "receiver_down": _("The server of the other controller does not answer or broke off. It is tried again by itself."),
    "not_confirmed": _(
        "What arrived at the other controller was not all of what was sent; its disk may be full. It is tried again by itself."
    ),
    "receiver_denied": _(
        "The server of the other controller refuses our account, or the folder is not there. Settle it with its contact, "
        "then retry; or have a lead give up under Transmission."
    ),
    "receiver_secret": _(
        "The password for the other controller's server cannot be read. Whoever runs this program sees to it."
    ),
    "name_taken": _(
        "Another file of the same name lies at the other controller. Settle it with its contact, then retry; or have a "
        "lead give up under Transmission."
    ),
    "not_transmitted": _("There is nothing to write about a transmission. Draft the answer again."),
    # the person
    "nobody_identified": _(
        "Nobody knows yet who this person is in the stores. Add her customer number under Identity."
    ),
    "ambiguous": _("More than one person matches. Decide who it is."),
    # the answer
    "statement_missing": _(
        "The company has not stated what the answer must say: automated decisions, transfers, backups."
    ),
    "undescribed_dataset": _("The store gave data that its data map does not describe. Have the map completed."),
    "redaction_unsafe": _(
        "A file cannot be made anew without what was blacked out in it. Withhold it as a whole, then build the answer again."
    ),
    "element_missing": _("The letter lacks something the law asks for. Have the company's data completed."),
    "columns_changed": _("The store's columns changed between two looks. Collect again."),
    "column_not_disclosable": _("The collected data hold a column that must never leave. Collect again."),
    "dataset_twice": _("One dataset came twice. Have the data map corrected."),
    "spool_changed": _("The collected data changed while the answer was being built. Build it again."),
    "hole": _("A text of the letter could not be filled. This is a fault in the program; tell whoever runs it."),
    "refused_size": _("The document is too large to be laid out. Collect a smaller period."),
    "refused_cells": _("The document has too many cells to be laid out."),
    "refused_attachments": _("The document has too many attachments."),
    "crashed": _("Laying out the document failed. Try again; if it fails again, tell whoever runs this program."),
    "blocked_resource": _(
        "The document asked for something from outside, which is not allowed. Tell whoever runs this."
    ),
    "nested_too_deep": _("The document is nested too deep to be laid out."),
    "out_of_memory": _(
        "It took more memory than a task may have. Collect a smaller period, or have the worker's limit raised."
    ),
    "out_of_time": _("Laying out the document took too long. Collect a smaller period."),
    "document": _("Laying out the document failed. This is a fault in the program; tell whoever runs it."),
    # the program at work
    "too_long": _(
        "The work took longer than one job may. It is tried again by itself; if it keeps happening, have whoever runs "
        "this program allow more time (DSR_STORE_SECONDS, DSR_PDF_SECONDS)."
    ),
    "worker_died": _(
        "The process that did this died in the middle of it. It is tried again by itself; if it keeps dying, whoever runs "
        "this program looks at its memory."
    ),
    "newer_release": _(
        "A newer release of this program asked for this, and a worker of an older one met it. It is tried again by itself; "
        "have all workers brought to the same release."
    ),
    "own_database": _("Our own database was busy or away. It is tried again by itself."),
    "internal": _("An error in this program. Its log names the task; tell whoever runs it, then retry."),
}
_UNKNOWN: Final = _("It failed with the code “%(code)s”.")
_REFUSED: Final = _("The interface refuses the call with the status %(status)s. Its owner knows why.")
_STATUS: Final = "http_"


def trouble(code: str) -> str:
    """The sentence for a machine code; an exporter of the client's own may have codes nobody here knows."""
    # What the renderer adds after a colon is for its log: the type of an error, a rule of accessibility.
    words = TROUBLES.get("document" if ":" in code else code)
    if words is None and code.startswith(_STATUS):
        return str(_REFUSED % {"status": code.removeprefix(_STATUS)})
    return str(words) if words is not None else str(_UNKNOWN % {"code": code})
