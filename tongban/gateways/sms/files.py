"""The gateway without a network: one JSON file a message, as the carrier would have been asked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from pathlib import Path

from django.conf import settings

from tongban.gateways.sms.http import body
from tongban.gateways.sms.values import ShortMessage, SmsDeferred


def deliver(message: ShortMessage) -> str:
    """Write the message whole or not at all; the same key replaces its earlier file."""
    folder = Path(settings.SMS_FILE_DIR)
    name = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    draft = folder / f".{secrets.token_hex(8)}.part"
    content = {**body(message), "text": f"【{settings.SMS_SIGN_NAME}】{message.text}"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with draft.open("x", encoding="utf-8") as handle:
            json.dump(content, handle, ensure_ascii=False, indent=1)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(folder / f"{name}.json")
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise SmsDeferred(f"the directory of short messages cannot be written: {error.strerror}") from error
    return name


def probe() -> None:
    """Raise SmsDeferred unless the directory can be written."""
    folder = Path(settings.SMS_FILE_DIR)
    if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        raise SmsDeferred(f"the directory of short messages {folder} cannot be written")
