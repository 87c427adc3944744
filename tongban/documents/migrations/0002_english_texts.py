"""Which kinds of documents an authority issues in two languages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EnglishText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("authority_key", models.CharField(max_length=50)),
                ("kind", models.CharField(max_length=40)),
                ("set_by", models.CharField(max_length=20)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("authority_key", "kind"), name="english_text_once")],
            },
        ),
    ]
