"""Marks under which processes keep what seldom changes; their triggers are put in place after each migrate."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="Generation",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("value", models.CharField(max_length=40)),
            ],
        ),
    ]
