"""Reads of the messaging room: the delivery log of officers and the inbox of applicants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from tongban.core.dates import SHANGHAI
from tongban.core.messages import Channel, State
from tongban.messaging.models import Message
from tongban.messaging.templates import SAMPLE, templates

PAGE = 30


@dataclass(frozen=True)
class LogRow:
    """A message as the delivery log shows it: no address in clear, no text."""

    id: str
    kind: str
    channel: str
    state: str
    to_masked: str
    reference: str
    tries: int
    resent: int
    last_error: str
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None
    document_id: str

    @property
    def may_resend(self) -> bool:
        """Whether it can be sent once more."""
        return self.channel != Channel.INAPP and self.state != State.QUEUED


@dataclass(frozen=True)
class LogPage:
    """A page of the log, newest first."""

    rows: tuple[LogRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Letter:
    """A message as its reader sees it."""

    id: str
    kind: str
    subject: str
    text: str
    reference: str
    document_id: str
    created_at: datetime
    unread: bool


@dataclass(frozen=True)
class Inbox:
    """A page of one's messages, newest first."""

    rows: tuple[Letter, ...]
    total: int
    unread: int
    page: int
    pages: int


@dataclass(frozen=True)
class Asked:
    """What the log is narrowed to; empty: everything. ``who`` is a case's number or part of a masked address."""

    channel: str = ""
    state: str = ""
    kind: str = ""
    who: str = ""
    first: date | None = None
    last: date | None = None


def _row(row: Message) -> LogRow:
    return LogRow(
        id=str(row.pk),
        kind=row.kind,
        channel=row.channel,
        state=row.state,
        to_masked=row.to_masked,
        reference=row.reference,
        tries=row.tries,
        resent=row.resent,
        last_error=row.last_error,
        created_at=row.created_at,
        sent_at=row.sent_at,
        read_at=row.read_at,
        document_id=row.document_id,
    )


def of_case(number: str) -> tuple[LogRow, ...]:
    """The delivery log of one case, newest first; callers check that the reader may see the case."""
    rows = Message.objects.filter(reference=number).defer("subject", "text", "params", "to")
    return tuple(_row(row) for row in rows.order_by("-created_at", "channel"))


def one(message_id: str) -> LogRow | None:
    """One message of the log."""
    row = Message.objects.filter(pk=message_id).defer("subject", "text", "params", "to").first()
    return _row(row) if row is not None else None


def log(asked: Asked, references: Any, page: int) -> LogPage:
    """The log of the cases in ``references`` (a subquery of numbers that the reader may see)."""
    rows = Message.objects.filter(reference__in=references)
    for name in ("channel", "state", "kind"):
        if value := getattr(asked, name):
            rows = rows.filter(**{name: value})
    if asked.who:
        rows = rows.filter(Q(reference__contains=asked.who) | Q(to_masked__icontains=asked.who))
    if asked.first:
        rows = rows.filter(created_at__gte=_midnight(asked.first))
    if asked.last:
        rows = rows.filter(created_at__lt=_midnight(asked.last + timedelta(days=1)))
    total, pages, page, found = _cut(rows.defer("subject", "text", "params", "to"), page)
    return LogPage(tuple(_row(row) for row in found), total, page, pages)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def inbox(account_id: int, page: int = 1) -> Inbox:
    """One's own messages."""
    mine = Message.objects.filter(account_id=account_id, channel=Channel.INAPP.value)
    total, pages, page, found = _cut(mine, page)
    rows = tuple(
        Letter(
            id=str(row.pk),
            kind=row.kind,
            subject=row.subject,
            text=row.text,
            reference=row.reference,
            document_id=row.document_id,
            created_at=row.created_at,
            unread=row.state == State.SENT,
        )
        for row in found
    )
    return Inbox(rows, total, unread(account_id), page, pages)


def unread(account_id: int) -> int:
    """How many messages wait in the inbox (one query through a partial index)."""
    return Message.objects.filter(account_id=account_id, channel=Channel.INAPP.value, state=State.SENT.value).count()


def _cut(rows: QuerySet[Message], page: int) -> tuple[int, int, int, list[Message]]:
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    return total, pages, page, list(rows.order_by("-created_at", "-pk")[(page - 1) * PAGE : page * PAGE])


@dataclass(frozen=True)
class Told:
    """A message about an applicant, as its own copy of everything kept has it.

    The address stays masked: it may be an agent's, which is not the enterprise's to know.
    """

    channel: str
    to: str
    state: str
    subject: str
    text: str
    reference: str
    created_at: datetime


def told(applicant_ids: Collection[int], account_id: int, most: int) -> tuple[Told, ...]:
    """The newest messages about the applicants or to the account; callers check whose they are."""
    rows = Message.objects.filter(Q(applicant_id__in=applicant_ids) | Q(account_id=account_id))
    return tuple(
        Told(
            row.channel,
            "" if row.account_id else row.to_masked,
            row.state,
            row.subject,
            row.text,
            row.reference,
            row.created_at,
        )
        for row in rows.order_by("-created_at", "-pk")[:most]
    )


def told_count(applicant_ids: Collection[int], account_id: int) -> int:
    """How many such messages are kept."""
    return Message.objects.filter(Q(applicant_id__in=applicant_ids) | Q(account_id=account_id)).count()


@dataclass(frozen=True)
class Preview:
    """A template with invented values, for the page that lists them."""

    kind: str
    name: dict[str, str]
    fields: tuple[str, ...]
    code: str
    channels: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]  # channel, then (language, subject, text)


def previews(site: str, sign_name: str) -> tuple[Preview, ...]:
    """Every template as it would be read. Raises Invalid where the file of templates is wrong."""
    out = []
    for kind in templates().values():
        values = {**SAMPLE, "site": site}
        channels = []
        for channel in kind.channels:
            said = [(language, kind.say(channel, language, values)) for language in ("zh", "en")]
            front = f"【{sign_name}】" if channel is Channel.SMS else ""
            channels.append((channel.value, tuple((code, words.subject, front + words.text) for code, words in said)))
        out.append(Preview(kind.key, dict(kind.name), kind.fields, kind.code, tuple(channels)))
    return tuple(out)


@dataclass(frozen=True)
class Arrival:
    """A message that reached an address, as the room that it tells of needs it."""

    channel: str
    document_id: str
    account_id: int | None
    to: str
    masked: str
    applicant_id: int


def arrival(message_id: str) -> Arrival:
    """What a hook of MESSAGE_HOOKS reads."""
    row = Message.objects.get(pk=message_id)
    masked = "" if row.account_id else row.to_masked
    return Arrival(row.channel, row.document_id, row.account_id, row.to, masked, row.applicant_id)
