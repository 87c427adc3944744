"""Chinese is complete: every text of every room has its translation, with the same place-holders."""

from __future__ import annotations

from tools.messages import lacking


def test_every_text_has_its_chinese() -> None:
    assert lacking() == []
