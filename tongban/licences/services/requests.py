"""What is asked of a licence: by its holder, or by one officer of a second. Every answer is told with its reason."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction

from tongban.core import licensing
from tongban.core.actors import SYSTEM, Actor
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, FieldError, Forbidden, Invalid, Refused, gettext_noop
from tongban.licences import content, evidence
from tongban.licences.models import Licence, LicenceRequest
from tongban.licences.services import guards, issuing, standing
from tongban.licences.services.checks import check
from tongban.licences.states import ASKABLE, DECIDING, PREPARING, STEPS, WITH_SECOND, CancellationGround
from tongban.licences.values import LicenceView

MOST = 1000
_OVER = "许可证件已不再有效，此项申请不再办理。"


def ask_refusal(licence: LicenceView, verb: str) -> DomainError | None:
    """Why the holder cannot ask for ``verb`` now, or None."""
    try:
        _check_askable(Licence.objects.get(pk=licence.id), verb)
    except DomainError as error:
        return error
    return None


def ask(
    *, licence_id: str, verb: str, reason: str, actor: Actor, holders: frozenset[int], now: dt.datetime
) -> LicenceRequest:
    """The holder asks for a replacement 补发 or for the correction 更正 of an entry; it stands on the desk's list.

    ``holders`` are the applicants whose licences the actor may look after. Raises :class:`NotFound` for somebody
    else's, :class:`Invalid` without a reason, :class:`Refused` while one is open.
    """
    with transaction.atomic():
        licence = guards.locked(licence_id)
        if licence.applicant_id is None or licence.applicant_id not in holders:
            raise guards.not_found()
        _check_askable(licence, verb)
        row = _new(licence, LicenceRequest.HOLDER, verb, "", {"reason": _text(reason, "reason")}, actor, now)
        _tell(licence, row, "ask", actor, now)
        return row


def _check_askable(licence: Licence, verb: str) -> None:
    if verb not in ASKABLE:
        raise guards.not_found()
    guards.check_new_version(licence)
    if licence.requests.filter(state=LicenceRequest.OPEN, origin=LicenceRequest.HOLDER).exists():
        raise Refused(
            gettext_noop("Something is asked for this licence already."),
            remedy=gettext_noop("Wait for the answer, or take it back and ask anew."),
        )


def propose(
    *,
    licence_id: str,
    verb: str,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    ground: str = "",
    entries: Mapping[str, str] | None = None,
    expected_seq: int | None = None,
) -> LicenceRequest:
    """Propose a correction, a revocation or a cancellation, which a second officer confirms.

    What is wrong with it shows now and not only then. Raises :class:`Invalid` naming the entry, else as
    :func:`tongban.licences.services.checks.check`.
    """
    with transaction.atomic():
        licence = guards.locked_as_seen(licence_id, expected_seq)
        if verb not in WITH_SECOND:
            raise guards.not_found()
        check(licence, verb, actor)
        told: dict[str, object] = {"reason": _text(reason, "reason")}
        if verb == "correct":
            old = content.entries(content.view(licence, guards.newest(licence)))
            told["fields"] = licensing.corrected(old, entries or {})
        else:
            _check_ground(licence, verb, ground, reason, legal_date(now))
        row = _new(licence, LicenceRequest.DESK, verb, ground if verb != "correct" else "", told, actor, now)
        _tell(licence, row, "propose", actor, now)
        return row


def _check_ground(licence: Licence, verb: str, ground: str, reason: str, day: dt.date) -> None:
    known = set(licensing.Taking) if verb == "revoke" else set(CancellationGround)
    if ground not in known:
        raise Invalid(
            gettext_noop("The ground is missing."),
            errors=[FieldError("ground", gettext_noop("Choose the ground."), gettext_noop("Choose one."))],
        )
    if verb == "cancel":
        standing.check_ground(licence, CancellationGround(ground), reason, day)


def answer_refusal(request_id: str, actor: Actor) -> DomainError | None:
    """Why ``actor`` cannot confirm a proposal, or None."""
    row = LicenceRequest.objects.select_related("licence").get(pk=request_id)
    try:
        _check_answer(row.licence, row, actor)
    except DomainError as error:
        return error
    return None


def _check_answer(licence: Licence, row: LicenceRequest, actor: Actor) -> None:
    guards.check_issuer(licence, actor)
    rule = STEPS[row.verb].rule if row.verb in STEPS else None
    guards.check_duty(actor, DECIDING, rule)
    licensing.check_second(proposer=row.asked_by, actor=actor.id)
    if row.verb == "correct":
        guards.check_new_version(licence)
    else:
        guards.check_step(licence, row.verb, actor)


def confirm(*, request_id: str, actor: Actor, now: dt.datetime, expected_seq: int | None = None) -> LicenceView:
    """The second officer confirms a proposal, and it is done. Raises :class:`Refused` for the first officer."""
    with transaction.atomic():
        row, licence = _open(request_id, expected_seq)
        if row.origin != LicenceRequest.DESK:
            raise guards.not_found()
        _check_answer(licence, row, actor)
        told = json.loads(row.content)
        key = str(licence.pk)
        if row.verb == "correct":
            seen = issuing.correct(licence_id=key, entries=told["fields"], actor=actor, now=now)
        elif row.verb == "revoke":
            seen = standing.revoke(licence_id=key, ground=row.ground, reason=told["reason"], actor=actor, now=now)
        else:
            seen = standing.cancel(licence_id=key, ground=row.ground, reason=told["reason"], actor=actor, now=now)
        _answer(row, LicenceRequest.DONE, "", actor, now, "confirm")
        if row.verb == "correct":
            settle(key, ("correct",), told["reason"], actor=actor, now=now)
        else:
            settle(key, ASKABLE, _OVER, actor=SYSTEM, now=now, state=LicenceRequest.REFUSED)
        return seen


def turn_down(
    *, request_id: str, answer: str, actor: Actor, now: dt.datetime, expected_seq: int | None = None
) -> LicenceRequest:
    """Refuse what a holder asks or an officer proposed, with the reason that whoever asked reads."""
    with transaction.atomic():
        row, licence = _open(request_id, expected_seq)
        guards.check_issuer(licence, actor)
        own = row.origin == LicenceRequest.HOLDER
        guards.check_duty(actor, PREPARING if own else DECIDING)
        if not own:
            licensing.check_second(proposer=row.asked_by, actor=actor.id)
        _answer(row, LicenceRequest.REFUSED, _text(answer, "answer"), actor, now, "turn_down")
        return row


def take_back(*, request_id: str, actor: Actor, now: dt.datetime, holders: frozenset[int] = frozenset()) -> None:
    """Whoever asked or proposed takes it back. ``holders`` as in :func:`ask`. Raises :class:`NotFound` for others."""
    with transaction.atomic():
        row, licence = _open(request_id, None)
        if actor.is_staff:
            guards.check_issuer(licence, actor)
            if row.asked_by != actor.id:
                raise Forbidden(
                    gettext_noop("Only who proposed it takes it back."),
                    remedy=gettext_noop("Turn it down with a reason instead."),
                )
        elif row.origin != LicenceRequest.HOLDER or licence.applicant_id not in holders:
            raise guards.not_found()
        _answer(row, LicenceRequest.TAKEN_BACK, "", actor, now, "take_back")


def settle(
    licence_id: str,
    verbs: Sequence[str],
    answer: str,
    *,
    actor: Actor,
    now: dt.datetime,
    state: str = LicenceRequest.DONE,
) -> None:
    """Answer what the holder asked for where it has been done, or can no longer be."""
    for row in LicenceRequest.objects.filter(
        licence_id=licence_id, state=LicenceRequest.OPEN, origin=LicenceRequest.HOLDER, verb__in=verbs
    ):
        _answer(row, state, answer, actor, now, "confirm" if state == LicenceRequest.DONE else "turn_down")


def _open(request_id: str, expected_seq: int | None) -> tuple[LicenceRequest, Licence]:
    try:
        found = LicenceRequest.objects.filter(pk=uuid.UUID(str(request_id))).values_list("licence_id", flat=True)[0]
    except (ValueError, IndexError) as error:
        raise guards.not_found() from error
    licence = guards.locked_as_seen(str(found), expected_seq)
    row = LicenceRequest.objects.get(pk=request_id)
    if row.state != LicenceRequest.OPEN:
        raise Refused(
            gettext_noop("This has been answered already."), remedy=gettext_noop("Reload the page to see the answer.")
        )
    return row, licence


def _new(
    licence: Licence, origin: str, verb: str, ground: str, told: Mapping[str, object], actor: Actor, now: dt.datetime
) -> LicenceRequest:
    return LicenceRequest.objects.create(
        licence=licence,
        origin=origin,
        verb=verb,
        ground=ground,
        content=json.dumps(told, ensure_ascii=False, sort_keys=True),
        asked_by=actor.id,
        asked_name=actor.name,
        asked_at=now,
    )


def _answer(row: LicenceRequest, state: str, answer: str, actor: Actor, now: dt.datetime, verb: str) -> None:
    row.state, row.answer = state, answer
    row.answered_by, row.answered_name, row.answered_at = actor.id, actor.name, now
    row.save()
    _tell(Licence.objects.get(pk=row.licence_id), row, verb, actor, now)


def _tell(licence: Licence, row: LicenceRequest, verb: str, actor: Actor, now: dt.datetime) -> None:
    facts = {**evidence.request_facts(row), "asked": row.verb}
    evidence.record(licence, verb, actor=actor, now=now, day=legal_date(now), facts=facts)
    licence.save(update_fields=["seq", "head_hash"])


def _text(value: str, field: str) -> str:
    text = "".join(char for char in value.replace("\r\n", "\n") if char == "\n" or ord(char) >= 32).strip()
    if not text or len(text) > MOST:
        message = gettext_noop("This is empty.") if not text else gettext_noop("This is too long.")
        remedy = gettext_noop("Write it in a sentence or two.")
        raise Invalid(message, remedy=remedy, errors=[FieldError(field, message, remedy)])
    return text
