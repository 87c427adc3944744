"""Since when a case that ended without a decision has nothing left but its line in the register."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_service_records")]

    operations = [
        migrations.AddField(model_name="case", name="erased_on", field=models.DateField(blank=True, null=True)),
    ]
