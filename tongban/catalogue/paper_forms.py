"""The application form of a version on paper: empty for whoever fills it in by hand, or filled in as an example.

Both are one form: every field of every situation in the order of the screens. What only some applicants fill in is
marked with the variants and answers it depends on; an example strikes out what its own situation does not ask for.
The result is plain data for ``documents/typst/form.typ``. These are Chinese documents, whatever language the
screens speak.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from tongban.catalogue.samples import Sample
from tongban.core.forms import show_value
from tongban.core.items import Choice, Condition, FieldKind, FormField, FormPage, ItemSpec, Question, Track
from tongban.core.items_check import item_code
from tongban.core.materials import APPLICANT, VARIANT, applies, tailored

Cell = dict[str, Any]

#: Rows an empty table offers, if the item allows as many; more go on a sheet of their own.
EMPTY_ROWS = 4
#: A text shorter than this shares its line with a neighbour.
NARROW_TEXT = 60
NARROW_LABEL = 14

#: Chinese labels of the parts of composed fields; ``core.forms.PARTS`` has the keys.
PART_LABELS: Mapping[FieldKind, Mapping[str, str]] = {
    FieldKind.PERSON: {"name": "姓名", "id_kind": "证件类型", "id_number": "证件号码", "phone": "电话"},
    FieldKind.ENTERPRISE: {"name": "名称", "uscc": "统一社会信用代码", "legal_representative": "法定代表人"},
    FieldKind.ADDRESS: {"region": "区和街道", "detail": "详细地址"},
}
#: Chinese labels of ``core.forms.ID_KINDS``.
ID_KIND_LABELS: Mapping[str, str] = {
    "resident_id": "居民身份证",
    "passport": "护照",
    "hk_macao_taiwan_permit": "港澳台居民来往内地（大陆）通行证",
    "permanent_residence": "外国人永久居留身份证",
}
#: Parts are numbered on the sheet; a number in a page's own title would stand beside it.
_PART_NUMBER = re.compile(r"^第[一二三四五六七八九十]+部分[：:]\s*")
_LICENCE_STATEMENT = (
    "我（单位）如实填写本表，对所交材料实质内容的真实性负责（《中华人民共和国行政许可法》第三十一条第一款）。"
    "隐瞒有关情况或者提供虚假材料的，依法承担责任（同法第七十八条、第七十九条）。"
)
_STATEMENT = "我（单位）如实填写本表，对所交材料的真实性负责；隐瞒有关情况或者提供虚假材料的，依法承担责任。"
_BLANK_NOTES = (
    "用黑色墨水笔填写，字迹清楚；选项在□内打√。带*的必填。",
    "注明“仅……填写”的栏目，不属于所写情形的不填；没有注明的都要填。",
    "表格行数不够、写不下的，可以另附页，并在另附页上签名或者盖章。",
    "也可以在网上填写，网上只显示与您的情形有关的栏目，不必再交本表。",
)
_APPLICANT_WORDS = {"person": "个人申请", "enterprise": "单位申请"}
_SAMPLE_NOTES = (
    "本样表的人员、单位、证件和数字都是虚构的，只说明怎样填，不得直接使用。",
    "画“／”的栏目不属于样表的情形，或者没有要填的内容。",
)


def form_title(item: ItemSpec) -> str:
    """What the form is called: the name of the one generated form everybody hands in, else made from the item's."""
    for material in item.materials:
        if material.provider == "generated" and not material.when and material.name.endswith("表"):
            return material.name
    if item.track is Track.FILING and item.name.endswith("备案"):
        return f"{item.name}表"
    return f"{item.name}申请表"


def paper_form(item: ItemSpec, *, number: int, effective_from: dt.date, sample: Sample | None = None) -> dict[str, Any]:
    """The form of version ``number`` as data for the template; with ``sample`` it is filled in and stamped 样例."""
    writer = _Writer(item, sample)
    return {
        "mode": "sample" if sample else "blank",
        "title": form_title(item),
        "item": item.name,
        "authority": item.authority.name,
        "code": item_code(item),
        "version": f"第{number}版，{_day(effective_from)}起适用",
        "phone": item.contact.consult_phone,
        "unverified": list(item.unverified),
        "notes": list(_SAMPLE_NOTES if sample else _BLANK_NOTES),
        "questions": writer.situation(),
        "pages": [writer.page(page) for page in item.form],
        "statement": _LICENCE_STATEMENT if item.track is Track.LICENCE else _STATEMENT,
        "signed": sample.applicant if sample else "",
        "signed_on": _day(sample.filled_on) if sample else "",
    }


def condition_text(item: ItemSpec, when: Condition) -> str:
    """Who fills in what depends on ``when``, in words; empty when everybody does.

    A restriction to variants is left out where a question that is named as well is asked under these variants only.
    """
    parts: list[str] = []
    questions = {question.key: (place, question) for place, question in enumerate(item.questions, 1)}
    if VARIANT in when and not _implied(item, when):
        names = [variant.name for variant in item.variants if variant.key in when[VARIANT]]
        parts.append(f"办理{_quoted(names)}")
    parts += ["或者".join(_APPLICANT_WORDS[kind] for kind in when.get(APPLICANT, ()))] if APPLICANT in when else []
    for key, allowed in when.items():
        if key in questions:
            place, question = questions[key]
            labels = [choice.label for choice in question.choices if choice.key in allowed]
            parts.append(f"第{place}问（{question.text.rstrip('？?。')}）选{_quoted(labels)}")
    return f"仅{'，并且'.join(parts)}的填写" if parts else ""


def _implied(item: ItemSpec, when: Condition) -> bool:
    for question in item.questions:
        if question.key in when and VARIANT in question.when:
            if set(question.when[VARIANT]) <= set(when[VARIANT]):
                return True
    return False


def _quoted(names: Sequence[str]) -> str:
    marked = [f"“{name}”" for name in names]
    return "或者".join(["".join(marked[:-1]), marked[-1]]) if len(marked) > 1 else "".join(marked)


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class _Writer:
    """Turns the parts of one item into cells, empty or filled in."""

    def __init__(self, item: ItemSpec, sample: Sample | None) -> None:
        self.item = item
        self.sample = sample
        self.asked: set[str] = set()
        if sample:
            self.asked = {question.key for question in tailored(item, sample.variant, sample.answers).questions}

    def situation(self) -> list[Cell]:
        """The variant and the guided questions as boxes to tick."""
        chosen = self.sample.variant if self.sample else ""
        variants = [{"label": each.name, "ticked": each.key == chosen, "note": ""} for each in self.item.variants]
        return [
            {"label": "办理项", "when": "", "options": variants, "struck": False},
            *(self._question(place, each) for place, each in enumerate(self.item.questions, 1)),
        ]

    def _question(self, place: int, question: Question) -> Cell:
        answer = self.sample.answers.get(question.key) if self.sample else None
        return {
            "label": f"{place}. {question.text}",
            "when": condition_text(self.item, question.when).replace("的填写", "的回答"),
            "options": [
                {"label": each.label, "ticked": each.key == answer, "note": each.note} for each in question.choices
            ],
            "struck": self.sample is not None and question.key not in self.asked,
        }

    def page(self, page: FormPage) -> dict[str, Any]:
        """One part of the form; a condition that all its fields share stands under its title."""
        whens = [condition_text(self.item, field.when) for field in page.fields]
        shared = whens[0] if len(set(whens)) == 1 else ""
        groups = []
        for when, found in groupby(zip(whens, page.fields, strict=True), key=lambda pair: pair[0]):
            fields = [field for _, field in found]
            text = "" if when == shared else when
            if text and len(fields) > 1:
                text = f"以下{len(fields)}栏{text}"
            groups.append({"when": text, "limited": bool(when), "lines": self._lines(fields)})
        title = _PART_NUMBER.sub("", page.title)
        return {"title": title, "help": self._page_help(page), "when": shared, "groups": groups}

    def _page_help(self, page: FormPage) -> str:
        """The page's own hints, then what its entries must agree on."""
        keys = {field.key for field in page.fields}
        rules = [rule.message for rule in self.item.form_rules if rule.field.partition(".")[0] in keys]
        return "；".join(text.rstrip("。；") for text in (page.help, *rules) if text)

    def _lines(self, fields: Iterable[FormField]) -> list[list[Cell]]:
        """Fields as lines of the sheet: narrow neighbours share one."""
        lines: list[list[Cell]] = []
        for field in fields:
            cell = self._field(field)
            if cell["narrow"] and lines and len(lines[-1]) == 1 and lines[-1][0]["narrow"]:
                lines[-1].append(cell)
            else:
                lines.append([cell])
        return lines

    def _field(self, field: FormField) -> Cell:
        value = self.sample.data.get(field.key) if self.sample else None
        cell = self._cell(field, value)
        if self.sample and value is None:
            cell = {"type": "struck"}
        return {
            **cell,
            "label": field.label,
            "required": field.required,
            "help": _help(field),
            "narrow": _narrow(field),
        }

    def _cell(self, field: FormField, value: Any) -> Cell:
        """What stands beside the label: a line, boxes, options, parts or rows."""
        if field.kind in PART_LABELS:
            return {"type": "parts", "parts": self._parts(field.kind, value or {})}
        if field.kind is FieldKind.TABLE:
            return self._table(field, value or ())
        if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
            ticked = value if isinstance(value, (list, tuple)) else (value,)
            many = field.kind is FieldKind.CHOICES
            return {"type": "options", "many": many, "options": _options(field.choices, ticked)}
        if field.kind is FieldKind.BOOLEAN:
            answers = (("是", True), ("否", False))
            options = [{"label": label, "ticked": value is meant, "note": ""} for label, meant in answers]
            return {"type": "options", "many": False, "options": options}
        if field.kind in (FieldKind.ID_NUMBER, FieldKind.USCC):
            return {"type": "boxes", "value": value or ""}
        if field.kind is FieldKind.FILE:
            return {"type": "text", "value": "见所附文件" if value else "", "unit": "（另附）", "space": 1}
        if field.kind is FieldKind.DATE:
            return {"type": "date", "value": show_value(field, value)}
        return {
            "type": "text",
            "value": show_value(field, value, unit=False),
            "unit": field.unit,
            "space": _space(field),
        }

    def _parts(self, kind: FieldKind, value: Mapping[str, Any]) -> list[Cell]:
        labels = PART_LABELS[kind]
        if kind is FieldKind.PERSON:
            id_kinds = [
                {"label": label, "ticked": value.get("id_kind") == key, "note": ""}
                for key, label in ID_KIND_LABELS.items()
            ]
            return [
                {"label": labels["name"], "type": "text", "value": value.get("name", ""), "half": True},
                {"label": labels["phone"], "type": "text", "value": value.get("phone", ""), "half": True},
                {"label": labels["id_kind"], "type": "options", "options": id_kinds, "half": False},
                {"label": labels["id_number"], "type": "boxes", "value": value.get("id_number", ""), "half": False},
            ]
        return [
            {
                "label": label,
                "type": "boxes" if key == "uscc" else "text",
                "value": value.get(key, ""),
                "half": False,
            }
            for key, label in labels.items()
        ]

    def _table(self, field: FormField, rows: Sequence[Mapping[str, Any]]) -> Cell:
        columns = field.columns
        filled = [[self._entry(column, row.get(column.key)) for column in columns] for row in rows]
        least = max(field.min_rows, min(EMPTY_ROWS, field.max_rows))
        count = min(len(filled) + 1, field.max_rows) if filled else least
        filled += [[""] * len(columns)] * (count - len(filled))
        return {
            "type": "table",
            "head": [f"{column.label}（{column.unit}）" if column.unit else column.label for column in columns],
            "needed": [column.required for column in columns],
            "weights": [_weight(column) for column in columns],
            "rows": filled,
            "notes": list(self._column_notes(columns)),
        }

    def _entry(self, column: FormField, value: Any) -> str:
        if self.sample and not applies(column.when, self.sample.answers, self.sample.variant):
            return "／"
        if isinstance(value, bool):
            return "是" if value else "否"
        return show_value(column, value, unit=False)

    def _column_notes(self, columns: Iterable[FormField]) -> Iterable[str]:
        for column in columns:
            if column.choices:
                yield f"{column.label}填：{'、'.join(choice.label for choice in column.choices)}"
            elif column.kind is FieldKind.BOOLEAN:
                yield f"{column.label}填：是、否"
            if column.when:
                yield f"{column.label}：{condition_text(self.item, column.when)}"
            if text := _help(column):
                yield f"{column.label}：{text}"


def _options(choices: Iterable[Choice], ticked: Iterable[Any]) -> list[Cell]:
    chosen = set(ticked)
    return [{"label": each.label, "ticked": each.key in chosen, "note": each.note} for each in choices]


def _help(field: FormField) -> str:
    """The hints of a field, with how its entry is to be written."""
    texts = [field.help, field.pattern_help]
    return "；".join(dict.fromkeys(text.rstrip("。；") for text in texts if text))


def _narrow(field: FormField) -> bool:
    if len(field.label) > NARROW_LABEL or _help(field):
        return False
    if field.kind is FieldKind.TEXT:
        return field.max_length <= NARROW_TEXT
    return field.kind in (FieldKind.NUMBER, FieldKind.DATE, FieldKind.PHONE)


def _space(field: FormField) -> int:
    """Lines to leave for handwriting."""
    if field.kind is not FieldKind.TEXTAREA:
        return 1
    return 3 if field.max_length <= 300 else 4 if field.max_length <= 800 else 6


_WEIGHTS = {
    FieldKind.NUMBER: 8,
    FieldKind.BOOLEAN: 7,
    FieldKind.DATE: 11,
    FieldKind.PHONE: 13,
    FieldKind.ID_NUMBER: 20,
    FieldKind.USCC: 20,
}


def _weight(column: FormField) -> int:
    """The share of a table's width that a column gets."""
    return max(_WEIGHTS.get(column.kind, 13), min(16, len(column.label)))
