"""What is wrong with a code, in words a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One fault: ``code`` for programs, ``message`` and ``remedy`` as English source strings with ``params``."""

    code: str
    message: str
    remedy: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.params:
            return f"{self.message} {self.remedy}"
        return f"{self.message % self.params} {self.remedy % self.params}"
