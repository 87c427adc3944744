"""Documents in two languages: which, set by whom, and what stands on the signed file."""

from __future__ import annotations

import io
import re

import pytest
from django.test import Client
from pypdf import PdfReader

from tests import factories
from tests.apps.cases_help import begin, open_hall, own_folders, refusal, sound  # noqa: F401
from tests.web.desk_help import signed_in
from tongban.accounts import queries as accounts
from tongban.core.errors import Forbidden, NotFound, Refused
from tongban.documents import languages
from tongban.documents import queries as documents
from tongban.documents.composing import compose
from tongban.documents.kinds import IssuingAuthority, english_kinds, kinds, samples
from tongban.documents.models import EnglishText
from tongban.records import queries as records

AUTHORITY = IssuingAuthority("approval_bureau", "示例局", "示例")
CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize("key", sorted(kinds()))
def test_every_kind_can_be_previewed_and_english_ones_say_nothing_else(key: str) -> None:
    assert compose(key, samples(), AUTHORITY).blocks
    if key not in english_kinds():
        return
    plain = {
        name: "x" if isinstance(value, str) and CHINESE.search(value) else value for name, value in samples().items()
    }
    plain |= {"conditions": ["x"], "reasons": ["x"]}
    for data in (
        plain,
        {**plain, "track": "other"},
        {**plain, "deemed": True, "by_silence": True, "silence_basis": "x"},
    ):
        text = compose(key, data, IssuingAuthority("a", "A", "A", reconsideration_body="B", court="C"), "en")
        assert not CHINESE.search(f"{text.title}{text.plain_text()}")


def words(document_id: str) -> str:
    """The text of a finished file, without blanks."""
    content = records.read_file(documents.get(document_id).file_id)
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


@pytest.mark.django_db
def test_it_is_set_by_the_catalogue_manager_and_holds_for_what_is_issued_from_then_on() -> None:
    hall = open_hall()
    hall.ids["manager"] = factories.officer("manager", "approval_bureau", ["catalogue_manager"])
    first = begin(hall, "2026-03-02", variant="change").accept()
    factories.run_tasks()
    manager = accounts.actor_for(hall.ids["manager"], first.now)

    def choose(kind: str, english: bool = True, who: str = "manager") -> None:
        languages.set_bilingual(kind_key=kind, english=english, actor=first.by(who), now=first.now)

    refusal(lambda: choose("acceptance", who="window"), Forbidden)
    refusal(lambda: choose("receipt"), Refused)
    refusal(lambda: choose("nonsense"), NotFound)
    refusal(lambda: choose("acceptance", english=False), Refused)
    choose("acceptance")
    second = begin(hall, "2026-03-02", serial=2, variant="change").accept()
    factories.run_tasks()

    def notice(number: str) -> str:
        return next(row.id for row in documents.for_owner(f"case:{number}") if row.kind == "acceptance")

    assert "NoticeofAcceptance" not in words(notice(first.number))
    both = words(notice(second.number))
    assert "受理通知书" in both
    assert "NoticeofAcceptance" in both
    assert "Incaseofdifferenceitprevails" in both
    assert [row.key for row in languages.kind_rows(manager.organisation) if row.bilingual] == ["acceptance"]
    sound()
    EnglishText.objects.all().delete()
    assert "languages" in {finding.problem for finding in records.verify()}


@pytest.mark.django_db
def test_the_manager_looks_at_a_sample_and_sets_it() -> None:
    open_hall()
    desk: Client = signed_in(factories.officer("manager", "approval_bureau", ["catalogue_manager"]))
    page = "/desk/messages/templates/"
    sample = desk.get(f"{page}acceptance/sample.pdf?english=1")
    content = b"".join(sample.streaming_content)  # type: ignore[attr-defined]
    text = "".join(part.extract_text() for part in PdfReader(io.BytesIO(content)).pages)
    assert "Notice of Acceptance" in text
    assert desk.post(f"{page}acceptance/languages/", {"english": "1"})["Location"] == page
    assert "中英双语" in desk.get(page).content.decode()
    assert desk.post(f"{page}acceptance/languages/", {"english": "1"}).status_code == 409
    assert desk.get(f"{page}nonsense/sample.pdf").status_code == 404
