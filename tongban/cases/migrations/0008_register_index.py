"""The public register reads decisions by day. A migration of its own: the index is built while people work."""

from django.db import migrations, models

from tongban.records.operations import AddIndexLive


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("cases", "0007_papers")]

    operations = [
        AddIndexLive(
            model_name="case",
            index=models.Index(
                fields=["decided_on", "id", "track"], condition=models.Q(granted=True), name="case_register_idx"
            ),
        ),
    ]
