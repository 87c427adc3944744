"""Short messages: through a carrier's HTTP gateway, or into a directory where there is no network.

``SMS_URL`` names the gateway: an ``https`` address, ``file:///directory``, or nothing, and then none are sent.
"""

from __future__ import annotations

from django.conf import settings

from tongban.gateways.sms import files, http
from tongban.gateways.sms.values import ShortMessage, SmsDeferred, SmsRefused

__all__ = ["ShortMessage", "SmsDeferred", "SmsRefused", "configured", "probe", "send"]


def configured() -> bool:
    """Whether this installation sends short messages at all."""
    return bool(settings.SMS_FILE_DIR or settings.SMS_GATEWAY_URL)


def send(message: ShortMessage) -> str:
    """Hand one message over; returns the carrier's number for it.

    The same ``key`` again is the same message: a gateway that remembers it sends nothing twice. Raises SmsRefused
    when no repetition can help (unknown number, unapproved template), SmsDeferred when trying later may.
    """
    if settings.SMS_FILE_DIR:
        return files.deliver(message)
    if settings.SMS_GATEWAY_URL:
        return http.deliver(message)
    raise SmsRefused("no gateway for short messages is set up (SMS_URL)")


def probe() -> None:
    """Whether a message could be handed over now: reach the gateway, send nothing. Raises SmsDeferred when not."""
    if settings.SMS_FILE_DIR:
        files.probe()
    elif settings.SMS_GATEWAY_URL:
        http.probe()
