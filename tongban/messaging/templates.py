"""The message templates in force: the district's own (``MESSAGE_TEMPLATES_FILE``), or those that ship."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path

import yaml
from django.conf import settings

from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.messages import Template, read_templates

#: What the preview page fills the places with: plainly invented.
SAMPLE = {
    "title": "受理通知书",
    "item": "排污许可证核发",
    "case_number": "120116-20260302-000001",
    "document_number": "津滨审批受〔2026〕1号",
    "text": "（文书全文）",
    "by": "2026年3月23日",
    "count": "2",
    "enterprise": "示例精细化工有限公司",
    "agent": "示例经办人",
    "number": "WT120116-2026-00001",
    "until": "2027年3月1日",
    "answer": "接受了委托",
    "answer_en": "accepted the authority",
}


def templates() -> Mapping[str, Template]:
    """All templates by kind. Raises Invalid naming what is wrong with the file."""
    return _templates(str(settings.MESSAGE_TEMPLATES_FILE))


def template(kind: str) -> Template:
    """The template of a kind."""
    return templates()[kind]


@lru_cache(maxsize=4)
def _templates(file: str) -> Mapping[str, Template]:
    try:
        return read_templates(yaml.safe_load(_text(file)))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(
            gettext_noop("The message templates cannot be read."),
            remedy=gettext_noop("Name a readable YAML file in MESSAGE_TEMPLATES_FILE, or leave it empty."),
            errors=[FieldError("MESSAGE_TEMPLATES_FILE", gettext_noop("%(file)s cannot be read."), "", {"file": file})],
        ) from error


def _text(file: str) -> str:
    if file:
        return Path(file).read_text("utf-8")
    return resources.files("tongban.messaging").joinpath("data/templates.yaml").read_text("utf-8")
