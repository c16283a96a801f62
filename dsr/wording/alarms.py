"""What is wrong with the running of the program, and what to do about it: the same words on the desk and in the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

# code: (what is wrong, what to do). docs/operations.md has a section for each.
ALARMS: Final[Mapping[str, tuple[_StrPromise, _StrPromise]]] = {
    "database_down": (
        _("The database does not answer."),
        _("Start it, or restore the way to it. Nothing works until then."),
    ),
    "queue_down": (
        _("The queue (Redis) does not answer. New work waits; nothing is lost."),
        _("Start Redis, or put REDIS_URL right. The tick finds what waits."),
    ),
    "tick_never": (
        _("The tick has never run. Reminders, retries, escalations and deletions do not happen."),
        _("Start “manage.py tick --loop”, or a timer that calls “manage.py tick” every minute."),
    ),
    "tick_late": (
        _("The tick has not run for five minutes. Reminders, retries and deletions stand still until it does."),
        _("Look whether “manage.py tick --loop” runs and what its log says, then start it again."),
    ),
    "clock_ahead": (
        _("The last tick is in the future: a clock was wrong, or two machines disagree."),
        _("Compare the clocks of the machines (chronyc tracking, timedatectl), put them right, then restart the tick."),
    ),
    "no_worker": (
        _("No worker is running. Nothing is collected, changed or sent."),
        _("Start “manage.py rqworker default stores pdf” and look at its log."),
    ),
    "disk_full": (
        _("The disk is almost full. Work that writes files fails soon."),
        _("Make room or enlarge the disk; the place is named beside this."),
    ),
    "disk_low": (
        _("The disk is filling up."),
        _("Make room or enlarge the disk before it is full; the place is named beside this."),
    ),
    "pass_failing": (
        _("A part of the tick fails every time; the others run."),
        _("Look for its name in the log of the tick. It goes on by itself once the cause is gone."),
    ),
    "tasks_late": (
        _("Work has been due for more than fifteen minutes and no worker has taken it."),
        _("Start more workers, or look what the running ones are busy with."),
    ),
    "store_failing": (
        _("A store cannot be asked, or does not fit its data map any more."),
        _("The page of the stores says why; its owner knows more."),
    ),
    "store_unchecked": (
        _("A store has not been checked for more than an hour."),
        _("See whether the workers of the queue “stores” keep up."),
    ),
    "requests_held": (
        _("Requests are held because they came in a crowd. Their clocks run, and no mail was sent."),
        _(
            "A privacy lead looks at the page “Held, a flood” of the desk, lets through what is real and closes the rest."
        ),
    ),
    "mails_failed": (
        _("Mails could not be delivered."),
        _("The page of the mails lists them; correct the address and send again, or write a letter."),
    ),
}
