"""Which agent looks after a case for an enterprise, and under what written authority."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_consultations_and_mentions"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="agent",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="case",
            name="power",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
    ]
