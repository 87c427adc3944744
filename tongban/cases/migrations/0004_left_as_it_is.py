"""Why the applicant left a field as it is: beside the point once handed in, with the notice until then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_stand_ins"),
    ]

    operations = [
        migrations.AddField(
            model_name="annotation",
            name="answer",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="correctionnotice",
            name="left",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
