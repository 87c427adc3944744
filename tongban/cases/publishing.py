"""The list of published fields in force: the district's own (``REGISTER_FILE``), or the one that ships."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path

import yaml
from django.conf import settings

from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.items import Track
from tongban.core.register import Kind, read_plan


def plan() -> Mapping[Track, Kind]:
    """What is published, by track. Raises Invalid naming what is wrong with the file."""
    return _plan(str(settings.REGISTER_FILE))


@lru_cache(maxsize=4)
def _plan(file: str) -> Mapping[Track, Kind]:
    try:
        return read_plan(yaml.safe_load(_text(file)))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(
            gettext_noop("The list of published fields cannot be read."),
            remedy=gettext_noop("Name a readable YAML file in REGISTER_FILE, or leave it empty."),
            errors=[FieldError("REGISTER_FILE", gettext_noop("%(file)s cannot be read."), "", {"file": file})],
        ) from error


def _text(file: str) -> str:
    if file:
        return Path(file).read_text("utf-8")
    return resources.files("tongban.cases").joinpath("data/register.yaml").read_text("utf-8")
