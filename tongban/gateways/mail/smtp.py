"""Delivery over SMTP with a time-out on every step."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from django.conf import settings

from tongban.gateways.mail.message import MailDeferred, MailRefused, site_host

PERMANENT = 500


def deliver(message: EmailMessage) -> None:
    """Hand the message to the server of the ``EMAIL_*`` settings.

    Raises MailRefused when the server refuses the address or the message for good (5xx), MailDeferred for everything
    that may pass: no connection, time-out, greylisting (4xx), wrong credentials (an operator mends those).
    """
    try:
        with _connect() as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _failure(code, said) from error
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _failure(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailDeferred(f"the mail server did not take the message: {error}") from error


def probe() -> None:
    """Connect, sign in, say nothing. Raises MailDeferred when that is not possible."""
    try:
        with _connect() as server:
            server.noop()
    except (smtplib.SMTPException, OSError) as error:
        raise MailDeferred(f"{type(error).__name__}: {error}") from error


def _connect() -> smtplib.SMTP:
    host, port, seconds, me = settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT, site_host()
    server: smtplib.SMTP
    if settings.EMAIL_USE_SSL:
        server = smtplib.SMTP_SSL(host, port, me, timeout=seconds, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, me, timeout=seconds)
    try:
        if settings.EMAIL_USE_TLS:
            server.starttls(context=ssl.create_default_context())
        if settings.EMAIL_HOST_USER:
            server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except BaseException:
        server.close()
        raise
    return server


def _failure(code: int, said: bytes | str) -> MailRefused | MailDeferred:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    kind = MailRefused if code >= PERMANENT else MailDeferred
    return kind(f"the mail server answered {code} {text}")
