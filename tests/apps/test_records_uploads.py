"""Uploads: real files pass, everything else is refused with a remedy."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter

from tongban.core.errors import Invalid
from tongban.records.uploads import MAX_PAGES, CheckedUpload, check_upload


def pdf(pages: int = 1, password: str = "") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 300)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (10, 20, 30)).save(out, kind)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A small PNG that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def refusal(content: bytes, name: str = "", **options: object) -> str:
    with pytest.raises(Invalid) as caught:
        check_upload(content, name, **options)  # type: ignore[arg-type]
    (error,) = caught.value.errors
    assert error.field == "file"
    assert error.remedy
    assert error.message % error.params == error.message % caught.value.params
    assert error.remedy % error.params
    return error.message


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (pdf(3), "a.pdf", CheckedUpload("application/pdf", "pdf", 3)),
        (b"\0\0scanner" + pdf(), "a.PDF", CheckedUpload("application/pdf", "pdf", 1)),
        (picture("PNG"), "图.png", CheckedUpload("image/png", "png", 1)),
        (picture("JPEG"), "a.JPEG", CheckedUpload("image/jpeg", "jpg", 1)),
        (picture("JPEG"), "无后缀", CheckedUpload("image/jpeg", "jpg", 1)),
    ],
)
def test_real_files_pass(content: bytes, name: str, found: CheckedUpload) -> None:
    assert check_upload(content, name) == found


def test_a_large_photo_of_a_telephone_passes() -> None:
    out = io.BytesIO()
    Image.new("L", (12000, 9000), 128).save(out, "JPEG")
    assert check_upload(out.getvalue(), "IMG_0001.jpg").extension == "jpg"


def test_a_picture_with_several_frames_of_a_telephone_passes() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    assert check_upload(out.getvalue(), "IMG_0002.JPG") == CheckedUpload("image/jpeg", "jpg", 1)


def test_an_empty_file() -> None:
    assert "empty" in refusal(b"", "a.pdf")


def test_a_file_that_is_too_big() -> None:
    assert "at most" in refusal(picture(), "a.png", max_bytes=20)


@pytest.mark.parametrize("content", [b"MZ\x90\0", b"<html><script>", b"PK\x03\x04", b"GIF89a", b"just text"])
def test_other_kinds(content: bytes) -> None:
    assert "kind of file" in refusal(content, "a.pdf")


def test_a_kind_this_material_does_not_take() -> None:
    assert "kind of file" in refusal(picture(), "a.png", allowed=("pdf",))


@pytest.mark.parametrize(
    ("content", "name"), [(picture("PNG"), "a.pdf"), (pdf(), "a.jpg"), (picture("JPEG"), "a.png"), (pdf(), "a.exe")]
)
def test_a_name_that_says_something_else(content: bytes, name: str) -> None:
    assert "name says" in refusal(content, name)


def test_a_pdf_with_a_password() -> None:
    assert "password" in refusal(pdf(password="secret"), "a.pdf")


@pytest.mark.parametrize("handler", [b"/Filter/Adobe.PubSec/V 4", b"/Filter/Standard/V 99/R 9/O()/U()/P 0"])
def test_a_pdf_with_a_protection_that_nobody_here_knows(handler: bytes) -> None:
    plain = pdf()
    at = plain.rindex(b"trailer\n<<") + len(b"trailer\n<<")
    content = plain[:at] + b"/Encrypt<<" + handler + b">>/ID[<00><00>]" + plain[at:]
    assert "password" in refusal(content)


def test_a_pdf_without_pages() -> None:
    assert "no pages" in refusal(pdf(0), "a.pdf")


def test_a_pdf_with_too_many_pages() -> None:
    assert "pages" in refusal(pdf(MAX_PAGES + 1), "a.pdf")


@pytest.mark.parametrize(
    "content",
    [
        pdf()[:40],
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"\0" * 500,
        picture("PNG")[:60],
        picture("JPEG")[: len(picture("JPEG")) // 2],
        b"\xff\xd8\xff" + b"\0" * 100,
    ],
)
def test_damaged_files(content: bytes) -> None:
    assert "damaged" in refusal(content)


@pytest.mark.parametrize("size", [(30000, 30000), (10000, 9000), (14000, 14000), (65000, 65000)])
def test_a_picture_that_would_fill_the_memory(size: tuple[int, int]) -> None:
    assert "million pixels" in refusal(bomb(*size), "a.png")


@given(
    st.sampled_from([pdf(2), picture("PNG"), picture("JPEG")]), st.integers(0, 2000), st.binary(min_size=1, max_size=30)
)
def test_no_damage_gives_anything_but_a_refusal(content: bytes, at: int, junk: bytes) -> None:
    at %= len(content)
    damaged = content[:at] + junk + content[at + len(junk) :]
    with contextlib.suppress(Invalid):
        assert check_upload(damaged, "").pages >= 1
