"""Invented particulars of the demo's people and enterprises, always the same for the same name.

Numbers are well-formed (GB 11643, GB 32100, GB 11714) but drawn from the name; phones lie in 1380000xxxx. The same
name has the same particulars in its account and in every form that mentions it.
"""

from __future__ import annotations

import datetime as dt
import random

from tongban.core.codes.digits import mod_11_2, uscc_check

DISTRICT = "滨海新区（示例）"
_STREETS = (
    ("新港街道（示例）", "海滨三路"),
    ("泰达街道（示例）", "第四大街"),
    ("塘沽街道（示例）", "河北路"),
    ("汉沽街道（示例）", "滨河道"),
    ("大港街道（示例）", "学府路"),
    ("杭州道街道（示例）", "迎宾大道"),
    ("胡家园街道（示例）", "津塘公路"),
    ("北塘街道（示例）", "看海道"),
)
#: None of them is an officer of the demo: nobody decides about an enterprise of their own.
_REPRESENTATIVES = (
    "祁望川",
    "俞景行",
    "裴远舟",
    "容砚秋",
    "卓予安",
    "尹澄怀",
    "晏如初",
    "卢见山",
    "褚云帆",
    "席明远",
    "岑一苇",
    "舒望",
)
#: Who signs in for an enterprise; plainly nobody, and neither an officer nor a representative.
_AGENTS = ("安示例", "佟示例", "苗示例", "乔示例", "骆示例", "闵示例", "阮示例", "厉示例")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def _draw(what: str, name: str) -> random.Random:
    return random.Random(f"{what}:{name}")  # noqa: S311 - invented, no secret


def number_of(name: str, kind: str) -> str:
    """The identity number of a person, the unified social credit code of an ``enterprise``."""
    return _id_number(name) if kind == "person" else _uscc(name)


def birth_date(name: str) -> dt.date:
    """The birth date in a person's identity number; everybody is between 24 and 56 in 2026."""
    draw = _draw("birth", name)
    return dt.date(draw.randint(1970, 2001), draw.randint(1, 12), draw.randint(1, 28))


def _id_number(name: str) -> str:
    body = f"120116{birth_date(name):%Y%m%d}{_draw('order', name).randint(0, 999):03d}"
    return body + mod_11_2(body)


def _uscc(name: str) -> str:
    body = f"MA{_draw('organisation', name).randint(0, 999999):06d}"
    total = sum(int(char, 36) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    check = {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
    start = f"91120116{body}{check}"
    return start + uscc_check(start)


def phone_of(name: str) -> str:
    """A mobile phone number in the range of examples."""
    return f"1380000{_draw('phone', name).randint(0, 9999):04d}"


def representative_of(name: str) -> str:
    """The legal representative of an enterprise."""
    return _draw("representative", name).choice(_REPRESENTATIVES)


def agent_of(name: str) -> str:
    """The person who acts for an enterprise at the portal."""
    return _draw("agent", name).choice(_AGENTS)


def address_of(name: str) -> dict[str, str]:
    """The registered address: ``region`` and ``detail``."""
    draw = _draw("address", name)
    subdistrict, street = draw.choice(_STREETS)
    return {"region": DISTRICT + subdistrict, "detail": f"{street}{draw.randint(6, 298)}号"}
