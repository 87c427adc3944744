"""What the work list counts and orders is read from narrow indexes, not from the wide rows."""

from django.db import migrations, models

from tongban.records.operations import AddIndexLive


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("cases", "0004_left_as_it_is"),
    ]

    operations = [
        AddIndexLive(
            model_name="case",
            index=models.Index(
                fields=[
                    "holder_organisation",
                    "holder_duty",
                    "authority",
                    "intake",
                    "region_code",
                    "status",
                    "assignee",
                    "waiting_for_applicant",
                    "paused",
                    "next_due_on",
                    "item_key",
                    "id",
                ],
                condition=models.Q(is_open=True),
                name="case_lanes_idx",
            ),
        ),
        AddIndexLive(
            model_name="case",
            index=models.Index(
                fields=["closed_on", "id", "authority", "intake", "holder_organisation", "region_code"],
                condition=models.Q(is_open=False),
                name="case_closed_idx",
            ),
        ),
        AddIndexLive(
            model_name="case",
            index=models.Index(
                fields=["applicant", "item_key"], condition=models.Q(is_open=True), name="case_twin_idx"
            ),
        ),
        AddIndexLive(
            model_name="review",
            index=models.Index(fields=["case"], condition=models.Q(done_on__isnull=True), name="review_open_idx"),
        ),
    ]
