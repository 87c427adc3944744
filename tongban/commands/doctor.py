"""``tongban doctor``: what is wrong with this deployment, and how to mend it."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tongban.operations.checkup import Result

HELP = "name what is wrong with this deployment and how to mend it; exit code 1 when something fails"
NEEDS_DJANGO = False

SIGNS = {"ok": "✓", "warn": "!", "fail": "✗"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Form and language of the output."""
    parser.add_argument("--json", action="store_true", help="as JSON, in both languages")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the output")
    parser.add_argument("--quiet", action="store_true", help="leave out what is well")


def run(args: argparse.Namespace) -> int:
    """Examine, tell, and return 1 when a check failed (warnings alone are 0)."""
    found = [item for item in _examined() if not (args.quiet and item.level == "ok")]
    if args.json:
        print(json.dumps(_as_json(found), ensure_ascii=False, indent=1, default=str))
    else:
        for item in found:
            print(f"{SIGNS[item.level]} {item.check:<16} {item.told(args.lang)}")
            if item.remedy:
                print(f"  {'':<16} → {item.advice(args.lang)}")
        counts = Counter(item.level for item in found)
        print(f"\n✓ {counts['ok']}  ! {counts['warn']}  ✗ {counts['fail']}")
    return 1 if any(item.level == "fail" for item in found) else 0


def _examined() -> list[Result]:
    """Every outcome; refused settings are outcomes too, and then the only ones."""
    from django.core.exceptions import ImproperlyConfigured

    from tongban.commands import set_up_django

    try:
        set_up_django()
    except ImproperlyConfigured as error:
        from tongban.operations.outcome import unfit_settings

        return unfit_settings(str(error))
    from django.utils import timezone

    from tongban.operations import checkup

    return checkup.examine(timezone.now())


def _as_json(found: list[Result]) -> dict[str, object]:
    levels = {item.level for item in found}
    return {
        "level": "fail" if "fail" in levels else "warn" if "warn" in levels else "ok",
        "results": [
            {
                "check": item.check,
                "level": item.level,
                "text": {"zh": item.told("zh"), "en": item.told("en")},
                "remedy": {"zh": item.advice("zh"), "en": item.advice("en")},
            }
            for item in found
        ],
    }
