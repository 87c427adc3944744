"""Several check points of one material found met in one act: which may be, and which an officer has to judge singly."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def open_points(points: Iterable[str], found: Collection[str], annotated: Collection[str]) -> tuple[str, ...]:
    """Of the ``points`` of a material those that one act may find met, in their order.

    Never a point that has a finding already (``found``), nor one about which something is written that is not settled
    (``annotated``): the word "all" does not take back what somebody has said.
    """
    return tuple(point for point in points if point not in found and point not in annotated)
