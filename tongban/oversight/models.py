"""Alerts: one row for each case, kind and clock, however often the sweep runs."""

from __future__ import annotations

from django.db import models


class Alert(models.Model):
    """Something a supervisor has to know. ``since`` is the legal date it holds from, not the day of the sweep."""

    case_number = models.CharField(max_length=50)
    kind = models.CharField(max_length=24)
    clock = models.CharField(max_length=60, blank=True, default="")
    region_code = models.CharField(max_length=12)
    authority = models.CharField(max_length=50)
    since = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    settled_on = models.DateField(null=True, blank=True)  # the day the sweep found that it no longer holds
    acknowledged_by = models.CharField(max_length=20, blank=True, default="")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case_number", "kind", "clock"], name="alert_once")]
        indexes = [models.Index(fields=["region_code", "settled_on", "since"], name="alert_region_idx")]

    def __str__(self) -> str:
        return f"{self.case_number} {self.kind}"
