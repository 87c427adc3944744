"""``tongban bench``: how fast this installation works, measured through the same services as the screens.

Nothing here belongs to the tests. Every part writes invented data and refuses a database that holds any.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

HELP = "measure: lifecycle, rounds against hand-written SQL, clocks, http, lists, public (in an empty database)"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure, how much of it, and how to print it."""
    parser.add_argument("part", choices=tuple(_PARTS), help="what to measure")
    parser.add_argument(
        "--cases", type=int, default=200, metavar="N", help="lifecycles a run, or cases in the lists (default 200)"
    )
    parser.add_argument("--workers", type=int, default=1, metavar="K", help="processes at once (default 1)")
    parser.add_argument("--rounds", type=int, default=5, metavar="R", help="interleaved rounds (default 5)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Measure one part and print its figures."""
    if args.cases < args.workers or args.workers < 1 or args.rounds < 1:
        print("tongban bench: --cases must be at least --workers, and both at least 1")
        return 2
    figures: dict[str, object] = _PARTS[args.part](args)
    print(json.dumps(figures, ensure_ascii=False) if args.json else _lines(figures))
    return 0


def _lines(figures: dict[str, object], indent: str = "") -> str:
    lines: list[str] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}", _lines(value, indent + "  ")]
        else:
            lines.append(f"{indent}{name:<22} {value}")
    return "\n".join(lines)


def _lifecycle(args: argparse.Namespace) -> dict[str, object]:
    from django.utils import timezone

    from tongban.commands.bench import lifecycle, world

    world.check_empty()
    made = world.build(timezone.now())
    return {**lifecycle.run(made, args.cases, args.workers).figures()}


def _rounds(args: argparse.Namespace) -> dict[str, object]:
    from tongban.commands.bench import rounds

    return rounds.run(args.cases, args.rounds)


def _clocks(args: argparse.Namespace) -> dict[str, object]:
    from tongban.commands.bench import clocks

    return clocks.run()


def _http(args: argparse.Namespace) -> dict[str, object]:
    from tongban.commands.bench import screens

    return screens.run(args.cases, args.rounds)


def _lists(args: argparse.Namespace) -> dict[str, object]:
    from tongban.commands.bench import lists

    return lists.run(args.cases)


def _public(args: argparse.Namespace) -> dict[str, object]:
    from tongban.commands.bench import public

    return public.run(args.rounds)


_PARTS: dict[str, Callable[[argparse.Namespace], dict[str, object]]] = {
    "lifecycle": _lifecycle,
    "rounds": _rounds,
    "clocks": _clocks,
    "http": _http,
    "lists": _lists,
    "public": _public,
}
