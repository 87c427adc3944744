"""PDFs: scripts, actions, attachments and media are taken out; a signed file that holds any is refused.

The rule is about what acts without the reader asking (PDF 2.0, clauses 12.6 and 12.7) and about files within the file
(clause 7.11.4). Links to web pages and jumps within the document stay.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from tongban.core.errors import FieldError, Invalid, gettext_noop

MAX_OBJECTS = 100_000
#: Bytes that all compressed parts of one file may unpack to; an A4 page scanned in black and white at 600 dpi has 4 MB.
MAX_UNPACKED = 600 * 1024 * 1024
MAX_PICTURE = 150_000_000
_CHUNK, _PIECE = 1 << 20, 1 << 14
_DEPTH = 50

#: Actions that only move the reader around or open a web page when clicked.
_HARMLESS = frozenset({"/GoTo", "/URI", "/Named", "/Thread", "/Hide", "/SetOCGState", "/ResetForm", "/Trans"})
_ACTIONS = {
    "/JavaScript": "scripts",
    "/Rendition": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/RichMediaExecute": "media",
    "/GoTo3DView": "media",
    "/Launch": "actions",
    "/ImportData": "actions",
    "/SubmitForm": "actions",
    "/GoToR": "outside",
    "/GoToE": "attachments",
}
_MEDIA = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
#: Entries that go wherever they stand: name → what it is called.
_ENTRIES = {
    "/JS": "scripts",
    "/JavaScript": "scripts",
    "/AA": "actions",
    "/EmbeddedFiles": "attachments",
    "/EF": "attachments",
    "/AF": "attachments",
    "/RF": "attachments",
    "/FFilter": "outside",
    "/FDecodeParms": "outside",
}
_PACKERS = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/BrotliDecode"})
_BREAKS = (
    PyPdfError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    RecursionError,
    NotImplementedError,
    zlib.error,
)


def clean_pdf(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """``content`` as it is when nothing acts in it; else written anew without that, and what was removed."""
    found = _look(content)
    if not found.removable:
        return content, ()
    if found.needs_scripts:
        raise _refused(
            gettext_noop("The PDF is a form or a collection that is nothing without scripts or attachments."),
            gettext_noop("Open it, print it to a new PDF and upload that; upload attached files one by one."),
        )
    if found.signed:
        raise _refused(
            gettext_noop("The PDF is signed and holds scripts, attachments or other active content."),
            gettext_noop("Ask its issuer for a copy without them, or print it to a new PDF and upload that."),
        )
    cleaned = _written_anew(content)
    again = _look(cleaned)
    if again.removable or again.pages != found.pages:
        raise _refused(
            gettext_noop("The PDF holds active content that could not be taken out."),
            gettext_noop("Open it, print it to a new PDF and upload that."),
        )
    return cleaned, tuple(sorted(found.removable))


class _Found:
    """What a PDF holds beside its pages."""

    def __init__(self) -> None:
        self.removable: set[str] = set()
        self.signed = False
        self.needs_scripts = False
        self.pages = 0


def _look(content: bytes) -> _Found:
    """Read every object of the file once, within the limits on number, size and depth."""
    found = _Found()
    if not unpacks_within(content, MAX_UNPACKED):
        raise _too_much()
    try:
        reader = PdfReader(io.BytesIO(content))
        found.pages = len(reader.pages)
        for value in _objects(reader, found):
            _note(value, found)
    except Invalid:
        raise
    except LimitReachedError as error:
        raise _too_much() from error
    except _BREAKS as error:
        raise _refused(
            gettext_noop("The file is damaged and cannot be opened."),
            gettext_noop("Open it on your own device; if that works, save it again and upload the copy."),
        ) from error
    if not content.startswith(b"%PDF-") and content[:1024].lstrip(b"\0 \r\n\t\xef\xbb\xbf")[:5] != b"%PDF-":
        found.removable.add("appended")
    if len(content[content.rfind(b"%%EOF") + 5 :].strip(b"\0 \r\n\t\x1a")) > 0:
        found.removable.add("appended")
    return found


def _ids(reader: PdfReader) -> set[tuple[int, int]]:
    ids = {(number, generation) for generation, entries in reader.xref.items() for number in entries if number}
    return {(number, min(generation, 65535)) for number, generation in ids} | {(n, 0) for n in reader.xref_objStm}


def _objects(reader: PdfReader, found: _Found) -> Iterator[Any]:
    """Every value of the file. An object that cannot be read is one that another program may read differently."""
    ids = _ids(reader)
    if len(ids) > MAX_OBJECTS:
        raise _too_much()
    for number, generation in sorted(ids):
        try:
            value = reader.get_object(IndirectObject(number, generation, reader))
        except LimitReachedError:
            raise
        except _BREAKS:
            found.removable.add("appended")
            continue
        if _packed_twice(value):
            raise _too_much()
        yield from _within(value)
    yield reader.trailer


def _within(value: Any) -> Iterator[Any]:
    """``value`` and the dictionaries in it, without following references: each object is read by itself."""
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > _DEPTH:
            raise _too_much()
        if isinstance(item, DictionaryObject):
            yield item
            waiting += [(item.raw_get(key), depth + 1) for key in item]
        elif isinstance(item, ArrayObject):
            waiting += [(part, depth + 1) for part in list.__iter__(item)]


def _note(value: DictionaryObject, found: _Found) -> None:
    found.removable |= {_ENTRIES[key] for key in value if key in _ENTRIES}
    kind = _name(value, "/S")
    if kind in _ACTIONS and _is_action(value):
        found.removable.add(_ACTIONS[kind])
    if _name(value, "/Subtype") in _MEDIA:
        found.removable.add("media")
    if _name(value, "/Subtype") == "/FileAttachment" or _name(value, "/Type") == "/EmbeddedFile":
        found.removable.add("attachments")
    if "/XFA" in value or "/Collection" in value:
        found.needs_scripts = True
        found.removable.add("scripts")
    if "/ByteRange" in value:
        found.signed = True
    if _name(value, "/Subtype") == "/Image":
        _check_picture(value)


def _is_action(value: DictionaryObject) -> bool:
    """Whether ``value`` is an action; /S also names page transitions and structure elements."""
    return _name(value, "/Type") in ("", "/Action")


def _name(value: DictionaryObject, key: str) -> str:
    entry = value.get(key)
    return str(entry) if isinstance(entry, NameObject) else ""


def _check_picture(value: DictionaryObject) -> None:
    width, height = value.get("/Width"), value.get("/Height")
    if isinstance(width, int) and isinstance(height, int) and width * height > MAX_PICTURE:
        raise _too_much()


def _packed_twice(value: Any) -> bool:
    """Whether a stream is packed within a packed one: nobody does it but to multiply."""
    if not isinstance(value, StreamObject):
        return False
    filters = value.get("/Filter")
    names = [str(item) for item in (filters if isinstance(filters, ArrayObject) else [filters])]
    return sum(name in _PACKERS for name in names) > 1


def unpacks_within(content: bytes, most: int) -> bool:
    """Whether everything packed in a file unpacks to at most ``most`` bytes together; nothing larger is ever made.

    Looks at the bytes alone, so that no two programs can read the file differently here: whatever follows the word
    ``stream`` and unpacks is counted.
    """
    left, at = most, 0
    while (at := content.find(b"stream", at)) != -1:
        at += len(b"stream")
        if content[at - 9 : at - 6] == b"end":
            continue
        left -= _inflated(content, at + len(content[at : at + 2]) - len(content[at : at + 2].lstrip(b"\r\n")), left)
        if left < 0:
            return False
    return True


def _inflated(content: bytes, start: int, left: int) -> int:
    """How much unpacks from ``start`` on; counting stops beyond ``left``."""
    unpacker, total = zlib.decompressobj(), 0
    try:
        for at in range(start, len(content), _PIECE):
            piece = content[at : at + _PIECE]
            while piece and not unpacker.eof:
                total += len(unpacker.decompress(piece, _CHUNK))
                if total > left:
                    return total
                piece = unpacker.unconsumed_tail
            if unpacker.eof:
                break
    except zlib.error:
        pass  # not packed, or damaged: readers show what came until here
    return total


def _written_anew(content: bytes) -> bytes:
    """The pages and what they need, without anything that acts; what nothing refers to any more is left out."""
    try:
        writer = PdfWriter(clone_from=io.BytesIO(content))
        for value in list(writer._objects):
            for item in _within(value):
                _strip(item)
        writer._info = None
        out = io.BytesIO()
        writer.write(out)
        once = PdfWriter(clone_from=io.BytesIO(out.getvalue()))  # takes along only what is still referred to
        out = io.BytesIO()
        once.write(out)
    except _BREAKS as error:
        raise _refused(
            gettext_noop("The PDF holds active content that could not be taken out."),
            gettext_noop("Open it, print it to a new PDF and upload that."),
        ) from error
    return out.getvalue()


def _strip(value: DictionaryObject) -> None:
    for key in [key for key in value if key in _ENTRIES]:
        del value[key]
    if _name(value, "/S") in _ACTIONS and _is_action(value):
        value.clear()
    if "/OpenAction" in value:
        opened = value["/OpenAction"]
        if isinstance(opened, DictionaryObject) and _name(opened, "/S") not in _HARMLESS:
            del value["/OpenAction"]
    if "/Annots" in value and isinstance(value["/Annots"], ArrayObject):
        value[NameObject("/Annots")] = ArrayObject(item for item in list.__iter__(value["/Annots"]) if _may_stay(item))


def _may_stay(annotation: Any) -> bool:
    target = annotation.get_object()
    kind = _name(target, "/Subtype") if isinstance(target, DictionaryObject) else ""
    return kind not in _MEDIA and kind != "/FileAttachment"


def _too_much() -> Invalid:
    return _refused(
        gettext_noop("The PDF unpacks to more than can be handled."),
        gettext_noop("Scan it with a lower resolution, or print it to a new PDF and upload that."),
    )


def _refused(message: str, remedy: str) -> Invalid:
    return Invalid(message, remedy=remedy, errors=[FieldError("file", message, remedy)])
