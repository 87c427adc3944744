"""Questions to other departments, and whom internal notes call: new tables only, safe on a live database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_register_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consultation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("organisation", models.CharField(max_length=50)),
                ("question", models.TextField()),
                ("material_key", models.CharField(blank=True, default="", max_length=80)),
                ("wish_on", models.DateField(blank=True, null=True)),
                ("asked_by", models.CharField(max_length=20)),
                ("asked_for", models.CharField(blank=True, default="", max_length=20)),
                ("asked_from", models.CharField(max_length=50)),
                ("asked_on", models.DateField()),
                ("answer", models.TextField(blank=True, default="")),
                ("answered_by", models.CharField(blank=True, default="", max_length=20)),
                ("answered_for", models.CharField(blank=True, default="", max_length=20)),
                ("answered_on", models.DateField(blank=True, null=True)),
                ("taken_back", models.JSONField(default=list)),
                ("withdrawn_on", models.DateField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consultations", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_on__isnull", True), ("withdrawn_on__isnull", True)),
                        fields=["organisation", "case"],
                        name="consultation_open_idx",
                    ),
                    models.Index(
                        condition=models.Q(("withdrawn_on__isnull", True)),
                        fields=["case", "organisation"],
                        name="consultation_seen_idx",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("case", "number"), name="consultation_number_once")],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("officer", models.CharField(max_length=20)),
                ("read_by", models.CharField(blank=True, default="", max_length=20)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="cases.internalnote"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)), fields=["officer"], name="mention_unread_idx"
                    ),
                    models.Index(fields=["officer", "-note"], name="mention_officer_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("note", "officer"), name="mention_once")],
            },
        ),
    ]
