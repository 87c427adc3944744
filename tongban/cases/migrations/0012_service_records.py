"""Proof of service of documents, each recorded once."""

import django.db.models.deletion
from django.db import migrations, models

import tongban.records.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_ban_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document_id", models.UUIDField()),
                ("means", models.CharField(max_length=14)),
                ("served_on", models.DateField()),
                ("address", models.CharField(blank=True, default="", max_length=200)),
                ("receiver", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("server", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("witness", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("note", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("scan_id", models.UUIDField(blank=True, null=True)),
                ("scan_sha256", models.CharField(blank=True, default="", max_length=64)),
                ("by", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
                ("reason", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="service_records", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at__isnull", True)),
                        fields=("document_id",),
                        name="service_recorded_once",
                    )
                ],
            },
        ),
    ]
