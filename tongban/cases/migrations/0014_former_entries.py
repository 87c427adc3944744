"""What the answer to a correction notice replaced in the form is kept with the notice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_erased"),
    ]

    operations = [
        migrations.AddField(
            model_name="correctionnotice",
            name="former",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
