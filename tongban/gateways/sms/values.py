"""What goes into the gateway and what may come out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class SmsRefused(Exception):
    """The message cannot be delivered however often it is tried."""


class SmsDeferred(Exception):
    """The message could not be delivered now; trying again later may help."""


@dataclass(frozen=True)
class ShortMessage:
    """One message to one number.

    Carriers fill ``params`` into the text approved under ``template_code``; ``text`` is what the reader sees then,
    without the sign name 签名, which the gateway puts in front.
    """

    key: str
    phone: str
    template_code: str
    text: str
    params: Mapping[str, str] = field(default_factory=dict)
