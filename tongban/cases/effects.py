"""Slow work of the cases room, enqueued in the verb's transaction and done by the worker."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from tongban.accounts import queries as accounts
from tongban.cases.models import Case, Clarification, CorrectionNotice
from tongban.core.dates import legal_date
from tongban.documents import queries as documents
from tongban.documents import services as document_services
from tongban.gateways import mail
from tongban.records import queries as records


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


def _address(case: Case) -> str:
    """Where notices of a case go: to the agent who looks after it and may receive them today, else to the applicant.

    An agent whose authority is over gets nothing, and no case is ever without somebody who does.
    """
    agent = accounts.agent_mail(case.agent, case.applicant_id, case.item_key, legal_date(timezone.now()))
    return agent or accounts.applicant(case.applicant_id).email


@task()
def mail_document(document_id: str) -> None:
    """Mail a finished notice to the applicant or its agent; at least once, with a Message-ID that stays the same."""
    document = documents.get(document_id)
    if not document.ready:
        document = document_services.make_file(document_id=document_id, now=timezone.now())
    number = document.owner.removeprefix("case:")
    case = Case.objects.filter(number=number).first()
    if case is None:
        return
    address = _address(case)
    if not address:
        return
    text = documents.text_of(document_id).plain_text()
    mail.send(
        message_id=f"document-{document_id}",
        to=address,
        subject=f"{document.title}：{case.item_name}（{case.number}）",
        text=text,
        attachments=[mail.Attachment(document.file_name, "application/pdf", _content(document.file_id))],
    )


def _content(file_id: str) -> bytes:
    with records.open_file(file_id) as file:
        return file.read()


@task()
def mail_reminder(number: str, notice_number: int, day: str) -> None:
    """Remind the applicant of an open correction; skipped when it has been answered meanwhile."""
    notice = CorrectionNotice.objects.filter(case__number=number, number=notice_number, answered_on=None).first()
    if notice is None:
        return
    case = notice.case
    address = _address(case)
    if not address:
        return
    by = f"{notice.respond_by.year}年{notice.respond_by.month}月{notice.respond_by.day}日"
    what = f"您申请的“{case.item_name}”（办件编号{number}）有{len(notice.points)}处要补正。"
    text = f"{what}请在{by}前改好并提交，其他内容不用重填。"
    mail.send(
        message_id=f"remind-{number}-{notice_number}-{day}",
        to=address,
        subject=f"请补正：{case.item_name}（{number}）",
        text=text,
    )


@task()
def mail_question_reminder(number: str, question: int, day: str) -> None:
    """Remind the applicant of an open question; skipped when it has been answered meanwhile."""
    row = Clarification.objects.filter(case__number=number, number=question, answered_on=None).first()
    if row is None:
        return
    address = _address(row.case)
    if not address:
        return
    what = f"您申请的“{row.case.item_name}”（办件编号{number}）有一个问题等您答复。"
    mail.send(
        message_id=f"remind-question-{number}-{question}-{day}",
        to=address,
        subject=f"请答复：{row.case.item_name}（{number}）",
        text=f"{what}办理时限照常计算，请登录后在“我的办件”中答复。",
    )


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
