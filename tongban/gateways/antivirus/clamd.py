"""The protocol of clamd, ClamAV's daemon: commands and replies that end in a zero byte (clamd(8), INSTREAM)."""

from __future__ import annotations

import socket
import time
from urllib.parse import unquote, urlsplit

#: A Unix socket's path, or host and port.
Address = str | tuple[str, int]
_CHUNK = 64 * 1024
_MAX_REPLY = 4096


class ScannerFailed(Exception):
    """The scanner gave no verdict. The text is for the log; it never holds anything of the file."""


def address_of(url: str) -> Address:
    """The socket that ``url`` (``clamd:///path`` or ``clamd://host:port``) names.

    Raises ``ValueError`` with the fault in words.
    """
    parts = urlsplit(url)
    if parts.scheme != "clamd" or parts.query or parts.fragment:
        raise ValueError("must be none, clamd:///path/of/socket or clamd://host:3310")
    if not parts.netloc:
        if len(parts.path) < 2:
            raise ValueError("names no socket")
        return unquote(parts.path)
    if parts.path not in ("", "/") or not parts.hostname:
        raise ValueError("names a host and a path; it takes one of them")
    return parts.hostname, parts.port or 3310


def scan(address: Address, content: bytes, *, connect: float, whole: float) -> str:
    """Stream ``content`` to clamd and return the name of the signature it matches, or nothing when it is clean.

    ``connect`` and ``whole`` are seconds: for the connection, and for everything. Raises :class:`ScannerFailed`.
    """
    deadline = time.monotonic() + whole
    try:
        with _connected(address, connect) as line:
            line.settimeout(_left(deadline))
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                piece = content[start : start + _CHUNK]
                line.settimeout(_left(deadline))
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
            return _verdict(_reply(line, deadline))
    except OSError as error:
        raise ScannerFailed(f"clamd: {type(error).__name__}: {error}") from error


def answers(address: Address, *, timeout: float) -> bool:
    """Whether clamd answers a PING."""
    deadline = time.monotonic() + timeout
    try:
        with _connected(address, timeout) as line:
            line.sendall(b"zPING\0")
            return _reply(line, deadline) == "PONG"
    except (OSError, ScannerFailed):
        return False


def _connected(address: Address, timeout: float) -> socket.socket:
    if not isinstance(address, str):
        return socket.create_connection(address, timeout)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(timeout)
    try:
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no verdict in time")
    return left


def _reply(line: socket.socket, deadline: float) -> str:
    got = b""
    while not got.endswith(b"\0"):
        line.settimeout(_left(deadline))
        piece = line.recv(_MAX_REPLY)
        if not piece:
            break
        got += piece
        if len(got) > _MAX_REPLY:
            raise ScannerFailed("clamd: the reply does not end")
    return got.rstrip(b"\0").decode("utf-8", "replace").strip()


def _verdict(reply: str) -> str:
    """``stream: OK`` and ``stream: NAME FOUND`` are verdicts; anything else (a size limit, an error) is none."""
    _stream, _colon, said = reply.partition(": ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")[:200]
    raise ScannerFailed(f"clamd: {reply[:200] or 'closed the connection without an answer'}")
