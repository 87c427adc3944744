"""Evidence is append-only from the first row on. Put back after every later migration by ``apps._protect``."""

from django.db import migrations

from tongban.records import append_only


def _install(apps, schema_editor):
    append_only.install(schema_editor.connection)


def _remove(apps, schema_editor):
    append_only.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(_install, _remove)]
