"""Editing drafts at the desk: who changed what when, and who changed last."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_item_file")]

    operations = [
        migrations.AddField("itemversion", "revision", models.PositiveIntegerField(default=0)),
        migrations.AddField("itemversion", "edited_by", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField("itemversion", "edited_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("itemversion", "unread", models.JSONField(default=dict)),
        migrations.CreateModel(
            name="DraftRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("by", models.CharField(max_length=40)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("form", models.CharField(blank=True, default="", max_length=40)),
                ("changes", models.JSONField()),
                ("undoes", models.PositiveIntegerField(default=0)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="catalogue.itemversion",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("version", "number"), name="draft_revision_once")],
            },
        ),
    ]
