"""Proof of service 送达: recorded from a signed receipt, recorded on arrival, corrected with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from tongban.accounts import queries as accounts
from tongban.cases import snapshot
from tongban.cases.access import find_case
from tongban.cases.models import Case, ServiceRecord
from tongban.cases.receiving import Received, receive
from tongban.cases.service_rules import recording_refusal, rules, service_chain
from tongban.cases.work import text
from tongban.core.actors import SYSTEM, Actor
from tongban.core.dates import legal_date
from tongban.core.errors import Invalid, NotFound, Refused, gettext_noop
from tongban.core.serving import ARRIVAL, ELECTRONIC, Entry, problems
from tongban.documents import queries as documents
from tongban.documents.queries import DocumentView
from tongban.messaging.queries import Arrival
from tongban.records.services import JSON, append_to_chain


class Scan(NamedTuple):
    """The uploaded scan of a signed receipt: its name as sent and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Receipt:
    """What the receipt of service says, as an officer copies it."""

    means: str
    served_on: date | None
    receiver: str = ""
    server: str = ""
    witness: str = ""
    note: str = ""


def record_service(
    *, number: str, document_id: str, receipt: Receipt, actor: Actor, now: datetime, scan: Scan | None = None
) -> None:
    """Write down that a document was served on paper.

    Raises Invalid naming each wrong entry, Refused where its service is recorded already (then it is corrected),
    NotFound for a document of another case.
    """
    received = receive(scan.content, scan.name) if scan is not None else None
    with transaction.atomic():
        case, document = _opened(number, document_id, actor)
        if _standing(document_id) is not None:
            raise already(document)
        entry = _entry(receipt)
        _check(entry, document, now)
        row = _written(case, document, entry, received, actor, now)
        _tell(row, "serve", actor, now)


def correct_service(
    *,
    number: str,
    document_id: str,
    receipt: Receipt,
    reason: str,
    actor: Actor,
    now: datetime,
    scan: Scan | None = None,
) -> None:
    """Put another record in the place of a wrong one, which stays on file with the reason.

    Without a new scan the old one stands. Raises as :func:`record_service`, and Refused where nothing is recorded.
    """
    received = receive(scan.content, scan.name) if scan is not None else None
    with transaction.atomic():
        case, document = _opened(number, document_id, actor)
        old = _standing(document_id)
        if old is None:
            raise Refused(
                gettext_noop("Service of %(number)s is not recorded, so there is nothing to correct."),
                remedy=gettext_noop("Record it."),
                params={"number": document.number},
            )
        entry, reason = _entry(receipt), text(reason, "reason", most=500)
        _check(entry, document, now)
        old.replaced_at, old.reason = now, reason
        old.save(update_fields=["replaced_at", "reason"])
        row = _written(case, document, entry, received, actor, now, old=old)
        _tell(row, "correct_service", actor, now, {"replaces": old.pk, "reason": snapshot.digest(reason)})


def is_service(message: Arrival, what: str) -> bool:
    """Whether a message with a document reached the confirmed address of its applicant in the way that counts here.

    ``what`` is arrived or read; which of the two counts, the hall's rules say.
    """
    hall, means = rules(), _means_of(message)
    counts = what == ("arrived" if hall.counts == ARRIVAL else "read")
    sent = bool(message.document_id) and means in hall.means
    return sent and counts and accounts.confirmed(message.applicant_id, means, message.to)


def _means_of(message: Arrival) -> str:
    return next((key for key, channel in ELECTRONIC.items() if channel == message.channel), "")


def record_arrival(*, message: Arrival, what: str, now: datetime) -> bool:
    """Record electronic service by a message. False where it is none: see :func:`is_service`; a document that is void
    or of a kind that needs no proof; service recorded already."""
    with transaction.atomic():
        document = documents.get(message.document_id)
        case = Case.objects.select_for_update().filter(number=document.owner.removeprefix("case:")).first()
        if case is None or document.kind not in rules().kinds or document.status == "void":
            return False
        if _standing(document.id) is not None or not is_service(message, what):
            return False
        entry = Entry(_means_of(message), max(legal_date(now), document.issued_on))
        row = _written(case, document, entry, None, SYSTEM, now, address=message.masked)
        _tell(row, "serve", SYSTEM, now)
    return True


def record_handed_over(case: Case, means: str, receiver: str, actor: Actor, now: datetime) -> None:
    """Service of the decision with the licence that was handed over; called in the transaction of that verb."""
    for document in documents.for_owner(snapshot.chain(case)):
        decides = document.kind in ("decision_grant", "filing") and document.ready
        if decides and means in rules().means and _standing(document.id) is None:
            entry = Entry(means, legal_date(now), receiver=receiver, server=actor.name)
            _tell(_written(case, document, entry, None, actor, now), "serve", actor, now)


def _opened(number: str, document_id: str, actor: Actor) -> tuple[Case, DocumentView]:
    case = find_case(number, actor, lock=True)
    document = documents.get(document_id)
    if document.owner != snapshot.chain(case):
        raise NotFound(
            gettext_noop("There is no such file, or it is not yours to see."),
            remedy=gettext_noop("Go back to the case."),
        )
    refusal = recording_refusal(case, document, actor)
    if refusal is not None:
        raise refusal
    return case, document


def already(document: DocumentView) -> Refused:
    """Service is recorded once."""
    return Refused(
        gettext_noop("Service of %(number)s is recorded already."),
        remedy=gettext_noop("Where the record is wrong, correct it and say why."),
        params={"number": document.number},
    )


def _standing(document_id: str) -> ServiceRecord | None:
    return ServiceRecord.objects.select_for_update().filter(document_id=document_id, replaced_at=None).first()


def _entry(receipt: Receipt) -> Entry:
    names = {
        name: text(getattr(receipt, name), name, required=False, most=100) for name in ("receiver", "server", "witness")
    }
    return Entry(receipt.means, receipt.served_on, note=text(receipt.note, "note", required=False, most=300), **names)


def _check(entry: Entry, document: DocumentView, now: datetime) -> None:
    if errors := problems(entry, rules(), document.issued_on, legal_date(now)):
        raise Invalid(gettext_noop("Some entries need another look."), errors=errors)


def _written(
    case: Case,
    document: DocumentView,
    entry: Entry,
    received: Received | None,
    actor: Actor,
    now: datetime,
    *,
    old: ServiceRecord | None = None,
    address: str = "",
) -> ServiceRecord:
    stored = received.store("service") if received is not None else None
    return ServiceRecord.objects.create(
        case=case,
        document_id=document.id,
        means=entry.means,
        served_on=entry.served_on or legal_date(now),
        address=address,
        receiver=entry.receiver,
        server=entry.server,
        witness=entry.witness,
        note=entry.note,
        scan_id=stored.id if stored else (old.scan_id if old else None),
        scan_sha256=stored.sha256 if stored else (old.scan_sha256 if old else ""),
        by=actor.id,
        at=now,
    )


def facts(row: ServiceRecord) -> dict[str, JSON]:
    """What the events say of a record; names by their digest alone."""
    return {
        "case": f"case:{row.case.number}",
        "service": row.pk,
        "document": str(row.document_id),
        "means": row.means,
        "served_on": row.served_on.isoformat(),
        "said": snapshot.digest("\n".join((row.receiver, row.server, row.witness, row.note))),
        "scan": row.scan_sha256,
    }


def _tell(row: ServiceRecord, verb: str, actor: Actor, now: datetime, more: dict[str, JSON] | None = None) -> None:
    append_to_chain(
        chain=service_chain(row.case.number),
        verb=verb,
        actor=actor,
        at=now,
        legal_date=row.served_on,
        facts={**facts(row), **(more or {})},
    )
