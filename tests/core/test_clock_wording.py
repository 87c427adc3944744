"""The ledger's Chinese is written in two places, for the command and for the screens: they must agree."""

from __future__ import annotations

import re
from importlib.resources import files

from tongban.core.clock import Ground, wording


def catalogue() -> dict[str, str]:
    text = files("tongban.core").joinpath("locale/zh_Hans/LC_MESSAGES/django.po").read_text("utf-8")
    return dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text, flags=re.MULTILINE))


def test_every_reason_has_the_same_chinese_in_both_places() -> None:
    entries = catalogue()
    assert {why: entries.get(why) for why in wording.ZH} == wording.ZH


def test_every_ground_has_its_reason_and_names_itself() -> None:
    assert {Ground(key): wording.ZH[why] for key, why in wording.PAUSED.items()} == {
        ground: f"暂停：{ground.zh}" for ground in Ground
    }


def test_parameters_are_the_same_in_both_languages() -> None:
    def names(text: str) -> list[str]:
        return re.findall(r"%\((\w+)\)s", text)

    assert all(names(why) == names(zh) for why, zh in wording.ZH.items())


def test_holiday_names_are_told_in_english() -> None:
    assert wording.in_english(wording.HOLIDAY, {"name": "春节"}) == "Not counted: holiday (Spring Festival)"
    assert wording.in_english(wording.HOLIDAY, {"name": "某节"}) == "Not counted: holiday (某节)"
    assert wording.in_chinese("An unknown reason", {}) == "An unknown reason"
