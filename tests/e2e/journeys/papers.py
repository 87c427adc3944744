"""PDF files made for a test: pages of plain text, or pages that hold a picture only."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw


def text_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF with one page for each list of lines (ASCII), in a font that every reader has."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for lines in pages:
        shown = "".join(f"1 0 0 1 60 {770 - 24 * at} Tm ({line}) Tj\n" for at, line in enumerate(lines))
        stream = f"BT /F 12 Tf\n{shown}ET".encode("ascii")
        kids.append(f"{len(objects) + 1} 0 R")
        fonts = f"/Resources<</Font<</F 3 0 R>>>>/Contents {len(objects) + 2} 0 R"
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{fonts}>>"
        objects += [page.encode(), b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream)]
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return _written(objects)


def _written(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))


def scan(pages: int, stamp: tuple[int, int] | None = None, shift: int = 0) -> bytes:
    """A PDF of pictures: lines as a sheet has them, ``stamp`` a black box there, all moved by ``shift`` points."""
    sheets = []
    for _ in range(pages):
        sheet = Image.new("L", (600, 850), 255)
        pen = ImageDraw.Draw(sheet)
        for line in range(8):
            pen.line((60 + shift, 80 + 90 * line + shift, 540 + shift, 80 + 90 * line + shift), fill=0, width=4)
        pen.line((90 + shift, 60 + shift, 90 + shift, 780 + shift), fill=0, width=4)
        if stamp:
            pen.rectangle((*(at + shift for at in stamp), stamp[0] + 70 + shift, stamp[1] + 50 + shift), fill=0)
        sheets.append(sheet)
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()
