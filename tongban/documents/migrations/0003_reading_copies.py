"""Copies of office files for reading."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_english_texts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadingCopy",
            fields=[
                ("source_id", models.UUIDField(primary_key=True, serialize=False)),
                ("extension", models.CharField(max_length=4)),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("reason", models.CharField(blank=True, default="", max_length=12)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("file_id", models.UUIDField(blank=True, null=True)),
                ("pages", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "failed")), fields=["asked_at"], name="reading_copy_failed_idx"
                    )
                ],
            },
        ),
    ]
