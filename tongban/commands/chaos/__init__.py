"""``tongban chaos``: work goes on while server, worker and database are killed; then everything must add up.

Everything happens in a scratch directory with a database of its own: SQLite, or a PostgreSQL cluster that this command
makes, kills and throws away. The machine's own database is never touched.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tongban.commands.chaos.scene import Scene

HELP = "kill web, worker and database at random while cases are worked on; then verify that nothing is lost or doubled"
NEEDS_DJANGO = False

#: Longest and shortest time that work goes on between two kills.
PAUSE_SECONDS = (0.1, 2.0)
SETTLE_SECONDS = 600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long, on what, and how to do the same again."""
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="how many kills (default 20)")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite", help="what to run on")
    parser.add_argument("--clients", type=int, default=3, metavar="N", help="people working at once (default 3)")
    parser.add_argument("--seed", type=int, default=None, help="of the random choices; printed, to do it again")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--keep", action="store_true", help="leave the scratch directory with its logs")


def run(args: argparse.Namespace) -> int:
    """Prepare, kill, settle, judge; exit code 1 when anything was lost, doubled or damaged."""
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    folder = Path(tempfile.mkdtemp(prefix="tongban-chaos-"))
    folder.chmod(0o711)  # the database's user has to reach its directory inside
    kept = args.keep
    try:
        report = _play(args, folder, seed)
        kept = kept or not report["ok"]
    finally:
        if kept:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(report, ensure_ascii=False, indent=1) if args.json else _told(report))
    return 0 if report["ok"] else 1


def _play(args: argparse.Namespace, folder: Path, seed: int) -> dict[str, Any]:
    """One whole run; returns the report."""
    from tongban.commands.chaos.scene import Scene

    scene = Scene(folder, args.database, random.Random(seed))  # noqa: S311 - the point is to be repeatable
    os.environ.update(scene.environment)
    began = time.monotonic()
    try:
        scene.start_database()
        from tongban.commands import set_up_django

        set_up_django()
        from tongban.commands.chaos import verdict, workload

        crowd = workload.Crowd(scene, args.clients)
        crowd.prepare()
        scene.start()
        crowd.start()
        kills = _kill_all_the_time(scene, args.rounds, quiet=args.json)
        crowd.finish(SETTLE_SECONDS)
        scene.settle(SETTLE_SECONDS)
        findings = verdict.findings(crowd)
    finally:
        scene.stop()
    return {
        "ok": not findings,
        "database": args.database,
        "seed": seed,
        "rounds": args.rounds,
        "kills": kills,
        **dataclasses.asdict(crowd.tally),
        "acknowledged_in_all": sum(crowd.tally.acknowledged.values()),
        "seconds": round(time.monotonic() - began),
        "findings": findings,
    }


def _kill_all_the_time(scene: Scene, rounds: int, *, quiet: bool) -> dict[str, int]:
    """Let work go on for a moment, kill something, bring it back; ``rounds`` times."""
    from tqdm import tqdm

    kills: dict[str, int] = {}
    for _ in tqdm(range(rounds), unit="kill", disable=quiet or not sys.stderr.isatty()):
        time.sleep(scene.chance.uniform(*PAUSE_SECONDS))
        victim = scene.kill_one()
        kills[victim] = kills.get(victim, 0) + 1
        scene.revive()
    return dict(sorted(kills.items()))


def _told(report: dict[str, Any]) -> str:
    findings = report["findings"]
    lines = [f"{key:<20} {value}" for key, value in report.items() if key not in {"findings", "ok"}]
    lines += [f"  ✗ {finding}" for finding in findings]
    lines.append("nothing lost, nothing doubled" if report["ok"] else f"{len(findings)} findings")
    return "\n".join(lines)
