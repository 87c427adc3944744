"""Deleting what is over, batch by batch with its proof, and the holds that prevent it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from tongban.cases import retention as cases
from tongban.core.actors import SYSTEM, Actor, Duty
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Forbidden, Invalid, NotFound, Refused, gettext_noop
from tongban.core.retention import Gone, Rule
from tongban.records.services import append_to_chain
from tongban.records.values import JSON
from tongban.retention import rules
from tongban.retention.evidence import DELETIONS, HOLDS, hold_facts, items_digest, record_facts
from tongban.retention.models import DeletionRecord, DeletionRun, LegalHold
from tongban.retention.queries import held, view_of_run
from tongban.retention.values import RunView

#: Things deleted in one transaction: short enough that nobody waits for it.
BATCH = 200
#: Who may keep something from being deleted, and let it go again: a choice of this house.
HOLDERS = frozenset({Duty.SUPERVISOR, Duty.AGENCY_HEAD})
MOST = 1000


def run(*, now: dt.datetime, actor: Actor = SYSTEM, most: int | None = None) -> RunView:
    """Delete everything that is over and not held, and record it; an interrupted run is taken up where it stopped.

    Each batch is a transaction of its own: the data go and the record comes, or neither. ``most`` ends the run after so
    many batches and leaves it unfinished. Raises :class:`Invalid` for rules that cannot be used, before anything goes.
    """
    found = rules.rules()
    with transaction.atomic():
        row = DeletionRun.objects.select_for_update().filter(finished_at=None).order_by("pk").first()
        if row is None:
            row = DeletionRun.objects.create(started_at=now, by=actor.id, by_name=actor.name)
    batches = 0
    for kind in sorted(found):
        before = rules.before(found[kind], now)
        while before is not None and (most is None or batches < most):
            done = _batch(row, found[kind], before, actor, now)
            batches += bool(done)
            if done < BATCH:
                break
    if most is None or batches < most:
        DeletionRun.objects.filter(pk=row.pk, finished_at=None).update(finished_at=now)
        row.refresh_from_db()
    return view_of_run(row)


def run_scheduled(now: dt.datetime) -> None:
    """The schedule's entry for :func:`run`."""
    run(now=now)


def _batch(row: DeletionRun, rule: Rule, before: dt.datetime, actor: Actor, now: dt.datetime) -> int:
    """Delete one batch and record it; how many went."""
    with transaction.atomic():
        gone = rules.keeper(rule.kind).erase(before, held(), BATCH, now)
        if not gone:
            return 0
        record = DeletionRecord.objects.create(
            run=row,
            kind=rule.kind,
            rule=rules.words(rule),
            source=rule.source,
            before=before,
            count=len(gone),
            files=sum(len(each.files) for each in gone),
            items=_items(gone),
            digest=items_digest(_items(gone)),
            at=now,
        )
        _tell(DELETIONS, "delete", record_facts(record), actor, now)
        return len(gone)


def _items(gone: Sequence[Gone]) -> str:
    return json.dumps([[each.key, each.digest, [list(file) for file in each.files]] for each in gone])


def check_holder(actor: Actor) -> None:
    """Raises :class:`Forbidden` unless the actor's post may hold things back."""
    if actor.kind == "system" or (actor.is_staff and HOLDERS & actor.duties):
        return
    raise Forbidden(
        gettext_noop("Your post does not keep records from being deleted."),
        remedy=gettext_noop("Ask the supervisor or the head of the authority."),
    )


def place_hold(*, number: str, whole_person: bool, reason: str, actor: Actor, now: dt.datetime) -> int:
    """Keep a case, or with ``whole_person`` everything about its applicant, from being deleted; the hold's id.

    Raises :class:`Invalid` for a case that the actor does not see and without a reason, :class:`Refused` when it is
    held already.
    """
    check_holder(actor)
    reason = _text(reason, "reason")
    try:
        subject = cases.subject_of(number.strip(), actor)
    except NotFound as error:
        raise _invalid("number", error.message, error.remedy) from error
    kind = LegalHold.PERSON if whole_person else LegalHold.CASE
    with transaction.atomic():
        row = LegalHold(
            kind=kind,
            subject=str(subject.applicant_id) if whole_person else subject.number,
            case_number=subject.number,
            region_code=subject.region_code,
            reason=reason,
            placed_by=actor.id,
            placed_name=actor.name,
            placed_at=now,
        )
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Refused(
                gettext_noop("This is held already."), remedy=gettext_noop("It stands in the list below.")
            ) from error
        _tell(HOLDS, "hold", hold_facts(row), actor, now)
        return int(row.pk)


def release_hold(*, hold_id: int, reason: str, actor: Actor, now: dt.datetime) -> None:
    """End a hold with a reason; what is over goes with the next run. Raises :class:`NotFound` for another region's."""
    check_holder(actor)
    with transaction.atomic():
        row = LegalHold.objects.select_for_update().filter(pk=hold_id, released_at=None).first()
        if row is None or (actor.region_code and row.region_code != actor.region_code):
            raise NotFound(
                gettext_noop("There is no such hold, or it has been released."),
                remedy=gettext_noop("Reload the page to see what is held."),
            )
        reason = _text(reason, "reason")
        row.released_by, row.released_name, row.released_at = actor.id, actor.name, now
        row.release_reason = reason
        row.save()
        _tell(HOLDS, "release", hold_facts(row), actor, now)


def _tell(chain: str, verb: str, facts: dict[str, JSON], actor: Actor, now: dt.datetime) -> None:
    append_to_chain(chain=chain, verb=verb, actor=actor, at=now, legal_date=legal_date(now), facts=facts)


def _text(value: str, field: str) -> str:
    text = value.strip()
    if not text or len(text) > MOST:
        message = gettext_noop("This is empty.") if not text else gettext_noop("This is too long.")
        raise _invalid(field, message, gettext_noop("Write it in a sentence or two."))
    return text


def _invalid(field: str, message: str, remedy: str) -> Invalid:
    return Invalid(message, remedy=remedy, errors=[FieldError(field, message, remedy)])
