"""The production server in processes of its own, on a free port, as ``tongban serve`` starts it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tongban.core.errors import Refused

PROCESSES = 2
#: Seconds until the server must answer, and until it must have ended.
START_SECONDS, END_SECONDS = 60, 20


@contextmanager
def running() -> Iterator[int]:
    """Serve this installation while the block runs; the value is the port.

    It logs every request, as production does. Raises :class:`Refused` with the end of the log when it does not start.
    """
    port = _free_port()
    place = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(PROCESSES)]
    env = {**os.environ, "LOG_LEVEL": "INFO", "LOG_FORMAT": "json"}
    with tempfile.TemporaryDirectory(prefix="tongban-bench-server-") as folder:
        env["PROMETHEUS_MULTIPROC_DIR"] = folder
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "tongban", "serve", *place], env=env, stdout=log, stderr=log
            )
            try:
                if not _answers(process, port):
                    log.seek(0)
                    raise Refused("The server did not start:\n%(log)s", params={"log": log.read()[-2000:]})
                yield port
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(END_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            probe.request("GET", "/healthz")
            if probe.getresponse().status == 200:
                return True
        except OSError:
            time.sleep(0.1)
        finally:
            probe.close()
    return False
