"""Scans of authorities that were signed on paper; older releases go on writing rows without one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_service_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="powerofattorney",
            name="scan_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="powerofattorney",
            name="scan_sha256",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
