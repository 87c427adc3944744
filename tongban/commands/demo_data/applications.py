"""Filled-in example applications, one YAML file per item below ``applications/``.

A file is a list of applications in the order in which the demo uses them. Values are what the screens send. Names
stand for their particulars, so that nobody has to invent check digits: ``!enterprise 名称``, ``!person 姓名``,
``!id 姓名``, ``!phone 姓名``, ``!birth 姓名``, ``!registered 名称`` (the registered address) and
``!address 街道 门牌`` (within the demo's district). Dates count from the day of the application: ``today-30``;
``today-30 month`` is that day's month (2026年3月), ``today-30 year`` its year.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from tongban.commands.demo_data import invented

_DAY = re.compile(r"today([+-]\d+)?( month| year)?")


@dataclass(frozen=True)
class Application:
    """What one applicant enters: ``kind`` is ``person`` or ``enterprise``; ``form`` is as the screens send it."""

    name: str
    kind: str
    variant: str
    answers: Mapping[str, str]
    form: Mapping[str, Any]


@lru_cache(maxsize=32)
def load(item_key: str) -> list[Application]:
    """The examples of an item. Raises ``FileNotFoundError`` for an item without examples."""
    source = resources.files("tongban.commands.demo_data").joinpath(f"applications/{item_key}.yaml")
    return [Application(**row) for row in yaml.load(source.read_text("utf-8"), _Loader)]  # noqa: S506 - a SafeLoader


def resolve_dates(form: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    """``form`` with every relative date as the day it means on ``today``."""
    return {key: _resolve(value, today) for key, value in form.items()}


def _resolve(value: Any, today: dt.date) -> Any:
    if isinstance(value, Mapping):
        return resolve_dates(value, today)
    if isinstance(value, list):
        return [_resolve(item, today) for item in value]
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    day = today + dt.timedelta(days=int(found[1] or 0))
    if found[2] == " month":
        return f"{day.year}年{day.month}月"
    return str(day.year) if found[2] else day.isoformat()


class _Loader(yaml.SafeLoader):
    """Plain YAML and the tags above."""


def _enterprise(name: str) -> dict[str, str]:
    number = invented.number_of(name, "enterprise")
    return {"name": name, "uscc": number, "legal_representative": invented.representative_of(name)}


def _person(name: str) -> dict[str, str]:
    return {"name": name, "id_number": invented.number_of(name, "person"), "phone": invented.phone_of(name)}


def _address(text: str) -> dict[str, str]:
    region, _, detail = text.partition(" ")
    return {"region": f"{invented.DISTRICT}{region}（示例）", "detail": detail}


_TAGS: dict[str, Callable[[str], Any]] = {
    "!enterprise": _enterprise,
    "!person": _person,
    "!address": _address,
    "!registered": invented.address_of,
    "!id": lambda name: invented.number_of(name, "person"),
    "!phone": invented.phone_of,
    "!birth": lambda name: invented.birth_date(name).isoformat(),
}


def _particulars(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    return _TAGS[node.tag](str(loader.construct_scalar(node)))


for _tag in _TAGS:
    _Loader.add_constructor(_tag, _particulars)
