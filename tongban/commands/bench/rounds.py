"""Our services against the hand-written floor in the same run: interleaved rounds, medians."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from django.utils import timezone

from tongban.commands.bench import floor, lifecycle, world

WORKERS = (1, 2)


def run(cases: int, rounds: int) -> dict[str, object]:
    """``rounds`` times: floor and services, with one worker and with two. Medians, and their ratio round by round."""
    world.check_empty()
    made = world.build(timezone.now())
    out: dict[str, object] = {}
    for workers in WORKERS:
        ours: list[lifecycle.Result] = []
        theirs: list[lifecycle.Result] = []
        for _ in range(rounds):
            theirs.append(floor.run(cases * 2, workers))
            ours.append(lifecycle.run(made, cases, workers))
        ratios = [own.lifecycles_per_s / low.lifecycles_per_s for own, low in zip(ours, theirs, strict=True)]
        out[f"workers_{workers}"] = {
            "floor": medians(theirs),
            "services": medians(ours),
            "of_floor": round(median(ratios), 3),
        }
    return out


def medians(results: list[lifecycle.Result]) -> dict[str, float]:
    """Each figure's median over the rounds."""
    figures = [result.figures() for result in results]
    pick: Callable[[str], float] = lambda name: median(each[name] for each in figures)  # noqa: E731 - one expression
    return {name: round(pick(name), 3) for name in figures[0]}
