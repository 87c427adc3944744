"""A variant may carry its own validity: one item, two periods (公安部令第87号 arts. 9 and 21)."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from types import SimpleNamespace

import pytest
import yaml

from tongban.cases.certificate import valid_to
from tongban.core.items import ItemSpec
from tongban.core.specs import build

START = dt.date(2026, 3, 31)


def _work(key: str, variant: str) -> SimpleNamespace:
    text = files("tongban.catalogue").joinpath(f"data/items/{key}.yaml").read_text(encoding="utf-8")
    spec = build(ItemSpec, yaml.safe_load(text)["versions"][0]["item"])
    return SimpleNamespace(version=SimpleNamespace(spec=spec), case=SimpleNamespace(variant=variant))


@pytest.mark.parametrize(
    ("key", "variant", "last_day"),
    [
        ("precursor3_buy", "single", dt.date(2026, 4, 29)),
        ("precursor3_buy", "multi", dt.date(2026, 9, 29)),
        ("precursor3_move", "three_months", dt.date(2026, 6, 29)),
        ("precursor3_move", "twelve_months", dt.date(2027, 3, 30)),
    ],
)
def test_the_period_is_the_variants_own(key: str, variant: str, last_day: dt.date) -> None:
    assert valid_to(_work(key, variant), START) == last_day


def test_an_item_without_a_period_has_no_last_day() -> None:
    assert valid_to(_work("hotel_special", "new"), START) is None
