"""The consistency rules of the catalogue. Nothing raises: every fault is a :class:`Finding` that explains itself."""

from __future__ import annotations

from tongban.core.items import ItemSpec
from tongban.core.items_check.contents import CONTENT_RULES, MIN_CHECK_POINTS, limit_pairs
from tongban.core.items_check.findings import ERROR, WARNING, Finding, Findings
from tongban.core.items_check.parts import all_check_points, form_fields, item_code
from tongban.core.items_check.references import REFERENCE_RULES
from tongban.core.items_check.rows import (
    TASK_TYPES,
    LimitText,
    PublishedRow,
    check_guide_row,
    check_row,
    national_type,
    read_limit,
)
from tongban.core.items_check.themes import LEGAL_PERSON_THEMES, PERSON_THEMES

__all__ = [
    "ERROR",
    "LEGAL_PERSON_THEMES",
    "MIN_CHECK_POINTS",
    "PERSON_THEMES",
    "TASK_TYPES",
    "WARNING",
    "Finding",
    "LimitText",
    "PublishedRow",
    "all_check_points",
    "check_guide_row",
    "check_item",
    "check_row",
    "form_fields",
    "item_code",
    "limit_pairs",
    "national_type",
    "read_limit",
]


def check_item(key: str, item: ItemSpec) -> list[Finding]:
    """Every fault of one item version; ``key`` names it in the findings."""
    findings = Findings(key)
    for rule in (*CONTENT_RULES, *REFERENCE_RULES):
        rule(item, findings)
    return findings.found
