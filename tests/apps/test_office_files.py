"""Office files: what is taken, what is refused and why, and how a copy for reading is made."""

from __future__ import annotations

import io
import os
import shutil
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from tests import factories
from tests.apps import office_help as files
from tongban.core.errors import Invalid, NotFound
from tongban.documents import effects, queries, reading_copies, services
from tongban.documents.models import ReadingCopy
from tongban.gateways import office
from tongban.gateways.office import soffice
from tongban.records import office_files
from tongban.records import queries as records
from tongban.records.cleaning import clean_upload
from tongban.records.services import discard_file, store_file
from tongban.records.uploads import PAPERS

ALL = (*PAPERS, *office_files.MIME)
REL = '<Relationships xmlns="r"><Relationship Id="x" Type="http://s/{kind}" Target="{target}"{mode}/></Relationships>'


def relation(kind: str, target: str, mode: str = ' TargetMode="External"') -> dict[str, str]:
    return {"word/_rels/document.xml.rels": REL.format(kind=kind, target=target, mode=mode)}


def field(instruction: str) -> bytes:
    cut = "".join(f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in instruction)
    return files.changed(files.docx(), {}, "<w:body>", f"<w:body><w:p>{cut}</w:p>")


def formula(text: str) -> bytes:
    return files.changed(files.xlsx(), {}, "<sheetData>", f"<sheetData><row><c><f>{text}</f></c></row>")


def protected() -> bytes:
    return office_files.OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


GOOD = {
    "docx": files.docx,
    "xlsx": files.xlsx,
    "odt": lambda: files.opened("text", '<text:a xlink:href="https://example.gov/">条文</text:a>'),
    "ods": lambda: files.opened("spreadsheet"),
}
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "macros.docx": (lambda: files.changed(files.docx(), {"word/vbaProject.bin": b"x"}), "macros"),
    "macros.xlsx": (
        lambda: files.changed(files.xlsx(), {}, ".sheet.main+xml", ".sheet.macroEnabled.main+xml"),
        "macros",
    ),
    "basic.odt": (lambda: files.changed(files.opened("text"), {"Basic/script-lc.xml": "<a/>"}), "macros"),
    "event.odt": (lambda: files.opened("text", "<text:p><text:event-listener/></text:p>"), "macros"),
    "ole.docx": (lambda: files.changed(files.docx(), {"word/embeddings/oleObject1.bin": b"x"}), "embedded"),
    "package.docx": (lambda: files.changed(files.docx(), relation("package", "p.xlsx", "")), "embedded"),
    "object.ods": (
        lambda: files.opened(
            "spreadsheet",
            manifest='<m:file-entry m:full-path="Object 1/" m:media-type="application/vnd.oasis.opendocument.text"/>',
        ),
        "embedded",
    ),
    "template.docx": (lambda: files.changed(files.docx(), relation("attachedTemplate", "http://h/t.dotm")), "outside"),
    "share.docx": (lambda: files.changed(files.docx(), relation("attachedTemplate", "file://h/t.dotm")), "outside"),
    "picture.docx": (lambda: files.changed(files.docx(), relation("image", "http://h/p.png")), "outside"),
    "dde.docx": (lambda: field('DDEAUTO c:\\\\cmd "/k calc"'), "outside"),
    "links.xlsx": (lambda: files.changed(files.xlsx(), {"xl/externalLinks/externalLink1.xml": "<a/>"}), "outside"),
    "service.xlsx": (lambda: formula("WEBSERVICE(&quot;http://h/&quot;)"), "outside"),
    "dde.xlsx": (lambda: formula("cmd|'/C calc'!A0"), "outside"),
    "linked.odt": (lambda: files.opened("text", '<text:section-source xlink:href="../other.odt"/>'), "outside"),
    "locked.docx": (protected, "password"),
    "old.docx": (lambda: office_files.OLE + b"\0" * 600, "old format"),
    "entities.docx": (
        lambda: files.changed(files.docx(), {"word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "damaged",
    ),
    "cut.docx": (lambda: files.docx()[:-40], "damaged"),
    "climbing.docx": (lambda: files.changed(files.docx(), {"word/../../x.xml": "<a/>"}), "damaged"),
    "slides.docx": (lambda: files.changed(files.docx(), {}, "wordprocessingml.document", "presentationml.x"), "kind"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_plain_files_are_taken_as_they_are(kind: str) -> None:
    content = GOOD[kind]()
    taken = clean_upload(content, f"说明.{kind}", allowed=ALL)
    assert (taken.checked.extension, taken.checked.mime, taken.checked.pages) == (kind, office_files.MIME[kind], 0)
    assert taken.content == content  # the file that was sent is the evidence
    with pytest.raises(Invalid, match="kind of file"):
        clean_upload(content, f"说明.{kind}")
    with pytest.raises(Invalid, match="The name says"):
        clean_upload(content, "说明.pdf", allowed=ALL)


def test_the_template_of_the_own_machine_and_plain_links_are_harmless() -> None:
    for kind, target in (
        ("attachedTemplate", "file:///C:\\Office\\Normal.dotm"),
        ("hyperlink", "https://example.gov/"),
    ):
        content = files.changed(files.docx(), relation(kind, target))
        assert clean_upload(content, "a.docx", allowed=ALL).checked.extension == "docx"


@pytest.mark.parametrize("name", BAD)
def test_what_acts_or_cannot_be_read_is_refused_with_a_remedy(name: str) -> None:
    make, said = BAD[name]
    with pytest.raises(Invalid, match=said) as caught:
        clean_upload(make(), name, allowed=ALL)
    assert caught.value.errors[0].field == "file"
    assert caught.value.remedy


def test_what_unpacks_to_too_much_is_never_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = files.changed(files.docx(), {"word/media/a.bin": b"\0" * 3_000_000, "word/b.xml": "<a>" + " " * 2_000_000})
    monkeypatch.setattr(office_files, "MAX_UNPACKED", 2_500_000)
    monkeypatch.setattr(office_files._Parts, "read", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(Invalid, match="unpacks to more"):
        clean_upload(bomb, "a.docx", allowed=ALL)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 600))
def test_damage_is_a_refusal_and_never_a_fault(noise: bytes, at: int) -> None:
    whole = files.docx()
    for content in (office_files.ZIP + noise, whole[:at] + noise + whole[at + len(noise) :]):
        with suppress(Invalid):
            clean_upload(content, "a.docx", allowed=ALL)


# --- copies for reading ---------------------------------------------------------------------------------------


def pdf(pages: int = 2) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 300)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def stored() -> str:
    mime = office_files.MIME["docx"]
    info = store_file(content=files.docx(), name="说明.docx", mime=mime, purpose="draft")
    services.ask_for_copy(file_id=info.id, mime=mime, now=timezone.now())
    return info.id


def view(source: str) -> queries.ReadingCopyView:
    return queries.reading_copies([source])[source]


class Converter:
    """Stands for the converter: answers with what is next, counts how often it is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: bytes | str) -> None:
        self.answers, self.asked = list(answers), 0
        monkeypatch.setattr(office, "to_pdf", self)

    def __call__(self, content: bytes, extension: str) -> bytes:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, str):
            raise office.ConversionFailed(answer, "as asked")
        return answer


@pytest.mark.django_db
def test_a_copy_is_made_once_and_the_source_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    converter = Converter(monkeypatch, pdf())
    source = stored()
    before = records.file_info(source)
    assert view(source).waiting
    factories.run_tasks()
    services.make_copy(source_id=source, now=timezone.now())
    assert (view(source).state, view(source).pages, converter.asked) == ("ready", 2, 1)
    assert records.file_info(source) == before
    assert PdfReader(io.BytesIO(records.read_file(view(source).file_id))).get_num_pages() == 2


@pytest.mark.django_db
def test_a_run_that_breaks_off_is_tried_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    source = stored()
    Converter(monkeypatch, "crashed", "timeout", pdf(1))
    for _ in range(2):
        with pytest.raises(office.ConversionFailed):
            services.make_copy(source_id=source, now=timezone.now())
        assert view(source).waiting
    services.make_copy(source_id=source, now=timezone.now())
    assert view(source).ready
    lost = stored()
    Converter(monkeypatch, "timeout")
    for _ in range(reading_copies.MAX_ATTEMPTS - 1):
        with pytest.raises(office.ConversionFailed):
            services.make_copy(source_id=lost, now=timezone.now())
    services.make_copy(source_id=lost, now=timezone.now())
    assert (view(lost).state, view(lost).reason) == ("failed", "timeout")


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "reason"), [("unreadable", "unreadable"), (b"no pdf", "too_long")])
def test_what_will_not_pass_is_given_up_at_once(
    monkeypatch: pytest.MonkeyPatch, answer: bytes | str, reason: str
) -> None:
    converter = Converter(monkeypatch, answer)
    source = stored()
    services.make_copy(source_id=source, now=timezone.now())
    assert (view(source).state, view(source).reason, converter.asked) == ("failed", reason, 1)


@pytest.mark.django_db
def test_copies_follow_once_the_machine_has_a_converter(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OFFICE_CONVERTER = "none"
    source = stored()
    factories.run_tasks()
    assert (view(source).state, view(source).reason) == ("failed", "unavailable")
    effects.ask_for_missing(timezone.now())
    assert not view(source).waiting, "nothing is asked of a converter that is not there"
    Converter(monkeypatch, pdf())
    monkeypatch.setattr(office, "available", lambda: True)
    effects.ask_for_missing(timezone.now())
    factories.run_tasks()
    assert view(source).ready


@pytest.mark.django_db
def test_a_copy_that_is_gone_is_made_anew(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    Converter(monkeypatch, pdf())
    source, whole = stored(), stored()
    factories.run_tasks()
    kept = view(whole)
    first = view(source).file_id
    discard_file(first)
    assert services.mend_copies(timezone.now()) == 1
    factories.run_tasks()
    assert view(source).ready
    assert view(source).file_id != first
    assert view(whole) == kept
    assert ReadingCopy.objects.count() == 2


@pytest.mark.django_db
def test_a_copy_does_not_outlive_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    Converter(monkeypatch, pdf())
    source, whole = stored(), stored()
    factories.run_tasks()
    copy = view(source).file_id
    discard_file(source)
    assert services.drop_orphans() == 1
    assert queries.reading_copies([source]) == {}
    with pytest.raises(NotFound):
        records.file_info(copy)
    assert view(whole).ready
    assert services.drop_orphans() == 0


# --- the converter itself --------------------------------------------------------------------------------------

real = pytest.mark.skipif(shutil.which("soffice") is None, reason="no converter on this machine")


@real
def test_texts_and_sheets_become_pages_that_can_be_searched() -> None:
    text = PdfReader(io.BytesIO(office.to_pdf(files.docx(), "docx")))
    assert "一票否决权" in text.pages[0].extract_text()


@real
def test_a_wide_sheet_has_all_its_columns_on_one_page() -> None:
    columns = 30
    made = PdfReader(io.BytesIO(office.to_pdf(files.xlsx(columns, 90), "xlsx")))
    first = made.pages[0]
    assert first.mediabox.width > first.mediabox.height
    words = first.extract_text()
    assert all(f"第{number}列" in words for number in (1, 2, columns))
    assert len(made.pages) < 5


def program(folder: Path, *lines: str) -> str:
    """A program that stands for the converter."""
    path = folder / "soffice"
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_converter_that_hangs_is_ended_with_everything_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soffice, "WHOLE", 1.0)
    child = tmp_path / "child"
    hanging = program(tmp_path, f"sleep 60 & echo $! > {child}", "wait")
    began = time.monotonic()
    with pytest.raises(office.ConversionFailed) as caught:
        soffice.to_pdf(hanging, b"x", "docx")
    assert caught.value.reason == "timeout"
    assert time.monotonic() - began < 5
    time.sleep(0.1)
    gone = not Path(f"/proc/{child.read_text().strip()}").exists() or _zombie(child.read_text().strip())
    assert gone


def _zombie(pid: str) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def test_the_converter_runs_under_limits_in_a_folder_that_goes(tmp_path: Path) -> None:
    told = tmp_path / "told"
    asking = program(tmp_path, f"{{ ulimit -v; ulimit -f; pwd; env | cut -d= -f1; }} > {told}", "exit 3")
    with pytest.raises(office.ConversionFailed) as caught:
        soffice.to_pdf(asking, b"x", "docx")
    assert caught.value.reason == "crashed"
    memory, size, place, *names = told.read_text().split()
    assert int(memory) * 1024 == soffice.MEMORY
    assert int(size) * 512 == soffice.FILE_SIZE
    assert not os.path.exists(place)
    assert not {name for name in names if "KEY" in name or "DATABASE" in name}, "no secret reaches the converter"
