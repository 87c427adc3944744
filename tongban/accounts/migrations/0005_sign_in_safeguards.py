"""What guards a sign-in besides the password, the three administrators, and the logs of sign-ins and looks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tongban.records.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_desk_aids"),
    ]

    operations = [
        migrations.CreateModel(
            name="Safeguard",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="safeguard",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("password_changed_at", models.DateTimeField(blank=True, null=True)),
                ("must_change", models.BooleanField(default=False)),
                ("former", models.JSONField(blank=True, default=list)),
                ("totp_secret", tongban.records.secrets.EncryptedTextField(blank=True, default="")),
                ("totp_since", models.DateTimeField(blank=True, null=True)),
                ("totp_last_step", models.BigIntegerField(default=0)),
                ("recovery", models.JSONField(blank=True, default=list)),
                ("session_key", models.CharField(blank=True, default="", max_length=40)),
            ],
        ),
        migrations.AddField(
            model_name="user",
            name="session_epoch",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="Administrator",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="administrator",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("role", models.CharField(max_length=10)),
                ("since", models.DateTimeField()),
                ("granted_by", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["system", "security", "audit"])),
                        name="administrator_role_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("viewer", models.CharField(max_length=20)),
                ("viewer_name", models.CharField(max_length=100)),
                ("viewer_organisation", models.CharField(blank=True, default="", max_length=200)),
                ("what", models.CharField(max_length=12)),
                ("reference", models.CharField(blank=True, default="", max_length=40)),
                ("detail", models.CharField(blank=True, default="", max_length=200)),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "applicant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.applicant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="look_at_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("applicant", None), ("user", None), _connector="XOR"),
                        name="look_has_one_subject",
                    ),
                    models.UniqueConstraint(
                        fields=("applicant", "day", "viewer", "what", "reference", "detail"),
                        name="look_applicant_once_a_day",
                    ),
                    models.UniqueConstraint(
                        fields=("user", "day", "viewer", "what", "reference", "detail"), name="look_user_once_a_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=12)),
                ("address", models.CharField(blank=True, default="", max_length=45)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["at"], name="sign_in_at_idx"),
                    models.Index(fields=["user", "at"], name="sign_in_user_idx"),
                ],
            },
        ),
    ]
