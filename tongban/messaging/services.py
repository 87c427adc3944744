"""Verbs on messages: owe one, try to send it, send it once more, read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from tongban.core import codes
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Forbidden, Invalid, NotFound, gettext_noop
from tongban.core.messages import Channel, State, may_resend
from tongban.documents import queries as documents
from tongban.gateways import mail, sms
from tongban.messaging.models import Message
from tongban.messaging.templates import template
from tongban.outbox.backend import MAX_ATTEMPTS
from tongban.records import queries as records
from tongban.records.secrets import blind_index
from tongban.records.services import append_to_chain

#: Said of a short message that is held back; a resend with a reason is the way round.
LIMIT_REACHED = gettext_noop("Not sent: this number got the most short messages of a day already.")
MOST_REASON = 200


@dataclass(frozen=True)
class Recipient:
    """Whom a message is for: the applicant it concerns, and where that applicant or its agent is reached."""

    applicant_id: int
    email: str = ""
    phone: str = ""
    accounts: tuple[int, ...] = ()
    language: str = "zh"


@dataclass(frozen=True)
class About:
    """What is told: ``key`` says it once for ever, ``chain`` and ``reference`` what it belongs to."""

    key: str
    kind: str
    chain: str
    values: Mapping[str, str]
    reference: str = ""
    document_id: str = ""


def tell(about: About, to: Recipient, now: datetime) -> list[str]:
    """Owe the recipient a message on every channel that the kind has and on which it can be reached.

    The same thing is never told twice to one address, however often this is called. Part of the caller's transaction.
    Returns the ids of what is new.
    """
    from tongban.messaging.effects import deliver

    told = []
    for channel in template(about.kind).channels:
        for address, account in _addresses(channel, to):
            row = _row(about, to, channel, address, account, now)
            _, created = Message.objects.get_or_create(
                key=row.key, channel=row.channel, to_index=row.to_index, defaults=_columns(row)
            )
            if not created:
                continue
            told.append(str(row.pk))
            if channel is Channel.INAPP:
                _arrived(str(row.pk), now)
            else:
                deliver.enqueue(str(row.pk))
    return told


def _columns(row: Message) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in Message._meta.concrete_fields}


def _addresses(channel: Channel, to: Recipient) -> list[tuple[str, int | None]]:
    if channel is Channel.INAPP:
        return [(str(account), account) for account in to.accounts]
    if channel is Channel.MAIL:
        return [(to.email, None)] if to.email else []
    return [(to.phone, None)] if to.phone and codes.is_mobile(to.phone) and sms.configured() else []


def _row(about: About, to: Recipient, channel: Channel, address: str, account: int | None, now: datetime) -> Message:
    kind = template(about.kind)
    values = {"site": site(), **about.values}
    words = kind.say(channel, to.language, values)
    short = channel is Channel.SMS
    safe = {name: str(values[name]) for name in kind.fields if "{" + name + "}" in kind.wording(channel, "zh").text}
    return Message(
        key=about.key,
        kind=about.kind,
        channel=channel.value,
        language=to.language,
        chain=about.chain,
        reference=about.reference,
        applicant_id=to.applicant_id,
        account_id=account,
        to=address,
        to_index=blind_index(address, f"message-{channel}"),
        to_masked=masked(channel, address),
        subject=words.subject,
        text=words.text,
        params=json.dumps(safe, ensure_ascii=False) if short else "",
        document_id=about.document_id,
        state=(State.SENT if channel is Channel.INAPP else State.QUEUED).value,
        sent_at=now if channel is Channel.INAPP else None,
        created_at=now,
    )


def site() -> str:
    """The name of the site as messages give it: its host."""
    return urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost"


def masked(channel: Channel, address: str) -> str:
    """An address as lists show it; an account by its number alone."""
    if channel is Channel.MAIL:
        return codes.mask_email(address)
    return codes.mask_phone(address) if channel is Channel.SMS else f"#{address}"


def attempt(message_id: str, now: datetime) -> None:
    """Send a waiting message and write down how it went; one that was sent stays sent.

    The gateway is called outside any transaction. Raises what the gateway raises when trying later may help.
    """
    row = Message.objects.filter(pk=message_id).first()
    if row is None or row.state in (State.SENT, State.READ):
        return
    if row.channel == Channel.SMS and not row.resent and _limit_reached(row, now):
        _failed(row, LIMIT_REACHED)
        return
    try:
        _send(row)
    except (mail.MailRefused, sms.SmsRefused) as error:
        _failed(row, str(error))
    except (mail.MailDeferred, sms.SmsDeferred) as error:
        _tried(row, str(error))
        raise
    else:
        _arrived(message_id, now)


def _limit_reached(row: Message, now: datetime) -> bool:
    """Whether the number got as many in the last 24 hours as the hall allows (``SMS_MOST_A_DAY``)."""
    since = now - timedelta(days=1)
    sent = Message.objects.filter(to_index=row.to_index, channel=Channel.SMS.value, sent_at__gt=since)
    return sent.count() >= settings.SMS_MOST_A_DAY


def _send(row: Message) -> None:
    if row.channel == Channel.SMS:
        params = json.loads(row.params or "{}")
        code = template(row.kind).code
        sms.send(sms.ShortMessage(_gateway_key(row), row.to, code, row.text, params))
        return
    mail.send(
        message_id=_gateway_key(row), to=row.to, subject=row.subject, text=row.text, attachments=_attachments(row)
    )


def _gateway_key(row: Message) -> str:
    """The key under which a gateway knows a repetition: the thing told, apart for each further address and resend."""
    first = Message.objects.filter(key=row.key, channel=row.channel).order_by("created_at", "pk").first()
    own = row.key if first is None or first.pk == row.pk else f"{row.key}-{row.to_index[:8]}"
    return f"{own}-{row.resent}" if row.resent else own


def _attachments(row: Message) -> list[mail.Attachment]:
    if not row.document_id:
        return []
    document = documents.get(row.document_id)
    with records.open_file(document.file_id) as file:
        return [mail.Attachment(document.file_name, "application/pdf", file.read())]


def _failed(row: Message, why: str) -> None:
    Message.objects.filter(pk=row.pk).exclude(state__in=(State.SENT, State.READ)).update(
        state=State.FAILED.value, tries=F("tries") + 1, last_error=why[:300]
    )


def _tried(row: Message, why: str) -> None:
    """One try more; after the last one that the outbox makes the message counts as given up."""
    state = State.FAILED if row.tries + 1 >= MAX_ATTEMPTS else State.QUEUED
    Message.objects.filter(pk=row.pk).exclude(state__in=(State.SENT, State.READ)).update(
        state=state.value, tries=F("tries") + 1, last_error=why[:300]
    )


def _arrived(message_id: str, now: datetime) -> None:
    """Note the arrival once and tell the rooms that count on it (setting MESSAGE_HOOKS)."""
    with transaction.atomic():
        row = Message.objects.select_for_update().get(pk=message_id)
        if row.channel != Channel.INAPP:
            if row.state in (State.SENT, State.READ):
                return
            row.state, row.sent_at, row.tries, row.last_error = State.SENT.value, now, row.tries + 1, ""
            row.save(update_fields=["state", "sent_at", "tries", "last_error"])
        _happened(row, "arrived", now)


def _happened(row: Message, what: str, now: datetime) -> None:
    """Tell the rooms that count on it that a message arrived, or was read."""
    for name in settings.MESSAGE_HOOKS:
        import_string(name)(str(row.pk), row.chain, what, now)


def read(*, message_id: str, actor: Actor, now: datetime) -> Message:
    """Open a message of one's own inbox: from now on it counts as read. NotFound for anybody else's."""
    with transaction.atomic():
        row = Message.objects.select_for_update().filter(pk=message_id, channel=Channel.INAPP.value).first()
        if row is None or actor.kind != "applicant" or row.account_id != int(actor.id):
            raise NotFound(
                gettext_noop("There is no such message, or it is not yours."),
                remedy=gettext_noop("Go back to your messages."),
            )
        if row.state == State.SENT:
            row.state, row.read_at = State.READ.value, now
            row.save(update_fields=["state", "read_at"])
            _happened(row, "read", now)
        return row


def read_all(*, actor: Actor, now: datetime) -> int:
    """Mark everything in the own inbox as read; returns how many there were."""
    mine = Message.objects.filter(account_id=int(actor.id), channel=Channel.INAPP.value, state=State.SENT.value)
    return mine.update(state=State.READ.value, read_at=now)


def resend(*, message_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Send a message once more, as a new line of the log that names the reason in its event.

    Callers check that the actor may see what it belongs to. Raises Invalid without a reason, for a message that still
    waits, and for 站内消息, which cannot get lost.
    """
    from tongban.messaging.effects import deliver

    with transaction.atomic():
        row = Message.objects.select_for_update().filter(pk=message_id).first()
        if row is None:
            raise NotFound(
                gettext_noop("There is no such message."), remedy=gettext_noop("Go back to the delivery log.")
            )
        check_resend(row, actor)
        reason = _reason(reason)
        row.resent, row.state, row.tries, row.last_error = row.resent + 1, State.QUEUED.value, 0, ""
        row.save(update_fields=["resent", "state", "tries", "last_error"])
        append_to_chain(
            chain=f"messages:{row.chain}",
            verb="resend",
            actor=actor,
            at=now,
            legal_date=legal_date(now),
            facts={"message": str(row.pk), "channel": row.channel, "kind": row.kind, "reason": reason},
        )
        deliver.enqueue(str(row.pk))


def check_resend(row: Message, actor: Actor) -> None:
    """Raises why the actor does not send this message once more."""
    if not actor.is_staff:
        raise Forbidden(
            gettext_noop("Messages are sent once more by officers."), remedy=gettext_noop("Ask the window.")
        )
    if row.channel == Channel.INAPP:
        raise Invalid(
            gettext_noop("A message in the inbox cannot get lost."),
            remedy=gettext_noop("Send the e-mail or the short message once more, or call."),
        )
    if why := may_resend(State(row.state)):
        raise why


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason or len(reason) > MOST_REASON:
        message = gettext_noop("Say in at most %(most)s characters why it is sent once more.")
        remedy = gettext_noop("For example: the applicant called and has not got it.")
        params = {"most": MOST_REASON}
        error = FieldError("reason", message, remedy, params)
        raise Invalid(message, remedy=remedy, errors=[error], params=params)
    return reason
