"""Decisions kept out of the public register, and archive packages that were asked for."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tongban.records.secrets


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0006_list_exports"),
    ]

    operations = [
        migrations.CreateModel(
            name="WithheldDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ground", models.CharField(max_length=20)),
                ("reason", tongban.records.secrets.EncryptedTextField()),
                ("by", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="withheld", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ArchivePackage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("file_id", models.UUIDField(blank=True, null=True)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("problem", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="packages", to="cases.case"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
    ]
