"""The outbox without a network: one ``.eml`` file a message, which any mail program opens."""

from __future__ import annotations

import contextlib
import os
import secrets
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

from tongban.gateways.mail.message import MailDeferred


def deliver(message: EmailMessage) -> None:
    """Write the message whole or not at all; the same Message-ID replaces its earlier file."""
    folder = Path(settings.MAIL_FILE_DIR)
    name = message["Message-ID"].strip("<>").rpartition("@")[0]
    draft = folder / f".{secrets.token_hex(8)}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with draft.open("xb") as handle:
            handle.write(message.as_bytes())
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(folder / f"{name}.eml")
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise MailDeferred(f"the mail directory cannot be written: {error.strerror}") from error


def probe() -> None:
    """Raise MailDeferred unless the directory can be written."""
    folder = Path(settings.MAIL_FILE_DIR)
    if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        raise MailDeferred(f"the mail directory {folder} cannot be written")
