"""The delivery log: every message with its channel, state and tries."""

import uuid

from django.db import migrations, models

import tongban.records.secrets


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=40)),
                ("channel", models.CharField(max_length=8)),
                ("language", models.CharField(default="zh", max_length=8)),
                ("chain", models.CharField(max_length=120)),
                ("reference", models.CharField(blank=True, default="", max_length=50)),
                ("applicant_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField(blank=True, null=True)),
                ("to", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("to_index", models.CharField(max_length=64)),
                ("to_masked", models.CharField(max_length=200)),
                ("subject", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("text", tongban.records.secrets.EncryptedTextField()),
                ("params", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("document_id", models.CharField(blank=True, default="", max_length=36)),
                ("state", models.CharField(default="queued", max_length=8)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("resent", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["reference", "created_at"], name="message_reference_idx"),
                    models.Index(fields=["account_id", "-created_at"], name="message_inbox_idx"),
                    models.Index(
                        condition=models.Q(("channel", "inapp"), ("state", "sent")),
                        fields=["account_id"],
                        name="message_unread_idx",
                    ),
                    models.Index(fields=["applicant_id", "-created_at"], name="message_applicant_idx"),
                    models.Index(fields=["-created_at"], name="message_log_idx"),
                    models.Index(fields=["to_index", "channel", "sent_at"], name="message_rate_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("key", "channel", "to_index"), name="message_once")],
            },
        ),
    ]
