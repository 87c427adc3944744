"""``tongban seal``: take a seal now."""

from __future__ import annotations

import argparse

HELP = "sign the heads of all chains that moved and export the seal"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--full", action="store_true", help="compare the heads of all chains, as the nightly run does")


def run(args: argparse.Namespace) -> int:
    """Take the seal."""
    from django.utils import timezone

    from tongban.records import services

    seal = services.take_seal(timezone.now(), full=args.full)
    if seal is None:
        print("Nothing has moved since the last seal.")
    else:
        print(f"Seal {seal.number}: {seal.chains} chains, SHA-256 {seal.hash}, key {seal.key_id}, {seal.file_name}")
    return 0
