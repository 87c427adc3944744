"""Checking what people upload: by its content, really opened, with limits, and a remedy for each refusal."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.records import office_files

MAX_BYTES = 20 * 1024 * 1024
#: A JPEG is decoded at an eighth of its size to see whether it is whole; a PNG has to be decoded as it is.
MAX_PIXELS = {"jpg": 150_000_000, "png": 80_000_000}
MAX_PAGES = 500

#: What every material may be sent as.
PAPERS = ("pdf", "jpg", "png")
_MAGIC = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
_MIME = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png", **office_files.MIME}
_PILLOW = {"jpg": "JPEG", "png": "PNG"}
_SAME = {"jpeg": "jpg", "jpe": "jpg"}
#: Where a PDF's header may begin: real scanners put a few bytes before it (PDF 1.7, annex H, note 13).
_HEADER_WITHIN = 1024


@dataclass(frozen=True)
class CheckedUpload:
    """What a file really is. ``pages`` is 1 for a picture, 0 for an office file: it has none until it is converted."""

    mime: str
    extension: str
    pages: int


def check_upload(
    content: bytes, name: str, *, allowed: Sequence[str] = PAPERS, max_bytes: int = MAX_BYTES
) -> CheckedUpload:
    """What ``content`` is, found by opening it; its name is not believed.

    Raises Invalid on the field ``file``, with a remedy, for a file that is empty, too big (``max_bytes``), of a kind
    not in ``allowed``, disguised under another kind's name, damaged, protected by a password, without pages, or
    so large when unpacked that it could exhaust the machine.
    """
    if not content:
        raise _invalid(gettext_noop("The file is empty."), gettext_noop("Choose the file again, or scan it again."))
    if len(content) > max_bytes:
        raise _invalid(
            gettext_noop("The file is %(size)s MB; at most %(limit)s MB can be taken."),
            gettext_noop("Scan it with a lower resolution, or split it into several files."),
            size=_megabytes(len(content)),
            limit=_megabytes(max_bytes),
        )
    extension = _kind(content) or (office_files.check_office(content) if _may_be_office(content, allowed) else "")
    if extension not in allowed:
        raise _invalid(
            gettext_noop("This kind of file cannot be taken."),
            gettext_noop("Save it as one of: %(kinds)s."),
            kinds=tuple(kind.upper() for kind in allowed),
        )
    _check_name(name, extension)
    pages = 0 if extension in office_files.MIME else _pages(content, extension)
    return CheckedUpload(_MIME[extension], extension, pages)


def _may_be_office(content: bytes, allowed: Sequence[str]) -> bool:
    """Where no office file is taken, none is opened."""
    return content.startswith((office_files.ZIP, office_files.OLE)) and bool({*allowed} & {*office_files.MIME})


def _pages(content: bytes, extension: str) -> int:
    return _pdf_pages(content) if extension == "pdf" else _check_picture(content, extension)


def _kind(content: bytes) -> str:
    for extension in ("jpg", "png"):
        if content.startswith(_MAGIC[extension]):
            return extension
    return "pdf" if _MAGIC["pdf"] in content[:_HEADER_WITHIN] else ""


def _check_name(name: str, extension: str) -> None:
    """A known ending that belongs to another kind is a disguise or a mistake; no ending at all is harmless."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending and _SAME.get(ending, ending) != extension:
        raise _invalid(
            gettext_noop("The name says %(named)s, but the file is a %(kind)s file."),
            gettext_noop("Check that it is the right file, and give it the ending .%(ending)s."),
            named=ending.upper()[:10],
            kind=extension.upper(),
            ending=extension,
        )


def _pdf_pages(content: bytes) -> int:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise _protected()
        pages = len(reader.pages)
        for page in reader.pages[:3]:
            _ = page.mediabox
    except Invalid:
        raise
    except NotImplementedError as error:  # a protection that the reader does not know: by certificate, or newer
        raise _protected() from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError) as error:
        raise _damaged() from error
    if pages == 0:
        raise _invalid(gettext_noop("The PDF has no pages."), gettext_noop("Save or scan the document again."))
    if pages > MAX_PAGES:
        raise _invalid(
            gettext_noop("The PDF has %(pages)s pages; at most %(limit)s can be taken."),
            gettext_noop("Split it into several files."),
            pages=pages,
            limit=MAX_PAGES,
        )
    return pages


def _protected() -> Invalid:
    return _invalid(
        gettext_noop("The PDF is protected by a password."),
        gettext_noop("Save a copy without the password and upload that."),
    )


def _check_picture(content: bytes, extension: str) -> int:
    try:
        with Image.open(io.BytesIO(content), formats=[_PILLOW[extension]]) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS[extension]:
                raise _too_many_pixels(extension)
            picture.draft(None, (width // 8, height // 8))
            picture.load()
    except Invalid:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(extension) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise _damaged() from error
    return 1


def _too_many_pixels(extension: str) -> Invalid:
    return _invalid(
        gettext_noop("The picture is larger than %(limit)s million pixels."),
        gettext_noop("Scan it with a lower resolution, or take the photo again."),
        limit=MAX_PIXELS[extension] // 1_000_000,
    )


def _damaged() -> Invalid:
    return _invalid(
        gettext_noop("The file is damaged and cannot be opened."),
        gettext_noop("Open it on your own device; if that works, save it again and upload the copy."),
    )


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0")


def _invalid(message: str, remedy: str, **params: object) -> Invalid:
    error = FieldError("file", message, remedy, params)
    return Invalid(message, remedy=remedy, params=params, errors=[error])
