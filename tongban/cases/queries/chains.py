"""The chain of records behind one case, recomputed for whoever asks."""

from __future__ import annotations

from tongban.cases import audit, snapshot
from tongban.cases.access import find_case
from tongban.core.actors import Actor
from tongban.records import queries as records
from tongban.records.values import EventView, Finding


def chain_check(number: str, actor: Actor) -> tuple[list[EventView], list[Finding]]:
    """The case's events, first to last, and what does not add up: the first broken link, then rows that differ.

    Seals are compared by ``tongban audit verify``, which reads every chain. Raises NotFound as every read does.
    """
    case = find_case(number, actor)
    name = snapshot.chain(case)
    broken = records.verify_chain(name)
    found = [broken] if broken else []
    return records.events(name), [*found, *audit.findings(case)]
