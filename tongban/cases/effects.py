"""Slow work of the cases room, enqueued in the verb's transaction and done by the worker."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from tongban.accounts import queries as accounts
from tongban.cases.models import Case, Clarification, CorrectionNotice
from tongban.core.dates import legal_date
from tongban.documents import queries as documents
from tongban.documents import services as document_services
from tongban.messaging import queries as messages
from tongban.messaging import services as messaging
from tongban.messaging.services import About


def on_document_ready(document_id: str, owner: str, kind: str) -> None:
    """Called in the transaction that stores a document's file: have it mailed (setting DOCUMENT_READY_HOOKS)."""
    if owner.startswith("case:"):
        mail_document.enqueue(document_id)


def on_calendar_loaded(version: str, now: datetime) -> None:
    """Called in the transaction that loads calendar days: recompute the open cases' index columns afterwards."""
    refresh_index.enqueue(version)


@task()
def refresh_index(version: str) -> None:
    """Recompute the due dates that lists sort by; ``version`` says for which calendar it was asked."""
    from tongban.cases.services import refresh_open_cases

    refresh_open_cases(now=timezone.now())


def sweep_cases(now: datetime) -> None:
    """The schedule's entry for :func:`tongban.cases.services.sweep`."""
    from tongban.cases.services import sweep

    sweep(now=now)


def on_message(message_id: str, chain: str, what: str, now: datetime) -> None:
    """Called in the transaction in which a message arrives or is read: it may be service (setting MESSAGE_HOOKS)."""
    from tongban.cases.services.serving import is_service

    if chain.startswith("case:") and is_service(messages.arrival(message_id), what):
        record_service_of.enqueue(message_id, what, now.isoformat())


@task()
def record_service_of(message_id: str, what: str, at: str) -> None:
    """Record electronic service by a message that arrived, or was read, at the instant ``at``; once."""
    from tongban.cases.services.serving import record_arrival

    record_arrival(message=messages.arrival(message_id), what=what, now=datetime.fromisoformat(at))


def _tell(case: Case, key: str, kind: str, values: dict[str, str], document_id: str = "") -> None:
    now = timezone.now()
    to = accounts.recipient(case.applicant_id, case.agent, case.item_key, legal_date(now))
    about = About(
        key=key,
        kind=kind,
        chain=f"case:{case.number}",
        values={"item": case.item_name, "case_number": case.number, **values},
        reference=case.number,
        document_id=document_id,
    )
    copy = accounts.service_copy(case.applicant_id) if document_id else None
    with transaction.atomic():
        messaging.tell(about, to, now)
        if copy is not None:
            messaging.tell(about, copy, now)


@task()
def mail_document(document_id: str) -> None:
    """Tell the applicant or its agent of a finished notice; the mail carries it. Told twice, it is sent once."""
    document = documents.get(document_id)
    if not document.ready:
        document = document_services.make_file(document_id=document_id, now=timezone.now())
    case = Case.objects.filter(number=document.owner.removeprefix("case:")).first()
    if case is None:
        return
    text = documents.text_of(document_id).plain_text()
    values = {"title": document.title, "document_number": document.number, "text": text}
    _tell(case, f"document-{document_id}", "document", values, document_id)


@task()
def mail_reminder(number: str, notice_number: int, day: str) -> None:
    """Remind the applicant of an open correction; skipped when it has been answered meanwhile."""
    notice = CorrectionNotice.objects.filter(case__number=number, number=notice_number, answered_on=None).first()
    if notice is None:
        return
    by = f"{notice.respond_by.year}年{notice.respond_by.month}月{notice.respond_by.day}日"
    values = {"by": by, "count": str(len(notice.points))}
    _tell(notice.case, f"remind-{number}-{notice_number}-{day}", "correction_reminder", values)


@task()
def mail_question_reminder(number: str, question: int, day: str) -> None:
    """Remind the applicant of an open question; skipped when it has been answered meanwhile."""
    row = Clarification.objects.filter(case__number=number, number=question, answered_on=None).first()
    if row is not None:
        _tell(row.case, f"remind-question-{number}-{question}-{day}", "question_reminder", {})


@task()
def write_export(export_id: str) -> None:
    """Write a long list as a workbook; the first that is written stays."""
    from tongban.cases.services.exporting import finish_export

    finish_export(export_id=export_id, now=timezone.now())


@task()
def make_archive(package_id: str) -> None:
    """Make an archive package that was asked for; the first that is made stays."""
    from tongban.cases.services.archiving import finish_archive

    finish_archive(package_id=package_id, now=timezone.now())
