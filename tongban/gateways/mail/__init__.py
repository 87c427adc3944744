"""Mail: over SMTP, or into a directory of ``.eml`` files where there is no network.

``MAIL_FILE_DIR`` set means files; otherwise Django's ``EMAIL_*`` settings name the server.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from tongban.gateways.mail import files, smtp
from tongban.gateways.mail.message import Attachment, MailDeferred, MailRefused, build

__all__ = ["Attachment", "MailDeferred", "MailRefused", "probe", "send"]


def send(*, message_id: str, to: str, subject: str, text: str, attachments: Sequence[Attachment] = ()) -> None:
    """Send one message to one address.

    ``message_id`` is a stable key such as ``case-12-acceptance``: a repetition carries the same Message-ID, so that
    mail programs show it once (and the file outbox keeps one file). At least once, never silently lost:
    raises MailRefused when no repetition can help (bad or unknown address), MailDeferred when trying later may.
    """
    message = build(message_id=message_id, to=to, subject=subject, text=text, attachments=attachments)
    if settings.MAIL_FILE_DIR:
        files.deliver(message)
    else:
        smtp.deliver(message)


def probe() -> None:
    """Whether a message could be handed over now: connect and sign in, send nothing. Raises MailDeferred when not."""
    if settings.MAIL_FILE_DIR:
        files.probe()
    else:
        smtp.probe()
