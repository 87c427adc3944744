"""Published days and the loads that brought them."""

from __future__ import annotations

from django.db import models

REGION_LENGTH = 12


class CalendarDay(models.Model):
    """One published day of a region; ``CN`` holds the whole country, a district may override single days."""

    region = models.CharField(max_length=REGION_LENGTH, default="CN")
    date = models.DateField()
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=200, blank=True)
    fictitious = models.BooleanField(default=False)

    class Meta:
        ordering = ("region", "date")
        constraints = (models.UniqueConstraint(fields=("region", "date"), name="calendar_one_row_a_day"),)

    def __str__(self) -> str:
        return f"{self.region} {self.date} {self.kind}"


class CalendarVersion(models.Model):
    """A load: what the region's calendar is from then on. ``digest`` is over all of the region's days."""

    region = models.CharField(max_length=REGION_LENGTH, default="CN")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    first = models.DateField()
    last = models.DateField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    source_file = models.CharField(max_length=255, blank=True)
    loaded_by = models.CharField(max_length=150)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ("region", "-number")
        constraints = (models.UniqueConstraint(fields=("region", "number"), name="calendar_version_number"),)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The version as cases and commands quote it: region, number, start of the digest."""
        return f"{self.region}-{self.number}-{self.digest[:8]}"
