"""A fault of the catalogue, and how the rules collect faults."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """One fault. ``row`` is the line of the file it was read from (0: none); ``level`` is ``error`` or ``warning``."""

    item: str
    field: str
    message: str
    rule: str
    remedy: str
    level: str = ERROR
    row: int = 0
    params: dict[str, object] = dataclasses.field(default_factory=dict)


class Findings:
    """The faults of one item, in the order in which the rules found them."""

    def __init__(self, item: str) -> None:
        self.item = item
        self.found: list[Finding] = []

    def add(self, where: str, message: str, rule: str, remedy: str, level: str = ERROR, **params: object) -> None:
        self.found.append(Finding(self.item, where, message, rule, remedy, level, 0, params))
