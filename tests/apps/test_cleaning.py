"""Uploaded files are made harmless: nothing acts, nothing hides, nothing tells where a photo was taken."""

from __future__ import annotations

import contextlib
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from tongban.core.errors import Invalid
from tongban.records.cleaning import REMOVED, CleanUpload, clean_upload, unpacks_within


def paper(*, pages: int = 1) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 300)
    return writer


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def name(text: str) -> NameObject:
    return NameObject(text)


def action(kind: str, **more: object) -> DictionaryObject:
    values = {name("/S"): name(kind)}
    return DictionaryObject(values | {name(f"/{key}"): value for key, value in more.items()})  # type: ignore[dict-item]


def annotated(kind: str, **more: object) -> bytes:
    writer = paper()
    note = DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name(kind),
            name("/Rect"): ArrayObject(NumberObject(number) for number in (0, 0, 9, 9)),
            **{name(f"/{key}"): value for key, value in more.items()},
        }
    )
    writer.pages[0][name("/Annots")] = ArrayObject([writer._add_object(note)])
    return written(writer)


def opening(entry: object) -> bytes:
    writer = paper(pages=2)
    writer.root_object[name("/OpenAction")] = entry  # type: ignore[assignment]
    return written(writer)


def attached() -> bytes:
    writer = paper()
    writer.add_attachment("secret.exe", b"MZ bad")
    return written(writer)


def add_script(writer: PdfWriter) -> None:
    """A script in the document's name tree."""
    script = writer._add_object(action("/JavaScript", JS=TextStringObject("app.alert(1)")))
    tree = DictionaryObject({name("/Names"): ArrayObject([TextStringObject("a"), script])})
    names = DictionaryObject({name("/JavaScript"): writer._add_object(tree)})
    writer.root_object[name("/Names")] = writer._add_object(names)


def scripted() -> bytes:
    writer = paper()
    add_script(writer)
    return written(writer)


def on_page(**more: object) -> bytes:
    writer = paper()
    writer.pages[0][name("/AA")] = DictionaryObject({name("/O"): action("/Launch", F=TextStringObject("cmd.exe"))})
    return written(writer)


def cleaned(content: bytes, file: str = "a.pdf") -> CleanUpload:
    found = clean_upload(content, file)
    assert set(found.removed) <= set(REMOVED)
    assert clean_upload(found.content, file).content == found.content, "a second look finds nothing"
    return found


def refusal(content: bytes, file: str = "a.pdf") -> str:
    with pytest.raises(Invalid) as caught:
        clean_upload(content, file)
    (error,) = caught.value.errors
    assert error.field == "file"
    assert error.remedy
    return error.message


def everything_in(content: bytes) -> bytes:
    """The file with every packed stream unpacked, to look for words."""
    out = content
    for number in range(1, 200):
        with contextlib.suppress(Exception):
            value = PdfReader(io.BytesIO(content)).get_object(number)
            out += str(value).encode() + (value.get_data() if hasattr(value, "get_data") else b"")
    return out


def test_a_plain_pdf_is_kept_byte_for_byte() -> None:
    for content in (written(paper(pages=3)), opening(action("/GoTo", D=TextStringObject("x")))):
        assert cleaned(content) == CleanUpload(cleaned(content).checked, content, ())


@pytest.mark.parametrize(
    ("content", "removed", "gone"),
    [
        (scripted(), "scripts", b"app.alert"),
        (opening(action("/JavaScript", JS=TextStringObject("app.alert(2)"))), "scripts", b"app.alert"),
        (opening(action("/Launch", F=TextStringObject("cmd.exe"))), "actions", b"cmd.exe"),
        (opening(action("/GoToR", F=TextStringObject("//evil/share"))), "outside", b"evil"),
        (opening(action("/URI", Next=action("/Launch", F=TextStringObject("cmd.exe")))), "actions", b"cmd.exe"),
        (on_page(), "actions", b"cmd.exe"),
        (attached(), "attachments", b"MZ bad"),
        (annotated("/RichMedia"), "media", b"RichMedia"),
        (annotated("/Link", A=action("/SubmitForm", F=TextStringObject("//evil"))), "actions", b"evil"),
        (annotated("/FileAttachment"), "attachments", b"FileAttachment"),
    ],
)
def test_what_acts_is_taken_out(content: bytes, removed: str, gone: bytes) -> None:
    found = cleaned(content)
    assert removed in found.removed
    assert gone in everything_in(content)
    assert gone not in everything_in(found.content)
    assert len(PdfReader(io.BytesIO(found.content)).pages) == found.checked.pages


def test_names_written_in_another_way_are_the_same_names() -> None:
    content = opening(action("/JavaScript", JS=TextStringObject("app.alert(3)"))).replace(
        b"/JavaScript", b"/J#61vaScript"
    )
    assert "scripts" in cleaned(content).removed


def test_links_stay() -> None:
    content = annotated("/Link", A=action("/URI", URI=TextStringObject("https://example.com/")))
    assert cleaned(content).content == content


def test_a_signed_file_with_scripts_is_refused_and_one_without_is_kept() -> None:
    writer = paper()
    signature = DictionaryObject({name("/Type"): name("/Sig"), name("/ByteRange"): ArrayObject([NumberObject(0)])})
    writer.root_object[name("/Sig")] = writer._add_object(signature)
    content = written(writer)
    assert cleaned(content).content == content
    add_script(writer)
    assert "signed" in refusal(written(writer))


@pytest.mark.parametrize("key", ["/XFA", "/Collection"])
def test_a_form_of_scripts_and_a_portfolio_are_refused(key: str) -> None:
    writer = paper()
    writer.root_object[name("/AcroForm")] = DictionaryObject({name(key): DictionaryObject()})
    assert "without scripts" in refusal(written(writer))


@pytest.mark.parametrize(
    ("before", "after"), [(b"<html><script>", b""), (b"", b"PK\x03\x04 a zip file"), (b"MZ", b"x")]
)
def test_a_file_that_is_two_files_becomes_one(before: bytes, after: bytes) -> None:
    found = cleaned(before + written(paper()) + after)
    assert "appended" in found.removed
    assert found.content.startswith(b"%PDF-")
    assert b"script" not in found.content
    assert b"zip file" not in found.content


def test_scanners_bytes_before_the_header_do_not_count() -> None:
    content = b"\0\0\r\n" + written(paper())
    assert cleaned(content).content == content


def packed(data: bytes, *filters: str) -> EncodedStreamObject:
    stream = EncodedStreamObject()
    stream._data = data
    stream[name("/Filter")] = ArrayObject(name(item) for item in filters)
    return stream


def test_streams_that_unpack_to_too_much_are_refused() -> None:
    bomb = zlib.compress(b"\0" * 100_000_000, 9)
    writer = paper()
    for _ in range(7):
        writer._add_object(packed(bomb, "/FlateDecode"))
    content = written(writer)
    assert len(content) < 2_000_000
    assert "unpacks" in refusal(content)
    writer = paper()
    writer._add_object(packed(zlib.compress(zlib.compress(b"\0" * 1000)), "/FlateDecode", "/FlateDecode"))
    assert "unpacks" in refusal(written(writer))


@pytest.mark.parametrize("start", [b"1 0 obj<</Type/XRef>>stream\r\n", b"stream\n", b"%PDF-1.7 stream"])
def test_unpacking_is_measured_without_a_parser(start: bytes) -> None:
    bomb = start + zlib.compress(b"\0" * 5_000_000) + b"\nendstream"
    assert unpacks_within(bomb, 5_000_000)
    assert not unpacks_within(bomb, 4_999_999)
    assert not unpacks_within(bomb * 3, 14_999_999)
    assert unpacks_within(b"stream\n" + photo() + b"endstream" * 9, 100)


def test_a_picture_in_a_pdf_that_claims_to_be_huge_is_refused() -> None:
    writer = paper()
    picture = DecodedStreamObject()
    picture.set_data(b"\0")
    picture |= {
        name("/Subtype"): name("/Image"),
        name("/Width"): NumberObject(99999),
        name("/Height"): NumberObject(99999),
    }
    writer._add_object(picture)
    assert "unpacks" in refusal(written(writer))


# --- pictures ---


def photo(turn: int = 1, kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    picture = Image.new("RGB", size, "white")
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = "GEHEIM-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (39.0, 5.0, 1.0)
    out = io.BytesIO()
    picture.save(out, kind, exif=exif, **({"comment": b"at home"} if kind == "JPEG" else {}))
    return out.getvalue()


@pytest.mark.parametrize(("kind", "file"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
def test_place_camera_and_comments_are_taken_out_and_the_picture_is_the_same(kind: str, file: str) -> None:
    content = photo(kind=kind)
    found = cleaned(content, file)
    assert found.removed == ("metadata",)
    for word in (b"GEHEIM", b"at home", b"Exif", b"eXIf"):
        assert word not in found.content
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(found.content)) as after:
        assert not after.getexif()
        assert before.tobytes() == after.tobytes(), "not one pixel is encoded anew"


@pytest.mark.parametrize("turn", range(2, 9))
@pytest.mark.parametrize(("kind", "file"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
def test_a_photo_is_turned_upright(turn: int, kind: str, file: str) -> None:
    found = cleaned(photo(turn, kind), file)
    with Image.open(io.BytesIO(found.content)) as after:
        assert not after.getexif()
        assert after.size == ((40, 60) if turn >= 5 else (60, 40))
        corner = {2: (-1, 0), 3: (-1, -1), 4: (0, -1), 5: (0, 0), 6: (-1, 0), 7: (-1, -1), 8: (0, -1)}[turn]
        red = after.convert("RGB").getpixel((corner[0] % after.width, corner[1] % after.height))
        assert isinstance(red, tuple)
        assert red[1] < 60 < 200 < red[0]


def test_a_picture_without_anything_is_kept_byte_for_byte() -> None:
    for kind, file in (("JPEG", "a.jpg"), ("PNG", "a.png")):
        out = io.BytesIO()
        Image.new("RGB", (60, 40)).save(out, kind, progressive=True)
        assert cleaned(out.getvalue(), file).content == out.getvalue()


@pytest.mark.parametrize(("kind", "file"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
def test_what_was_appended_to_a_picture_goes(kind: str, file: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 40)).save(out, kind)
    found = cleaned(out.getvalue() + b"PK\x03\x04<script>", file)
    assert found.removed == ("appended",)
    assert found.content == out.getvalue()


def test_further_frames_of_a_telephone_go() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(cleaned(out.getvalue(), "a.jpg").content)) as after:
        assert after.format == "JPEG"


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # damaged EXIF, which is the point
@given(st.sampled_from(["a.pdf", "a.jpg", "a.png"]), st.integers(0, 3000), st.binary(min_size=1, max_size=40))
def test_no_damage_gives_anything_but_a_refusal(file: str, at: int, junk: bytes) -> None:
    content = {"a.pdf": scripted(), "a.jpg": photo(6), "a.png": photo(3, "PNG")}[file]
    at %= len(content)
    with contextlib.suppress(Invalid):
        clean_upload(content[:at] + junk + content[at + len(junk) :], file)
