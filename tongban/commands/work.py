"""``tongban work``: run background tasks until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import sys

HELP = "run background tasks and periodic work (stops gracefully on SIGTERM and Ctrl-C)"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--once", action="store_true", help="run what is due now, then stop")
    parser.add_argument("--concurrency", type=_positive, default=1, metavar="N", help="tasks at a time (default 1)")


def run(args: argparse.Namespace) -> int:
    """Work. A task that outlives the grace time is given back and the process leaves at once."""
    from tongban.outbox.worker import Worker

    worker = Worker(concurrency=args.concurrency)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    if args.once:
        print(f"{worker.run_due()} tasks run")
        return 0
    print(f"worker {worker.name} is running", file=sys.stderr, flush=True)
    if not worker.run():
        sys.stderr.flush()
        os._exit(0)  # threads still run: nothing of theirs may be written after the tasks were given back
    return 0


def _positive(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 64:
        raise argparse.ArgumentTypeError("between 1 and 64")
    return value
