"""Rows of the retention room."""

from __future__ import annotations

from django.db import models

from tongban.records.secrets import EncryptedTextField


class LegalHold(models.Model):
    """A case, or everything about a person, that must not be deleted while this stands.

    ``subject`` is a case number or an applicant's id. The reason may name people and is encrypted.
    """

    CASE, PERSON = "case", "person"

    kind = models.CharField(max_length=8)
    subject = models.CharField(max_length=50)
    case_number = models.CharField(max_length=50)  # the case it was placed from
    region_code = models.CharField(max_length=12)
    reason = EncryptedTextField()
    placed_by = models.CharField(max_length=20)
    placed_name = models.CharField(max_length=100)
    placed_at = models.DateTimeField()
    released_by = models.CharField(max_length=20, blank=True, default="")
    released_name = models.CharField(max_length=100, blank=True, default="")
    released_at = models.DateTimeField(null=True, blank=True)
    release_reason = EncryptedTextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(released_at=None), name="legal_hold_once"
            )
        ]


class DeletionRun(models.Model):
    """One run through the rules. Unfinished ones are taken up again by the next."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=20)
    by_name = models.CharField(max_length=100)


class DeletionRecord(models.Model):
    """The proof of one batch: what went under which rule, in digests; an event repeats ``digest``.

    ``items`` is JSON text, one entry ``[key, digest, [[file, sha256], …]]`` for each thing deleted.
    """

    run = models.ForeignKey(DeletionRun, on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(max_length=24)
    rule = models.CharField(max_length=60)
    source = models.CharField(max_length=300, blank=True, default="")
    before = models.DateTimeField()
    count = models.PositiveIntegerField()
    files = models.PositiveIntegerField()
    items = models.TextField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "at"], name="deletion_record_kind_idx")]
