"""Do the rows on leave, deputies, delegations and rules say what the events vouch for? (setting AUDIT_FOLDERS)"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from tongban.accounts.agents import chain as agents_chain
from tongban.accounts.agents import power_facts
from tongban.accounts.models import AssignmentRule, Delegation, DeputyPair, Leave, PowerOfAttorney, ServiceAddress
from tongban.accounts.posting import delegation_facts, leave_facts, pair_facts
from tongban.accounts.rules import rule_facts
from tongban.accounts.service_addresses import chain as address_chain
from tongban.accounts.service_addresses import facts as address_facts
from tongban.records import queries as records
from tongban.records.values import JSON, EventView, Finding


def verify() -> Iterator[Finding]:
    """Compare every row that gives somebody authority, or work, with the last event about it."""
    events: dict[str, list[EventView]] = defaultdict(list)

    def of(chain: str) -> list[EventView]:
        if chain not in events:
            events[chain] = records.events(chain)
        return events[chain]

    for leave in Leave.objects.order_by("pk").iterator():
        yield from _compare(of, f"account:{leave.user_id}", "leave", leave, leave_facts)
    for pair in DeputyPair.objects.order_by("pk").iterator():
        yield from _compare(of, f"account:{pair.user_id}", "pair", pair, pair_facts)
    for delegation in Delegation.objects.order_by("pk").iterator():
        yield from _compare(of, f"account:{delegation.principal_id}", "delegation", delegation, delegation_facts)
    for power in PowerOfAttorney.objects.order_by("pk").iterator():
        yield from _compare(of, agents_chain(power.applicant_id), "power", power, power_facts)
    for address in ServiceAddress.objects.order_by("pk").iterator():
        yield from _compare(of, address_chain(address.applicant_id), "service_address", address, address_facts)
    for rule in AssignmentRule.objects.select_related("organisation__region").order_by("pk").iterator():
        chain = f"posts:{rule.organisation.region.code}:{rule.organisation.key}"
        yield from _compare(of, chain, "rule", rule, rule_facts)


def _compare(
    of: Callable[[str], list[EventView]],
    chain: str,
    kind: str,
    row: Any,
    told: Callable[[Any], dict[str, JSON]],
) -> Iterator[Finding]:
    """The row against the last event that names it."""
    about = [event for event in of(chain) if event.facts.get(kind) == row.pk]
    if not about:
        yield Finding(chain, 0, kind, f"{kind} {row.pk} has no event")
    elif about[-1].facts != told(row):
        yield Finding(chain, about[-1].seq, kind, f"{kind} {row.pk} was changed without an event")
