"""Pictures: the image stays as the camera wrote it, everything that tells where, when and with what goes.

JPEG and PNG are lists of segments. The ones a picture needs are copied as they are, without decoding; the others (EXIF
with the place, XMP, comments, thumbnails, further frames, whatever was appended after the end) are left out. A
picture that says it has to be turned is turned, because a program that does not read the mark would show it lying.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from PIL import Image
from PIL.Image import Transpose

#: Above this, turning would take more memory than a request may have: the mark alone is kept.
MAX_TURNED = 50_000_000
_ORIENTATION = 0x0112
#: EXIF orientation → what makes the picture upright (Exif 2.3, tag 274).
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_PNG_START = b"\x89PNG\r\n\x1a\n"
#: Chunks that decide how a PNG looks (ISO/IEC 15948, clause 11), without text, time, EXIF and animation.
_PNG_KEPT = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"cHRM",
        b"gAMA",
        b"iCCP",
        b"sBIT",
        b"sRGB",
        b"cICP",
        b"bKGD",
        b"pHYs",
    }
)
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE


def clean_picture(content: bytes, kind: str) -> tuple[bytes, tuple[str, ...]]:
    """``content`` (``jpg`` or ``png``, already opened once) without metadata; with what was removed."""
    turn = _orientation(content)
    plain, removed = _plain_jpeg(content) if kind == "jpg" else _plain_png(content)
    if turn == 1:
        return (plain, removed) if removed else (content, ())
    return _turned(content, plain, kind, turn), tuple(sorted({*removed, "metadata"}))


def _orientation(content: bytes) -> int:
    """The EXIF orientation, 1 (upright) where there is none or it cannot be read."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            value = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # EXIF is a small file system of its own: damaged, it breaks the reader anywhere
        return 1
    return value if isinstance(value, int) and 2 <= value <= 8 else 1


def _turned(content: bytes, plain: bytes, kind: str, turn: int) -> bytes:
    """The picture upright, in the same kind, at a quality at which nobody sees the difference."""
    with Image.open(io.BytesIO(content)) as picture:
        if picture.width * picture.height > MAX_TURNED:
            return plain if kind == "png" else _with_mark(plain, turn)
        upright = picture.transpose(_TURNS[turn])
        out = io.BytesIO()
        profile = picture.info.get("icc_profile")
        if kind == "png":
            upright.save(out, "PNG", icc_profile=profile, exif=b"")
        else:
            upright.save(out, "JPEG", quality=95, subsampling=0, icc_profile=profile, exif=b"")
    return (_plain_jpeg(out.getvalue()) if kind == "jpg" else _plain_png(out.getvalue()))[0]


def _with_mark(plain: bytes, turn: int) -> bytes:
    """A JPEG with an EXIF segment that holds the orientation and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, turn, 0)
    body = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"
    return plain[:2] + struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body + plain[2:]


def _plain_jpeg(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The first picture of the file without EXIF, XMP, comments and what follows its end."""
    kept, removed, end = [content[:2]], False, 2
    for marker, start, end in _segments(content):
        if _needed(marker, content[start + 4 : start + 16]):
            kept.append(content[start:end])
        else:
            removed = True
    names = ("metadata",) if removed else ()
    return b"".join(kept), (("appended", *names) if end < len(content) else names)


def _needed(marker: int, head: bytes) -> bool:
    if marker in (_APP0, _APP14):  # JFIF; Adobe's transform flag, without which colours are wrong
        return marker == _APP14 or head.startswith(b"JFIF\0")
    if marker == _APP2:
        return head.startswith(b"ICC_PROFILE\0")
    return not (_APP1 <= marker <= _APP15 or marker == _COM)


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of every segment up to the end of the picture; scan data belongs to its SOS segment."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == _EOI:
            yield marker, at, at + 2
            return
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SOS:
            end = _scan_end(content, end)
        yield marker, at, min(end, len(content))
        at = end
    if content[at : at + 2] == b"\xff\xd9":
        yield _EOI, at, at + 2


def _scan_end(content: bytes, at: int) -> int:
    """Where the entropy-coded data from ``at`` on ends: at the next marker that is neither stuffing nor a restart."""
    while (at := content.find(b"\xff", at)) != -1 and at + 1 < len(content):
        following = content[at + 1]
        if following == 0 or 0xD0 <= following <= 0xD7:
            at += 2
        elif following == 0xFF:
            at += 1
        else:
            return at
    return len(content)


def _plain_png(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The PNG without text, time, EXIF and animation, and without what follows its end."""
    kept, removed, at = [_PNG_START], False, len(_PNG_START)
    while at + 12 <= len(content):
        kind = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if kind in _PNG_KEPT:
            kept.append(content[at:end])
        else:
            removed = True
        at = end
        if kind == b"IEND":
            break
    names = ("metadata",) if removed else ()
    return b"".join(kept), (("appended", *names) if at < len(content) else names)
