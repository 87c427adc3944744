"""Periodic work, named in ``OUTBOX_CRON``; each takes the instant of the run."""

from __future__ import annotations

from datetime import datetime

from tongban.records.services import sweep_orphans, take_seal


def seal(now: datetime) -> None:
    """Every five minutes: seal the chains that moved."""
    take_seal(now)


def seal_everything(now: datetime) -> None:
    """Every night: compare the heads of all chains, whatever the bookkeeping says."""
    take_seal(now, full=True)


def sweep_files(now: datetime) -> None:
    """Every night: delete files that no row refers to."""
    sweep_orphans(now)
