"""Operations of migrations that are safe on a live table (design rule 13)."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexLive(migrations.AddIndex):
    """Build an index while people work: concurrently on PostgreSQL, which needs ``atomic = False``; plainly elsewhere.

    A build that was cut off leaves an index behind that no plan uses: it is dropped before the next try.
    """

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Build the index."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        editor: Any = schema_editor
        if schema_editor.connection.vendor != "postgresql":
            editor.add_index(model, self.index)
            return
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {editor.quote_name(self.index.name)}")
        editor.add_index(model, self.index, concurrently=True)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the index."""
        model = from_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        editor: Any = schema_editor
        if schema_editor.connection.vendor == "postgresql":
            editor.remove_index(model, self.index, concurrently=True)
        else:
            editor.remove_index(model, self.index)
