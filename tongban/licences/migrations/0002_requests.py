"""What is asked of a licence, proposed and confirmed, and the ground on which one was taken away."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import tongban.records.secrets


class Migration(migrations.Migration):
    dependencies = [("licences", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="licence",
            name="state_ground",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.CreateModel(
            name="LicenceRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("origin", models.CharField(max_length=8)),
                ("verb", models.CharField(max_length=12)),
                ("ground", models.CharField(blank=True, default="", max_length=20)),
                ("content", tongban.records.secrets.EncryptedTextField()),
                ("state", models.CharField(default="open", max_length=12)),
                ("answer", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("asked_by", models.CharField(max_length=20)),
                ("asked_name", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField()),
                ("answered_by", models.CharField(blank=True, default="", max_length=20)),
                ("answered_name", models.CharField(blank=True, default="", max_length=200)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "licence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="requests", to="licences.licence"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "asked_at"], name="licence_request_open_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("licence", "origin"),
                        name="licence_request_open_once",
                    )
                ],
            },
        ),
    ]
