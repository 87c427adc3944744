"""One outcome of a check, told in Chinese and in English.

The texts are translated without Django: a deployment whose settings are refused has none.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from tongban.core.errors import gettext_noop

Level = Literal["ok", "warn", "fail"]
Language = Literal["zh", "en"]

_CATALOGUE = Path(__file__).resolve().parent / "locale"


@dataclass(frozen=True)
class Result:
    """``check`` names what was looked at; ``text`` says what was found, ``remedy`` what to do (empty when well)."""

    check: str
    level: Level
    text: str
    remedy: str = ""
    params: Mapping[str, object] = field(default_factory=dict)

    def told(self, language: Language) -> str:
        """What was found."""
        return _filled(self.text, self.params, language)

    def advice(self, language: Language) -> str:
        """What to do."""
        return _filled(self.remedy, self.params, language)


def well(check: str, text: str, **params: object) -> Result:
    """All is well."""
    return Result(check, "ok", text, "", params)


def poor(check: str, text: str, remedy: str, **params: object) -> Result:
    """It works, but not for long or not as it should."""
    return Result(check, "warn", text, remedy, params)


def bad(check: str, text: str, remedy: str, **params: object) -> Result:
    """It does not work, or it is not safe."""
    return Result(check, "fail", text, remedy, params)


def unfit_settings(refusal: str) -> list[Result]:
    """The refusal of the settings, one outcome for each fault it lists."""
    faults = [line.removeprefix("  - ") for line in refusal.splitlines() if line.startswith("  - ")]
    return [
        bad(
            "settings",
            gettext_noop("The settings are refused: %(fault)s"),
            gettext_noop("Correct it in the environment file; docs/operations.md explains every setting."),
            fault=fault,
        )
        for fault in faults or [refusal]
    ]


def _filled(text: str, params: Mapping[str, object], language: Language) -> str:
    if not text:
        return ""
    words = _chinese().gettext(text) if language == "zh" else text
    return words % params if params else words


@cache
def _chinese() -> gettext.NullTranslations:
    """The catalogue, or the English texts while it is not compiled."""
    return gettext.translation("django", _CATALOGUE, ["zh_Hans"], fallback=True)
