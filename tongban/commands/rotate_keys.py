"""``tongban rotate-keys``: re-encrypt personal data with the current key."""

from __future__ import annotations

import argparse
import sys

HELP = "re-encrypt personal data with the first key of FIELD_KEYS (may be stopped and run again)"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Rotate. Afterwards the old key may leave FIELD_KEYS."""
    from tqdm import tqdm

    from tongban.records import services
    from tongban.records.secrets import SecretUnreadable, current_key_id

    try:
        with tqdm(unit=" values", disable=not sys.stderr.isatty(), leave=False) as bar:
            count = services.rotate_keys(bar.update)
    except SecretUnreadable as error:
        print(f"tongban: {error}", file=sys.stderr)
        return 1
    print(f"{count} values re-encrypted with key {current_key_id()}")
    return 0
