"""Legal holds, deletion runs and the records that prove what went."""

import django.db.models.deletion
from django.db import migrations, models

import tongban.records.secrets


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("subject", models.CharField(max_length=50)),
                ("case_number", models.CharField(max_length=50)),
                ("region_code", models.CharField(max_length=12)),
                ("reason", tongban.records.secrets.EncryptedTextField()),
                ("placed_by", models.CharField(max_length=20)),
                ("placed_name", models.CharField(max_length=100)),
                ("placed_at", models.DateTimeField()),
                ("released_by", models.CharField(blank=True, default="", max_length=20)),
                ("released_name", models.CharField(blank=True, default="", max_length=100)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                ("release_reason", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None)), fields=("kind", "subject"), name="legal_hold_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeletionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("by", models.CharField(max_length=20)),
                ("by_name", models.CharField(max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="DeletionRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("rule", models.CharField(max_length=60)),
                ("source", models.CharField(blank=True, default="", max_length=300)),
                ("before", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("files", models.PositiveIntegerField()),
                ("items", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="retention.deletionrun",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["kind", "at"], name="deletion_record_kind_idx")]},
        ),
    ]
