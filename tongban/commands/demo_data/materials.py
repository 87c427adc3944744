"""Sample files for the materials of the demo's applications: typeset plans, agreements, reports and pictures.

What a material looks like is described in ``samples/<item>.yaml``: its ``look`` (a template of ``typst/``) and the
data of that look. ``{key}`` in any text stands for the applicant (``{applicant}``), a value of the form, or a part of
one (``{unit.name}``); ``rows_of`` fills a table from a table of the form. ``office`` makes an office file of it (docx,
xlsx). ``instead`` lists what looks different for some applicants. Every page says that it is invented.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import typst
import yaml
from django.conf import settings

from tongban.commands.demo_data import office

Kind = Literal["pdf", "png"]

_HERE = Path(__file__).resolve().parent
_FIELD = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
_RELATIVE_DATE = re.compile(r"today([+-]\d+)?")
#: Looks that are pictures; all others are PDF.
_PICTURES = frozenset({"picture"})
#: Keys of the description that are not the template's data.
_DIRECTIVES = frozenset({"look", "instead", "revised", "office"})
#: Office files that a description may ask for instead of being typeset.
_OFFICE: Mapping[str, Callable[[Mapping[str, Any]], bytes]] = {"docx": office.document, "xlsx": office.workbook}


def sample(
    item_key: str, material_key: str, material_name: str, applicant: str, form: Mapping[str, Any]
) -> tuple[str, bytes]:
    """File name and content of a material, made out for ``applicant`` from the values of ``form``.

    ``form["revision"]`` says that the file was corrected: a description's ``revised`` part then replaces what it
    names. The same arguments give the same bytes.
    """
    values = {**form, "applicant": applicant}
    described = _fitting(descriptions(item_key)[material_key], values)
    revision = str(form.get("revision", ""))
    if revision:
        described = {**described, **described.get("revised", {})}
    data = {key: _filled(value, values) for key, value in described.items() if key not in _DIRECTIVES}
    data.setdefault("title", material_name)
    look = described["look"]
    kind: Kind = "png" if look in _PICTURES else "pdf"
    name = f"{material_name}{'（补正）' if revision else ''}.{described.get('office', kind)}".replace("/", "、")
    if "office" in described:
        return name, _OFFICE[described["office"]](data)
    return name, _typeset(look, kind, json.dumps(data, ensure_ascii=False))


@lru_cache(maxsize=32)
def descriptions(item_key: str) -> dict[str, dict[str, Any]]:
    """How each material of an item looks. Raises ``FileNotFoundError`` for an item without samples."""
    source = resources.files("tongban.commands.demo_data").joinpath(f"samples/{item_key}.yaml")
    found: dict[str, dict[str, Any]] = yaml.safe_load(source.read_text("utf-8"))
    return found


def _fitting(described: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """``described`` with the first part of ``instead`` whose ``where`` the values meet."""
    for other in described.get("instead", ()):
        if all(values.get(key) == wanted for key, wanted in other["where"].items()):
            return {**described, **{key: value for key, value in other.items() if key != "where"}}
    return described


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return _FIELD.sub(lambda found: _shown(values, found[1], found[2] or ""), value)
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    if isinstance(value, Mapping):
        if "rows_of" in value:
            return _table(value, values)
        return {key: _filled(item, values) for key, item in value.items()}
    return value


def _table(described: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """``{rows_of: field, columns: {column: 标题}}`` as head and rows."""
    columns: Mapping[str, str] = described["columns"]
    entered = values.get(described["rows_of"]) or [{next(iter(columns)): "无"}]
    rows = [[_shown(row, column) if row.get(column) else "—" for column in columns] for row in entered]
    return {"head": list(columns.values()), "rows": rows}


def _shown(values: Mapping[str, Any], key: str, part: str = "") -> str:
    """A value as a paper shows it; what the form does not have, or only as a relative day, stays a blank to fill in."""
    value = values.get(key)
    if part:
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping):
        return str(value["name"]) if "name" in value else f"{value.get('region', '')}{value.get('detail', '')}"
    if value is None or (isinstance(value, str) and _RELATIVE_DATE.fullmatch(value)):
        return "＿＿＿＿"
    return str(value)


@lru_cache(maxsize=256)
def _typeset(look: str, kind: Kind, data: str) -> bytes:
    compiler = typst.Compiler(
        input=str(_HERE / "typst" / f"{look}.typ"), root=str(_HERE / "typst"), font_paths=_fonts()
    )
    made = compiler.compile(format=kind, ppi=130.0, sys_inputs={"data": data})
    if not isinstance(made, bytes):
        raise RuntimeError("a picture has one page")
    return made


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=True,
        include_embedded_fonts=False,
        font_paths=list(getattr(settings, "FONT_PATHS", ())),
    )
