"""The portal's public pages under many visitors at once: kept connections, each asking again when it is answered.

The visitors live in one process that does nothing but send prepared requests and look at what comes back.
"""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import quote

from django.utils import timezone

from tongban.catalogue import services as catalogue
from tongban.commands.bench import item, server, world
from tongban.commands.bench.browser import Unexpected
from tongban.core.actors import SYSTEM

USERS, SECONDS, WARM_UP = 50, 10.0, 3.0
_PART = 1 << 18


def pages() -> dict[str, bytes]:
    """Address → words that its page must have."""
    words = item.version().item.name.encode()
    return {
        "/": b"</html>",
        "/items/": b"</html>",
        f"/items/?q={quote('食品')}": "食品".encode(),
        f"/items/{item.KEY}/": words,
        f"/items/{item.KEY}/print/": words,
        "/decisions/": b"</html>",
        "/progress/": b"</html>",
        "/verify/": b"</html>",
        "/about/privacy/": b"</html>",
    }


@dataclass
class _Visitor:
    """One connection: the requests it goes through in turn, what it waits for."""

    line: socket.socket
    wanted: list[tuple[bytes, bytes]]
    turn: int
    sent: float = 0.0
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    whole: int = 0

    def ask(self) -> None:
        """Send the next request."""
        self.turn = (self.turn + 1) % len(self.wanted)
        self.parts, self.size, self.whole = [], 0, 0
        self.sent = time.perf_counter()
        self.line.sendall(self.wanted[self.turn][0])

    def take(self) -> bool:
        """Read what has come; whether the answer is whole. Raises :class:`Unexpected` for a wrong one."""
        part = self.line.recv(_PART)
        self.parts.append(part)
        self.size += len(part)
        if not self.whole:
            self.whole = _length(b"".join(self.parts))
        if not part:
            raise Unexpected("the server closed a connection")
        if not self.whole or self.size < self.whole:
            return False
        answer, words = b"".join(self.parts), self.wanted[self.turn][1]
        if not answer.startswith(b"HTTP/1.1 200") or words not in answer:
            asked = self.wanted[self.turn][0].partition(b"\r")[0].decode()
            raise Unexpected(f"{asked}: {answer[:300]!r}")
        return True


def _length(begun: bytes) -> int:
    """The length of an answer with its head; 0 while the head is not there."""
    head, _end, _body = begun.partition(b"\r\n\r\n")
    if not _end:
        return 0
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(head) + 4 + int(value)
    raise Unexpected("an answer without a length")


def run(rounds: int) -> dict[str, object]:
    """``rounds`` stretches of :data:`SECONDS`; medians."""
    world.check_empty()
    now = timezone.now()
    catalogue.ensure_bundled(actor=SYSTEM, now=now)
    world.build(now)
    with server.running() as port:
        _visit(port, WARM_UP)
        found = [_visit(port, SECONDS) for _ in range(rounds)]
    return {
        "users": USERS,
        "pages_per_s": round(median(len(taken) / SECONDS for taken in found), 1),
        "p50_ms": round(median(_share(taken, 0.5) for taken in found), 1),
        "p95_ms": round(median(_share(taken, 0.95) for taken in found), 1),
    }


def _share(taken: list[float], share: float) -> float:
    ordered = sorted(taken)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def _visit(port: int, seconds: float) -> list[float]:
    """Let every visitor ask for ``seconds``; how long each answer took, in seconds."""
    wanted = [
        (
            f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: language=zh-hans\r\n\r\n".encode(),
            words,
        )
        for address, words in pages().items()
    ]
    taken: list[float] = []
    with selectors.DefaultSelector() as waiting:
        visitors = [_Visitor(socket.create_connection(("127.0.0.1", port)), wanted, number) for number in range(USERS)]
        for visitor in visitors:
            waiting.register(visitor.line, selectors.EVENT_READ, visitor)
            visitor.ask()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for key, _events in waiting.select(1.0):
                if key.data.take():
                    taken.append(time.perf_counter() - key.data.sent)
                    key.data.ask()
        for visitor in visitors:
            visitor.line.close()
    return taken
