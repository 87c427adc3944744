"""Closed cases are found by any part of number, applicant's name or item without reading all of them (PostgreSQL)."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from tongban.cases import finding


def _build(apps: Any, schema_editor: Any) -> None:
    """Concurrently; what a build that was cut off left behind is dropped first."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(finding.FUNCTION)
    schema_editor.execute(f"drop index concurrently if exists {finding.INDEX}")
    schema_editor.execute(
        f"create index concurrently {finding.INDEX} on cases_case"
        " using gin (tongban_parts(number, applicant_name, item_name)) where not is_open"
    )


def _drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"drop index concurrently if exists {finding.INDEX}")
        schema_editor.execute(finding.DROP_FUNCTION)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("cases", "0014_former_entries"),
    ]

    operations = [migrations.RunPython(_build, _drop, elidable=False)]
