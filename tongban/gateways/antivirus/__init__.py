"""Virus scanners: ``clamd`` over a socket, or none.

``ANTIVIRUS_URL`` chooses: ``clamd:///run/clamav/clamd.ctl`` (Unix socket), ``clamd://host:3310`` (TCP, inside a trusted
network: the protocol is in clear), ``none``. Where a scanner is set, nothing passes without its word: a scanner that
does not answer stops uploads, it does not open them.
"""

from __future__ import annotations

from django.conf import settings

from tongban.gateways.antivirus import clamd
from tongban.gateways.antivirus.clamd import ScannerFailed

__all__ = ["ScannerFailed", "answers", "scan"]

#: Seconds until a connection stands, and until a whole scan is over.
CONNECT, WHOLE = 3.0, 30.0


def scan(content: bytes) -> str:
    """The name of what was found in ``content``; nothing where it is clean or where no scanner is set.

    Raises :class:`ScannerFailed` when the scanner cannot be reached, takes too long or cannot judge the file.
    """
    address = _address()
    return clamd.scan(address, content, connect=CONNECT, whole=WHOLE) if address is not None else ""


def answers() -> bool | None:
    """Whether the scanner answers; ``None`` where none is set."""
    address = _address()
    return clamd.answers(address, timeout=CONNECT) if address is not None else None


def _address() -> clamd.Address | None:
    url = settings.ANTIVIRUS_URL
    return None if url == "none" else clamd.address_of(url)
