"""Service of a case's documents as officers and applicants read it: how each is to be served, what is proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from django.utils.translation import gettext

from tongban.accounts import queries as accounts
from tongban.accounts.queries import AddressView
from tongban.calendars import queries as calendars
from tongban.cases import snapshot
from tongban.cases.access import find_case
from tongban.cases.models import Case, ServiceRecord
from tongban.cases.queries.views import StoryEntry
from tongban.cases.service_rules import recording_refusal, rules, service_chain
from tongban.core.actors import Actor
from tongban.core.errors import DomainError, NotFound, gettext_noop
from tongban.core.serving import ELECTRONIC, Means, Remedy, remedies
from tongban.documents import queries as documents
from tongban.documents.kinds import kinds
from tongban.documents.queries import DocumentView
from tongban.messaging import queries as messages
from tongban.records import queries as records
from tongban.records.values import EventView, FileView

#: What the means are called.
NAMES: Mapping[str, str] = {
    "inapp": gettext_noop("message in the inbox"),
    "mail": gettext_noop("e-mail"),
    "phone": gettext_noop("short message"),
    "window": gettext_noop("collected at the window"),
    "hand": gettext_noop("handed over in person"),
    "retention": gettext_noop("left there before a witness"),
    "post": gettext_noop("by post"),
    "announcement": gettext_noop("by announcement"),
}


@dataclass(frozen=True)
class RecordView:
    """One record of service. ``replaced_at`` and ``reason`` are of one that was corrected."""

    id: int
    means: str
    basis: str  # the provision the hall entered; empty: none is
    served_on: date
    address: str
    receiver: str
    server: str
    witness: str
    note: str
    scan_id: str
    by_name: str
    at: datetime
    replaced_at: datetime | None
    reason: str

    @property
    def means_name(self) -> str:
        """What the means is called, untranslated."""
        return NAMES[self.means]


@dataclass(frozen=True)
class DocumentService:
    """A document and its service.

    ``state``: ``none`` (no proof is kept for its kind, or it is void), ``served``, ``waiting`` (on its way to the
    confirmed address), ``paper`` (to be printed with a receipt). ``off``: why the reader cannot record or correct it.
    """

    document: DocumentView
    state: str
    record: RecordView | None
    former: tuple[RecordView, ...]
    remedies: tuple[Remedy, ...]
    off: DomainError | None


@dataclass(frozen=True)
class ServingView:
    """The service of a case's documents, newest document first."""

    number: str
    item_name: str
    applicant_name: str
    address: AddressView | None
    rows: tuple[DocumentService, ...]
    means: tuple[Means, ...]  # on paper, to choose from
    counts: str
    counts_basis: str

    def row(self, document_id: str) -> DocumentService:
        """The line of one document. Raises NotFound for a document of another case."""
        found = next((row for row in self.rows if row.document.id == document_id), None)
        if found is None:
            raise NotFound(
                gettext_noop("There is no such file, or it is not yours to see."),
                remedy=gettext_noop("Go back to the case."),
            )
        return found

    @property
    def owed(self) -> int:
        """How many documents wait to be served on paper."""
        return sum(row.state == "paper" for row in self.rows)


def serving(number: str, actor: Actor) -> ServingView:
    """The service of a case's documents. Raises NotFound for a case that is not the actor's to see."""
    case, hall = find_case(number, actor), rules()
    address = accounts.service_address(case.applicant_id)
    rows = documents.for_owner(snapshot.chain(case))
    kept = _records(case)
    waiting = {row.document_id for row in messages.of_case(number) if row.state == "queued"}
    reached = address is not None and address.means in hall.means
    return ServingView(
        number=case.number,
        item_name=case.item_name,
        applicant_name=case.applicant_name,
        address=address,
        rows=tuple(_line(case, row, kept, reached, row.id in waiting, actor) for row in reversed(rows)),
        means=tuple(means for means in hall.means.values() if not means.electronic),
        counts=hall.counts,
        counts_basis=hall.counts_basis,
    )


def _line(
    case: Case,
    document: DocumentView,
    kept: Sequence[tuple[str, RecordView]],
    reached: bool,
    waiting: bool,
    actor: Actor,
) -> DocumentService:
    own = [view for key, view in kept if key == document.id]
    record = next((view for view in own if view.replaced_at is None), None)
    if record is not None:
        state = "served"
    elif document.status == "void" or document.kind not in rules().kinds:
        state = "none"
    else:
        state = "waiting" if not document.ready or (reached and waiting) else "paper"
    return DocumentService(
        document=document,
        state=state,
        record=record,
        former=tuple(view for view in own if view.replaced_at is not None),
        remedies=_remedies(document.kind, record),
        off=recording_refusal(case, document, actor),
    )


def _remedies(kind: str, record: RecordView | None) -> tuple[Remedy, ...]:
    """Until when a document that can be contested can be; none before it is served."""
    if record is None or not kinds()[kind].remedies:
        return ()
    return remedies(record.served_on, calendars.current())


def _records(case: Case) -> list[tuple[str, RecordView]]:
    found = list(ServiceRecord.objects.filter(case=case).order_by("-pk"))
    names = accounts.user_names([row.by for row in found])
    return [(str(row.document_id), _view(row, names)) for row in found]


def _view(row: ServiceRecord, names: Mapping[str, str]) -> RecordView:
    means = rules().means.get(row.means)
    return RecordView(
        id=row.pk,
        means=row.means,
        basis=means.basis if means else "",
        served_on=row.served_on,
        address=row.address,
        receiver=row.receiver,
        server=row.server,
        witness=row.witness,
        note=row.note,
        scan_id=str(row.scan_id or ""),
        by_name=names.get(row.by, ""),
        at=row.at,
        replaced_at=row.replaced_at,
        reason=row.reason,
    )


def receipt_scan(number: str, record: int, actor: Actor) -> tuple[FileView, IO[bytes]]:
    """The scan of a signed receipt. Raises NotFound for a case that is not the actor's to see, and without a scan."""
    case = find_case(number, actor)
    row = ServiceRecord.objects.filter(case=case, pk=record).exclude(scan_id=None).first()
    if row is None:
        raise NotFound(
            gettext_noop("There is no such file, or it is not yours to see."),
            remedy=gettext_noop("Go back to the case."),
        )
    return records.file_info(str(row.scan_id)), records.open_file(str(row.scan_id))


#: verb → sentence.
_SENTENCES: Mapping[str, str] = {
    "serve": gettext_noop("Served: %(title)s, %(means)s, on %(on)s"),
    "correct_service": gettext_noop("Record of service corrected: %(title)s, %(means)s, on %(on)s"),
}


def service_story(case: Case) -> tuple[StoryEntry, ...]:
    """What happened to the service of a case's documents, newest first."""
    events = records.events(service_chain(case.number))
    if not events:
        return ()
    titles = {row.id: row.title for row in documents.for_owner(snapshot.chain(case))}
    names = accounts.user_names([event.actor_id for event in events])
    return tuple(reversed([_entry(event, titles, names) for event in events]))


def _entry(event: EventView, titles: Mapping[str, str], names: Mapping[str, str]) -> StoryEntry:
    document = str(event.facts["document"])
    return StoryEntry(
        seq=event.seq,
        at=event.at,
        legal_date=event.legal_date,
        verb=event.verb,
        text=_SENTENCES[event.verb],
        params={
            "title": titles.get(document, ""),
            "means": gettext(NAMES[str(event.facts["means"])]),
            "on": event.legal_date,
        },
        actor_name=names.get(event.actor_id, ""),
        hash=event.hash,
        document_id=document,
        actor_id=event.actor_id,
    )


__all__ = [
    "ELECTRONIC",
    "NAMES",
    "DocumentService",
    "RecordView",
    "ServingView",
    "receipt_scan",
    "service_story",
    "serving",
]
