"""Turning office files into PDF: LibreOffice on this machine, or nothing.

``OFFICE_CONVERTER`` chooses: ``none``, or the program's name or path (``soffice``, found in ``PATH``). It runs without
a network where the kernel permits it, with macros off, in a profile of its own, under limits of time, memory and file
size; what it starts ends with it.
"""

from __future__ import annotations

import shutil

from django.conf import settings

from tongban.gateways.office import soffice
from tongban.gateways.office.fitting import fitted
from tongban.gateways.office.soffice import ConversionFailed

__all__ = ["PACKAGES", "ConversionFailed", "available", "offline", "to_pdf"]

#: Debian's packages that hold the converter; no window system comes with them.
PACKAGES = ("libreoffice-writer-nogui", "libreoffice-calc-nogui")


def available() -> bool:
    """Whether this machine can convert."""
    return _program() is not None


def to_pdf(content: bytes, extension: str) -> bytes:
    """``content``, an office file of kind ``extension`` (docx, xlsx, odt, ods), as PDF.

    Raises :class:`ConversionFailed` whose ``reason`` is ``unavailable``, ``timeout``, ``crashed`` or ``unreadable``.
    """
    program = _program()
    if program is None:
        raise ConversionFailed("unavailable", f"{settings.OFFICE_CONVERTER} is not on this machine")
    return soffice.to_pdf(program, fitted(content, extension), extension)


def offline() -> bool:
    """Whether the converter runs without a network here."""
    return soffice.offline()


def _program() -> str | None:
    name = settings.OFFICE_CONVERTER
    return None if name == "none" else shutil.which(name)
