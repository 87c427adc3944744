"""Citations: written out and read again."""

from __future__ import annotations

import pytest

from tongban.core.law import LAWS, Citation, read_citation


@pytest.mark.parametrize("law", LAWS)
def test_what_is_written_in_chinese_is_read_again(law: str) -> None:
    for numbers in ((32,), (110,), (42, 1), (32, 1, 4), (1260,)):
        citation = Citation(law, *numbers)
        assert read_citation(citation.zh) == citation


def test_what_is_no_citation_of_a_known_law_stays_text() -> None:
    assert read_citation("行政许可法第四十二条") == Citation("licensing", 42)
    for text in ("", "示例条例第九条", "《行政许可法》", "本机关承诺", "《行政许可法》第三十二条、第四十四条"):
        assert read_citation(text) is None
