"""Child processes that never outlive their parent: started in groups of their own, stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.2


def _die_with_parent() -> None:
    """In the child: ask the kernel for SIGTERM when the parent ends in any way (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Children:
    """Named child processes; ``watch`` returns when one ends or this process is told to stop."""

    grace_seconds: float = 15.0
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    asked_to_stop: bool = False

    def catch_signals(self) -> None:
        """From now on Ctrl-C, a closed terminal and SIGTERM ask for an orderly stop instead of ending the process."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start ``command`` as a group leader, so that a stop reaches its own children too."""
        self.running[name] = subprocess.Popen(  # noqa: S603 - our own programs, no shell
            command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process has a single thread
        )

    def ended(self) -> str:
        """The name of a child that has ended by itself, or nothing."""
        return next((name for name, child in self.running.items() if child.poll() is not None), "")

    def watch(self) -> str:
        """Wait; returns the name of the child that ended, or an empty string after a request to stop."""
        while not self.asked_to_stop:
            if name := self.ended():
                return name
            time.sleep(POLL_SECONDS)
        return ""

    def stop(self) -> None:
        """Ask every group to end, wait, and kill what is left."""
        for child in self.running.values():
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + self.grace_seconds
        for child in self.running.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            _signal_group(child, signal.SIGKILL)
            child.wait()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Reach every process of the group, also those that outlived the group's leader."""
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        pass
