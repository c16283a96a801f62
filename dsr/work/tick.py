"""The reconciler: one list of idempotent, level-triggered passes. Two at once are harmless; a missed one is caught up.

Later passes register here; a pass exists only with its verb (house.md idea 4).
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from dsr.cases import (
    actors,
    anchors,
    approval_expiry,
    assigning,
    authority,
    calendar,
    closeness,
    contacts_seen,
    delivery,
    desk_rows,
    escalate,
    hand_tasks,
    identity_checks,
    notices,
    outside,
    plans,
    rechecks,
    recipient_passes,
    silence,
    suppression_keys,
    waves,
)
from dsr.fulfil import after_erasure, end_of_life, expiry, inbound, operations, uploads
from dsr.models import Controller, Pulse
from dsr.work import budget, code_out, pulses, waking

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

log = logging.getLogger(__name__)
CHUNK = 200
RECOMPUTE = 5000
PASS_SECONDS = 50.0
SWEEP_EVERY = timedelta(hours=20)
FILE_SWEEP = "file_sweep"
"""The pulse that says when sealed files that belong to nobody were last looked for."""


def departments(now: datetime) -> int:
    """Ask the departments of tasks that no program does, and remind those that are late (rules 4.2 no. 10)."""
    return hand_tasks.ask_due(now=now, limit=CHUNK) + hand_tasks.climb(now=now, limit=CHUNK)


def stuck_cases(now: datetime) -> int:
    """Move on cases whose last task finished while the worker died before saying so."""
    return operations.resume(now=now, limit=CHUNK)


def approved_plans(now: datetime) -> int:
    """Start approved plans whose cooling time is over, return expired approvals to their drafters (4.2 no. 14)."""
    return approval_expiry.expire_due(now=now, limit=CHUNK) + plans.start_due(now=now, limit=CHUNK)


def recipients_told(now: datetime) -> int:
    """Make, settle and repeat notices to recipients of what a case changed (Art. 19; rules R-06, Q-07)."""
    made = recipient_passes.catch_up(now=now, limit=CHUNK)
    return (
        made + recipient_passes.settle_mails(now=now, limit=CHUNK) + recipient_passes.remind_due(now=now, limit=CHUNK)
    )


def corrections_again(now: datetime) -> int:
    """Have corrected values read again after the next feeds, in case an old one comes back (R-06, SC-08)."""
    return rechecks.ask_due(now=now, limit=CHUNK)


def expired_packages(now: datetime) -> int:
    """Delete the content of packages whose time is over (4.5); hash and index stay."""
    return expiry.remove_expired(now=now, limit=CHUNK)


def closed_cases(now: datetime) -> int:
    """Minimise and archive what was closed 90 days ago (rules 4.2 no. 24, 4.0.8)."""
    return end_of_life.archive_due(now=now, limit=CHUNK)


def case_files(now: datetime) -> int:
    """Purge requests whose retention is over (rules 4.2 no. 25, 4.5)."""
    return end_of_life.purge_due(now=now, limit=CHUNK)


def leftovers(now: datetime) -> int:
    """Remove bytes whose keys are gone, old one-time codes, expired sessions, and the memory of contacts of long ago."""
    ours = contacts_seen.forget(now=now) + identity_checks.drop_over(now=now, limit=CHUNK)
    return end_of_life.leftovers(now=now, limit=CHUNK) + ours


def posted_letters(now: datetime) -> int:
    """Note which letters with codes left the folder of the post room."""
    return code_out.collect_posted(now, limit=CHUNK)


def spent_tokens(now: datetime) -> int:
    """Forget used hand-over tokens that are over anyway (docs/accounts.md)."""
    return outside.forget_tokens(now=now, limit=CHUNK)


def calendar_changes(now: datetime) -> int:
    """Recompute open cases whose calendar is another one today (rules 1.3, no. 26)."""
    return sum(
        calendar.recompute(controller=controller, now=now, limit=RECOMPUTE)
        for controller in Controller.objects.order_by("slug")
    )


def ladder_rungs(now: datetime) -> int:
    """Escalate what is about to be late or is (rules 1.7, no. 23)."""
    return sum(escalate.climb(controller=one, now=now) for one in Controller.objects.order_by("slug"))


def held_requests(now: datetime) -> int:
    """Let through who proved who she is, and tell the leads once a day what is held as part of a flood."""
    return waves.look_after(now=now)


def close_colleagues(now: datetime) -> int:
    """Bar colleagues from requests that turn out to be their own (rules 4.3)."""
    everybody = Controller.objects.order_by("slug")
    return sum(closeness.look_at_all(controller=one, now=now, limit=CHUNK) for one in everybody)


def shared_out(now: datetime) -> int:
    """Give what nobody has taken to whoever is next, where a controller said that this happens by itself."""
    everybody = Controller.objects.order_by("slug")
    return assigning.share_out_due(now=now, controllers=everybody, actor=actors.SYSTEM)


def closed_pages(now: datetime) -> int:
    """Forget who had a case open, and what was passed over half a day ago."""
    return desk_rows.forget(now=now)


def silent_subjects(now: datetime) -> int:
    """Remind persons who have not answered a question; after that the lead decides (T-15, no. 4)."""
    return silence.remind(now=now, limit=CHUNK)


def authority_days(now: datetime) -> int:
    """Remind staff of answers that supervisory authorities wait for, two working days before and when the day is over."""
    return authority.remind(now=now, limit=CHUNK)


def digests(now: datetime) -> int:
    """One mail to everybody who is to hear of an escalation, after all of this run's are written."""
    return notices.digests(now=now)


def ending_answers(now: datetime) -> int:
    """Remind persons of answers they have not downloaded and that go in a week (4.5)."""
    return delivery.remind_due(now=now, limit=CHUNK)


def sent_files(now: datetime) -> int:
    """Delete proofs, drafts and files whose time is over; have what was not scanned looked at; once a day, sweep up (4.5)."""
    done = uploads.remove_due(now=now, limit=CHUNK) + uploads.scan_again(now=now)
    last = Pulse.objects.filter(name=FILE_SWEEP).first()
    if last and timedelta() <= now - last.at < SWEEP_EVERY:
        return done
    done += uploads.sweep(now=now) + inbound.sweep(now=now)
    pulses.keep({FILE_SWEEP: ""}, now=now)
    return done


def audit_anchor(now: datetime) -> int:
    """Fix the heads of all chains once a day (4.4)."""
    return anchors.anchor_due(now=now)


def retired_keys(now: datetime) -> int:
    """Keys of suppression lists under which no entry is left: they are asked no more (rules 4.5)."""
    return suppression_keys.retire(now=now)


PASSES: tuple[Callable[[datetime], int], ...] = (
    approved_plans,
    corrections_again,
    waking.due_tasks,
    departments,
    recipients_told,
    waking.due_messages,
    stuck_cases,
    calendar_changes,
    ladder_rungs,
    held_requests,
    close_colleagues,
    shared_out,
    closed_pages,
    silent_subjects,
    ending_answers,
    authority_days,
    digests,
    expired_packages,
    closed_cases,
    case_files,
    leftovers,
    spent_tokens,
    sent_files,
    waking.inbound_mail,
    audit_anchor,
    posted_letters,
    after_erasure.held_matters,
    after_erasure.erasure_ledger,
    after_erasure.later_searches,
    after_erasure.kept_data,
    retired_keys,
    waking.store_checks,
    waking.restricted_data,
    waking.day_figures,
    waking.monthly_reports,
    waking.evidence_packs,
)


def tick(now: datetime, *, stopping: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Run every pass once; one that fails or takes longer than PASS_SECONDS does not stop the others.

    Returns what each did, -1 for one that failed. `stopping` is asked before every pass: a process that ends leaves the
    rest to the next tick. The pulse of the tick says that all had their turn, the pulse of a pass how it ended.
    """
    done: dict[str, int] = {}
    codes: dict[str, str] = {}
    for run in PASSES:
        if stopping():
            break
        done[run.__name__], codes[pulses.STEP + run.__name__] = _run(run, now)
    if len(done) == len(PASSES):
        codes[pulses.TICK] = ""
    pulses.keep(codes, now=now)
    return done


def _run(run: Callable[[datetime], int], now: datetime) -> tuple[int, str]:
    """What a pass did and, when it failed, the type of the error."""
    try:
        with budget.limit(PASS_SECONDS):
            return run(now), ""
    except budget.OutOfTimeError:
        log.error("tick pass %s was interrupted: it had its time; the next tick goes on", run.__name__)  # noqa: TRY400
        code = "out_of_time"
    except Exception as error:
        log.exception("tick pass %s failed", run.__name__)
        code = type(error).__name__
    if not connection.in_atomic_block:
        connection.close()  # an interrupted query, a server that was restarted: the next pass starts afresh
    return -1, code
