"""One row of a published item list: what it says, and what in it does not agree.

Published lists are accepted as they are: a fault here is a warning, because the district cannot correct the province's
list, only tell it. Guangdong numbers its kinds differently (20 其他行政权力, 21 公共服务); codes there carry the local
number, so the agreement of code and kind is tested before the kind is mapped to the national table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tongban.core import codes
from tongban.core.clock import Unit
from tongban.core.errors import gettext_noop
from tongban.core.items_check.findings import WARNING, Finding
from tongban.core.items_check.themes import LEGAL_PERSON_THEMES
from tongban.core.numbers import whole

#: Table A.1 of GB/T 39046-2020, annex A, with the platforms' name for 10.
TASK_TYPES = {
    "00": "行政权力事项",
    "01": "行政许可",
    "02": "行政处罚",
    "03": "行政强制",
    "04": "行政征收",
    "05": "行政给付",
    "06": "行政检查",
    "07": "行政确认",
    "08": "行政奖励",
    "09": "行政裁决",
    "10": "其他行政权力",
    "20": "公共服务",
    "99": "其他",
}
#: Guangdong's local kinds → national kinds.
GUANGDONG_TYPES = {"20": "10", "21": "20"}
GUANGDONG = "44"

#: Table A.2 of GB/T 39046-2020, annex A.
LEVELS = {
    "国家级": "1",
    "省级": "2",
    "市级": "3",
    "县级": "4",
    "区级": "4",
    "镇级": "5",
    "镇（乡、街道）级": "5",
    "镇(乡、街道)级": "5",
    "村级": "6",
    "村（社区）级": "6",
    "村(社区)级": "6",
    "分级管理": "7",
}

_UNITS = {
    "工作日": Unit.WORKING_DAY,
    "个工作日": Unit.WORKING_DAY,
    "自然日": Unit.CALENDAR_DAY,
    "日": Unit.CALENDAR_DAY,
    "天": Unit.CALENDAR_DAY,
    "小时": Unit.HOUR,
    "时": Unit.HOUR,
    "个月": Unit.MONTH,
    "月": Unit.MONTH,
    "年": Unit.YEAR,
}


@dataclass(frozen=True)
class LimitText:
    """A limit as a list writes it: ``20(工作日)``, ``即办``, ``无``."""

    value: int
    unit: Unit

    @property
    def zh(self) -> str:
        """As screens write it: 20个工作日, 当场."""
        return self.unit.zh if self.unit is Unit.ON_THE_SPOT else f"{self.value}{self.unit.zh}"


@dataclass(frozen=True)
class PublishedRow:
    """A row of a published list. ``number`` is its line in the file; ``raw`` the row as it stood there."""

    number: int
    code: str
    name: str
    department: str
    local_type: str
    raw: Mapping[str, str]
    type_text: str = ""
    base_code: str = ""
    area_code: str = ""
    level: str = ""
    statutory: str = ""
    promised: str = ""
    visits: str = ""
    co_department: str = ""
    service_objects: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    main_item: str = ""
    national: bool = True  # codes follow GB/T 39554; False: a local scheme, kept as free text


def read_limit(text: str) -> LimitText | bool | None:
    """The limit in ``text``: ``None`` where the list states none, ``False`` where it cannot be read."""
    plain = text.strip().replace("（", "(").replace("）", ")")
    if plain in ("", "无", "-", "无期限"):
        return None
    if plain in ("即办", "当场", "即时", "当场办结"):
        return LimitText(0, Unit.ON_THE_SPOT)
    found = re.fullmatch(r"(\d{1,5})\s*\(?(\D{1,4}?)\)?", plain)
    unit = _UNITS.get(found.group(2)) if found else None
    if found is None or unit is None:
        return False
    return LimitText(int(found.group(1)), unit)


def national_type(row: PublishedRow) -> str:
    """事项类型 by the national table, two digits; Guangdong's own kinds are mapped."""
    local = row.local_type.strip().zfill(2)
    if local in GUANGDONG_TYPES and _is_guangdong(row):
        return GUANGDONG_TYPES[local]
    return local


def _is_guangdong(row: PublishedRow) -> bool:
    return (row.area_code or row.base_code).startswith(GUANGDONG)


def check_row(row: PublishedRow) -> list[Finding]:
    """What does not agree in one row; all of it warnings."""
    return [
        Finding(row.code, where, message, rule, remedy, WARNING, row.number, params)
        for where, message, rule, remedy, params in (*_code_faults(row), *_value_faults(row), *_limit_faults(row))
    ]


def check_guide_row(row: PublishedRow) -> list[Finding]:
    """What a row lacks as a guide for the public: rules of completeness that an import does not trouble with."""
    legal = [name for name in row.service_objects if name != "自然人"]
    if not (legal and row.themes) or set(row.themes) & LEGAL_PERSON_THEMES:
        return []
    return [
        Finding(
            row.code,
            "themes",
            gettext_noop("The item serves legal persons but has none of their themes."),
            gettext_noop("Service objects and themes agree"),
            gettext_noop("Ask the publisher for the theme under which enterprises find it."),
            WARNING,
            row.number,
        )
    ]


_Fault = tuple[str, str, str, str, dict[str, object]]


def _code_faults(row: PublishedRow) -> Iterator[_Fault]:
    if not row.national:
        return
    faults = codes.item_code_findings(
        row.code,
        item_type=row.local_type.strip().zfill(2),
        level=LEVELS.get(row.level.strip(), ""),
        basic=row.base_code,
    )
    for fault in faults:
        yield "task_code", fault.message, "GB/T 39554.1-2020", fault.remedy, dict(fault.params)
    province = row.base_code[:2]
    if row.area_code and province not in ("", "00", row.area_code[:2]):
        yield (
            "catalog_code",
            gettext_noop("The base code begins with %(province)s, the area is %(area)s."),
            "GB/T 39554.1-2020",
            gettext_noop("Correct the area or the base code, whichever is wrong."),
            {"province": province, "area": row.area_code},
        )


def _value_faults(row: PublishedRow) -> Iterator[_Fault]:
    kind = national_type(row)
    if kind not in TASK_TYPES:
        yield (
            "task_type",
            gettext_noop("“%(value)s” is not a kind of item."),
            "GB/T 39046-2020, A.1",
            gettext_noop("Use a code of table A.1: %(codes)s."),
            {"value": row.local_type, "codes": "、".join(TASK_TYPES)},
        )
    elif row.type_text and not _same_kind(row.type_text, TASK_TYPES[kind]):
        yield (
            "task_type_text",
            gettext_noop("The kind's code means %(meaning)s, its text says %(text)s."),
            "GB/T 39046-2020, A.1",
            gettext_noop("Correct the code or the text, whichever is wrong."),
            {"meaning": TASK_TYPES[kind], "text": row.type_text},
        )
    if row.level and row.level.strip() not in LEVELS:
        yield (
            "level",
            gettext_noop("“%(value)s” is not a level of exercise."),
            "GB/T 39046-2020, A.2",
            gettext_noop("Use one of: %(levels)s."),
            {"value": row.level, "levels": "、".join(LEVELS)},
        )
    if row.visits and whole(row.visits.strip()) is None:
        yield (
            "visits",
            gettext_noop("“%(value)s” is not a number of visits."),
            "GB/T 39554.2-2020",
            gettext_noop("Write a whole number; 0 if nobody needs to come."),
            {"value": row.visits},
        )
    if not row.name:
        yield (
            "task_name",
            gettext_noop("The item has no name."),
            "GB/T 39554.2-2020",
            gettext_noop("Write the name of the item; until then it is listed under its code."),
            {},
        )


def _same_kind(text: str, meaning: str) -> bool:
    plain = text.removesuffix("事项")
    return plain == meaning.removesuffix("事项") or (plain, meaning) == ("其他类别", TASK_TYPES["10"])


def _limit_faults(row: PublishedRow) -> Iterator[_Fault]:
    limits = {}
    for where, text in (("statutory", row.statutory), ("promised", row.promised)):
        limit = read_limit(text)
        if limit is False:
            yield (
                where,
                gettext_noop("“%(value)s” is not a limit of time."),
                "GB/T 39554.2-2020",
                gettext_noop("Write number and unit, for example 20(工作日), or 无."),
                {"value": text},
            )
        elif isinstance(limit, LimitText):
            limits[where] = limit
    if len(limits) == 2:
        statutory, promised = limits["statutory"], limits["promised"]
        if statutory.unit is promised.unit and promised.value > statutory.value:
            yield (
                "promised",
                gettext_noop("The promised limit of %(promised)s is longer than the statutory limit of %(statutory)s."),
                "GB/T 39554.2-2020",
                gettext_noop("Shorten the promised limit."),
                {"promised": promised.zh, "statutory": statutory.zh},
            )
