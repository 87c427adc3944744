"""Written authorities for agents; the account that registered an enterprise becomes its principal."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tongban.records.secrets


def name_principals(apps, schema_editor):
    """So far every account of an enterprise was called its agent; it is the one that appoints agents."""
    access = apps.get_model("accounts", "ApplicantAccess")
    access.objects.filter(role="agent", applicant__kind="enterprise").update(role="principal")


def name_agents(apps, schema_editor):
    """As it was called before."""
    apps.get_model("accounts", "ApplicantAccess").objects.filter(role="principal").update(role="agent")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_sign_in_safeguards"),
    ]

    operations = [
        migrations.CreateModel(
            name="PowerOfAttorney",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True)),
                ("agent_name", models.CharField(max_length=100)),
                ("handle_kind", models.CharField(max_length=12)),
                ("handle_index", models.CharField(max_length=64)),
                ("handle", tongban.records.secrets.EncryptedTextField()),
                ("code", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("items", models.JSONField(default=list)),
                ("acts", models.JSONField(default=list)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField()),
                ("document", models.JSONField(default=dict)),
                ("signature", models.CharField(max_length=200)),
                ("signed_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("ending", models.CharField(blank=True, default="", max_length=10)),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("file_id", models.UUIDField(blank=True, null=True)),
                ("file_sha256", models.CharField(blank=True, default="", max_length=64)),
                (
                    "agent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="powers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="powers", to="accounts.applicant"
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["applicant", "-signed_at"], name="power_applicant_idx"),
                    models.Index(
                        condition=models.Q(("agent", None)), fields=["handle_index"], name="power_invited_idx"
                    ),
                ],
            },
        ),
        migrations.RunPython(name_principals, name_agents),
    ]
