"""Words for what goes wrong with stores that are not databases: interfaces over HTTP, folders of files, deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

INTERFACES: Final[Mapping[str, _StrPromise]] = {
    "server_error": _("The interface of the store fails by itself. It is asked again; its owner finds it in its log."),
    "bad_answer": _("The interface answers in another form than its description says. Have the description updated."),
    "not_json": _(
        "The interface answers with something that is not JSON, often a page of a proxy. Ask whoever runs it."
    ),
    "bad_encoding": _("The answer or file is packed or encoded in a way nobody asked for. Ask the owner of the store."),
    "too_large": _("The answer is larger than the limit of this store. Have the limit raised, or collect less."),
    "redirected": _("The interface sends us elsewhere. Have its new address entered, if its owner confirms it."),
    "wrong_host": _("The interface names an address that is not its own; we do not follow. Ask its owner."),
    "forbidden_address": _(
        "The address of the store lies in a network that is not allowed for it. Whoever runs this program can allow it."
    ),
    "conflict": _("The store changed the record meanwhile and refuses ours. Plan again."),
    "paging_stuck": _(
        "The interface gives the same page twice, so part would be missing. Have its description updated."
    ),
    "too_many_pages": _("The interface gives more pages than one person can have. Have its description updated."),
    "fate_unknown": _(
        "We do not know yet whether the change arrived. The store is read again before anything is sent."
    ),
    "unknown_outcome": _(
        "A change was sent and the row is neither as before nor as wanted. Look at it in the store, then plan again."
    ),
    "not_changed": _(
        "The store said yes and changed nothing. Ask its owner, or change it by hand and explain it here."
    ),
    "index_behind": _(
        "The system's search does not list everything that its database holds of this person. It is asked again by itself; if it stays so,"
        " its owner has the search index built anew."
    ),
}
FILES: Final[Mapping[str, _StrPromise]] = {
    "no_delivery": _("No delivery of this system has arrived. Ask its owner to send one, then retry."),
    "outdated": _("The newest delivery is too old to answer from. Ask its owner for a fresh one, then retry."),
    "no_manifest": _("The delivery has no manifest, so nobody can say whether it is whole. Ask for a new one."),
    "bad_manifest": _("The manifest of the delivery cannot be read. Ask its owner for a new delivery."),
    "incomplete": _("The delivery is not complete. Ask its owner for a new one."),
    "checksum": _("A file of the delivery is not what its checksum says. Ask its owner for a new delivery."),
    "bad_file": _("A file cannot be read as what it says it is. Ask its owner for a new one."),
    "bad_name": _("A file name leads out of its folder; it is not opened. Tell whoever runs this program."),
    "no_index": _("The list of the files is missing, so nobody can say whose they are. Ask the owner of the store."),
    "not_found": _("A record or file is not there any more, or its address is wrong. Collect or plan again."),
    "changed": _("A file changed while it was being read. Try again when nobody writes it."),
    "object_locked": _(
        "The storage keeps the file under a lock of its own. Its owner lifts the lock, or says until when it holds."
    ),
    "host_key": _("The server shows another key than the one on file. Do not go on before its owner has explained it."),
    "package_missing": _("A library for this kind of store is not installed. Whoever runs this program installs it."),
}
REMOTE: Final[Mapping[str, _StrPromise]] = {**INTERFACES, **FILES}
