"""Workers write down that they live, so that health and doctor can tell a hall without one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="WorkerReport",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("release", models.CharField(max_length=40)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
        ),
    ]
