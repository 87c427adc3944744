"""Building a message: addresses checked, header injection impossible, Message-ID stable."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_SAFE = re.compile(r"[^A-Za-z0-9_-]+")
_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


class MailRefused(Exception):
    """The message cannot be delivered however often it is tried."""


class MailDeferred(Exception):
    """The message could not be delivered now; trying again later may help."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    mime: str
    content: bytes


def build(*, message_id: str, to: str, subject: str, text: str, attachments: Sequence[Attachment] = ()) -> EmailMessage:
    """The message ready to send. Raises MailRefused for an address that is none."""
    try:
        validate_email(to)
    except ValidationError as error:
        raise MailRefused(f"{to!r} is not a mail address") from error
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{stable_id(message_id)}@{site_host()}>"
    message["Date"] = formatdate(usegmt=True)
    message["From"] = _sender()
    message["To"] = to
    message["Subject"] = _BREAKS.sub(" ", subject).strip()
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, charset="utf-8")
    for attachment in attachments:
        main, _, sub = attachment.mime.partition("/")
        name = _BREAKS.sub(" ", attachment.name)
        message.add_attachment(attachment.content, maintype=main, subtype=sub or "octet-stream", filename=name)
    return message


def stable_id(key: str) -> str:
    """``key`` as the left part of a Message-ID: itself where it is plain, else with a hash that keeps it unique."""
    plain = _SAFE.sub("-", key).strip("-")
    if key and plain == key and len(key) <= 64:
        return key
    return f"{plain[:40].strip('-')}.{hashlib.sha256(key.encode()).hexdigest()[:16]}".lstrip(".")


def site_host() -> str:
    """The host name of the site, which mail servers are greeted with."""
    return urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost"


def _sender() -> Address | str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if name:
        return settings.DEFAULT_FROM_EMAIL
    user, _, domain = address.rpartition("@")
    return Address(display_name=settings.AUTHORITY_NAME, username=user, domain=domain)
