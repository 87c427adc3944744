"""Where applicants agreed to be served electronically."""

import django.db.models.deletion
from django.db import migrations, models

import tongban.records.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_agents"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("means", models.CharField(max_length=8)),
                ("address", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("consent", models.TextField()),
                ("confirmed_by", models.CharField(max_length=20)),
                ("confirmed_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_addresses",
                        to="accounts.applicant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("applicant",),
                        name="service_address_one",
                    )
                ],
            },
        ),
    ]
