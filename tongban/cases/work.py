"""The frame of every verb: lock → check → act → save → event + notices, in one transaction.

A verb opens a :class:`Work`, asks it to :meth:`Work.check`, changes rows, and ends with :meth:`Work.record`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from tongban.cases import arriving, capacities, facts, snapshot, store
from tongban.cases.access import check_took_part, no_such_case, sees, under_power
from tongban.cases.store import Beside, Locked
from tongban.core.actors import SYSTEM, Actor
from tongban.core.agency import Act
from tongban.core.case_facts import Relation, Status
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, Stale, gettext_noop
from tongban.core.lifecycle import Transition, Verb, permit
from tongban.records import queries as records
from tongban.records.rows import Rows
from tongban.records.services import JSON, Head, append_event, moved_on

#: Longest free text an officer or applicant writes into one field.
MAX_TEXT = 4000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


class Work:
    """A case under the hands of one verb. Made by :func:`working`, used inside its transaction."""

    def __init__(self, locked: Locked, beside: Beside, actor: Actor, now: datetime) -> None:
        self.case = case = locked.case
        self.applicant_kind = locked.applicant_kind
        self.reference = locked.reference
        self.actor = actor
        self.now = now
        self.rows = Rows()  # what record() writes with the case and its event
        self.today: date = legal_date(now)
        self.calendar = self.reference.calendar
        self.version = self.reference.version(case.item_version_id)
        self.loaded = facts.loaded(case, self.version, beside, self.reference)
        self.relation: Relation = capacities.relation(self.loaded, actor)
        self.acting: Relation | None = None  # the capacities in which the verb is done, once it is checked
        self.before = arriving.Before.of(self.loaded)
        self.power = ""  # the written authority under which an agent acts, once it is asked

    @property
    def chain(self) -> str:
        """The name of the case's event chain."""
        return snapshot.chain(self.case)

    def reload(self) -> None:
        """Read the rows beside the case again after changing them."""
        self.version = self.reference.version(self.case.item_version_id)
        self.loaded = facts.load(self.case, self.version, self.reference)

    def extras(self) -> facts.Extras:
        """Every fact the guards may ask for (the hot verbs read only their own)."""
        return snapshot.extras(self.loaded, self.today, self.reference)

    def check(self, verb: Verb, *, act: Act = Act.SUBMIT, **about: Any) -> Transition:
        """Ask the lifecycle, and of an agent the authority.

        ``about``: review_key, ground, termination_ground, consultation. ``act`` is what an agent does by it: filling
        in where nothing is handed in yet. Raises the refusal.
        """
        self.agency(act)
        state = facts.state(self.loaded, self.calendar, self.today, self.extras(), **about)
        found = permit(state, verb, self.relation)
        self.acting = found.relation
        return found.transition

    def agency(self, act: Act) -> None:
        """Ask whether an agent's authority covers ``act``; raises the refusal. Everybody else passes."""
        self.power = under_power(self.actor, self.case.applicant_id, self.case.item_key, act)

    @property
    def acting_for(self) -> str:
        """The officer (account id) in whose place the actor acts; empty: the own post."""
        return self.acting.acting_for if self.acting else ""

    @property
    def office(self) -> Actor:
        """The actor with the duties of whom it acts for: for rooms that ask about duties."""
        return capacities.in_office(self.actor, self.acting)

    def move(self, transition: Transition) -> None:
        """Take the status the table gives; a case that ends is closed today."""
        if transition.next_status is not None:
            self.set_status(transition.next_status)

    def set_status(self, status: Status) -> None:
        """Set the status and what follows from it."""
        self.case.status = status.value
        self.case.is_open = status in facts.OPEN
        self.case.assignee = self.case.assigned_for = ""
        self.before.moved = True
        if not self.case.is_open:
            self.case.closed_on = self.today

    def record(
        self, verb: Verb | str, details: Mapping[str, JSON], *, effective: date | None = None, known: bool = False
    ) -> None:
        """Recompute the index columns, append the event and save the row with the new head of the chain.

        ``known``: ``loaded`` shows the rows beside the case as they are to be; otherwise they are read again. Changes
        of its reviews are saved here. Everything collected in ``rows`` is written with it.

        Where the case has reached another post by it, the assignment rules of that post are asked, and what they
        say is an event of its own.
        """
        if not known:
            self.reload()
        snapshot.refresh(self.loaded, self.calendar, self.today)
        if self.acting is not None and self.acting.acting_for:
            details = {**details, "for": self.acting.acting_for, "as": self.acting.acting_as}
        if self.power:
            details = {**details, "power": self.power}
        self._append(str(verb), self.actor, details, effective or self.today)
        for assigned in arriving.assign(self.loaded, self.before, self.today, self.reference):
            self._append(arriving.VERB, SYSTEM, assigned, self.today)
        self.save()

    def record_assignment(self, details: Mapping[str, JSON]) -> None:
        """Append what the assignment rules said, if anything, and save."""
        if details:
            self._append(arriving.VERB, SYSTEM, details, self.today)
            self.save()

    def _append(self, verb: str, actor: Actor, details: Mapping[str, JSON], on: date) -> None:
        body: dict[str, JSON] = {"status": self.case.status, "row": snapshot.row_digest(self.case), **details}
        pauses = snapshot.pauses_digest(self.loaded.specials)
        if pauses:
            body["pauses"] = pauses
        head = append_event(
            chain=self.chain,
            head=Head(self.case.seq, self.case.head_hash) if self.case.seq else Head.ZERO,
            verb=verb,
            actor=actor,
            at=self.now,
            legal_date=on,
            facts=body,
            rows=self.rows,
        )
        self.case.seq, self.case.head_hash = head.seq, head.hash

    def save(self) -> None:
        """Have what changed of case and reviews written with everything in ``rows``; a new case writes itself."""
        self.save_reviews()
        if not self.case._state.adding:
            store.save(self.case, self.rows)
            try:
                self.rows.write()
            except IntegrityError as error:
                raise (moved_on(error) or error) from error

    def save_reviews(self) -> None:
        """Have what changed of the case's reviews written with the other rows; new ones inserted."""
        for review in self.loaded.reviews:
            if review._state.adding:
                self.rows.insert(review)
            else:
                store.save(review, self.rows)


@contextmanager
def working(number: str, actor: Actor, now: datetime, expected_seq: int | None = None) -> Iterator[Work]:
    """Open case ``number`` for one verb: one transaction, the row locked.

    ``expected_seq`` is the event number the person saw; a different one raises :class:`Stale` with what happened
    since. Raises :class:`~tongban.core.errors.NotFound` for a case that is not the actor's to see.
    """
    with transaction.atomic():
        locked = store.lock(number)
        if locked is None:
            raise no_such_case()
        case, beside = locked.case, store.beside(locked.case)
        if not sees(actor, case, beside.reviews, beside.consultations):
            check_took_part(actor, case)
            raise no_such_case()
        if expected_seq is not None and expected_seq != case.seq:
            raise Stale(
                gettext_noop("Something happened on this case since you opened it."),
                remedy=gettext_noop("Look at what happened, then do it again if it still applies."),
                since=records.events_since(snapshot.chain(case), expected_seq),
            )
        yield Work(locked, beside, actor, now)


def text(value: str, field: str, *, required: bool = True, most: int = MAX_TEXT) -> str:
    """``value`` trimmed. Raises :class:`Invalid` naming ``field`` when it is missing or too long."""
    value = _CONTROL.sub("", value.replace("\r\n", "\n")).strip()
    if required and not value:
        raise invalid(field, gettext_noop("This is empty."), gettext_noop("Write it in a sentence or two."))
    if len(value) > most:
        raise invalid(
            field,
            gettext_noop("This has %(length)s characters; at most %(most)s fit."),
            gettext_noop("Shorten it."),
            length=len(value),
            most=most,
        )
    return value


def invalid(field: str, message: str, remedy: str, **params: object) -> Invalid:
    """One wrong entry as an error."""
    error = FieldError(field, message, remedy, params)
    return Invalid(message, remedy=remedy, errors=[error], params=params)
