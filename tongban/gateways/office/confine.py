"""Run a program under limits: ``python -I confine.py MEMORY CPU_SECONDS FILE_SIZE program arguments …`` (bytes).

A program of its own, because the limits must stand before the confined one starts and nothing may run between fork and
exec in a process with threads. Without a network where the kernel lets this user make a name space; where it does not,
the program runs with one, and ``tongban doctor`` says so.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def without_network() -> bool:
    """Leave the machine's network for an empty one; whether that worked."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(_NEW_NETWORK) == 0 or libc.unshare(_NEW_USER | _NEW_NETWORK) == 0)


def _main(memory: str, seconds: str, file_size: str, *command: str) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, int(memory)),
        (resource.RLIMIT_CPU, int(seconds)),
        (resource.RLIMIT_FSIZE, int(file_size)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    without_network()
    os.execv(command[0], command)  # noqa: S606 - the converter, named by the operator


if __name__ == "__main__":
    if sys.argv[1:] == ["probe"]:
        sys.exit(0 if without_network() else 1)
    _main(*sys.argv[1:])
