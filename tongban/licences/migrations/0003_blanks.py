"""Blank certificates with printed serial numbers."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("licences", "0002_requests")]

    operations = [
        migrations.CreateModel(
            name="BlankBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("region_code", models.CharField(max_length=12)),
                ("issuer_key", models.CharField(max_length=50)),
                ("type_key", models.CharField(max_length=60)),
                ("type_name", models.CharField(max_length=200)),
                ("first", models.PositiveBigIntegerField()),
                ("last", models.PositiveBigIntegerField()),
                ("source", models.CharField(max_length=200)),
                ("by", models.CharField(max_length=20)),
                ("by_name", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["issuer_key", "type_key"], name="blank_batch_type_idx")]},
        ),
        migrations.CreateModel(
            name="BlankSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer_key", models.CharField(max_length=50)),
                ("type_key", models.CharField(max_length=60)),
                ("number", models.PositiveBigIntegerField()),
                ("state", models.CharField(default="stock", max_length=8)),
                ("version", models.PositiveSmallIntegerField(default=0)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("by", models.CharField(blank=True, default="", max_length=20)),
                ("by_name", models.CharField(blank=True, default="", max_length=100)),
                ("at", models.DateTimeField(blank=True, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sheets", to="licences.blankbatch"
                    ),
                ),
                (
                    "licence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="licences.licence",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["issuer_key", "type_key", "state"], name="blank_sheet_state_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("issuer_key", "type_key", "number"), name="blank_sheet_once")
                ],
            },
        ),
    ]
