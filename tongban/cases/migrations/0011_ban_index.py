"""Every submission asks whether the applicant is barred. A migration of its own: the index is built live."""

from django.db import migrations, models

from tongban.records.operations import AddIndexLive


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("cases", "0010_agents")]

    operations = [
        AddIndexLive(
            model_name="case",
            index=models.Index(
                fields=["applicant", "item_key", "ban_until"],
                condition=models.Q(ban_until__isnull=False),
                name="case_ban_idx",
            ),
        ),
    ]
